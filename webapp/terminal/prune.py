"""The command that deletes old runs: `flask --app wsgi prune-runs --older-than 90d`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import click

from webapp.pages.site.site import Site
from webapp.store.errors import StoreError

HELP = "Delete the runs that are older than AGE, and free their space."
AGE_HELP = "the age in days, hours or minutes: 90d, 12h, 30m"

UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_AGE = re.compile(rf"(\d{{1,7}})([{''.join(UNITS)}])", re.ASCII)


class Age(click.ParamType[timedelta]):
    """An age: a whole number with a unit."""

    name = "age"

    def convert(
        self, value: object, parameter: click.Parameter | None, context: click.Context | None
    ) -> timedelta:
        """Parse an age. Fails if it reaches back before year 1."""
        found = _AGE.fullmatch(str(value))
        if not found:
            self.fail(f"{value!r} is no age; write 90d, 12h or 30m.", parameter, context)
        age = timedelta(**{UNITS[found[2]]: int(found[1])})
        if age > datetime.now(UTC) - datetime.min.replace(tzinfo=UTC):
            self.fail(f"{value!r} reaches back beyond the calendar.", parameter, context)
        return age


def prune_command(site: Site) -> click.Command:
    """Return the command `prune-runs`."""
    older_than = click.Option(
        ["--older-than"], type=Age(), required=True, metavar="AGE", help=AGE_HELP
    )
    return click.Command(
        "prune-runs", params=[older_than], callback=partial(prune_runs, site), help=HELP
    )


def prune_runs(site: Site, older_than: timedelta) -> None:
    """Delete the runs older than `older_than`, and print how many they were."""
    try:
        count = site.store.prune(older_than)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count} {'run' if count == 1 else 'runs'} pruned")
