"""The site's settings of gunicorn, with a shorter time for clients that do not read."""

from runpy import run_path

from webapp.operating import worker

worker.UNREAD = 5_000

globals().update(run_path("gunicorn.conf.py"))
