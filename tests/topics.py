"""The site's topics, loaded once for all tests of a process."""

from __future__ import annotations

from webapp.lessons.folders import find_topics

TOPICS = find_topics()
