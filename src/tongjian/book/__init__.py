"""The book of record (账簿): the evidence log in SQLite and PostgreSQL.

The same lines, hashes and checks as in a file: a table of canonical lines that refuses every change
but the next line, and a head that only moves on. Both stores work on connections that are handed to
them, so that a site keeps its log beside its other tables.
"""

from tongjian.book._connections import PostgresConnections, SqliteConnections
from tongjian.book._postgres import PostgresStore
from tongjian.book._sqlite import SqliteStore

__all__ = ["PostgresConnections", "PostgresStore", "SqliteConnections", "SqliteStore"]
