"""The first tables, and the triggers by which the database itself refuses to change or remove a fact."""

from typing import Any, ClassVar

from django.db import migrations, models

_SQLITE = (
    "CREATE TRIGGER fact_stays BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'facts are never changed'); END",
    "CREATE TRIGGER fact_remains BEFORE DELETE ON fact BEGIN SELECT RAISE(ABORT, 'facts are never removed'); END",
    # INSERT OR REPLACE removes the old row without asking the trigger above, so it is refused before that.
    """
    CREATE TRIGGER fact_is_new BEFORE INSERT ON fact
    WHEN EXISTS (SELECT 1 FROM fact WHERE stream = NEW.stream AND number = NEW.number)
        OR EXISTS (SELECT 1 FROM fact WHERE position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'facts are never replaced'); END
    """,
)
_POSTGRESQL = (
    """
    CREATE FUNCTION fact_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'facts are never changed or removed' USING ERRCODE = 'restrict_violation'; END $$
    """,
    "CREATE TRIGGER fact_stays BEFORE UPDATE OR DELETE ON fact FOR EACH ROW EXECUTE FUNCTION fact_refuse()",
    "CREATE TRIGGER fact_remains BEFORE TRUNCATE ON fact FOR EACH STATEMENT EXECUTE FUNCTION fact_refuse()",
    # session_replication_role = replica switches ordinary triggers off; these two fire always.
    "ALTER TABLE fact ENABLE ALWAYS TRIGGER fact_stays",
    "ALTER TABLE fact ENABLE ALWAYS TRIGGER fact_remains",
)


def refuse(apps: object, schema_editor: Any) -> None:
    for statement in _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations = [
        migrations.CreateModel(
            name="Area",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id", "area", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.TextField()),
                ("area", models.TextField()),
            ],
            options={
                "db_table": "area",
            },
        ),
        migrations.CreateModel(
            name="Blob",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id", "digest", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.TextField()),
                ("digest", models.TextField()),
                ("nonce", models.BinaryField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "db_table": "blob",
            },
        ),
        migrations.CreateModel(
            name="CaseKey",
            fields=[
                ("case_id", models.TextField(primary_key=True, serialize=False)),
                ("nonce", models.BinaryField()),
                ("wrapped", models.BinaryField()),
            ],
            options={
                "db_table": "case_key",
            },
        ),
        migrations.CreateModel(
            name="CaseView",
            fields=[
                ("case_id", models.TextField(primary_key=True, serialize=False)),
                ("project", models.TextField()),
                ("is_public", models.BooleanField()),
                ("next_due_at", models.TextField(null=True)),
                ("access", models.TextField()),
                ("body", models.TextField()),
            ],
            options={
                "db_table": "case_view",
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.TextField()),
                ("key", models.TextField()),
                ("place", models.IntegerField()),
                ("opens_at", models.TextField()),
                ("due_at", models.TextField()),
                ("lifted_at", models.TextField()),
                ("rank", models.IntegerField()),
                ("line", models.TextField()),
            ],
            options={
                "db_table": "duty",
                "indexes": [models.Index(fields=["due_at", "rank", "case_id", "key"], name="duty_in_order")],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("stream", models.TextField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("digest", models.TextField()),
                ("recorded_at", models.TextField()),
            ],
            options={
                "db_table": "head",
            },
        ),
        migrations.CreateModel(
            name="Reader",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id", "person", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.TextField()),
                ("person", models.TextField()),
                ("allowed", models.BooleanField()),
            ],
            options={
                "db_table": "reader",
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("position", models.BigAutoField(primary_key=True, serialize=False)),
                ("stream", models.TextField()),
                ("number", models.IntegerField()),
                ("kind", models.TextField()),
                ("said_by", models.TextField()),
                ("happened_at", models.TextField()),
                ("recorded_at", models.TextField()),
                ("key", models.TextField()),
                ("body", models.TextField()),
                ("previous", models.TextField()),
                ("digest", models.TextField()),
            ],
            options={
                "db_table": "fact",
                "indexes": [
                    models.Index(
                        condition=models.Q(("key", ""), _negated=True), fields=["stream", "key"], name="fact_of_command"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("stream", "number"), name="fact_follows")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "message_id", "case_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("message_id", models.TextField()),
                ("case_id", models.TextField()),
            ],
            options={
                "db_table": "message",
                "indexes": [models.Index(fields=["case_id"], name="message_of_case")],
            },
        ),
        migrations.RunPython(refuse),
    ]
