"""What those see who operate the site: its health, its metrics, its log, its settings.

Nothing here is for visitors, and nothing tells who they are.
"""

RUNNER = "movazi-runner"
"""Where the site's runner stands among the extensions of its Flask application."""
