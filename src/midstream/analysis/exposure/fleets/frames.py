"""The match of a fleet as one expression over tables, for engines other than SQLite (the extra ``fleet``).

An equi-join and then a filter: written as one join with an inequality in it, Polars refuses it. Keys compare by their
bytes, which are printable ASCII, so every engine gives the same answer.
"""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from midstream.analysis.exposure.index import Index

Engine = Literal["polars", "spark"]

_ComponentRow = tuple[int, str, str, str]
_RangeRow = tuple[str, str, str, str, str]

COMPONENT_COLUMNS = ("component", "ecosystem", "name", "key")
RANGE_COLUMNS = ("ecosystem", "name", "lo", "hi", "advisory")


def pairs(components: Any, ranges: Any, /) -> Any:  # noqa: ANN401 - tables of Ibis, which ships no types
    """Return the expression for (component, advisory): same ecosystem and name, and the key within the range."""
    joined = components.join(ranges, ["ecosystem", "name"])
    return (
        joined.filter((joined.key >= joined.lo) & (joined.key < joined.hi)).select("component", "advisory").distinct()
    )


def matched(*, engine: Engine, components: Sequence[_ComponentRow], index: "Index") -> set[tuple[int, str]]:
    """Return the pairs of component and advisory that an engine finds; raise `ImportError` when it is not installed."""
    ranges = range_rows(index)
    if engine == "polars":
        return _with_polars(components, ranges)
    return _with_spark(components, ranges)


def range_rows(index: "Index", /) -> list[_RangeRow]:
    """Return the columns of all ranges of an index."""
    db = sqlite3.connect(f"{index.path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        return db.execute("SELECT ecosystem, name, lo, hi, advisory FROM range").fetchall()
    finally:
        db.close()


def _columns(rows: Sequence[tuple[Any, ...]], names: tuple[str, ...]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _with_polars(components: Sequence[_ComponentRow], ranges: Sequence[_RangeRow]) -> set[tuple[int, str]]:
    import ibis  # noqa: PLC0415 - loaded only where it is needed
    import polars as pl  # noqa: PLC0415 - as above

    connection = ibis.polars.connect(
        {
            "component": pl.DataFrame(_columns(components, COMPONENT_COLUMNS)),
            "range": pl.DataFrame(_columns(ranges, RANGE_COLUMNS)),
        }
    )
    return _run(connection)


def _with_spark(components: Sequence[_ComponentRow], ranges: Sequence[_RangeRow]) -> set[tuple[int, str]]:
    import ibis  # noqa: PLC0415 - as above
    from pyspark.sql import SparkSession  # noqa: PLC0415 - as above

    building = SparkSession.builder.master("local[*]").appName("midstream")
    for name, value in {"ui.enabled": "false", "driver.bindAddress": "127.0.0.1", "driver.host": "127.0.0.1"}.items():
        building = building.config(f"spark.{name}", value)
    session = building.config("spark.sql.shuffle.partitions", "4").getOrCreate()
    try:
        kinds = "component INT, ecosystem STRING, name STRING, key STRING"
        session.createDataFrame(components, kinds).createOrReplaceTempView("component")
        kinds = ", ".join(f"{name} STRING" for name in RANGE_COLUMNS)
        session.createDataFrame(ranges, kinds).createOrReplaceTempView("range")
        return _run(ibis.pyspark.connect(session))
    finally:
        session.stop()


def _run(connection: Any) -> set[tuple[int, str]]:  # noqa: ANN401 - tables of Ibis, which ships no types
    found = pairs(connection.table("component"), connection.table("range")).to_pyarrow()
    return set(zip(found["component"].to_pylist(), found["advisory"].to_pylist(), strict=True))
