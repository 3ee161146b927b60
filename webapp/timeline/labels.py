"""The letters and signs in a picture: at which widths they fit, and what was said already.

A text stands at a percentage of the width. A picture does not know how wide it will be, so each
text has a class for the narrowest width at which it fits. A state's words stand once in a picture,
and so does an object's name; of several objects, it stands once in each lane, since their colours
must not be the only sign.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from webapp.timeline.lanes import MIXED, WAITS, State
from webapp.timeline.pieces import Piece
from webapp.timeline.rows import THINGS, is_about_thing
from webapp.timeline.scale import UNITS, percent
from webapp.timeline.words import Words, place_text, state_text

WIDTHS = {"s": 260, "m": 420, "l": 800}
"""The least width of the lanes, in pixels, for each class (static/css/lanes.css)."""

LETTER = 7.3  # pixels
EDGE = 4  # pixels between the edge of a piece and its text
SIGN = 19  # pixels of a sign with its edge

# In a square of 12 that begins at the sign's edge.
SIGNS = {
    "clock": "M9 1.5a4.5 4.5 0 1 0 .01 0zM9 3.5V6l1.8 1.2",
    "lock": "M5 6h8v5.5h-8zM6.8 6V3.8a2.2 2.2 0 0 1 4.4 0V6",
}

RTL, END = "\u2067", "\u2069"  # isolate a part of a line that runs from right to left
UNSEEN = dict.fromkeys(range(0x2066, 0x206A))  # the isolates take no room

Candidate = tuple[str, frozenset[Hashable]]
"""A text, and what it says that needs to be said only once."""


@dataclass
class Labels:
    """Collects the letters of a picture that shows these `things`; none if it is `silent`."""

    say: Words
    things: Mapping[str, int]
    silent: bool = False
    letters: list[str] = field(default_factory=list)
    _said: dict[str, set[Hashable]] = field(
        default_factory=lambda: {width: set() for width in WIDTHS}
    )

    def text(self, text: str, at: str, y: float, kind: str = "", more: str = "") -> None:
        """Write a text at a percentage of the width; `more` are further attributes."""
        kind = f' class="{kind}"' if kind else ""
        self.letters.append(f'<text{kind} x="{at}" y="{y:g}"{more}>{escape(text)}</text>')

    def words(self, key: str, **values: object) -> str:
        """Return words of the visitor's language, in its own direction among other letters."""
        return self.isolated(self.say(key, **values))

    def isolated(self, text: str) -> str:
        """Return words that a line from left to right does not mix up."""
        return f"{RTL}{text}{END}" if self.say.direction == "rtl" else text

    def state(self, piece: Piece, y: float, lane: int) -> float:
        """Label a worker's state; return how many pixels from its start are taken."""
        taken = self._sign("clock", piece, y) if piece.state in WAITS else 0
        kind = "on" if piece.state == State.RUNNING else ""
        return taken + self._write(piece, y, kind, taken, self._of_state(piece, lane))

    def beside(self, piece: Piece, y: float, lane: int) -> None:
        """Label a holding or a task."""
        count = self.words("lanes.times", count=piece.count) if piece.count > 1 else ""
        candidates = [(count, NOTHING)]
        one, taken = piece.stretch, 0.0
        if piece.state == State.HOLDING:
            taken = self._sign("lock", piece, y)
            if one:
                known = frozenset({self._name(one.object, lane)})
                candidates.insert(0, (f"{count} {one.object}".strip(), known))
        elif one and not count:
            candidates = [
                (f"{one.object}({one.note})", NOTHING),
                (one.object, frozenset({("task", one.object)})),
            ]
        self._write(piece, y, "", taken, candidates)

    def thing(self, piece: Piece) -> str:
        """Return the class of the colour of a piece's object, "" if it has none."""
        if piece.stretch is None or not is_about_thing(piece.stretch):
            return ""
        return f" thing-{self.things[piece.stretch.object] % THINGS}"

    def _of_state(self, piece: Piece, lane: int) -> list[Candidate]:
        if piece.stretch is None:
            return [(self.words("lanes.mixed"), frozenset({MIXED}))]
        stretch = piece.stretch
        words = self.isolated(state_text(self.say, stretch))
        if piece.state == State.JOINING:
            return [(words, frozenset({State.JOINING})), (stretch.object, NOTHING)]
        if not is_about_thing(stretch):
            return [(words, frozenset({stretch.state}))]
        known = self._name(stretch.object, lane)
        place, name = place_text(self.say, stretch.note), stretch.object
        if place:
            name = self.words("state.short_place", object=name, place=place)
        return [
            (words, frozenset({"waiting", known})),
            (name, frozenset({known})),
            (place and self.isolated(place), NOTHING),
        ]

    def _name(self, name: str, lane: int) -> Hashable:
        return name, lane if len(self.things) > 1 else 0

    def _write(
        self, piece: Piece, y: float, kind: str, taken: float, candidates: Sequence[Candidate]
    ) -> float:
        """Write, for each width, the longest text that fits and says something new.

        Returns the pixels that it takes.
        """
        chosen = {width: self._choose(piece, width, taken, candidates) for width in WIDTHS}
        room, shown = 0.0, ""
        for width, text in chosen.items():
            if text and text != shown:
                later = [*WIDTHS][[*WIDTHS].index(width) + 1 :]
                until = next((f" until-{end}" for end in later if chosen[end] != text), "")
                classes = f"{kind} fit-{width}{until}{' far' if piece.band else ''}".strip()
                self.text(text, percent(piece.start), y, classes, f' dx="{taken + EDGE:g}"')
                room = max(room, _pixels(text) + EDGE)
            shown = text
        return room

    def _choose(
        self, piece: Piece, width: str, taken: float, candidates: Sequence[Candidate]
    ) -> str:
        pixels = piece.width / UNITS * WIDTHS[width]
        for text, says in candidates:
            fits = pixels >= taken + _pixels(text) + 2 * EDGE
            if text and fits and not self.silent and not says & self._said[width]:
                self._said[width] |= says
                return text
        return ""

    def _sign(self, name: str, piece: Piece, y: float) -> float:
        """Draw a sign at the left of a piece; return its width in pixels."""
        fit = fitting(piece.width, SIGN + 1)
        if self.silent or fit is None:
            return 0
        self.letters.append(
            f'<svg class="{name} fit-{fit}{self.thing(piece)}" x="{percent(piece.start)}" '
            f'y="{y - 10:g}" width="14" height="12"><path d="{SIGNS[name]}"/></svg>'
        )
        return SIGN - EDGE


NOTHING: frozenset[Hashable] = frozenset()


def _pixels(text: str) -> float:
    return len(text.translate(UNSEEN)) * LETTER


def fitting(width: int, room: float) -> str | None:
    """Return the class of the least width at which so many pixels fit into so many units."""
    return next((name for name, pixels in WIDTHS.items() if width / UNITS * pixels >= room), None)
