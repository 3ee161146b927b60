"""The routes of a topic's check."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from webapp.lessons.text import Language
from webapp.lessons.topic import Topic
from webapp.pages import addresses
from webapp.pages.check.choosing import choose_questions
from webapp.pages.check.page import build_check, read_answers
from webapp.pages.check.stream import Checking, as_page
from webapp.pages.guard import visitor_address
from webapp.pages.htmx import streamed
from webapp.pages.site.site import Site


def add_check(blueprint: Blueprint, site: Site, topic: Topic) -> None:
    """Add the routes of a topic's check to the topic's own."""

    @blueprint.get(addresses.CHECK)
    def show_check(language: Language) -> Response:
        """Show the questions of the check."""
        asked = choose_questions(topic, site.runner.machines())
        view = build_check(site, language, topic, asked, {})
        return Response(site.render("check/check.html", view))

    @blueprint.post(addresses.CHECK)
    @site.limit_runs
    def check(language: Language) -> Response:
        """Run the demos of the answered questions, and stream what they say."""
        asked = choose_questions(topic, site.runner.machines())
        answers = read_answers(asked, request.form)
        if not answers:
            note = site.wordings[language]("check.unanswered")
            view = replace(build_check(site, language, topic, asked, {}), note=note)
            return Response(site.render("check/check.html", view), 422)
        checking = Checking(site, language, topic, asked, answers, visitor_address())
        checking.start_first()
        view = build_check(site, language, topic, asked, answers, running=True)
        return streamed(as_page(checking, site.render("check/check.html", view)), "text/html")
