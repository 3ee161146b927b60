"""Adds the texts to a topic: `topic.py` has their keys, `en.toml` and `fa.toml` the texts.

A key is looked up in the demo's own table, then in the topic, then in the common texts.

    title, summary                       the topic
    claims.NAME, ideals.NAME, outcomes.NAME, parameters.NAME.label, .help, .options.WORD
    goals.NAME.aim, .won, .held          what a schedule may reach
    demos.SLUG.title, .watch             a demo
    demos.SLUG.ideal, .outcome           its own, if they have no name
    demos.SLUG.answers.NAME              an answer of its outcome
    headlines.NAME.shown, .unshown       the two sentences of a headline
    demos.SLUG.headline.shown, .unshown  its own, if it has no name
    demos.SLUG.beside.NAME.title, .look  a pair
    questions.NAME.prompt                a question; all of it may be of the demo, or shared
    questions.NAME.options.NAME          one of its answers
    questions.line                       an answer that is a line of the program; common to all
    demos.SLUG.questions.NAME.feedback.NAME  why an answer is wrong, if it can be
    misconceptions.NAME                  what is behind wrong answers; common to all topics
    questions.varies                     "it differs from run to run"; likewise
"""

from __future__ import annotations

from dataclasses import replace

from webapp.lessons.claims import Claim
from webapp.lessons.goals import Goal
from webapp.lessons.headlines import Headline
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import AnyParameter, Choice
from webapp.lessons.questions import Option, Question
from webapp.lessons.text import LANGUAGES, UNSAID, Text, in_digits
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.words import Scope, Words


def worded(topic: Topic, words: Words) -> Topic:
    """Add the texts to a topic. Raises BrokenTopic if a key is missing or unused."""
    said = replace(
        topic,
        title=words.text("title"),
        summary=words.text("summary"),
        demos=tuple(_demo(demo, Scope(words, f"demos.{demo.slug}")) for demo in topic.demos),
    )
    words.check_used()
    return said


def _demo(demo: Demo, scope: Scope) -> Demo:
    return replace(
        demo,
        title=scope.own("title"),
        watch=scope.own("watch"),
        ideal=_ideal(demo.ideal, scope),
        outcome=_outcome(demo.outcome, scope),
        headline=_headline(demo.headline, scope) if demo.headline else None,
        parameters=tuple(_parameter(parameter, scope) for parameter in demo.parameters),
        claims=tuple(_claim(claim, scope) for claim in demo.claims),
        observations=tuple(_claim(claim, scope) for claim in demo.observations),
        questions=tuple(_question(question, scope) for question in demo.questions),
        lines=tuple(_question(question, scope) for question in demo.lines),
        beside=tuple(_pair(pair, scope) for pair in demo.beside),
        goal=_goal(demo.goal, scope) if demo.goal else None,
    )


def _ideal(ideal: Ideal, scope: Scope) -> Ideal:
    why = scope[f"ideals.{ideal.name}"] if ideal.name else scope.own("ideal")
    return replace(ideal, why=why)


def _outcome(outcome: DemoOutcome, scope: Scope) -> DemoOutcome:
    label = scope[f"outcomes.{outcome.name}"] if outcome.name else scope.own("outcome")
    answers = {name: scope[f"answers.{name}"] for name in outcome.answers}
    return replace(outcome, label=label, words=answers)


def _headline(headline: Headline, scope: Scope) -> Headline:
    if headline.name:
        key = f"headlines.{headline.name}"
        return replace(headline, shown=scope[f"{key}.shown"], unshown=scope[f"{key}.unshown"])
    return replace(
        headline, shown=scope.own("headline.shown"), unshown=scope.own("headline.unshown")
    )


def _parameter(parameter: AnyParameter, scope: Scope) -> AnyParameter:
    key = f"parameters.{parameter.name}"
    said = replace(parameter, label=scope[f"{key}.label"], help=scope[f"{key}.help"])
    if not isinstance(said, Choice):
        return said
    return replace(said, labels={word: scope[f"{key}.options.{word}"] for word in said.options})


def _claim(claim: Claim, scope: Scope) -> Claim:
    return replace(claim, text=scope[f"claims.{claim.name}"])


def _goal(goal: Goal, scope: Scope) -> Goal:
    key = f"goals.{goal.name}"
    aim, won, held = (scope[f"{key}.{what}"] for what in ("aim", "won", "held"))
    return replace(goal, aim=aim, won=won, held=held)


def _pair(pair: Pair, scope: Scope) -> Pair:
    key = f"beside.{pair.name}"
    return replace(pair, title=scope.own(f"{key}.title"), look=scope.own(f"{key}.look"))


def _question(question: Question, scope: Scope) -> Question:
    key = f"questions.{question.name}"
    return replace(
        question,
        prompt=scope[f"{key}.prompt"],
        options=tuple(_option(option, key, scope) for option in question.options),
        it_varies=scope["questions.varies"] if question.varies else UNSAID,
    )


def _option(option: Option, key: str, scope: Scope) -> Option:
    believed = option.misconception
    return replace(
        option,
        text=_line(option, scope) if option.code else scope[f"{key}.options.{option.name}"],
        feedback=scope.if_said(f"{key}.feedback.{option.name}"),
        belief=scope[f"misconceptions.{believed}"] if believed else UNSAID,
    )


def _line(option: Option, scope: Scope) -> Text:
    said = scope["questions.line"]
    return Text(
        {
            language: said[language].format(
                number=in_digits(option.number, language), code=option.code
            )
            for language in LANGUAGES
        }
    )
