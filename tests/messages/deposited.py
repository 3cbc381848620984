"""A table deposited as a file: its messages, what was told of it, and the days of its dates."""

from pathlib import Path

from saisine.messages.importing import Reading, read_paths
from saisine.messages.schema import Message
from tests.messages.x_lines import NOW

HEADER = "Date,Author,Text,Link\n"


def read(path: Path, data: bytes | str, **options: str) -> tuple[list[Message], Reading]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    reading = read_paths([path], now=NOW, **options)  # type: ignore[arg-type]
    return list(reading), reading


def notes(reading: Reading) -> set[str]:
    return {code for entry in reading.ledger.sources for code in entry.notes}


def days(messages: list[Message]) -> list[str | None]:
    """The day of each in Paris, which is the zone of these readings."""
    return [one.created_at and one.created_at.strftime("%m-%d") for one in messages]
