"""Exit with 0 if the site that runs in this container is alive: the image's HEALTHCHECK."""

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection

# Not urllib.request: it would ask a proxy, where the environment names one.
connection = HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=3)
connection.request("GET", "/healthz")
sys.exit(connection.getresponse().status != HTTPStatus.OK)
