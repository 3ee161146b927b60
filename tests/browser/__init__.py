"""The site as a visitor has it: gunicorn, a real engine, a real browser."""
