"""The checks of the log and its heads: V01 to V12 of docs/vault.md, and what every check reads.

Pure functions over what was read from disk: each yields findings in the order of their numbers and raises
nothing on hostile bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError
from saisine.vault.log import Entry, fault_of, parse_line, parse_moment, split_lines
from saisine.vault.merkle import Tree, leaf_hash
from saisine.vault.notes import Head, NoteError, VerifierKey
from saisine.vault.report import Check, counted
from saisine.vault.stamps import Authority

CLOCK_TOLERANCE: Final = timedelta(seconds=120)
_NAMED_AT_MOST: Final = 50  # findings of one number that are named one by one; the rest is counted


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
    faults: dict[int, str]
    tail: bytes
    heads: dict[int, Head]
    head_faults: dict[str, str]
    replies: dict[tuple[int, str], bytes]
    tree: Tree = field(default_factory=Tree)

    @classmethod
    def load(cls, folder: Path, origin: str | None) -> "Snapshot":
        """Heads first, then the log: a log that grows meanwhile still covers every head. Raises `OSError`."""
        heads, head_faults = _load_heads(folder / "log" / "heads")
        replies = _load_replies(folder / "log" / "heads")
        lines, tail = split_lines((folder / "log" / "entries.jsonl").read_bytes())
        entries: list[Entry | None] = []
        faults: dict[int, str] = {}
        for number, line in enumerate(lines):
            try:
                entry = parse_line(line)
                fault = fault_of(entry)
            except ValueError as error:
                entry, fault = None, str(error)
            if fault is not None:
                faults[number] = fault
            entries.append(entry if fault is None else None)
        tree = Tree(map(leaf_hash, lines))
        return cls(folder, origin, lines, entries, faults, tail, heads, head_faults, replies, tree)

    @property
    def newest(self) -> int:
        return max(self.heads, default=0)

    def good_entries(self) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry is not None)


def _load_heads(folder: Path) -> tuple[dict[int, Head], dict[str, str]]:
    heads: dict[int, Head] = {}
    faults: dict[str, str] = {}
    for path in sorted(folder.glob("*.note")):
        try:
            head = Head.from_text(path.read_bytes().decode("utf-8"))
            if path.name != f"{head.size}.note":
                raise NoteError(f"the head is of size {head.size}")
            if (folder / f"{head.size}.txt").read_bytes() != head.text:
                raise NoteError("the text beside the note is another one")
        except (NoteError, UnicodeDecodeError, OSError) as error:
            faults[path.name] = str(error)
        else:
            heads[head.size] = head
    for path in folder.glob("*.txt"):
        if not path.with_suffix(".note").exists():
            faults[path.name] = "no note beside it"
    return heads, faults


def _load_replies(folder: Path) -> dict[tuple[int, str], bytes]:
    found: dict[tuple[int, str], bytes] = {}
    for path in sorted(folder.glob("*.tsr")):
        size, _, name = path.name.removesuffix(".tsr").partition(".")
        if size.isdecimal():
            found[int(size), name] = path.read_bytes()
    return found


def limited(checks: Iterator[Check], number: str) -> Iterator[Check]:
    """At most fifty findings of one number by name; one more counts the rest."""
    rest = 0
    for position, check in enumerate(checks):
        if position < _NAMED_AT_MOST:
            yield check
        else:
            rest += 1
    if rest:
        yield Check.failed(number, f"et {rest} autres constats du même genre", f"and {rest} more like these")


def all_good(number: str, failures: list[Check], fr: str, en: str) -> Iterator[Check]:
    """The failures, or one line that says what was verified."""
    yield from limited(iter(failures), number)
    if not failures:
        yield Check.verified(number, fr, en)


# ---------------------------------------------------------------- the log


def check_log(snapshot: Snapshot) -> Iterator[Check]:
    """V02 to V06 over every line."""
    yield from _check_lines(snapshot)
    yield from _check_sequence(snapshot)
    yield from _check_times(snapshot)
    yield from _check_names(snapshot)
    yield from _check_erasures(snapshot)


def _check_lines(snapshot: Snapshot) -> Iterator[Check]:
    """V02"""
    failures = [
        Check.failed("V02", f"ligne {number} du journal : {fault}", f"line {number} of the log: {fault}")
        for number, fault in snapshot.faults.items()
    ]
    count = len(snapshot.lines)
    if snapshot.tail and count < snapshot.newest:
        failures.append(Check.failed("V02", f"ligne {count} du journal : coupée", f"line {count}: cut short"))
    yield from all_good("V02", failures, *counted(count, "ligne", "line"))
    if snapshot.tail and count >= snapshot.newest:
        yield Check.not_checked(
            "V02",
            f"une écriture interrompue suit la ligne {count} ; la prochaine ouverture la rangera",
            f"an interrupted write follows line {count}; the next opening sets it aside",
        )


def _check_sequence(snapshot: Snapshot) -> Iterator[Check]:
    """V03: one finding where the numbering breaks, not one for every line after it."""
    failures = []
    shift = 0
    for index, entry in enumerate(snapshot.entries):
        if entry is None or entry.seq - index == shift:
            continue
        shift = entry.seq - index
        failures.append(
            Check.failed(
                "V03",
                f"au rang {index} se trouve la ligne {entry.seq} : ligne retirée, ajoutée ou déplacée",
                f"in the place of line {index} stands line {entry.seq}: a line removed, added or moved",
            )
        )
    yield from all_good("V03", failures, "0, 1, 2…", "0, 1, 2…")


def _check_times(snapshot: Snapshot) -> Iterator[Check]:
    """V04"""
    failures = []
    latest: datetime | None = None
    for entry in snapshot.good_entries():
        moment = parse_moment(entry.at)
        said = entry.act == "note" and entry.code == "clock_back"
        if latest is not None and moment < latest - CLOCK_TOLERANCE and not said:
            back = latest - moment
            failures.append(
                Check.failed(
                    "V04",
                    f"ligne {entry.seq} : l’heure recule de {back}",
                    f"line {entry.seq}: the time goes back by {back}",
                )
            )
        latest = moment if latest is None or said else max(latest, moment)
    yield from all_good("V04", failures, "", "")


def _check_names(snapshot: Snapshot) -> Iterator[Check]:
    """V05"""
    failures = []
    objects: dict[str, int] = {}
    records: set[str] = set()
    for entry in snapshot.good_entries():
        name = entry.object
        if isinstance(name, str):
            if name in objects:
                failures.append(
                    Check.failed(
                        "V05",
                        f"lignes {objects[name]} et {entry.seq} : même objet {name}",
                        f"lines {objects[name]} and {entry.seq}: same object {name}",
                    )
                )
            objects[name] = entry.seq
        refs = entry.refs if isinstance(entry.refs, tuple) else ()
        failures += [
            Check.failed(
                "V05",
                f"ligne {entry.seq} : renvoi à une fiche inconnue {ref}",
                f"line {entry.seq}: refers to an unknown record {ref}",
            )
            for ref in refs
            if ref not in records
        ]
        if isinstance(entry.record, str):
            records.add(entry.record)
    yield from all_good("V05", failures, *counted(len(objects), "objet", "object"))


def _check_erasures(snapshot: Snapshot) -> Iterator[Check]:
    """V06"""
    failures = []
    erased: set[str] = set()
    held: set[str] = set()
    for entry in snapshot.good_entries():
        unit = entry.unit
        if not isinstance(unit, str):
            continue
        if entry.act == "erase" and unit in held:
            failures.append(
                Check.failed(
                    "V06",
                    f"ligne {entry.seq} : effacement malgré une conservation",
                    f"line {entry.seq}: erased under a hold",
                )
            )
        elif isinstance(entry.object, str) and unit in erased:
            failures.append(
                Check.failed(
                    "V06",
                    f"ligne {entry.seq} : scellé dans une unité effacée",
                    f"line {entry.seq}: sealed into an erased unit",
                )
            )
        if entry.act == "erase":
            erased.add(unit)
        elif entry.act in ("hold", "release"):
            (held.add if entry.act == "hold" else held.discard)(unit)
    yield from all_good("V06", failures, f"{len(erased)} effacements", f"{len(erased)} erasures")


# ---------------------------------------------------------------- heads


def check_heads(snapshot: Snapshot, policy: Policy) -> Iterator[Check]:
    """V07 to V12 over every head."""
    # V07
    failures = [
        Check.failed("V07", f"{name} : {fault}", f"{name}: {fault}")
        for name, fault in snapshot.head_faults.items()
    ]
    count = len(snapshot.heads)
    yield from all_good("V07", failures, *counted(count, "tête", "head"))
    # V08
    failures = list(_unsigned(snapshot, policy))
    names = ", ".join(key.to_text() for key in policy.vkeys)
    if not count and snapshot.lines:
        yield Check.not_checked("V08", "aucune tête", "no head")
    else:
        yield from all_good("V08", failures, names, names)
    # V09
    yield from _check_roots(snapshot)
    # V11: one file per size; a second history can only come from outside (V25)
    yield from all_good("V11", [], *counted(count, "tête", "head"))
    # V12
    behind = len(snapshot.lines) - snapshot.newest
    if behind > 0:
        yield Check.not_checked(
            "V12", f"{behind} lignes sans tête signée", f"{behind} lines without a signed head"
        )
    else:
        yield Check.verified("V12", "aucune", "none")


def _unsigned(snapshot: Snapshot, policy: Policy) -> Iterator[Check]:
    for size, head in snapshot.heads.items():
        try:
            head.note.require_signed_by(policy.vkeys)
        except NoteError as error:
            yield Check.failed("V08", f"tête {size} : {error}", f"head {size}: {error}")


def _check_roots(snapshot: Snapshot) -> Iterator[Check]:
    """V09, and V10 which follows from it: all lines are here, so every root is computed again."""
    failures = []
    for size, head in sorted(snapshot.heads.items()):
        missing = size - len(snapshot.lines)
        if missing > 0:
            failures.append(
                Check.failed(
                    "V09",
                    f"tête {size} : il manque {missing} lignes au journal",
                    f"head {size}: {missing} lines of the log are missing",
                )
            )
        elif snapshot.tree.root(size) != head.root:
            failures.append(
                Check.failed(
                    "V09",
                    f"tête {size} : les {size} premières lignes ne sont plus celles qui ont été signées",
                    f"head {size}: the first {size} lines are no longer those that were signed",
                )
            )
    count = len(snapshot.heads)
    if not count and snapshot.lines:
        yield Check.not_checked("V09", "aucune tête", "no head")
        yield Check.not_checked("V10", "aucune tête", "no head")
        return
    yield from all_good("V09", failures, f"{count} racines recalculées", f"{count} roots computed again")
    if failures:
        yield Check.not_checked("V10", "voir V09", "see V09")
    else:
        yield Check.verified("V10", "par les lignes elles-mêmes", "from the lines themselves")


def check_identity(snapshot: Snapshot, policy: Policy, created: str | None) -> Iterator[Check]:
    """V01: the format is known and one origin stands everywhere."""
    failures = []
    if snapshot.origin is None or created is None:
        failures.append(
            Check.failed("V01", "le fichier FORMAT est illisible", "the FORMAT file cannot be read")
        )
    else:
        others: Sequence[str] = sorted(
            {head.origin for head in snapshot.heads.values()} | {key.name for key in policy.vkeys}
        )
        failures += [
            Check.failed("V01", f"origine étrangère : {other}", f"foreign origin: {other}")
            for other in others
            if other != snapshot.origin
        ]
    yield from all_good("V01", failures, str(snapshot.origin), str(snapshot.origin))


def load_policy(
    folder: Path, *, decrypt: bool = True, at: datetime | None = None
) -> tuple[Policy, list[Check]]:
    """The policy that a vault's own `trust/` folder gives, and what in that folder does not hold.

    It trusts the folder: whoever has a receipt or the key from elsewhere should give them too (V25).
    """
    failures: list[Check] = []
    keys: tuple[VerifierKey, ...] = ()
    try:
        key = VerifierKey.from_text((folder / "trust" / "vault.vkey").read_text("utf-8"))
        keys = (key,)
        if (folder / "trust" / "vault.pem").read_text("utf-8") != key.to_pem():
            raise NoteError("vault.pem and vault.vkey hold different keys")
    except (OSError, UnicodeDecodeError, NoteError) as error:
        failures.append(Check.failed("V08", f"clé publique : {error}", f"public key: {error}"))
    authorities: list[Authority] = []
    for path in sorted((folder / "trust" / "tsa").glob("*.yaml")):
        try:
            authorities.append(Authority.load(path))
        except SaisineError as error:
            failures.append(Check.failed("V15", error.sentence("fr"), error.sentence("en")))
    return Policy(keys, tuple(authorities), decrypt=decrypt, at=at), failures
