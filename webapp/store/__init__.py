"""Finished runs, kept: in SQLite by default, in PostgreSQL by URL.

`store`       saves runs, finds them again, forgets the old ones
`packing`     a recording as the bytes that are stored
`tables`      the tables as they are now
`database`    opens a database: looks before it touches, and brings its tables up to date
`history`     carries out the migrations, Alembic's
`migrations`  how the tables came to be what they are, step by step
`errors`      what may go wrong

Knows the engine and the database, and nothing of lessons, pages or Flask: names of topics and demos
are mere words here.
"""
