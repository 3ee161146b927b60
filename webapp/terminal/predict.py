"""Asks a demo's questions before a run, and compares the answers with the run."""

from __future__ import annotations

from collections.abc import Mapping

import click

from webapp.engine.recording import Recording
from webapp.lessons.questions import Question
from webapp.lessons.text import DEFAULT_LANGUAGE
from webapp.lessons.topic import Demo
from webapp.lessons.values import Values


def ask_questions(demo: Demo) -> dict[str, str]:
    """Ask the questions of a demo. Return the name of the option that was chosen for each."""
    return {question.name: _ask(question) for question in demo.questions}


def print_answers(
    demo: Demo, values: Values, recording: Recording, predicted: Mapping[str, str]
) -> None:
    """Print what the run says to the questions that were asked."""
    for question in demo.questions:
        if question.name in predicted:
            _print_answer(question, values, recording, predicted[question.name])


def _ask(question: Question) -> str:
    choices = question.choices()
    click.secho(question.prompt[DEFAULT_LANGUAGE], bold=True)
    for number, text in enumerate(choices.values(), start=1):
        click.echo(f"  {number}  {text[DEFAULT_LANGUAGE]}")
    number = click.prompt("Your prediction", type=click.IntRange(1, len(choices)))
    click.echo("")
    return [*choices][number - 1]


def _print_answer(question: Question, values: Values, recording: Recording, chosen: str) -> None:
    answer, choices = question.answer(recording, values), question.choices()
    click.echo("")
    click.secho(question.prompt[DEFAULT_LANGUAGE], bold=True)
    true = ", ".join(choices[name][DEFAULT_LANGUAGE] for name in answer.true)
    if not answer.is_decided:
        click.echo("  This run does not decide it.")
    else:
        click.echo(f"  In this run: {true or 'none of the answers'}.")
    right = answer.is_right(chosen)
    if right:
        click.secho("  You predicted it.", fg="green")
    else:
        click.secho(f"  You predicted: {choices[chosen][DEFAULT_LANGUAGE]}.", fg="yellow")
    option = question.option(chosen)
    if right is False and option:
        click.echo(f"  {option.feedback[DEFAULT_LANGUAGE]}")
        if question.see:
            click.echo(f"  Look at this next: {question.see}")
