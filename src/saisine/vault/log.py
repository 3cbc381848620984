"""The custody log: one canonical JSON entry per line, never rewritten.

A line holds no personal data and no free text: random ids, hashes, sizes, times and codes. Its canonical
form is RFC 8785; because the alphabet is narrowed (printable ASCII, integers below 2**53, no float, no
null), msgspec with sorted keys writes the same bytes twenty times faster (the tests compare both).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from saisine.vault.merkle import leaf_hash

MAX_LINE_BYTES: Final = 2048
MAX_INTEGER: Final = 2**53 - 1  # the integers that every JSON reader keeps exact (RFC 7493 section 2.2)
REFS_PER_LINE: Final = 24  # 24 hashes of 64 signs, and the other fields, stay under 2 KiB

# What each act must carry (docs/vault.md). Any other field is allowed where it has a meaning.
ACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "seal": ("unit", "object", "size", "record", "rec"),
    "observe": ("unit", "object", "size", "record", "rec", "refs"),
    "rows": ("unit", "object", "root", "count", "refs"),
    "access": ("unit", "count"),
    "redact": ("unit", "object", "size", "record", "rec", "refs"),
    "export": ("record", "refs"),
    "transfer": ("record", "refs"),
    "hold": ("unit", "record"),
    "release": ("unit", "record"),
    "erase": ("unit", "code", "count"),
    "key": ("code", "record"),
    "witness": ("code", "record"),
    "note": ("code",),
}
TAKES_IN_BYTES: Final = frozenset({"seal", "observe", "redact"})

_HEX_FIELDS = ("object", "record", "root")


class RecordPlace(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the encrypted record of a line lies: a `records` object, and the line in it from 0."""

    object: str
    line: int


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of the log. `at` is UTC with milliseconds, `until` a day; hashes are 64 lower-case hex signs."""

    v: int
    seq: int
    at: str
    act: str
    unit: str | UnsetType = UNSET
    object: str | UnsetType = UNSET
    size: int | UnsetType = UNSET
    record: str | UnsetType = UNSET
    rec: RecordPlace | UnsetType = UNSET
    refs: tuple[str, ...] | UnsetType = UNSET
    count: int | UnsetType = UNSET
    root: str | UnsetType = UNSET
    code: str | UnsetType = UNSET
    until: str | UnsetType = UNSET
    actor: str | UnsetType = UNSET

    @property
    def moment(self) -> datetime:
        return parse_moment(self.at)


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Entry)


def canonical(value: object) -> bytes:
    """The canonical bytes of a line or a record (RFC 8785), for values without floats and with ASCII keys."""
    return _encoder.encode(value)


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def format_moment(moment: datetime) -> str:
    """`2026-11-21T13:32:07.125Z`: aware time to UTC text with milliseconds, rounded down."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_moment(text: str) -> datetime:
    """The inverse of `format_moment`. Raises `ValueError` on any other form."""
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"time {text!r}")
    return datetime.fromisoformat(text)


class LineError(ValueError):
    """A line that the log refuses: why in English (its text) and in French."""

    def __init__(self, en: str, fr: str) -> None:
        super().__init__(en)
        self.fr = fr


def parse_line(line: bytes) -> Entry:
    """Read one line without its LF. Raises `LineError` with the reason when anything is off (V02)."""
    if len(line) > MAX_LINE_BYTES:
        size = len(line)
        raise LineError(
            f"{size} bytes, more than {MAX_LINE_BYTES}", f"{size} octets, plus de {MAX_LINE_BYTES}"
        )
    if not line.isascii():
        raise LineError("a byte that is not ASCII", "un octet hors ASCII")
    try:
        entry = _decoder.decode(line)
    except (msgspec.MsgspecError, ValueError) as error:
        raise LineError(f"malformed: {error}", "mal formée") from None
    if _encoder.encode(entry) != line:
        raise LineError("not in canonical form", "pas en forme canonique")
    return entry


def fault_of(entry: Entry) -> tuple[str, str] | None:
    """What is wrong in the fields of an entry that was read (French, English), or None (V02)."""
    needed = ACTS.get(entry.act)
    if entry.v != 1:
        return f"version {entry.v}", f"version {entry.v}"
    if needed is None:
        return f"acte inconnu {entry.act!r}", f"unknown act {entry.act!r}"
    for name in needed:
        if getattr(entry, name) is UNSET:
            return f"acte {entry.act} sans {name}", f"act {entry.act} without {name}"
    if not _is_moment(entry.at):
        return f"heure {entry.at!r}", f"time {entry.at!r}"
    return _fault_of_values(entry)


def _fault_of_values(entry: Entry) -> tuple[str, str] | None:
    for name in _HEX_FIELDS:
        value = getattr(entry, name)
        if value is not UNSET and not is_hash(value):
            return f"{name} n’est pas un SHA-256", f"{name} is not a SHA-256"
    if entry.rec is not UNSET and not (is_hash(entry.rec.object) and 0 <= entry.rec.line < 1000):
        return "rec ne désigne aucune fiche", "rec names no line of a records object"
    if entry.refs is not UNSET and not all(map(is_hash, entry.refs)):
        return "un renvoi n’est pas un SHA-256", "a ref is not a SHA-256"
    if entry.until is not UNSET and not _DAY.fullmatch(entry.until):
        return "until n’est pas un jour", "until is no day"
    for name in ("size", "count", "seq"):
        value = getattr(entry, name)
        if value is not UNSET and not 0 <= value <= MAX_INTEGER:
            return f"{name} hors limites", f"{name} out of range"
    return None


def _is_moment(text: str) -> bool:
    try:
        parse_moment(text)
    except ValueError:
        return False
    return True


_HEX = frozenset("0123456789abcdef")


def is_hash(text: str) -> bool:
    """Whether a text is 64 lower-case hexadecimal signs."""
    return len(text) == 64 and _HEX.issuperset(text)


def split_lines(data: bytes) -> tuple[list[bytes], bytes]:
    """The complete lines without their LF, and the bytes after the last LF (empty when nothing is torn)."""
    *lines, rest = data.split(b"\n")
    return lines, rest


def leaf_hashes(lines: Iterable[bytes]) -> list[bytes]:
    """The leaf of each line: SHA-256(0x00 || line without LF)."""
    return [leaf_hash(line) for line in lines]


def as_mapping(entry: Entry) -> dict[str, Any]:
    """The entry as plain JSON values, for programs."""
    mapping: dict[str, Any] = msgspec.to_builtins(entry)
    return mapping
