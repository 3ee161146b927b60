"""The site with gunicorn, a real engine and a real browser."""
