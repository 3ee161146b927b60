"""How gunicorn serves the site. `make run` reads this file; so does a plain `gunicorn` here."""

import os
from pathlib import Path

wsgi_app = "wsgi:app"

# Only this machine, until someone asks for more. Brackets go around an IPv6 HOST.
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

# Runs live in the process that started them, so every visitor must reach the same one.
workers = 1
worker_class = "gthread"

# Each open stream holds a thread: there must be more threads than streams at capacity, with room
# for ordinary pages. They start on demand; 512 threads with 400 open streams took 43 MB.
threads = 512

# A gthread worker reports from its main loop, not from its requests: this ends a worker that hangs,
# never a stream that is merely long.
timeout = 30

# How long open streams may go on after a stop was asked for. Containers are killed after 10 s.
graceful_timeout = 5

# The worker reports by touching a file, which on a busy disk may block until it looks hung.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

# No log of who asked for what: a proxy in front can keep one. Errors go to stderr.
accesslog = None

# Nothing here uses gunicornc, and its socket would lie in the user's home folder.
control_socket_disable = True
