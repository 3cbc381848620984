"""What a verification reads once, and what it trusts: the log, its heads, their replies, and the policy."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from saisine.vault.faults import SMALL_BYTES, read_regular
from saisine.vault.journal import read_log_bytes
from saisine.vault.log import Entry, LineError, fault_of, parse_line, split_lines
from saisine.vault.merkle import Tree, leaf_hash
from saisine.vault.notes import Head, NoteError, VerifierKey
from saisine.vault.stamps import Authority


@dataclass(frozen=True, slots=True)
class Policy:
    """What a verification trusts and asks for. There is no default identity: the caller names the keys.

    `stamps_required` is how many distinct authorities must have dated the log; `at` is the moment at which
    certificates are judged expired (now when None).
    """

    vkeys: tuple[VerifierKey, ...]
    tsa: tuple[Authority, ...] = ()
    witnesses: tuple[VerifierKey, ...] = ()
    stamps_required: int = 0
    decrypt: bool = True
    at: datetime | None = None


@dataclass(slots=True)
class Snapshot:
    """A vault's log as read once: lines with their entries (None when unreadable), heads, replies."""

    folder: Path
    origin: str | None
    lines: list[bytes]
    entries: list[Entry | None]
    faults: dict[int, tuple[str, str]]
    tail: bytes
    heads: dict[int, Head]
    head_faults: dict[str, tuple[str, str]]
    replies: dict[tuple[int, str], bytes]
    tree: Tree = field(default_factory=Tree)

    @classmethod
    def load(cls, folder: Path, origin: str | None) -> "Snapshot":
        """Heads first, then the log: a log that grows meanwhile still covers every head. Raises `OSError`."""
        heads, head_faults = _load_heads(folder / "log" / "heads")
        replies = _load_replies(folder / "log" / "heads")
        lines, tail = split_lines(read_log_bytes(folder / "log" / "entries.jsonl"))
        entries: list[Entry | None] = []
        faults: dict[int, tuple[str, str]] = {}
        for number, line in enumerate(lines):
            try:
                entry = parse_line(line)
                fault = fault_of(entry)
            except LineError as error:
                entry, fault = None, (error.fr, str(error))
            if fault is not None:
                faults[number] = fault
            entries.append(entry if fault is None else None)
        tree = Tree(map(leaf_hash, lines))
        return cls(folder, origin, lines, entries, faults, tail, heads, head_faults, replies, tree)

    @property
    def newest(self) -> int:
        return max(self.heads, default=0)

    @property
    def is_stopped(self) -> bool:
        """Whether lines follow the newest head: an act was stopped before its end, the next opening ends it."""
        return len(self.lines) > self.newest

    def unsigned_texts(self) -> list[str]:
        """Texts of heads whose note a stop kept from being written."""
        folder = self.folder / "log" / "heads"
        begun = [path.name.removeprefix(".tmp-") for path in folder.glob(".tmp-*.note")]
        texts = [Path(name).with_suffix(".txt").name for name in begun if not (folder / name).exists()]
        return [name for name in texts if (folder / name).exists()]

    def good_entries(self) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry is not None)


def _load_heads(folder: Path) -> tuple[dict[int, Head], dict[str, tuple[str, str]]]:
    heads: dict[int, Head] = {}
    faults: dict[str, tuple[str, str]] = {}
    for path in sorted(folder.glob("[!.]*.note")):
        try:
            head = Head.from_text(read_regular(path, SMALL_BYTES).decode("utf-8"))
            if path.name != f"{head.size}.note":
                raise NoteError(f"the head is of size {head.size}", f"la tête est de taille {head.size}")
            if read_regular(folder / f"{head.size}.txt", SMALL_BYTES) != head.text:
                raise NoteError("the text beside the note is another one", "le texte à côté est un autre")
        except NoteError as error:
            faults[path.name] = error.fr, str(error)
        except (UnicodeDecodeError, OSError):
            faults[path.name] = "illisible, ou son texte manque", "unreadable, or its text is missing"
        else:
            heads[head.size] = head
    for path in folder.glob("[!.]*.txt"):
        is_begun = (folder / f".tmp-{path.stem}.note").exists()  # a stop, told by `unsigned_texts`
        if not path.with_suffix(".note").exists() and not is_begun:
            faults[path.name] = "aucune note à côté", "no note beside it"
    return heads, faults


def _load_replies(folder: Path) -> dict[tuple[int, str], bytes]:
    found: dict[tuple[int, str], bytes] = {}
    for path in sorted(folder.glob("[!.]*.tsr")):
        size, _, name = path.name.removesuffix(".tsr").partition(".")
        if size.isdecimal():
            try:
                found[int(size), name] = read_regular(path, SMALL_BYTES)
            except OSError:
                found[int(size), name] = b""  # V13 says that it does not read
    return found
