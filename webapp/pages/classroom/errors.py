"""What a room refuses. The `reason` of an error is part of the keys of its texts."""

from __future__ import annotations

from werkzeug.exceptions import HTTPException, NotFound


class NoRoom(NotFound):
    """There is no room with this code or key, or its day is over."""

    reason = "room"


class Refused(HTTPException):
    """A vote that does not count."""

    code = 409
    reason = ""


class VoteClosed(Refused):
    """The vote is not open any more, or not yet."""

    reason = "vote_closed"


class RoomFull(Refused):
    """Too many seats vote, in the room or from one address."""

    code = 429
    reason = "room_full"


class NoOption(Refused):
    """The question has no such option."""

    code = 422
    reason = "vote_option"
