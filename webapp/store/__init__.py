"""Keeps finished runs: in an SQLite file by default, in PostgreSQL by URL.

`store`              saves, finds and prunes runs
`writer`             the one thread that writes
`pruning`, `space`   delete old runs a few at a time, and return their space
`runs`               a stored run, and its rows
`tables`             the tables as they are now
`opening`            opens a database: `sqlite_file` or `postgresql_server`
`database`           an open database, and the checks before it is changed
`history`            runs the `migrations` (Alembic)
`errors`             the exceptions

It imports the engine, but not the lessons, the pages or Flask.
"""
