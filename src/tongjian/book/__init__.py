"""The book of record (账簿): evidence logs in SQLite and PostgreSQL, and rows that stay frozen.

The same lines, hashes and checks as in a file: a table of canonical lines that refuses every change
but the next line of a log, and heads that only move on. One table holds many logs, such as one for
each enterprise, which do not see each other and whose writers do not wait for each other. The
stores work on connections that are handed to them, so that a site keeps its logs beside its other
tables. Triggers for those of its tables in which nothing may be changed any more are made here too.
"""

from tongjian.book._connections import PostgresConnections, SqliteConnections
from tongjian.book._postgres import PostgresStore
from tongjian.book._schema import statements, undone
from tongjian.book._sealed import frozen, sealed_tables
from tongjian.book._sqlite import SqliteStore
from tongjian.book._whole import logs, table_problems, unguarded

__all__ = [
    "PostgresConnections",
    "PostgresStore",
    "SqliteConnections",
    "SqliteStore",
    "frozen",
    "logs",
    "sealed_tables",
    "statements",
    "table_problems",
    "undone",
    "unguarded",
]
