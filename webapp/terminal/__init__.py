"""The demos in a terminal: `flask --app wsgi demos` and `flask --app wsgi run-demo NAME`."""
