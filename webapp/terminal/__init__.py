"""The demos in a terminal: `flask --app wsgi demos`, `run-demo NAME`; and `prune-runs`."""
