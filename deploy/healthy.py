"""The image's HEALTHCHECK: exits with 0 if the site in this container answers."""

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection

# Not urllib.request, which would use a proxy from the environment.
connection = HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=3)
connection.request("GET", "/healthz")
sys.exit(connection.getresponse().status != HTTPStatus.OK)
