"""Keeps finished runs: in an SQLite file by default, in PostgreSQL by URL.

`store`              saves runs, finds them again, forgets the old ones
`writer`             the one thread that writes
`pruning`, `space`   forget old runs a few at a time, and give their space back
`runs`               a stored run, and its rows
`tables`             the tables as they are now
`opening`            opens a database: `sqlite_file` or `postgresql_server`
`database`           an open database, and what must be true of it before it is changed
`history`            carries out the `migrations`, which are Alembic's
`errors`             what may go wrong

It knows the engine and the database, and nothing of lessons, pages or Flask.
"""
