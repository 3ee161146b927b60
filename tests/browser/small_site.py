"""A small site for gunicorn: room for one run and one in line; settings give the deadline."""

from pathlib import Path

from webapp.app import create_app
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.environment import read_settings
from webapp.lessons.folders import find_topics

COURSE = Path(__file__).parent / "course"

settings = read_settings()
limits = Limits(capacity=1, in_line=1, soft_deadline=settings.run_seconds)
app = create_app(EmbeddedRunner(limits), find_topics(COURSE), settings=settings)
