"""A small site for gunicorn: room for one run and one in line, and not much time for either."""

from pathlib import Path

from webapp.app import create_app
from webapp.engine.embedded import EmbeddedRunner, Limits
from webapp.lessons.folders import find_topics

COURSE = Path(__file__).parent / "course"

app = create_app(
    EmbeddedRunner(Limits(capacity=1, in_line=1, soft_deadline=12)), find_topics(COURSE)
)
