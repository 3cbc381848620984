"""The checks of the log and its heads: V01 to V12 of docs/vault.md, and what every check reads.

Pure functions over what was read from disk: each yields findings in the order of their numbers and raises
nothing on hostile bytes.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError
from saisine.vault.journal import BATCH_BYTES
from saisine.vault.log import parse_moment
from saisine.vault.notes import VerifierKey
from saisine.vault.report import Check, counted, say_delay
from saisine.vault.secret_files import NEXT_NAME, fixed_files, root_of_files
from saisine.vault.signatures import check_countersigned, check_key_files, check_signatures
from saisine.vault.snapshot import Policy, Snapshot
from saisine.vault.stamps import Authority
from saisine.vault.standing import UNLAWFUL, Standing
from saisine.vault.succession import key_chain
from saisine.vault.watched import load_witnesses

CLOCK_TOLERANCE: Final = timedelta(seconds=120)
_NAMED_AT_MOST: Final = 50  # findings of one number that are named one by one; the rest is counted


def limited(checks: Iterator[Check], number: str) -> Iterator[Check]:
    """At most fifty findings of one number by name; one more counts the rest."""
    rest = 0
    for position, check in enumerate(checks):
        if position < _NAMED_AT_MOST:
            yield check
        else:
            rest += 1
    if rest:
        fr, en = counted(
            rest, "autre constat", "more like these", many_fr="autres constats", many_en="more like these"
        )
        yield Check.failed(number, f"et {fr} du même genre", f"and {en}")


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
        Check.failed("V02", f"ligne {number} du journal : {fr}", f"line {number} of the log: {en}")
        for number, (fr, en) in snapshot.faults.items()
    ]
    count = len(snapshot.lines)
    if len(snapshot.tail) > BATCH_BYTES or (snapshot.tail and count < snapshot.newest):
        failures.append(Check.failed("V02", f"ligne {count} du journal : coupée", f"line {count}: cut short"))
    yield from all_good("V02", failures, *counted(count, "ligne", "line"))
    if 0 < len(snapshot.tail) <= BATCH_BYTES and count >= snapshot.newest:
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
            fr, en = say_delay(latest - moment)
            failures.append(
                Check.failed(
                    "V04",
                    f"ligne {entry.seq} : l’heure recule de {fr}",
                    f"line {entry.seq}: the time goes back by {en}",
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
    items = 0
    for entry in snapshot.good_entries():
        unit = entry.unit
        if not isinstance(unit, str):
            continue
        if entry.act == "erase" and unit in held and entry.code != UNLAWFUL:
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
        if entry.act == "erase" and not entry.refs:
            erased.add(unit)
        elif entry.act == "erase":
            items += 1
        elif entry.act in ("hold", "release"):
            (held.add if entry.act == "hold" else held.discard)(unit)
    yield from all_good("V06", failures, *counted(len(erased) + items, "effacement", "erasure"))


# ---------------------------------------------------------------- heads


def check_heads(snapshot: Snapshot, policy: Policy, chain: Sequence[VerifierKey]) -> Iterator[Check]:
    """V07 to V12 over every head. `chain` are the vault's own keys, the oldest first."""
    # V07
    failures = [
        Check.failed("V07", f"{name} : {fr}", f"{name}: {en}")
        for name, (fr, en) in snapshot.head_faults.items()
    ]
    count = len(snapshot.heads)
    yield from all_good("V07", failures, *counted(count, "tête", "head"))
    for name in snapshot.unsigned_texts():
        yield Check.not_checked(
            "V07",
            f"{name} : une signature a été interrompue ; la prochaine ouverture la refera",
            f"{name}: a signature was interrupted; the next opening makes it again",
        )
    # V08
    failures = [*check_signatures(snapshot, policy, chain), *check_countersigned(snapshot, chain)]
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
        fr, en = counted(behind, "ligne", "line")
        yield Check.not_checked("V12", f"{fr} sans tête signée", f"{en} without a signed head")
    else:
        yield Check.verified("V12", "aucune", "none")


