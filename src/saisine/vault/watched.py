"""What a vault trusts of others, on disk: keys exchanged in person, last heads seen, proofs of a fork.

```
trust/witnesses/<name>.vkey   a witness for us (type 0x04)
trust/logs/<name>.vkey        a log that we watch (type 0x01)
trust/logs/<name>.note        the last head of it that we cosigned, with our line
trust/logs/<name>.seen/       heads of it that were shown to us and not cosigned, by size
trust/logs/<name>.forks/      both notes of each fork, never replaced
trust/forks/                  heads of our own log that do not fit it
```

Each file is vouched for by a `witness` line of our log: `root` is the SHA-256 of its bytes, `code` its role, and
`refs` the record of the line that it replaces. The name stands in the encrypted record. A file is first written
as `<file>.next`; its line is the commit point; then it takes its name, at the latest at the next act.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from saisine.errors import SaisineError
from saisine.vault.cosignatures import judge_lines
from saisine.vault.faults import SMALL_BYTES, disk_faults, fsync_folder, read_regular
from saisine.vault.log import Entry
from saisine.vault.notes import COSIGNATURE, ED25519, Head, NoteError, VerifierKey
from saisine.vault.report import Check, counted

if TYPE_CHECKING:
    from saisine.vault.core import OpenVault
    from saisine.vault.store import Vault

WITNESSES: Final = "trust/witnesses"
LOGS: Final = "trust/logs"
OWN_FORKS: Final = "trust/forks"
_FOLDERS: Final = (WITNESSES, LOGS, OWN_FORKS)
_NEXT: Final = ".next"
_PART: Final = ".part"

ADDED, REMOVED, KEPT, SEEN, FORK, COSIGNED = "added", "removed", "kept", "seen", "fork", "cosigned"
_FILES: Final = frozenset({ADDED, KEPT, SEEN, FORK})

# No dot, so that `<name>.note` and `<name>.forks` are never the name of another.
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?", re.ASCII)


def require_name(name: str) -> str:
    """A name that any file system takes. Raises `witness_name`."""
    if not _NAME.fullmatch(name):
        raise SaisineError("witness_name", name=name)
    return name


@dataclass(frozen=True, slots=True)
class Witness:
    """An association that cosigns our heads."""

    name: str
    key: VerifierKey


@dataclass(frozen=True, slots=True)
class WatchedLog:
    """A log whose heads we cosign: its key, and the last head that we cosigned (None at first)."""

    name: str
    key: VerifierKey
    head: Head | None

    @property
    def size(self) -> int:
        return self.head.size if self.head else 0

    def cosigned_at(self, ours: VerifierKey) -> datetime | None:
        """When we cosigned that head."""
        lines = judge_lines(self.head, [ours]) if self.head else ()
        return max((line.at for line in lines if line.holds), default=None)


# ---------------------------------------------------------------- what the log vouches for


@dataclass(frozen=True, slots=True)
class Vouched:
    """One file that the log knows: its role, its SHA-256, and the line that says so."""

    code: str
    root: str
    seq: int


def vouched_files(entries: Iterable[Entry]) -> dict[str, Vouched]:
    """What `witness` lines say stands now, by the record of the line."""
    found: dict[str, Vouched] = {}
    for entry in entries:
        if entry.act != "witness" or entry.code == COSIGNED:
            continue
        for ref in entry.refs if isinstance(entry.refs, tuple) else ():
            found.pop(ref, None)
        if entry.code in _FILES:
            found[str(entry.record)] = Vouched(str(entry.code), str(entry.root), entry.seq)
    return found


def _role(path: Path) -> str:
    """The code that vouches for a file in this place."""
    if path.parent.suffix == ".forks" or path.parent.name == "forks":
        return FORK
    if path.parent.suffix == ".seen":
        return SEEN
    return ADDED if path.suffix == ".vkey" else KEPT


def _files(folder: Path, *, pending: bool = False) -> Iterator[Path]:
    """The files under `trust/` that a line must vouch for; or those that still wait for their name."""
    for place in _FOLDERS:
        for path in sorted((folder / place).rglob("*")):
            if path.is_file() and path.suffix != _PART and (path.suffix == _NEXT) is pending:
                yield path


def _sha256(path: Path) -> str:
    return hashlib.sha256(read_regular(path, SMALL_BYTES)).hexdigest()


def check_trust(folder: Path, entries: Iterable[Entry]) -> Iterator[Check]:
    """V25, first part: the keys and heads of others are those that the log noted; none added, changed or gone.

    Says nothing when there are none. A file whose line is written and that only waits for its name counts.
    """
    vouched = vouched_files(entries)
    wanted = Counter((one.code, one.root) for one in vouched.values())
    last = {(one.code, one.root): one.seq for one in vouched.values()}
    found = {path: (_role(path), _sha256(path)) for path in _files(folder)}
    for path in _files(folder, pending=True):
        final = path.with_suffix("")
        if (_role(final), _sha256(path)) in wanted:
            found[final] = _role(final), _sha256(path)
    failures = []
    rest = wanted.copy()
    for path, what in found.items():
        if rest[what] > 0:
            rest[what] -= 1
        else:
            name = path.relative_to(folder).as_posix()
            failures.append(
                Check.failed(
                    "V25",
                    f"{name} : ce fichier n’est pas celui que le journal a noté",
                    f"{name}: this file is not the one that the log noted",
                )
            )
    failures += [_gone(last[what], what[0]) for what, count in rest.items() if count > 0]
    yield from failures
    if found and not failures:
        fr, en = counted(len(found), "fichier", "file")
        yield Check.verified(
            "V25", f"témoins : {fr} conformes au journal", f"witnesses: {en} as the log noted"
        )


def _gone(seq: int, code: str) -> Check:
    fr, en = {
        ADDED: ("une clé", "a key"),
        KEPT: ("la dernière tête contresignée", "the last head cosigned"),
        SEEN: ("une tête observée", "a head seen"),
        FORK: ("la preuve d’une divergence", "the proof of a fork"),
    }[code]
    return Check.failed(
        "V25",
        f"« trust » : {fr}, notée à la ligne {seq}, a disparu ou changé",
        f"“trust”: {en}, noted at line {seq}, is gone or changed",
    )


# ---------------------------------------------------------------- reading


def load_key(path: Path, kind: int) -> VerifierKey:
    """A key of that type from its file. Raises `NoteError`, `OSError` or `UnicodeDecodeError`."""
    key = VerifierKey.from_text(read_regular(path, SMALL_BYTES).decode("utf-8"))
    if key.kind != kind:
        raise NoteError(f"a key of type {key.kind:#04x}", f"une clé de type {key.kind:#04x}")
    return key


def load_witnesses(folder: Path) -> tuple[tuple[VerifierKey, ...], list[Check]]:
    """The keys of `trust/witnesses`, for the policy of a vault, and one failed V25 for each unreadable file."""
    keys, failures = [], []
    for path in sorted((folder / WITNESSES).glob("[!.]*.vkey")):
        try:
            keys.append(load_key(path, COSIGNATURE))
        except (OSError, ValueError) as error:
            fr = error.fr if isinstance(error, NoteError) else "fichier illisible"
            en = str(error) if isinstance(error, NoteError) else "unreadable file"
            failures.append(Check.failed("V25", f"{path.name} : {fr}", f"{path.name}: {en}"))
    return tuple(keys), failures


def own_keys(vault: "OpenVault") -> tuple[VerifierKey, ...]:
    """The verifier keys of our own log: the one in use first, then those it replaced."""
    trust = vault.folder / "trust"
    found = []
    for path in (trust / "vault.vkey", *sorted((trust / "keys").glob("[!.]*.vkey"))):
        try:
            found.append(load_key(path, ED25519))
        except (OSError, ValueError):
            continue  # told by V08
    return tuple(found)


def witness_vkey(vault: "Vault") -> VerifierKey:
    """Our key as a witness for others: never the one that signs our log, and named apart from it."""
    public = vault.witness_key.public_key().public_bytes_raw()
    return VerifierKey(f"{vault.origin}/witness", COSIGNATURE, public)


# ---------------------------------------------------------------- writing


class Trust:
    """The open trust folder of a vault, under its lock: what the log vouches for, and nothing else."""

    def __init__(self, vault: "Vault") -> None:
        self.vault = vault
        self.folder = vault.folder
        self._settle()
        for check in check_trust(self.folder, vault.journal.entries):
            if check.state == "failed":
                raise SaisineError(
                    "witness_trust_changed", detail_fr=check.detail_fr, detail_en=check.detail_en
                )

    @property
    def witnesses(self) -> list[Witness]:
        paths = sorted((self.folder / WITNESSES).glob("[!.]*.vkey"))
        return [Witness(path.stem, _vouched_key(path, COSIGNATURE)) for path in paths]

    @property
    def logs(self) -> list[WatchedLog]:
        paths = sorted((self.folder / LOGS).glob("[!.]*.vkey"))
        return [WatchedLog(path.stem, _vouched_key(path, ED25519), self.head_of(path.stem)) for path in paths]

    def head_of(self, name: str) -> Head | None:
        """The last head of a log that we cosigned; it outlives the removal of its key."""
        path = self.folder / LOGS / f"{name}.note"
        return _vouched_head(path) if path.exists() else None

    def heads_in(self, folder: str) -> list[Head]:
        """The heads kept in one folder, by size."""
        found = map(_vouched_head, (self.folder / folder).glob("*.note"))
        return sorted(found, key=lambda head: head.size)

    def names_of_origin(self, origin: str) -> set[str]:
        """The names under which heads of this origin are remembered."""
        paths = (self.folder / LOGS).glob("*.note")
        return {path.stem for path in paths if _vouched_head(path).origin == origin}

    def put(self, place: str, body: bytes, facts: Mapping[str, object]) -> None:
        """Write one file and its line. On return both are durable."""
        path = self.folder / place
        root, code = hashlib.sha256(body).hexdigest(), _role(path)
        if path.exists() and read_regular(path, SMALL_BYTES) == body:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        fsync_folder(path.parent.parent)
        fsync_folder(self.folder / "trust")
        replace_durably(path.with_name(f"{path.name}{_NEXT}"), body)
        line = {"act": "witness", "code": code, "root": root, "refs": self._records_of(path)}
        self._write("witness", {**facts, "file": place}, line)
        path.with_name(f"{path.name}{_NEXT}").replace(path)
        fsync_folder(path.parent)

    def remove(self, place: str, facts: Mapping[str, object]) -> None:
        """Take one file away: its line first, so that a stop in between is finished at the next act."""
        path = self.folder / place
        line = {"act": "witness", "code": REMOVED, "root": _sha256(path), "refs": self._records_of(path)}
        self._write("witness", {**facts, "file": place}, line)
        path.unlink()
        fsync_folder(path.parent)

    def note_cosigned(self, size: int, body: bytes, facts: Mapping[str, object]) -> None:
        """The line that vouches for the cosignatures under one of our own heads."""
        line = {"act": "witness", "code": COSIGNED, "root": hashlib.sha256(body).hexdigest(), "count": size}
        self._write("witness", facts, line)

    def _write(self, kind: str, facts: Mapping[str, object], line: Mapping[str, object]) -> None:
        kept = {name: value for name, value in line.items() if value not in ([], ())}
        self.vault.write_act(kind, facts, [kept])

    def _records_of(self, path: Path) -> list[str]:
        """The record of the line that vouches for this file now; none for a new file."""
        if not path.exists():
            return []
        what = _role(path), _sha256(path)
        vouched = vouched_files(self.vault.journal.entries)
        return [record for record, one in vouched.items() if (one.code, one.root) == what][:1]

    def _settle(self) -> None:
        """Finish what a stop interrupted: give names that were committed, drop what was not, take away what
        was removed."""
        vouched = {(one.code, one.root) for one in vouched_files(self.vault.journal.entries).values()}
        removed = {e.root for e in self.vault.journal.entries if e.act == "witness" and e.code == REMOVED}
        for path in list(_files(self.folder, pending=True)):
            final = path.with_suffix("")
            if (_role(final), _sha256(path)) in vouched:
                path.replace(final)
            else:
                path.unlink()
            fsync_folder(path.parent)
        for path in list(_files(self.folder)):
            if path.suffix == ".vkey" and _sha256(path) in removed and (ADDED, _sha256(path)) not in vouched:
                path.unlink()
                fsync_folder(path.parent)


@contextmanager
def open_trust(vault: "Vault") -> Iterator[Trust]:
    """Hold the vault and open its trust folder: two processes never judge the same log at once.

    Raises `vault_damaged` and the like when nothing may be written, `vault_busy`, or `witness_trust_changed`
    when a file is not the one that the log noted.
    """
    with disk_faults(vault.folder), vault.journal.locked():
        vault.sign_head()  # refuses a vault that only reads, and takes in what others wrote
        yield Trust(vault)


def _vouched_key(path: Path, kind: int) -> VerifierKey:
    try:
        return load_key(path, kind)
    except ValueError as error:  # the log vouches for these bytes: somebody put a bad key there by hand
        raise _unreadable(path, error) from error


def _vouched_head(path: Path) -> Head:
    try:
        return Head.from_text(read_regular(path, SMALL_BYTES).decode("utf-8"))
    except ValueError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: ValueError) -> SaisineError:
    fr = error.fr if isinstance(error, NoteError) else "fichier illisible"
    en = str(error) if isinstance(error, NoteError) else "unreadable file"
    return SaisineError(
        "witness_trust_changed", detail_fr=f"{path.name} : {fr}", detail_en=f"{path.name}: {en}"
    )


def replace_durably(path: Path, body: bytes) -> None:
    """As `write_durably`, with a temporary name that no reader of notes or keys takes for one."""
    temporary = path.with_name(f"{path.name}{_PART}")
    with temporary.open("wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    fsync_folder(path.parent)
