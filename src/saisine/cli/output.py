"""What a command prints: one JSON document for programs, tables and bars for people.

With `--json`, standard output holds the data and nothing else; progress, warnings and errors go to
standard error.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from saisine.cli.words import LANGUAGE, _
from saisine.errors import SaisineError

PARIS = ZoneInfo("Europe/Paris")

people = Console(highlight=False, markup=False, soft_wrap=True)
aside = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def _plain(value: object) -> object:
    """Times as ISO 8601 UTC with Z, anything else that JSON lacks as text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


_encoder = msgspec.json.Encoder(enc_hook=_plain)


def print_json(data: Any, *, pretty: bool = True) -> None:
    body = _encoder.encode(data)
    if pretty:
        body = msgspec.json.format(body, indent=1)
    sys.stdout.buffer.write(body + b"\n")
    sys.stdout.buffer.flush()


def print_json_line(data: Any) -> None:
    sys.stdout.buffer.write(_encoder.encode(data) + b"\n")


def say(text: str = "") -> None:
    people.print(text)


def warn(text: str) -> None:
    aside.print(text)


def print_error(error: SaisineError) -> None:
    aside.print(error.sentence(LANGUAGE))


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    table = Table(title=title, title_justify="left", pad_edge=False, box=None, header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    people.print(table)


MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def full_time(at: datetime) -> str:
    """A moment as people of Paris say it: “21 avril 2026, 10 h 02”."""
    local = at.astimezone(PARIS)
    month = MONTHS[LANGUAGE][local.month - 1]
    return f"{local.day} {month} {local.year}, " + (f"{local:%H:%M}" if LANGUAGE == "en" else f"{local:%H} h {local:%M}")


class Bar:
    """A progress callback that draws one bar on standard error."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int | None, what: str) -> None:
        if self._task is None:
            self._task = self._progress.add_task(what, total=total)
        self._progress.update(self._task, completed=done, total=total, description=what)


@contextmanager
def progress_bar(shown: bool = True) -> Iterator[Bar]:
    """Give a progress callback; the bar is drawn on standard error, for a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=aside, transient=True, disable=not (shown and aside.is_terminal)) as progress:
        yield Bar(progress)


def yes_or_no(value: bool) -> str:
    return _("oui") if value else _("non")
