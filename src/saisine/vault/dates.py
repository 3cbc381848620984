"""The checks of time stamps: V13 to V17 of docs/vault.md, for a vault and for a bundle alike."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError
from saisine.vault.authorities import (
    ADDED,
    REMOVED,
    Qualified,
    description_files,
    description_hash,
    hash_files,
    read_hashes,
)
from saisine.vault.checks import CLOCK_TOLERANCE
from saisine.vault.kept_replies import check_kept_replies, check_noted
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.report import Check, counted, say_delay
from saisine.vault.snapshot import Policy, Snapshot
from saisine.vault.stamp_verdicts import StampVerdict, verify_stamp


def check_stamps(snapshot: Snapshot, policy: Policy, now: datetime) -> Iterator[Check]:
    """V13 to V17 over every reply that lies beside a head."""
    yield from check_kept_replies(snapshot.folder / "log" / "heads")
    if not snapshot.replies:
        for number in ("V13", "V14", "V15", "V16"):
            yield Check.not_checked(
                number, "aucun horodatage : pas encore daté", "no time stamp: not yet dated"
            )
    dated: dict[tuple[int, str], str] = {}
    for (size, name), reply in snapshot.replies.items():
        head = snapshot.heads.get(size)
        if head is None:
            yield Check.failed(
                "V14", f"{size}.{name}.tsr : aucune tête {size}", f"{size}.{name}.tsr: no head {size}"
            )
            continue
        verdict = verify_stamp(reply, head, policy.tsa, now=policy.at or now)
        yield from say_stamp(f"{size}.{name}", verdict)
        if verdict.is_verified and verdict.at is not None:
            dated[size, name] = verdict.authority
            yield check_order(f"{size}.{name}", verdict.at, _last_moment(snapshot, size), now)
    heads = snapshot.folder / "log" / "heads"
    yield from check_noted(heads, snapshot.good_entries(), snapshot.replies, set(dated))
    yield check_authorities(set(dated.values()), policy.stamps_required)
    yield from _check_day(snapshot, policy.at)


def _check_day(snapshot: Snapshot, at: datetime | None) -> Iterator[Check]:
    """V16: the day at which a person asks to judge is not before anything was written."""
    first = next(snapshot.good_entries(), None)
    if at is not None and first is not None and at < first.moment:
        yield Check.not_checked("V16", *before_first_line(at, first.moment))


def before_first_line(at: datetime, first: datetime) -> tuple[str, str]:
    """What is said of a day (`--at`) on which the log did not exist yet."""
    return (
        f"le jour demandé ({say_moment_fr(at)}) précède la première ligne ({say_moment_fr(first)}) : "
        "rien n’était encore scellé",
        f"the day asked for ({say_moment_en(at)}) is before the first line ({say_moment_en(first)}): "
        "nothing was sealed yet",
    )


def say_stamp(name: str, verdict: StampVerdict) -> Iterator[Check]:
    """V13 to V15 for one reply; a number that was not reached says after which one it stopped."""
    reason, read_fr, read_en = verdict.reason, *_reader_words(verdict)
    if not verdict.is_granted:
        state = Check.not_checked if verdict.is_unreadable else Check.failed
        yield state("V13", f"{name} : {reason.fr}", f"{name}: {reason.en}")
        yield from _stopped(name, ("V14", "V15", "V16"), "V13")
        return
    yield Check.verified("V13", f"{name}{read_fr}", f"{name}{read_en}")
    if not verdict.is_ours:
        yield Check.failed("V14", f"{name} : {reason.fr}", f"{name}: {reason.en}")
        yield from _stopped(name, ("V15", "V16"), "V14")
        return
    yield Check.verified("V14", name)
    if not verdict.is_trusted:
        yield Check.failed(
            "V15",
            f"{name} : horodatage refusé, {reason.fr}",
            f"{name}: time stamp refused, {reason.en}",
        )
        yield from _stopped(name, ("V16",), "V15")
        return
    remark_fr = f" ({verdict.remark.fr})" if verdict.remark else ""
    remark_en = f" ({verdict.remark.en})" if verdict.remark else ""
    flag_fr, flag_en = _FLAGS[verdict.qualified]
    yield Check.verified(
        "V15",
        f"{name} : {verdict.authority}{remark_fr}, {flag_fr}{read_fr}",
        f"{name}: {verdict.authority}{remark_en}, {flag_en}{read_en}",
    )


# What a person noted; whether it is so, and what it is worth, is for a jurist.
_FLAGS: Final[Mapping[Qualified, tuple[str, str]]] = {
    "true": ("notée comme qualifiée (eIDAS)", "noted as qualified (eIDAS)"),
    "false": ("notée comme non qualifiée (eIDAS)", "noted as not qualified (eIDAS)"),
    "unknown": ("qualification eIDAS inconnue", "eIDAS qualification unknown"),
}


def _reader_words(verdict: StampVerdict) -> tuple[str, str]:
    """Who read the reply, when it was not the usual library."""
    if not verdict.reader:
        return "", ""
    return f", lu par {verdict.reader}", f", read by {verdict.reader}"


def _stopped(name: str, numbers: tuple[str, ...], at: str) -> Iterator[Check]:
    for number in numbers:
        yield Check.not_checked(number, f"{name} : voir {at}", f"{name}: see {at}")


def _last_moment(snapshot: Snapshot, size: int) -> datetime | None:
    entry = snapshot.entries[size - 1] if 0 < size <= len(snapshot.entries) else None
    return entry.moment if entry is not None else None


LAST_LINE: Final = ("la dernière ligne", "the last line")


def line_shown(seq: int) -> tuple[str, str]:
    """In a file that holds a part of the log: the line that the certified time is compared with."""
    return f"la ligne {seq}, la dernière montrée ici", f"line {seq}, the last one shown here"


def check_order(
    name: str,
    at: datetime,
    last: datetime | None,
    now: datetime | None = None,
    line: tuple[str, str] = LAST_LINE,
) -> Check:
    """V16: not before `last`, the time of the newest line known under the head; `line` names that line.

    `now` is this computer's time: a certified time after it means that one of the two is wrong.
    """
    if last is None:
        return Check.not_checked(
            "V16",
            f"{name} : aucune ligne lisible sous cette tête",
            f"{name}: no readable line under this head",
        )
    delay = at - last
    if delay < -CLOCK_TOLERANCE:
        fr, en = say_delay(-delay)
        return Check.failed(
            "V16",
            f"{name} : l’heure certifiée précède de {fr} {line[0]}",
            f"{name}: the certified time is {en} before {line[1]}",
        )
    if now is not None and at > now + CLOCK_TOLERANCE:
        return Check.not_checked(
            "V16",
            f"{name} : l’heure certifiée ({say_moment_fr(at)}) est dans le futur de cet ordinateur ; "
            "vérifiez son horloge",
            f"{name}: the certified time ({say_moment_en(at)}) is in this computer’s future; check its clock",
        )
    seconds = round(delay.total_seconds())
    after = ("avant", "before") if seconds < 0 else ("après", "after")
    return Check.verified(
        "V16",
        f"{name} : {say_moment_fr(at)}, {abs(seconds)} s {after[0]} {line[0]}",
        f"{name}: {say_moment_en(at)}, {abs(seconds)} s {after[1]} {line[1]}",
    )


def check_authorities(dated: set[str], required: int) -> Check:
    """V17; « not checked » when no date was asked for and none was found: nothing is no proof."""
    if not dated and not required:
        return Check.not_checked("V17", "aucune date par un tiers", "no date by a third party")
    fr, en = counted(len(dated), "autorité", "authority", many_en="authorities")
    if required:
        fr = f"{fr} sur {required} demandée{'s' if required > 1 else ''}"
        en = f"{en} of {required} asked for"
    if len(dated) < required:
        return Check.not_checked("V17", fr, en)
    return Check.verified("V17", fr, en)


# ---------------------------------------------------------------- the descriptions in trust/tsa


def check_pinned_roots(snapshot: Snapshot) -> Iterator[Check]:
    """V15, the other half: the descriptions in `trust/tsa` are those that were logged when they were chosen.

    Without this, whoever can write to the folder could put another root or another address there. Yields
    nothing for what fits.
    """
    folder = snapshot.folder / "trust" / "tsa"
    added, removed = _logged(snapshot)
    for path in sorted(folder.glob("[!.]*.yaml")):
        try:
            names = description_files(path)
        except SaisineError:
            continue  # `load_policy` tells a description that cannot be read
        yield from _check_description(path, names, added)
        yield from _check_retired(path, names, removed)


def _logged(snapshot: Snapshot) -> tuple[set[str], set[str]]:
    """The hashes of the authorities that were chosen, and of those that were given up."""
    notes = [entry for entry in snapshot.good_entries() if entry.act == "note"]
    added, removed = ({str(entry.root) for entry in notes if entry.code == code} for code in (ADDED, REMOVED))
    return added, removed


def _check_description(path: Path, names: list[str], added: set[str]) -> Iterator[Check]:
    found = hash_files(path.parent, names)
    beside = path.with_suffix(".sha256")
    listed = read_hashes(beside)
    if listed is not None:
        differ = [name for name in sorted({*names, *listed}) if found.get(name) != listed.get(name)]
        yield from map(_differs, differ)
    elif beside.exists():
        yield _differs(beside.name)
    whole = listed or found
    # Lines written before whole descriptions were logged hold the hash of the root certificate alone.
    if added.isdisjoint({description_hash(whole), whole.get(names[1], "")}):
        yield _differs(path.name if listed is None else beside.name)


def _differs(name: str) -> Check:
    return Check.failed(
        "V15",
        f"trust/tsa/{name} : ce fichier n’est pas celui qui a été inscrit au journal",
        f"trust/tsa/{name}: this file is not the one written in the log",
    )


def _check_retired(path: Path, names: list[str], removed: set[str]) -> Iterator[Check]:
    """Given up in the log and still asked: somebody took the mark away. The reverse is a stop in between."""
    hashed = read_hashes(path.with_suffix(".sha256")) or hash_files(path.parent, names)
    mark = path.with_suffix(".retired")
    is_logged = description_hash(hashed) in removed
    if is_logged and not mark.exists():
        yield Check.failed(
            "V15",
            f"trust/tsa/{mark.name} : autorité retirée selon le journal, mais encore interrogée",
            f"trust/tsa/{mark.name}: an authority given up in the log is still asked",
        )
    elif mark.exists() and not is_logged:
        yield Check.not_checked(
            "V15",
            f"trust/tsa/{mark.name} : retrait que le journal ne dit pas",
            f"trust/tsa/{mark.name}: given up without a line in the log",
        )
