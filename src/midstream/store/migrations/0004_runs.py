"""When what works by itself last ran."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0003_api")]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("at", models.TextField()),
            ],
            options={"db_table": "run"},
        ),
    ]
