"""Who was told of a case, for the visibility rule; and who read a case, which the database refuses to change."""

from typing import Any, ClassVar

from django.db import migrations, models

_SQLITE = (
    "CREATE TRIGGER read_stays BEFORE UPDATE ON case_read BEGIN SELECT RAISE(ABORT, 'reads are never changed'); END",
    "CREATE TRIGGER read_remains BEFORE DELETE ON case_read BEGIN SELECT RAISE(ABORT, 'reads are never removed'); END",
    # INSERT OR REPLACE removes the old row without asking the trigger above, so no position is taken twice.
    """
    CREATE TRIGGER read_is_new BEFORE INSERT ON case_read
    WHEN EXISTS (SELECT 1 FROM case_read WHERE position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'reads are never replaced'); END
    """,
)
_POSTGRESQL = (
    "CREATE TRIGGER read_stays BEFORE UPDATE OR DELETE ON case_read FOR EACH ROW EXECUTE FUNCTION fact_refuse()",
    "CREATE TRIGGER read_remains BEFORE TRUNCATE ON case_read FOR EACH STATEMENT EXECUTE FUNCTION fact_refuse()",
    "ALTER TABLE case_read ENABLE ALWAYS TRIGGER read_stays",
    "ALTER TABLE case_read ENABLE ALWAYS TRIGGER read_remains",
)


def refuse(apps: object, schema_editor: Any) -> None:
    for statement in _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0001_first")]

    operations = [
        migrations.CreateModel(
            name="Told",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id", "party", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.TextField()),
                ("party", models.TextField()),
            ],
            options={"db_table": "told"},
        ),
        migrations.CreateModel(
            name="Read",
            fields=[
                ("position", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.TextField()),
                ("person", models.TextField()),
                ("case_id", models.TextField()),
                ("how", models.TextField()),
                ("number", models.IntegerField()),
                ("span", models.TextField()),
            ],
            options={
                "db_table": "case_read",
                "constraints": [models.UniqueConstraint(fields=("case_id", "person", "how", "span"), name="read_once")],
            },
        ),
        migrations.RunPython(refuse),
    ]
