"""What a WSGI server serves: `gunicorn wsgi:app`."""

from webapp.app import create_app

app = create_app()
