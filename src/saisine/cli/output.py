"""What a command prints: one JSON document for programs, tables and bars for people.

With `--json`, standard output holds the data and nothing else; progress, warnings and errors go to
standard error. The drawing library is imported by the first table or bar, not by `--help`.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from saisine.cli.words import LANGUAGE, _
from saisine.errors import SaisineError
from saisine.paris import in_paris

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def _plain(value: object) -> object:
    """Times as ISO 8601 UTC with Z, anything else that JSON lacks as text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, set | frozenset):
        return sorted(value)
    return printable(str(value))


def printable(text: str) -> str:
    """The text with what UTF-8 cannot hold (bytes of odd file names) spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _encode(data: Any) -> bytes:
    import msgspec

    return msgspec.json.encode(data, enc_hook=_plain)


def print_json(data: Any, *, pretty: bool = True) -> None:
    """One document, indented unless asked otherwise, and a newline."""
    import msgspec

    body = _encode(data)
    sys.stdout.buffer.write((msgspec.json.format(body, indent=1) if pretty else body) + b"\n")
    sys.stdout.buffer.flush()


def print_json_line(data: Any) -> None:
    """One line of NDJSON; flushed with the stream."""
    sys.stdout.buffer.write(_encode(data) + b"\n")


def say(text: str = "") -> None:
    """Tell a person, on standard output."""
    print(text)


def warn(text: str) -> None:
    """Tell a person, on standard error: nothing here is data."""
    sys.stdout.flush()
    print(text, file=sys.stderr)


def print_error(error: SaisineError) -> None:
    """Spelled out: a sentence may hold a word of a hostile file, and signs that drive a terminal."""
    from saisine.texts import safe_display

    warn(safe_display(error.sentence(LANGUAGE)))


def shown(cell: object) -> str:
    """A cell as a terminal may show it: signs that move the cursor or turn the text are spelled out."""
    from saisine.texts import safe_display

    return "" if cell is None else safe_display(str(cell).replace("\r", " ").replace("\n", " "))


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people: as wide as the terminal, long cells folded; whole lines in a pipe."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    table = Table(pad_edge=False, box=None, header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold", no_wrap=not console.is_terminal)
    cells = [[shown(cell) for cell in row] for row in rows]
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    if not console.is_terminal:
        widths = [max(map(len, column), default=0) for column in zip(headers, *cells, strict=True)]
        console.width = max(80, 2 * sum(widths) + 2 * len(widths))  # wide signs count double
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        say(line.rstrip())


def print_facts(rows: Iterable[tuple[str, object]]) -> None:
    """Names and values, one a line; an empty value leaves its line out."""
    for name, value in rows:
        if value not in (None, ""):
            say(_("{name} : {value}").format(name=name, value=shown(value)))


MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
        "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
}  # fmt: skip


def full_day(on: Any) -> str:
    """A day as people say it: “21 avril 2026”; empty when it is not known."""
    if on is None:
        return ""
    day = "1er" if on.day == 1 and LANGUAGE == "fr" else str(on.day)
    return f"{day} {MONTHS[LANGUAGE][on.month - 1]} {on.year}"


def full_time(at: datetime) -> str:
    """A moment as people of Paris say it: “21 avril 2026, 10 h 02”."""
    local = in_paris(at)
    return f"{full_day(local)}, " + (f"{local:%H:%M}" if LANGUAGE == "en" else f"{local:%H} h {local:%M}")


def known_time(at: datetime | None, precision: str) -> str:
    """The same, of a message, no more exact than its source: a day, a month or a year alone; empty when unknown."""
    if at is None:
        return ""
    local = in_paris(at)
    if precision == "year":
        return str(local.year)
    if precision == "month":
        return f"{MONTHS[LANGUAGE][local.month - 1]} {local.year}"
    return full_day(local) if precision == "day" else full_time(at)


class Bar:
    """A progress callback that draws one bar on standard error."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int | None, what: str) -> None:
        if self._task is None:
            self._task = self._progress.add_task(step_words(what), total=total)
        self._progress.update(self._task, completed=done, total=total, description=step_words(what))


def step_words(what: str) -> str:
    """The step of a long operation; a step without words of ours is shown as it is."""
    known = {
        "seal": _("Scellement"),
        "read": _("Lecture"),
        "write": _("Écriture"),
        "hash": _("Empreintes"),
        "verify": _("Vérification"),
        "export": _("Export"),
        "seals": _("Vérification"),
        "pictures": _("Images"),
        "survey": _("Tri des messages"),
    }
    return known.get(what, what)


def no_bar(done: int, total: int | None, what: str) -> None:
    """Progress that nobody looks at."""


@contextmanager
def progress_bar(asked: bool = True) -> "Iterator[Any]":
    """Give a progress callback; the bar is drawn on standard error, for a terminal only."""
    if not (asked and sys.stderr.isatty()):
        yield no_bar
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    aside = Console(stderr=True, highlight=False, markup=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=aside, transient=True) as progress:
        yield Bar(progress)


def yes_or_no(value: bool) -> str:
    return _("oui") if value else _("non")
