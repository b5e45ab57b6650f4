"""Ways into the API, and the addresses that are told of new facts."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0002_reads")]

    operations = [
        migrations.CreateModel(
            name="Token",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("person", models.TextField()),
                ("label", models.TextField()),
                ("digest", models.TextField()),
                ("scopes", models.TextField()),
                ("made_at", models.TextField()),
                ("expires_at", models.TextField()),
                ("revoked_at", models.TextField()),
                ("used_at", models.TextField()),
            ],
            options={
                "db_table": "token",
                "indexes": [models.Index(fields=["person"], name="token_of_person")],
            },
        ),
        migrations.CreateModel(
            name="Hook",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("person", models.TextField()),
                ("url", models.TextField()),
                ("kinds", models.TextField()),
                ("secret", models.TextField()),
                ("made_at", models.TextField()),
                ("position", models.BigIntegerField()),
                ("failures", models.IntegerField()),
                ("again_at", models.TextField()),
                ("trouble", models.TextField()),
            ],
            options={
                "db_table": "hook",
                "indexes": [models.Index(fields=["person"], name="hook_of_person")],
            },
        ),
    ]
