"""Which head of the log proves a line best: the earliest that a third party dated, else one that a witness
cosigned, else the newest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from saisine.vault.faults import SMALL_BYTES, read_regular
from saisine.vault.notes import COSIGNATURE, Head, NoteError, VerifierKey
from saisine.vault.stamps import Authority, load_authorities, verify_stamp

if TYPE_CHECKING:
    from saisine.vault.store import Vault


@dataclass(frozen=True, slots=True)
class DatedHead:
    """A head with a verified stamp: which authority, when, and the raw reply."""

    head: Head
    authority: Authority
    at: datetime
    reply: bytes


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness's key with the name of its file, without `.vkey`."""

    name: str
    key: VerifierKey


def load_witnesses(folder: Path) -> list[Witness]:
    """The witnesses of a vault, by name; a file that holds no cosigning key is passed over."""
    found = []
    for path in sorted((folder / "trust" / "witnesses").glob("[!.]*.vkey")):
        try:
            key = VerifierKey.from_text(read_regular(path, SMALL_BYTES).decode("utf-8"))
        except (OSError, UnicodeDecodeError, NoteError):
            continue
        if key.kind == COSIGNATURE:
            found.append(Witness(path.stem, key))
    return found


class HeadChoice:
    """The best head for each line, each stamp and head read at most once.

    `heads` and `stamps` gather what was chosen, to travel with the pieces.
    """

    def __init__(self, vault: "Vault") -> None:
        self._vault = vault
        self.newest = vault.last_head()
        self.witnesses = load_witnesses(vault.folder)
        self._authorities = {one.name: one for one in load_authorities(vault.folder)}
        self._replies = sorted(_replies(vault.journal.heads))
        self._verified: dict[tuple[int, str], DatedHead | None] = {}
        self._cosigned: list[Head] | None = None
        self.heads: dict[int, Head] = {self.newest.size: self.newest}

    def head_for(self, seq: int) -> tuple[Head, DatedHead | None]:
        """The head that proves line `seq`, and the stamp over it when there is one."""
        dated = next(self._dated_after(seq), None)
        head = dated.head if dated else self._cosigned_after(seq) or self.newest
        self.heads[head.size] = head
        return head, dated

    @property
    def stamps(self) -> list[DatedHead]:
        """Every verified stamp over a chosen head, in the order of sizes and names."""
        found = (self._dated(size, name) for size, name in self._replies if size in self.heads)
        return [one for one in found if one is not None]

    def witnesses_of(self, heads: Sequence[Head]) -> list[Witness]:
        """The witnesses who cosigned one of these heads: the others' names stay at home."""
        return [one for one in self.witnesses if any(_is_cosigned(head, [one]) for head in heads)]

    def _dated_after(self, seq: int) -> Iterator[DatedHead]:
        """Stamps over heads that cover the line, smallest head first, then the earliest time."""
        sizes = sorted({size for size, _ in self._replies if size > seq})
        for size in sizes:
            names = [name for at, name in self._replies if at == size]
            found = [one for one in (self._dated(size, name) for name in names) if one is not None]
            yield from sorted(found, key=lambda one: (one.at, one.authority.name))

    def _dated(self, size: int, name: str) -> DatedHead | None:
        if (size, name) not in self._verified:
            self._verified[size, name] = self._verify(size, name)
        return self._verified[size, name]

    def _verify(self, size: int, name: str) -> DatedHead | None:
        authority = self._authorities.get(name)
        if authority is None:
            return None
        journal = self._vault.journal
        try:
            head, reply = journal.head(size), (journal.heads / f"{size}.{name}.tsr").read_bytes()
        except (NoteError, OSError):
            return None
        verdict = verify_stamp(reply, head, [authority])
        if not verdict.is_verified or verdict.at is None:
            return None
        return DatedHead(head, authority, verdict.at, reply)

    def _cosigned_after(self, seq: int) -> Head | None:
        if self._cosigned is None:
            self._cosigned = list(self._load_cosigned())
        return next((head for head in self._cosigned if head.size > seq), None)

    def _load_cosigned(self) -> Iterator[Head]:
        for size in self._vault.journal.head_sizes() if self.witnesses else ():
            try:
                head = self._vault.journal.head(size)
            except (NoteError, OSError):
                continue
            if _is_cosigned(head, self.witnesses):
                yield head


def _replies(folder: Path) -> Iterator[tuple[int, str]]:
    for path in folder.glob("*.tsr"):
        size, _, name = path.name.removesuffix(".tsr").partition(".")
        if size.isdecimal():
            yield int(size), name


def _is_cosigned(head: Head, witnesses: Sequence[Witness]) -> bool:
    return any(holds for _, _, holds in head.note.judge(one.key for one in witnesses))
