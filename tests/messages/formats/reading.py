"""Read bytes with one format, or find the format of bytes, the way an import does."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from saisine.messages.formats import FORMATS
from saisine.messages.formats.contract import HEAD_BYTES, Context, Format, Member, Message
from saisine.messages.ledger import Ledger, SourceEntry
from saisine.messages.reading import read_records

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def member_of(data: bytes, name: str) -> Member:
    return Member(name.rpartition("/")[2], "", len(data), lambda: io.BytesIO(data))


def read(
    data: bytes | Path | Any,
    one: Format,
    *,
    path: str = "export.json",
    owner: str | None = None,
    members: Mapping[str, bytes] | None = None,
    zone: str = "Europe/Paris",
) -> tuple[list[Message], SourceEntry]:
    """(messages, account of the file) of bytes, a file, or a value written as JSON. The sum is checked."""
    if isinstance(data, Path):
        path, data = data.name, data.read_bytes()
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    member = member_of(data, path)
    entry = Ledger().source(path, "0" * 64, len(data))
    ctx = Context(
        source_sha256=entry.sha256,
        mapper=one.mapper,
        now=NOW,
        zone=ZoneInfo(zone),
        path=path,
        owner=owner,
        members={name: member_of(body, name) for name, body in (members or {}).items()},
        cannot_give=one.cannot_give,
    )
    rows = [row for batch in read_records(member, one, ctx, entry) for row in batch]
    entry.require_balance()
    return rows, entry


def skipped(entry: SourceEntry) -> dict[str, int]:
    return {reason: count for reason, (count, _) in entry.skipped.items()}


def notes(entry: SourceEntry) -> dict[str, int]:
    return {code: count for code, (count, _, _) in entry.notes.items()}


def best_format(data: bytes, name: str = "export.json") -> str | None:
    """The id of the format that recognises these bytes best, and clearly so (ten points ahead)."""
    ranked = sorted(((one.sniff(data[:HEAD_BYTES], name).score, one.id) for one in FORMATS), reverse=True)
    (score, found), (second, _) = ranked[:2]
    return found if score >= 30 and score - second > 10 else None


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def bytes_at(data: bytes, locator: str) -> bytes:
    """The bytes that a locator names: the way back from a row to its source."""
    start, length = locator.partition("#byte=")[2].partition("/")[0].split("+")
    return data[int(start) : int(start) + int(length)]
