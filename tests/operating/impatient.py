"""The site's settings of gunicorn, but for how long a client may take nothing of its answers."""

from runpy import run_path

from webapp.operating import worker

worker.UNREAD = 5_000

globals().update(run_path("gunicorn.conf.py"))
