"""The commands of `flask --app wsgi`: `demos`, `run-demo NAME` and `prune-runs`."""
