"""What was read, left out and why: one line per source, and read = mapped + skipped + failed for each.

The JSON is the contract of the command line (`saisine read --ledger`, `saisine import --json`).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from saisine.errors import SaisineError
from saisine.messages.formats.contract import Note
from saisine.messages.unread_words import UNREAD
from saisine.messages.words import NOTES, SKIP_REASONS, Words
from saisine.texts import replace_forbidden

# Past this many unreadable records a file is not what it claims to be: reading stops and says so.
MAX_FAILURES: Final = 100_000
_OPENING: Final = re.compile(rb'$|\s*\{\s*"sources"')  # of a ledger, or nothing at all

# Notes that say that something of the file was not there to be read.
_CUTS: Final = frozenset({"truncated", "quote_open", "damaged", "too_expanded", "records_cut"})


class Failure(NamedTuple):
    locator: str
    error: str


class Totals(NamedTuple):
    read: int
    mapped: int
    skipped: int
    failed: int


@dataclass(slots=True)
class SourceEntry:
    """The account of one file, or of one file inside an archive (`path` is then `archive.zip!inner/name`).

    `unread` says why nothing was read of it (a code of `unread_words.UNREAD`); `candidates` are the formats that
    came within ten points of each other; `context` counts the rows carried inside other records.
    """

    path: str
    sha256: str
    size: int
    format: str | None = None
    format_version: int | None = None
    score: int = 0
    reasons: list[str] = field(default_factory=list)
    candidates: list[tuple[str, int]] = field(default_factory=list)
    truncated: bool = False
    read: int = 0
    mapped: int = 0
    context: int = 0
    skipped: dict[str, tuple[int, str]] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)
    notes: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    unread: str | None = None

    def skip(self, reason: str, locator: str) -> None:
        """Count one record left out. Raises `skip_reason_unknown` for a code outside the closed list."""
        if reason not in SKIP_REASONS:
            raise SaisineError("skip_reason_unknown", reason=reason)
        known = self.skipped.get(reason)
        # A place may hold a key of the file (`data.<key>.text`), and a key any sign: kept so that it can be written.
        count, first = known if known is not None else (0, replace_forbidden(locator))
        self.skipped[reason] = (count + 1, first)
        self.read += 1

    def fail(self, locator: str, error: str) -> None:
        self.failed.append(Failure(replace_forbidden(locator), replace_forbidden(error)))
        self.read += 1

    def refuse(self, locator: str, *, is_context: bool) -> None:
        """A message that was mapped but that no column can hold: it failed after all."""
        if is_context:
            self.context -= 1
            self.read += 1
        else:
            self.mapped -= 1
        self.failed.append(Failure(replace_forbidden(locator), "unexpected_shape: value out of range"))

    def note(self, note: Note) -> None:
        """Remember something about the file itself; the same code is counted, its first place kept."""
        if note.code not in NOTES:
            raise SaisineError("skip_reason_unknown", reason=note.code)
        known = self.notes.get(note.code)
        count, locator, offset = known or (0, replace_forbidden(note.locator), note.offset)
        self.notes[note.code] = (count + note.count, locator, offset)
        self.truncated = self.truncated or note.code in _CUTS

    def set_aside(self, unread: str) -> None:
        """Nothing of this file was for the format it was read with after all."""
        self.format = self.format_version = None
        self.unread = unread
        self.notes.clear()

    def require_balance(self) -> None:
        """Raises `ledger_unbalanced` when a record is unaccounted for: a bug, nothing is published."""
        skipped = sum(count for count, _ in self.skipped.values())
        if self.read != self.mapped + skipped + len(self.failed):
            raise SaisineError("ledger_unbalanced", path=self.path, read=self.read, mapped=self.mapped)

    @property
    def is_problem(self) -> bool:
        """Whether a person should look: something was cut, failed, or could not be opened."""
        return (
            bool(self.failed)
            or self.truncated
            or (self.unread is not None and UNREAD[self.unread].is_problem)
        )

    def as_json(self) -> dict[str, object]:
        entry: dict[str, object] = {
            "path": self.path,
            "sha256": self.sha256,
            "size": self.size,
            "format": self.format,
            "format_version": self.format_version,
            "score": self.score,
            "reasons": self.reasons,
            "truncated": self.truncated,
            "read": self.read,
            "mapped": self.mapped,
            "skipped": [
                {"reason": reason, "count": count, "first_locator": first}
                for reason, (count, first) in sorted(self.skipped.items())
            ],
            "failed": [failure._asdict() for failure in self.failed],
            "context": self.context,
            "notes": [
                {"code": code, "count": count, "locator": locator, "offset": offset}
                for code, (count, locator, offset) in sorted(self.notes.items())
            ],
        }
        if self.unread is not None:
            entry["unread"] = self.unread
        if self.candidates:
            entry["candidates"] = [{"format": name, "score": score} for name, score in self.candidates]
        return entry


class Ledger:
    """The account of one reading: every source, in the order met."""

    def __init__(self) -> None:
        self.sources: list[SourceEntry] = []

    def source(self, path: str, sha256: str, size: int) -> SourceEntry:
        """Open the account of one source."""
        entry = SourceEntry(path, sha256, size)
        self.sources.append(entry)
        return entry

    def totals(self) -> Totals:
        return Totals(
            sum(entry.read for entry in self.sources),
            sum(entry.mapped for entry in self.sources),
            sum(count for entry in self.sources for count, _ in entry.skipped.values()),
            sum(len(entry.failed) for entry in self.sources),
        )

    @property
    def is_partial(self) -> bool:
        """Whether something a person wanted read was not: a cut, a locked archive, or nothing recognised."""
        if any(entry.is_problem for entry in self.sources):
            return True
        unread = {entry.unread for entry in self.sources}
        return bool(unread & {"unknown_format", "unknown_table"}) and not any(
            entry.format for entry in self.sources
        )

    def as_json(self) -> dict[str, object]:
        """Exactly the document of CLI.md; new fields: context, notes, unread, candidates."""
        return {"sources": [entry.as_json() for entry in self.sources]}

    @classmethod
    def from_json(cls, document: dict[str, object]) -> "Ledger":
        """The ledger that `as_json` wrote. Raises `ledger_damaged`."""
        ledger = cls()
        try:
            for row in document["sources"]:  # type: ignore[attr-defined]
                ledger.sources.append(_entry_from(row))
        except (KeyError, TypeError, AttributeError) as error:
            raise SaisineError("ledger_damaged") from error
        return ledger

    def sentences(self, language: str = "fr", *, is_sealed: bool = True) -> Iterator[str]:
        """What happened, for a person: one sentence per kind of thing and file; nothing when all was read."""
        for entry in self.sources:
            if reason := why_unread(entry, language, is_sealed=is_sealed):
                yield f"{entry.path} : {reason}"
            yield from left_out_of(entry, language)


_PLAIN: Final = (
    "path",
    "sha256",
    "size",
    "format",
    "format_version",
    "score",
    "reasons",
    "truncated",
    "read",
    "mapped",
    "context",
)


def _entry_from(row: dict[str, object]) -> SourceEntry:
    plain = {name: row[name] for name in _PLAIN}
    return SourceEntry(
        **plain,  # type: ignore[arg-type]
        skipped={s["reason"]: (s["count"], s["first_locator"]) for s in row["skipped"]},  # type: ignore[attr-defined]
        failed=[Failure(f["locator"], f["error"]) for f in row["failed"]],  # type: ignore[attr-defined]
        notes={n["code"]: (n["count"], n["locator"], n["offset"]) for n in row["notes"]},  # type: ignore[attr-defined]
        unread=row.get("unread"),  # type: ignore[arg-type]
        candidates=[(c["format"], c["score"]) for c in row.get("candidates", [])],  # type: ignore[attr-defined]
    )


def why_unread(entry: SourceEntry, language: str = "fr", *, is_sealed: bool = True) -> str:
    """Why nothing was read of this file as messages; empty when something was. `is_sealed`: it was kept all the
    same, which is said where a person may think it lost."""
    if entry.unread is None:
        return ""
    names = ", ".join(name for name, _ in entry.candidates)
    return UNREAD[entry.unread].say(language, is_sealed=is_sealed, names=names)


def left_out_of(entry: SourceEntry, language: str = "fr") -> Iterator[str]:
    """What was cut, skipped or unreadable inside a file that was read, one sentence per reason."""
    for code, (count, locator, offset) in sorted(entry.notes.items()):
        if code == "truncated" and "damaged" in entry.notes:
            continue  # where it is damaged it stops too: once is enough
        said = NOTES[code].say(language, count=count, locator=locator, offset=offset, mapped=entry.mapped)
        yield f"{entry.path} : {said}"
    for reason, (count, first) in sorted(entry.skipped.items()):
        yield f"{entry.path} : {count} × {SKIP_REASONS[reason].say(language, locator=first)}"
    if entry.failed:
        first = entry.failed[0].locator
        said = (FAILED_THEN_CUT if entry.truncated else FAILED).say(
            language, count=len(entry.failed), locator=first
        )
        yield f"{entry.path} : {said}"


FAILED: Final = Words(
    "{count:enregistrement illisible|enregistrements illisibles, d’abord} à {locator} ; le reste du fichier a été lu.",
    "{count:record could not be read,|records could not be read, first} at {locator}; the rest of the file was read.",
)
# A file that stops in the middle: there is no rest to speak of.
FAILED_THEN_CUT: Final = Words(
    "{count:enregistrement illisible|enregistrements illisibles, d’abord} à {locator}.",
    "{count:record could not be read,|records could not be read, first} at {locator}.",
)


def write_ledger(path: Path, ledger: Ledger) -> None:
    """Write the ledger as JSON, in the place of an earlier ledger at most. Raises `ledger_in_the_way`,
    `ledger_not_written`."""
    if not _may_be_replaced(path):
        raise SaisineError("ledger_in_the_way", path=path)
    try:
        path.write_text(json.dumps(ledger.as_json(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise SaisineError("ledger_not_written", path=path, reason=error.strerror) from error


def _may_be_replaced(path: Path) -> bool:
    """Whether it is no file with something in it (a pipe, a terminal, an empty file), or opens as a ledger does."""
    if not path.is_file():
        return True
    try:
        with path.open("rb") as stream:
            return _OPENING.match(stream.read(64)) is not None
    except OSError as error:
        raise SaisineError("ledger_not_written", path=path, reason=error.strerror) from error
