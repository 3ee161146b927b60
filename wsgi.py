"""What a WSGI server serves: `gunicorn wsgi:app`."""

import sys

from webapp.app import create_app
from webapp.engine.run_user import RunUserError
from webapp.settings import SettingsError
from webapp.store.errors import StoreError

# What gunicorn takes for "the application cannot be loaded": after any other exit code, or an
# exception, it would try again, or print a page of traceback around the one sentence that counts.
CANNOT_LOAD = 4

try:
    app = create_app()
except (RunUserError, SettingsError, StoreError) as error:
    print(error, file=sys.stderr)
    sys.exit(CANNOT_LOAD)
