"""The book of record (账簿): the evidence log in SQLite and PostgreSQL."""
