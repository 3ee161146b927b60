"""For operators of the site: health checks, metrics, the log, the settings.

None of these identify visitors.
"""

RUNNER = "movazi-runner"
"""The key of the site's runner in the Flask application's `extensions`."""
