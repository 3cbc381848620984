"""The checks of time stamps: V13 to V17 of docs/vault.md, for a vault and for a bundle alike."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from saisine.vault.checks import CLOCK_TOLERANCE, Policy, Snapshot
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.report import Check
from saisine.vault.stamps import StampVerdict, verify_stamp


def check_stamps(snapshot: Snapshot, policy: Policy, now: datetime) -> Iterator[Check]:
    """V13 to V17 over every reply that lies beside a head."""
    if not snapshot.replies:
        for number in ("V13", "V14", "V15", "V16"):
            yield Check.not_checked(
                number, "aucun horodatage : pas encore daté", "no time stamp: not yet dated"
            )
    dated: set[str] = set()
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
            dated.add(verdict.authority)
            yield check_order(f"{size}.{name}", verdict.at, _last_moment(snapshot, size))
    yield check_authorities(dated, policy.stamps_required)


def say_stamp(name: str, verdict: StampVerdict) -> Iterator[Check]:
    """V13 to V15 for one reply; a number that was not reached says after which one it stopped."""
    if not verdict.is_granted:
        state = Check.not_checked if verdict.is_unreadable else Check.failed
        yield state("V13", f"{name} : {verdict.reason}", f"{name}: {verdict.reason}")
        for number in ("V14", "V15", "V16"):
            yield Check.not_checked(number, f"{name} : voir V13", f"{name}: see V13")
        return
    yield Check.verified("V13", name)
    if not verdict.is_ours:
        yield Check.failed(
            "V14",
            f"{name} : cet horodatage porte sur d’autres octets",
            f"{name}: this time stamp is over other bytes",
        )
        for number in ("V15", "V16"):
            yield Check.not_checked(number, f"{name} : voir V14", f"{name}: see V14")
        return
    yield Check.verified("V14", name)
    if not verdict.is_trusted:
        yield Check.failed(
            "V15",
            f"{name} : autorité non reconnue ({verdict.reason})",
            f"{name}: unknown authority ({verdict.reason})",
        )
        yield Check.not_checked("V16", f"{name} : voir V15", f"{name}: see V15")
        return
    remark = f" ({verdict.remark})" if verdict.remark else ""
    yield Check.verified(
        "V15", f"{name} : {verdict.authority}{remark}", f"{name}: {verdict.authority}{remark}"
    )


def _last_moment(snapshot: Snapshot, size: int) -> datetime | None:
    entry = snapshot.entries[size - 1] if 0 < size <= len(snapshot.entries) else None
    return entry.moment if entry is not None else None


def check_order(name: str, at: datetime, last: datetime | None) -> Check:
    """V16"""
    if last is None:
        return Check.not_checked(
            "V16", f"{name} : dernière ligne illisible", f"{name}: the last line is unreadable"
        )
    delay = at - last
    if delay < -CLOCK_TOLERANCE:
        return Check.failed(
            "V16",
            f"{name} : l’heure certifiée précède la dernière ligne de {-delay}",
            f"{name}: the certified time is {-delay} before the last line",
        )
    seconds = round(delay.total_seconds())
    return Check.verified(
        "V16",
        f"{name} : {say_moment_fr(at)}, {seconds} s après la dernière ligne",
        f"{name}: {say_moment_en(at)}, {seconds} s after the last line",
    )


def check_authorities(dated: set[str], required: int) -> Check:
    """V17; « not checked » when no date was asked for and none was found: nothing is no proof."""
    if not dated and not required:
        return Check.not_checked("V17", "aucune date par un tiers", "no date by a third party")
    fr, en = (
        f"{len(dated)} autorités sur {required} demandées",
        f"{len(dated)} authorities of {required} asked for",
    )
    if len(dated) < required:
        return Check.not_checked("V17", fr, en)
    return Check.verified("V17", fr, en)


def check_pinned_roots(snapshot: Snapshot, roots: Mapping[str, str]) -> Iterator[Check]:
    """V15, the other half: the certificates in `trust/tsa` are those that were logged when they were chosen.

    `roots` gives the SHA-256 of each file by name. Without this, whoever can write to the folder could put
    another root there and forge an authority.
    """
    logged = {
        entry.root for entry in snapshot.good_entries() if entry.act == "note" and entry.code == "authority"
    }
    for name, digest in roots.items():
        if digest not in logged:
            yield Check.failed(
                "V15",
                f"{name} : ce certificat n’est pas celui qui a été inscrit au journal",
                f"{name}: this certificate is not the one written in the log",
            )
