"""The tables of an index. The reference page "The exposure index" tells what each column means."""

FORMAT = 4
"""Raised when older versions could no longer read the file rightly."""

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE source (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL, newest TEXT NOT NULL,
    advisories INTEGER NOT NULL, unread INTEGER NOT NULL
) STRICT;
CREATE TABLE range (
    ecosystem TEXT NOT NULL, name TEXT NOT NULL, lo TEXT NOT NULL, hi TEXT NOT NULL, advisory TEXT NOT NULL,
    source INTEGER NOT NULL, state TEXT NOT NULL, introduced TEXT NOT NULL, until TEXT NOT NULL, line TEXT NOT NULL,
    vulnerability TEXT NOT NULL, withdrawn TEXT NOT NULL,
    beside TEXT NOT NULL, shared INTEGER NOT NULL, summary TEXT NOT NULL, severity TEXT NOT NULL,
    PRIMARY KEY (ecosystem, name, lo, hi, advisory, source, state)
) STRICT, WITHOUT ROWID;
CREATE TABLE exact (
    ecosystem TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, advisory TEXT NOT NULL,
    source INTEGER NOT NULL, line TEXT NOT NULL, vulnerability TEXT NOT NULL, withdrawn TEXT NOT NULL,
    beside TEXT NOT NULL, shared INTEGER NOT NULL, summary TEXT NOT NULL, severity TEXT NOT NULL,
    PRIMARY KEY (ecosystem, name, version, advisory, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE commits (
    repo TEXT NOT NULL, sha TEXT NOT NULL, advisory TEXT NOT NULL, says TEXT NOT NULL, source INTEGER NOT NULL,
    line TEXT NOT NULL, PRIMARY KEY (repo, sha, advisory, says, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE unsure (
    ecosystem TEXT NOT NULL, name TEXT NOT NULL, advisory TEXT NOT NULL, source INTEGER NOT NULL,
    reason TEXT NOT NULL, line TEXT NOT NULL, vulnerability TEXT NOT NULL, withdrawn TEXT NOT NULL,
    beside TEXT NOT NULL, shared INTEGER NOT NULL, summary TEXT NOT NULL, severity TEXT NOT NULL,
    PRIMARY KEY (ecosystem, name, advisory, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE advisory (
    id TEXT NOT NULL, source INTEGER NOT NULL, canonical TEXT NOT NULL, beside TEXT NOT NULL, shared INTEGER NOT NULL,
    aliases TEXT NOT NULL,
    withdrawn TEXT NOT NULL, modified TEXT NOT NULL, summary TEXT NOT NULL, severity TEXT NOT NULL,
    line TEXT NOT NULL, PRIMARY KEY (id, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE alias (
    id TEXT PRIMARY KEY, canonical TEXT NOT NULL, beside TEXT NOT NULL, shared INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE touches (
    advisory TEXT NOT NULL, ecosystem TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (advisory, ecosystem, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE ecosystem (
    name TEXT NOT NULL, source INTEGER NOT NULL, PRIMARY KEY (name, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE unread (
    source INTEGER NOT NULL, number INTEGER NOT NULL, place TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (source, number)
) STRICT, WITHOUT ROWID;
"""

COLUMNS = {
    "advisory": "id, aliases, withdrawn, modified, summary, severity, line",
    "range": "ecosystem, name, lo, hi, advisory, state, introduced, until, line",
    "exact": "ecosystem, name, version, advisory, line",
    "commits": "repo, sha, advisory, says, line",
    "unsure": "ecosystem, name, advisory, reason, line",
    "ecosystem": "name",
    "unread": "number, place, reason",
}
"""What a source's rows hold beside the number of the source: they are collected, and taken over, in this order.

`vulnerability` (the id that stands for all aliases), `beside` (the others), `shared` (whether several advisories speak
of it), `withdrawn`, `summary` and `severity` follow from the advisories of all sources together; they are written into
each row, so that a scan reads one place for each package.
"""
