"""Who was told of a case, for the visibility rule; and who read a case, which the database refuses to change."""

import json
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


def sort_duties(apps: object, schema_editor: Any) -> None:
    """Fill the new column from the lines that are there, as `policy.owners.Sort` was written then."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT case_id, key, line FROM duty")
        rows = [(_sort(json.loads(line)), case, key) for case, key, line in cursor.fetchall()]
        cursor.executemany("UPDATE duty SET sort = %s WHERE case_id = %s AND key = %s", rows)


def _sort(line: dict[str, Any]) -> str:
    duty, claimed = line["duty"], line.get("claimed_by", "")
    role, work = duty.get("role", ""), duty["work"]
    is_expert = not claimed and not role and work != "process"
    skill = duty.get("skill", "") if is_expert else ""
    areas = sorted(set(line.get("areas", ()))) if is_expert else []
    fields = [line["project"], work, claimed, "" if claimed else role, skill, areas]
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)


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
        migrations.RunSQL(
            "ALTER TABLE duty ADD COLUMN sort text NOT NULL DEFAULT ''",
            state_operations=[migrations.AddField("duty", "sort", models.TextField(), preserve_default=False)],
        ),
        migrations.RunPython(sort_duties),
        migrations.AddIndex("duty", models.Index(fields=["sort"], name="duty_by_sort")),
        migrations.RunPython(refuse),
    ]
