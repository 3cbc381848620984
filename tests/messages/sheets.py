"""A workbook written and read again by the tests of spreadsheets."""

from pathlib import Path
from typing import Any

from saisine.messages.archive_streams import Limits
from saisine.messages.containers import members_of
from saisine.messages.formats.contract import Member
from saisine.messages.reading import read_paths
from saisine.messages.schema import Message
from tests.messages.formats.reading import NOW
from tests.messages.workbooks import raw

HEADER = ["Date", "Auteur", "Texte", "Lien", "Identifiant"]
ROW = [raw("<v>46120.586805555555</v>", style=2), "Ada", "Bonjour", "https://x.com/a/status/1", "c-1234567"]


def read(path: Path, data: bytes, **options: Any) -> tuple[list[Message], list[dict[str, Any]]]:
    path.write_bytes(data)
    reading = read_paths([path], now=NOW, **options)
    messages = list(reading)
    return messages, reading.ledger.as_json()["sources"]  # type: ignore[return-value]


def notes(source: dict[str, Any]) -> dict[str, int]:
    return {note["code"]: note["count"] for note in source["notes"]}


def cells_of(tmp_path: Path, data: bytes) -> list[str]:
    """The sheet as the lines of its CSV."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    return first_sheet(path).read().decode().split("\r\n")


OPEN: list[Any] = []


def first_sheet(path: Path) -> Member:
    """The first sheet, readable until the next one is asked for: the file is open as long as its walk is."""
    OPEN[:] = [members_of(path, Limits())]
    member = next(OPEN[0])
    assert isinstance(member, Member)
    return member
