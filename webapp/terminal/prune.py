"""The command that forgets old runs: `flask --app wsgi prune-runs --older-than 90d`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import click

from webapp.pages.site.site import Site
from webapp.store.errors import StoreError

HELP = "Forget the runs that were stored longer ago, and give their space back."
AGE_HELP = "how long ago, in days, hours or minutes: 90d, 12h, 30m"

UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_AGE = re.compile(rf"(\d{{1,7}})([{''.join(UNITS)}])", re.ASCII)


class Age(click.ParamType[timedelta]):
    """A length of time: a whole number and its unit."""

    name = "age"

    def convert(
        self, value: object, parameter: click.Parameter | None, context: click.Context | None
    ) -> timedelta:
        """Read it. It may not reach back beyond the calendar."""
        found = _AGE.fullmatch(str(value))
        if not found:
            self.fail(f"{value!r} is no age; write 90d, 12h or 30m.", parameter, context)
        age = timedelta(**{UNITS[found[2]]: int(found[1])})
        if age > datetime.now(UTC) - datetime.min.replace(tzinfo=UTC):
            self.fail(f"{value!r} reaches back beyond the calendar.", parameter, context)
        return age


def prune_command(site: Site) -> click.Command:
    """Make `prune-runs`."""
    older_than = click.Option(
        ["--older-than"], type=Age(), required=True, metavar="AGE", help=AGE_HELP
    )
    return click.Command(
        "prune-runs", params=[older_than], callback=partial(prune_runs, site), help=HELP
    )


def prune_runs(site: Site, older_than: timedelta) -> None:
    """Prune, and tell how many went."""
    try:
        count = site.store.prune(older_than)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count} {'run' if count == 1 else 'runs'} pruned")
