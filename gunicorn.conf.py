"""How gunicorn serves the site. `make run` reads this file; so does a plain `gunicorn` here."""

import sys
from pathlib import Path

from webapp.operating.logs import log_config
from webapp.settings import SettingsError, read_settings

wsgi_app = "wsgi:app"

try:
    settings = read_settings()
except SettingsError as error:
    sys.exit(str(error))

# Only this machine, until someone asks for more. Brackets go around an IPv6 HOST.
bind = f"{settings.host}:{settings.port}"

# Runs live in the process that started them, so every visitor must reach the same one.
workers = 1
# gthread, that ends its runs before it leaves.
worker_class = "webapp.operating.worker.Worker"

# Each open stream holds a thread: there must be more threads than streams at capacity, with room
# for ordinary pages. They start on demand; 512 threads with 400 open streams took 43 MB.
threads = settings.threads

# Open connections: those without a request take no thread, and are closed in time.
worker_connections = 8192

# A gthread worker reports from its main loop, not from its requests: this ends a worker that hangs,
# never a stream that is merely long.
timeout = 30

# How long the server takes to stop: runs may go on for half of it, and are then ended, so that
# their streams end with a result. Containers are killed after 10 s.
graceful_timeout = 6

# The worker reports by touching a file, which on a busy disk may block until it looks hung.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

# No log of who asked for what: a proxy in front can keep one. All else goes to stderr.
accesslog = None
logconfig_dict = log_config(format=settings.log_format, level=settings.log_level)

# What a browser needs, and no more: an address with the parameters of two demos is the longest.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# gunicorn would believe X-Forwarded-Proto of whoever asks from this machine. The site itself does,
# where MOVAZI_PROXIES says so.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}

# Nothing here uses gunicornc, and its socket would lie in the user's home folder.
control_socket_disable = True
