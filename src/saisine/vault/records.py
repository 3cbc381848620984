"""What a person hands over and what is written about it: items, encrypted records, sealed rows."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from saisine import __version__
from saisine.errors import SaisineError
from saisine.vault.log import canonical, format_moment
from saisine.vault.objects import Written

KINDS: Final = frozenset(
    {
        "original",
        "wacz",
        "screenshot",
        "document",
        "mhtml",
        "dom",
        "text",
        "derived",
        "rows",
        "records",
        "actor",
    }
)
State = Literal["not_yet_dated", "dated"]


@dataclass(frozen=True, slots=True)
class SealItem:
    """One thing to seal. `source` is a path, read as a stream, or the bytes themselves.

    `origin_note` says where it came from (`url`, `path`, `device`, `person`…); its keys are ASCII.
    `act` is the act of its line; `redact` and `observe` name their `parents` there. `rules` says what was
    hidden in a redacted copy, without floats.

    >>> SealItem("capture.png", b"...", kind="screenshot", media_type="image/png").name
    'capture.png'
    """

    name: str
    source: Path | bytes
    kind: str = "original"
    media_type: str = "application/octet-stream"
    captured_at: datetime | None = None
    origin_note: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    platform: str = ""
    parents: Sequence[str] = ()
    act: str = "seal"
    rules: Sequence[Mapping[str, object]] = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed thing. `item` (SHA-256 of its record) names it everywhere; `sha256` and `size` are of the
    plaintext; `seq` is its line in the log. `kind` is `unreadable` when the record could not be opened.
    `is_barred` says that it may not be kept: it is neither opened, shown nor exported, only erased."""

    seq: int
    item: str
    sha256: str
    size: int
    media_type: str
    name: str
    kind: str
    sealed_at: datetime
    unit: str
    state: State = "not_yet_dated"
    is_barred: bool = False

    def as_json(self) -> dict[str, object]:
        """The line that `saisine seal --json` prints."""
        return {
            "seq": self.seq,
            "item": self.item,
            "sha256": self.sha256,
            "size": self.size,
            "media_type": self.media_type,
            "name": self.name,
            "kind": self.kind,
            "sealed_at": format_moment(self.sealed_at),
            "unit": self.unit,
            "state": self.state,
        }


def plain_text(text: str) -> str:
    """The text with what UTF-8 cannot hold (bytes of odd file names) spelled out as `\\udcXX`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Context:
    """What a whole batch of records shares: who acts, the newest cosigned head (SHA-256 and time), which
    proves that they were made after it, and how far the clock was from an authority's, in milliseconds."""

    actor: str = ""
    not_before: tuple[str, datetime] | None = None
    clock_offset_ms: int | None = None

    def as_fields(self) -> dict[str, object]:
        found: dict[str, object] = {"operator": self.actor} if self.actor else {}
        if self.not_before is not None:
            sha256, at = self.not_before
            found["not_before"] = {"note_sha256": sha256, "cosigned_at": format_moment(at)}
        if self.clock_offset_ms is not None:
            found["clock"] = {"offset_ms": self.clock_offset_ms, "source": "tsa"}
        return found


def build_record(item: SealItem, written: Written, nonce: bytes, context: Context) -> bytes:
    """The canonical line of one record, without LF. The nonce keeps a short text from being guessed."""
    if item.kind not in KINDS:
        raise SaisineError("item_kind_unknown", kind=item.kind)
    if not all(key.isascii() for key in item.origin_note):
        raise SaisineError(
            "item_kind_unknown", kind=next(key for key in item.origin_note if not key.isascii())
        )
    record: dict[str, Any] = {
        "v": 1,
        "nonce": nonce.hex(),
        "kind": item.kind,
        "sha256": written.sha256,
        "size": written.size,
        "media_type": plain_text(item.media_type),
        "name": plain_text(item.name),
        "source": {key: plain_text(value) for key, value in item.origin_note.items()},
        "tools": {"saisine": __version__},
    }
    optional = {
        "platform": item.platform,
        "comment": plain_text(item.comment),
        "captured_at": format_moment(item.captured_at) if item.captured_at else "",
        "parents": list(item.parents),
        "rules": list(item.rules),
    }
    record.update({key: value for key, value in optional.items() if value})
    record.update(context.as_fields())
    return canonical(record)


def build_act_record(nonce: bytes, kind: str, facts: Mapping[str, object]) -> bytes:
    """The canonical line of a record that describes an act (export, artifact) instead of bytes taken in."""
    return canonical({"v": 1, "nonce": nonce.hex(), "kind": kind, **facts})


def record_hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


class Record(msgspec.Struct, frozen=True):
    """The fields of a record that the vault itself reads back; the others stay in the line."""

    nonce: str
    kind: str
    sha256: str = ""
    size: int = 0
    media_type: str = ""
    name: str = ""
    parents: tuple[str, ...] = ()


_decoder = msgspec.json.Decoder(Record)


def read_record(line: bytes) -> Record:
    """Read a record's line. Raises `ValueError`."""
    try:
        return _decoder.decode(line)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ValueError(str(error)) from None
