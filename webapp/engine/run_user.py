"""The user that runs run as, where it is not the server's own.

The server starts its launcher, and so all runs, as that user. A server that is not root needs
HELPER for it: a copy of util-linux's `setpriv` with the file capabilities cap_setuid and
cap_setgid, executable only by the server's user (see the Dockerfile).
"""

from __future__ import annotations

import grp
import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

HELPER = Path("/usr/local/libexec/movazi-setpriv")


class RunUserError(ValueError):
    """Runs cannot run as that user; the message says why, and what to do."""


class Identity(TypedDict, total=False):
    """Arguments of `subprocess.Popen` that start a process as another user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class RunUser:
    """A user for runs, with its own group."""

    name: str
    uid: int
    gid: int

    def command(self, command: list[str]) -> list[str]:
        """Return a command that runs `command` as this user."""
        if os.geteuid() == 0:
            return command  # root uses `identity`
        group = grp.getgrgid(self.gid).gr_name
        options = [f"--reuid={self.name}", f"--regid={group}", "--clear-groups", "--no-new-privs"]
        return [str(HELPER), *options, *command]

    def identity(self) -> Identity:
        """Return the `Popen` arguments for this user; empty if we are not root."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def share(self, path: Path, mode: int) -> None:
        """Set a file's or folder's group to this user's, and its mode."""
        os.chown(path, -1, self.gid)
        path.chmod(mode)


def find_run_user(name: str) -> RunUser | None:
    """Return the user of that name, or None if it is empty or our own. Raises RunUserError."""
    if not name:
        return None
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise RunUserError(f"There is no user {name} for runs to go under.") from None
    if found.pw_uid == os.geteuid():
        return None
    if found.pw_uid == 0:
        raise RunUserError("Runs may not go under root.")
    if os.geteuid() != 0:
        _check_helper(found)
    return RunUser(name, found.pw_uid, found.pw_gid)


def _check_helper(user: pwd.struct_passwd) -> None:
    if not os.access(HELPER, os.X_OK):
        raise RunUserError(
            f"Runs cannot go under {user.pw_name}: that needs {HELPER}, a setpriv with the file "
            "capabilities cap_setuid and cap_setgid that this user may execute; the Dockerfile "
            "shows how to make it."
        )
    if user.pw_gid not in os.getgroups():
        raise RunUserError(
            f"Runs cannot go under {user.pw_name}: the server's own user must be a member of its "
            "group, to share the folders of runs with it."
        )
