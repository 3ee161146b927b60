"""The WSGI application: `gunicorn wsgi:app`."""

import sys

from webapp.app import create_app
from webapp.engine.run_user import RunUserError
from webapp.environment import SettingsError
from webapp.store.errors import StoreError

# gunicorn's exit code for "the application cannot be loaded". After another code it would start the
# worker again, and an exception would hide the message in a traceback.
CANNOT_LOAD = 4

try:
    app = create_app()
except (RunUserError, SettingsError, StoreError) as error:
    print(error, file=sys.stderr)
    sys.exit(CANNOT_LOAD)
