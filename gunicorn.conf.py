"""gunicorn's configuration, which it reads by itself when it is started in this folder."""

import sys
from pathlib import Path

from webapp.environment import SettingsError, read_settings
from webapp.operating.logs import log_config

wsgi_app = "wsgi:app"

try:
    settings = read_settings()
except SettingsError as error:
    sys.exit(str(error))

# Only this machine, unless HOST says more. An IPv6 HOST needs brackets.
bind = f"{settings.host}:{settings.port}"

# The embedded runner keeps its runs in one process, so all requests must reach that one.
workers = 1
# A gthread worker that ends its runs before it exits.
worker_class = "webapp.operating.worker.Worker"

# Half of them may wait for the end of a run; an open stream holds none. Threads start on demand.
threads = settings.threads

# Open connections: streams, and idle ones, which are closed after a while.
worker_connections = settings.streams + 4096

# Seconds. A gthread worker reports from its main loop, not from its requests, so this ends a worker
# that hangs, but no long stream.
timeout = 30

# Seconds to stop. Runs may go on for half of it and are then ended, so that their streams end with
# a result. Docker kills a container 10 s after the stop signal.
graceful_timeout = 6

# The worker reports by touching a file. On a busy disk that may block for so long that the worker
# seems to hang.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

# No access log: a proxy in front can keep one. All other logs go to stderr.
accesslog = None
logger_class = "webapp.operating.access_log.QuietLogger"
logconfig_dict = log_config(format=settings.log_format, level=settings.log_level)

# The longest address holds the parameters of two demos.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# By default gunicorn trusts X-Forwarded-Proto from clients on this machine. Here only the site
# reads it, if MOVAZI_PROXIES is set.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}

# We do not use gunicornc, whose socket would be created in the user's home folder.
control_socket_disable = True
