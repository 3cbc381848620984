"""The pieces a reader works with: members, records with their exact bytes, notes, and the context."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from hashlib import sha256
from itertools import islice
from typing import Any, BinaryIO, Final, Protocol

import msgspec

MAX_RECORD_BYTES: Final = 16 << 20
MAX_DEPTH: Final = 200
HEAD_BYTES: Final = 64 << 10
# What is to be said of a line by what `texts.decode_line` took it for.
NOTES_OF_ENCODING: Final = {"windows-1252": "legacy_encoding", "damaged": "bad_bytes"}


@dataclass(frozen=True, slots=True)
class Member:
    """One readable thing inside a source: the file itself, or a file inside an archive.

    `name` is the file name, `path_in_source` its path inside the archive or folder ("" for a plain file),
    `locator_prefix` what its locators begin with (`inner/chat.json!`, or ""), `siblings` the other files of
    the same archive or folder, by path. A sheet of a workbook (`is_sheet`) may have something to say once it was
    read: rows that a filter hides, formulas without a value (`notes`).
    """

    name: str
    path_in_source: str
    size: int
    open: Callable[[], BinaryIO]
    locator_prefix: str = ""
    siblings: Mapping[str, "Member"] = field(default_factory=dict, repr=False, compare=False)
    notes: Callable[[], "Sequence[Note]"] = field(default=tuple, repr=False, compare=False)
    is_sheet: bool = False

    def read(self, limit: int = MAX_RECORD_BYTES) -> bytes:
        """At most `limit` bytes of it."""
        with self.open() as stream:
            return stream.read(limit)


class RawRecord(msgspec.Struct, frozen=True, gc=False):
    """One record as the file holds it. `sha256` is of its exact bytes at `offset`, `length` bytes long.

    `outer` holds what surrounds the record on the way to it (see `json_array`), outermost first.
    `is_suspect` says that strings may hold NUL or lone surrogates; `Message.of` then cleans them. `body` is the
    exact bytes of a record that the member does not hold as such (inside a captured response): `offset` then
    counts in the decoded response.
    """

    locator: str
    obj: Any
    sha256: str
    offset: int
    length: int
    outer: tuple[Mapping[str, Any], ...] = ()
    is_suspect: bool = False
    body: bytes | None = None


class RecordError(msgspec.Struct, frozen=True, gc=False):
    """A record that could not be read; counted as failed. `error` never quotes the record's text."""

    locator: str
    error: str
    is_cut: bool = False


class Note(msgspec.Struct, frozen=True, gc=False):
    """Something to say about the file itself, not about one record. `code` is one of `ledger.NOTES`:
    `truncated`, `stray_text`, `bad_bytes`, `rounded_ids`, …"""

    code: str
    locator: str
    offset: int = 0
    count: int = 1


@dataclass(slots=True)
class Context:
    """What a mapper may know beside the record. One per member; never global, never the network.

    `members` are the other files of the same archive or folder, by path, to look up siblings such as
    `account.js`; `zone` is the person's answer for dates written without one. `memory` is the format's own
    scratch for this member (an author looked up once). `path` is the member's place as the ledger shows it
    (`export.zip!inbox/a/message_1.json`): a hint, never a proof, since people rename.
    """

    source_sha256: str
    mapper: str
    now: datetime
    zone: tzinfo
    path: str = ""
    locator_prefix: str = ""
    collected_at: datetime | None = None
    owner: str | None = None
    members: Mapping[str, Member] = field(default_factory=dict)
    cannot_give: tuple[str, ...] = ()
    memory: dict[str, Any] = field(default_factory=dict)
    _derived: dict[str, None] = field(default_factory=dict)
    _repeated: dict[str, int] = field(default_factory=dict)

    @property
    def is_alone(self) -> bool:
        """Whether no other file of this ending lies beside it. Of a series of pages none tells which is missing."""
        own = self.path.rpartition("!")[2]
        folder, ending = own.rpartition("/")[0], own[own.rfind(".") :]
        beside = (
            path for path in self.members if path.rpartition("/")[0] == folder and path.endswith(ending)
        )
        return sum(1 for _ in islice(beside, 2)) < 2

    def derive_id(self, platform: str, conversation: str, created_at_raw: str, author: str, text: str) -> str:
        """An identifier for a message of a source that gives none; a true repeat gets `#2`, `#3`…

        Add "message_id" to the message's `missing` (or to `Format.cannot_give`).
        """
        return self.derive_ids([(platform, conversation, created_at_raw, author, text)])[0]

    def derive_ids(self, parts: Iterable[tuple[str, str, str, str, str]]) -> list[str]:
        """The same for many messages: what `derive_id` takes, one after the other."""
        texts = list(map("\x1f".join, parts))
        try:
            bodies = list(map(str.encode, texts))
        except UnicodeEncodeError:
            bodies = [text.encode("utf-8", "surrogatepass") for text in texts]
        return self.keys_of(bodies)

    def keys_of(self, bodies: Iterable[bytes]) -> list[str]:
        """The same of the bytes of those parts, in UTF-8 and joined by the sign 1F."""
        keys = [f"derived:{sha256(body, usedforsecurity=False).hexdigest()[:32]}" for body in bodies]
        before = len(self._derived)
        self._derived |= dict.fromkeys(keys)
        if len(self._derived) == before + len(keys):
            return keys
        new = set(islice(self._derived, before, None))  # in the order they were met
        found = []
        for key in keys:
            if key in new:
                new.remove(key)
                found.append(key)
            else:
                count = self._repeated[key] = self._repeated.get(key, 1) + 1
                found.append(f"{key}#{count}")
        return found


class Reader(Protocol):
    """What takes the records out of a member."""

    def __call__(self, member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]: ...
