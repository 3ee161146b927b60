"""The head of a recorded page: what ran, how it ended and why, and all lanes at a glance."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from webapp.engine.recording import Recording, Wait
from webapp.pages.texts.receipt import draw_notes
from webapp.pages.texts.wording import Wording
from webapp.recording.answer import Answer
from webapp.recording.ran import Ran
from webapp.timeline.cycle import draw_cycle
from webapp.timeline.glance import draw_glance
from webapp.timeline.lanes import Timeline
from webapp.timeline.standing import Standing

LINES, LANES = "L", "lanes"
"""The prefix of the ids of the source's lines, and the id of the part that has the lanes."""


def draw_head(say: Wording, ran: Ran, timeline: Timeline, answer: Answer) -> str:
    """What ran, how it ended and why, and beside that all lanes at a glance."""
    receipt = ran.recording.receipt
    when = say(
        "recorded.lead",
        moment=say.moment(datetime.fromisoformat(receipt.started_at)),
        machine=receipt.machine,
        python=receipt.interpreter,
        cores=receipt.cores,
    )
    words = shlex.join(["python", *(ran.words or (ran.program.name,)), *ran.arguments])
    command = f'<p><code class="command" dir="ltr">{escape(words)}</code></p>'
    glance = draw_glance(timeline, say, target=LANES) if timeline.lanes else ""
    return f"""<header class="record-head">
<div class="record-what">
<p class="eyebrow">{eyebrow(say, ran)}</p>
<h1><bdi>{escape(ran.program.name)}</bdi></h1>
{"" if ran.part else command}
{_answer(say, ran, answer)}
<p class="quiet">{escape(when)}</p>
</div>
<div class="record-glance">{glance}
{_rings(say, ran.recording, ran.standing)}</div>
</header>"""


def _answer(say: Wording, ran: Ran, answer: Answer) -> str:
    outcome = ran.recording.outcome.name.lower()
    title = escape(say(f"outcome.{outcome}.title"))
    notes = "".join(
        f'<p class="advice">{escape(note)}</p>' for note in draw_notes(say, ran.recording)
    )
    waits = draw_list(answer.waits, "standing" if answer.whole else "waits")
    never = f"<p>{escape(answer.never)}</p>" if answer.never else ""
    return f"""<div class="answer outcome-{outcome}">
<p><strong>{title}.</strong> {_ending(say, ran)}</p>
{draw_list(answer.raised, "raised")}{waits}{never}{draw_list(answer.unasked, "raised")}
{notes}</div>"""


def draw_list(sentences: Iterable[str], kind: str) -> str:
    """Return sentences as a list of that class; "" if there are none."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="{kind}">{items}</ul>' if items else ""


def _rings(say: Wording, recording: Recording, standing: Standing) -> str:
    """Return the graph of the deadlock, or of each ring of workers that went on waiting."""
    if recording.cycle:
        cycle = _graph(say, recording.cycle, say("lanes.cycle"))
        return draw_finding(say("lanes.deadlock"), cycle, "deadlock", level=2)
    if not standing.rings:
        return ""
    rings = "".join(_graph(say, ring, say("standing.ring")) for ring in standing.rings)
    return draw_finding(say("standing.rings"), rings, "deadlock", level=2)


def eyebrow(say: Wording, ran: Ran) -> str:
    """Return what the page is about: a program, or which part of one."""
    if ran.threads_only:
        return say("own.part.threads")
    return say(f"own.part.{ran.part}" if ran.part else "own.eyebrow")


def _ending(say: Wording, ran: Ran) -> str:
    """Return a sentence for the outcome, and the detail."""
    recording, ended = ran.recording, "own.part_ended" if ran.part else "own.ended"
    outcome = recording.outcome.name.lower()
    sentence = escape(say(f"{ended}.{outcome}", time=say.seconds(recording.wall)))
    if not recording.detail or recording.cycle:  # the waits are told one by one
        return sentence
    return f'{sentence} <code class="detail" dir="ltr">{escape(recording.detail)}</code>'


def draw_finding(title: str, content: str, kind: str = "", *, level: int = 4) -> str:
    """Return a part of the page with a heading of that level; `kind` is its class."""
    heading = f"<h{level}>{escape(title)}</h{level}>"
    return f'<section class="finding {kind}">{heading}{content}</section>'


def _graph(say: Wording, waits: Sequence[Wait], why: str) -> str:
    return f'{draw_cycle(waits, say, lines=LINES)}<p class="why">{escape(why)}</p>'