def _check_roots(snapshot: Snapshot) -> Iterator[Check]:
    """V09, and V10 which follows from it: all lines are here, so every root is computed again."""
    failures = []
    for size, head in sorted(snapshot.heads.items()):
        missing = size - len(snapshot.lines)
        if missing > 0:
            fr, _ = counted(missing, "ligne", "")
            _, en = counted(missing, "", "line of the log is", many_en="lines of the log are")
            failures.append(
                Check.failed("V09", f"tête {size} : il manque {fr} au journal", f"head {size}: {en} missing")
            )
        elif snapshot.tree.root(size) != head.root:
            failures.append(Check.failed("V09", *_other_lines(size)))
    count = len(snapshot.heads)
    if not count and snapshot.lines:
        yield Check.not_checked("V09", "aucune tête", "no head")
        yield Check.not_checked("V10", "aucune tête", "no head")
        return
    said = counted(
        count,
        "racine recalculée",
        "root computed again",
        many_fr="racines recalculées",
        many_en="roots computed again",
    )
    yield from all_good("V09", failures, *said)
    if failures:
        yield Check.not_checked("V10", "voir V09", "see V09")
    else:
        yield Check.verified("V10", "par les lignes elles-mêmes", "from the lines themselves")


def _other_lines(size: int) -> tuple[str, str]:
    if size == 1:
        return (
            "tête 1 : la première ligne n’est plus celle qui a été signée",
            "head 1: the first line is no longer the one that was signed",
        )
    return (
        f"tête {size} : les {size} premières lignes ne sont plus celles qui ont été signées",
        f"head {size}: the first {size} lines are no longer those that were signed",
    )


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
    changed = list(_changed_files(snapshot))
    failures += [check for check in changed if check.state == "failed"]
    yield from all_good("V01", failures, str(snapshot.origin), str(snapshot.origin))
    yield from (check for check in changed if check.state != "failed")


def _changed_files(snapshot: Snapshot) -> Iterator[Check]:
    """FORMAT and the secret files are those that the log vouches for; a log of 0.1.0 vouches for none."""
    standing = Standing()
    for entry in snapshot.good_entries():
        standing.take(entry)
    if standing.files_root is None:
        return
    try:
        found = fixed_files(snapshot.folder)
    except OSError as error:
        yield Check.failed("V01", f"{error.filename} : illisible", f"{error.filename}: cannot be read")
        return
    if root_of_files(found) == standing.files_root:
        return
    following = snapshot.folder / "keys" / NEXT_NAME
    if following.is_dir() and root_of_files(fixed_files(snapshot.folder, following)) == standing.files_root:
        yield Check.not_checked(
            "V01",
            "un changement de clés a été interrompu ; la prochaine ouverture le finira",
            "a change of keys was interrupted; the next opening finishes it",
        )
    else:
        names = ", ".join(found)
        yield Check.failed(
            "V01",
            f"l’un de ces fichiers n’est plus celui que le journal a inscrit : {names}",
            f"one of these files is no longer the one that the log vouches for: {names}",
        )


def load_policy(
    folder: Path, *, decrypt: bool = True, at: datetime | None = None
) -> tuple[Policy, list[Check]]:
    """The policy that a vault's own `trust/` folder gives, and what in that folder does not hold.

    It trusts the folder: whoever has a receipt or the key from elsewhere should give them too (V25).
    """
    failures: list[Check] = []
    failures += check_key_files(folder)
    keys = tuple(key_chain(folder))
    authorities: list[Authority] = []
    for path in sorted((folder / "trust" / "tsa").glob("[!.]*.yaml")):
        try:
            authorities.append(Authority.load(path))
        except SaisineError as error:
            failures.append(Check.failed("V15", error.sentence("fr"), error.sentence("en")))
    witnesses, faults = load_witnesses(folder)
    return Policy(keys, tuple(authorities), witnesses, decrypt=decrypt, at=at), [*failures, *faults]
