"""What an export format is, and the ways to take records out of a file with their exact bytes.

A format is one file with `sniff`, `map_…` and a `Format`, and one line in `formats.FORMATS`. See
`CONTRIBUTING.md` for an example. Reading costs: `json_lines_as` with a `msgspec.Struct` that names only what
is mapped is the fastest; `json_lines` and `json_array` give plain dicts and lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from saisine.messages.formats.blocks import BlockMapper, BlockReader
from saisine.messages.formats.json_lines import json_lines, json_lines_as
from saisine.messages.formats.json_records import json_array, json_documents
from saisine.messages.formats.raw import (
    HEAD_BYTES,
    MAX_DEPTH,
    MAX_RECORD_BYTES,
    NOTES_OF_ENCODING,
    Context,
    Member,
    Note,
    RawRecord,
    Reader,
    RecordError,
)
from saisine.messages.schema import Message, Skip


@dataclass(frozen=True, slots=True)
class Sniff:
    """How much a file looks like a format: 0 to 100, and the shapes that were recognised."""

    score: int
    reasons: list[str]


class Sniffer(Protocol):
    def __call__(self, head: bytes, name: str) -> Sniff: ...


class Mapper(Protocol):
    def __call__(
        self, record: RawRecord, ctx: Context
    ) -> Message | Skip | Sequence[Message | Skip | Note]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One export format. `map` may raise KeyError, TypeError, ValueError…: the record is counted as failed.

    A record that gives several messages (a thread and its replies) returns a list, each with its own
    `sub_locator`; a Note in it says what the source left out (`replies_missing`). An empty list counts as
    `empty_record`. Rows with role `context` are written and counted apart. `cannot_give` names the columns
    this format never holds: they are listed in `missing`. `samples` are (name under the shared samples or
    tests/messages/samples, expected counts).

    `tells_replies`: its comments say how many replies they have, and the file as a whole which of them it holds.

    `blocks` and `map_block`, when given, read and map many records at once; they give what `records` and `map` give.
    """

    id: str
    version: int
    platforms: tuple[str, ...]
    label_fr: str
    label_en: str
    how_to_get_fr: str
    how_to_get_en: str
    sniff: Sniffer
    records: Reader
    map: Mapper
    cannot_give: tuple[str, ...] = ()
    samples: tuple[tuple[str, Mapping[str, int]], ...] = ()
    blocks: BlockReader | None = None
    map_block: BlockMapper | None = None
    tells_replies: bool = False

    @property
    def mapper(self) -> str:
        return f"{self.id}@{self.version}"


__all__ = [
    "HEAD_BYTES",
    "MAX_DEPTH",
    "MAX_RECORD_BYTES",
    "NOTES_OF_ENCODING",
    "Context",
    "Format",
    "Mapper",
    "Member",
    "Message",
    "Note",
    "RawRecord",
    "Reader",
    "RecordError",
    "Skip",
    "Sniff",
    "json_array",
    "json_documents",
    "json_lines",
    "json_lines_as",
]
