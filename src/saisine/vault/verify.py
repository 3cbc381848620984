"""Verification of a vault or of a bundle: numbered checks, three states, one report.

The steps are those of docs/vault.md: V01 identity, V02 to V06 the log, V07 to V12 the heads, V13 to V17 the
dates, V18 to V21 the objects, V22 to V24 the contents, V25 what was kept outside. Nothing is written.
"""

import errno
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from saisine.errors import SaisineError
from saisine.vault.bundle_checks import BundleChecks
from saisine.vault.checks import (
    check_heads,
    check_identity,
    check_log,
    load_policy,
)
from saisine.vault.contents import Checker, ContentChecks
from saisine.vault.dates import check_pinned_roots, check_stamps
from saisine.vault.faults import said
from saisine.vault.identity import Format
from saisine.vault.keys import KeyStore
from saisine.vault.log import TAKES_IN_BYTES
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.outside import check_outside
from saisine.vault.report import Check, CheckState, Report, Verdict
from saisine.vault.row_checks import RowsFinder
from saisine.vault.signatures import with_successors
from saisine.vault.snapshot import Policy, Snapshot
from saisine.vault.stamps import verify_stamp
from saisine.vault.standing import Standing
from saisine.vault.succession import key_chain
from saisine.vault.watched import check_trust

__all__ = ["Check", "CheckState", "Policy", "Report", "Verdict", "verify_bundle", "verify_vault"]

Progress = Callable[[int, int | None, str], None]

_ALWAYS = ("V01", "V02", "V03", "V04", "V05", "V06", "V07", "V08", "V09", "V10", "V11", "V18", "V19", "V21")
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_PARIS = ZoneInfo("Europe/Paris")


def verify_vault(
    folder: Path,
    *,
    now: datetime,
    decrypt: bool = True,
    at: datetime | None = None,
    receipt: str | None = None,
    witness: str | None = None,
    passphrase: str | None = None,
    recovery: str | None = None,
    keys: KeyStore | None = None,
    policy: Policy | None = None,
    progress: Progress | None = None,
    checkers: Mapping[str, Checker] | None = None,
    finder: RowsFinder | None = None,
) -> Report:
    """Check a vault in its folder. Without a `policy`, the folder's own `trust/` says whom to trust.

    `receipt` is a code of 12 signs or the text of a receipt file; `witness` the text of a head kept
    elsewhere; `keys` are those of a session that is open, in place of a passphrase; `checkers` look into
    pieces by their kind (V24). Raises `vault_missing` or `vault_input_output`; every other fault is a finding.
    """
    origin, created = _identity(folder)
    try:
        own, failures = load_policy(folder, decrypt=decrypt, at=at)
        chain = key_chain(folder)
    except OSError as error:
        own, failures, chain = Policy((), decrypt=decrypt, at=at), [_unreadable("V08", "trust", error)], []
    trusted = policy or own
    try:
        snapshot = Snapshot.load(folder, origin)
    except OSError as error:
        if error.errno in (errno.EIO, errno.EACCES):
            raise SaisineError("vault_input_output", path=folder, **said(error)) from error
        if not isinstance(error, FileNotFoundError):
            strange = _unreadable("V02", "log/entries.jsonl", error)
            return Report.of([*failures, strange], _ALWAYS, (strange.detail_fr, strange.detail_en))
        gone = Check.failed(
            "V02", "le journal manque : log/entries.jsonl", "the log is missing: log/entries.jsonl"
        )
        return Report.of([*failures, gone], _ALWAYS, ("Le journal manque.", "The log is missing."))
    trusted = with_successors(trusted, snapshot, chain)
    checks = [
        *failures,
        *check_identity(snapshot, trusted, created),
        *check_log(snapshot),
        *check_heads(snapshot, trusted, chain),
        *_guarded("V13", "log/heads", check_stamps(snapshot, trusted, now)),
        *_guarded("V15", "trust/tsa", check_pinned_roots(snapshot)),
        *_check_contents(snapshot, trusted, (passphrase, recovery), keys, progress, checkers or {}, finder),
        *_guarded("V25", "trust", check_trust(folder, snapshot.good_entries())),
        *_guarded("V25", "trust", check_outside(snapshot, trusted, receipt, witness)),
    ]
    required = _required(trusted, with_outside=receipt is not None or witness is not None)
    report = Report.of(checks, required)
    return replace(
        report,
        summary_fr=_summary_fr(report, snapshot, trusted),
        summary_en=_summary_en(report, snapshot, trusted),
    )


def _guarded(number: str, place: str, checks: Iterator[Check]) -> Iterator[Check]:
    """The findings; a folder or file that the disk refuses becomes one more."""
    try:
        yield from checks
    except OSError as error:
        yield _unreadable(number, place, error)


def _unreadable(number: str, place: str, error: OSError) -> Check:
    words = said(error)
    return Check.failed(number, f"{place} : {words['reason_fr']}", f"{place}: {words['reason_en']}")


def _identity(folder: Path) -> tuple[str | None, str | None]:
    """Origin and creation time of FORMAT; None when it is there but unreadable. Raises `vault_missing`."""
    try:
        found = Format.load(folder)
    except SaisineError as error:
        if error.code == "vault_missing":
            raise
        return None, None
    return found.origin, found.created


def _check_contents(
    snapshot: Snapshot,
    policy: Policy,
    secrets: tuple[str | None, str | None],
    opened: KeyStore | None,
    progress: Progress | None,
    checkers: Mapping[str, Checker],
    finder: RowsFinder | None,
) -> Iterator[Check]:
    """V18 to V24; without keys the last three are not checked, and say why."""
    keys: KeyStore | None = None
    why = ("non demandé (--no-decrypt)", "not asked for (--no-decrypt)")
    if policy.decrypt:
        try:
            folder, (passphrase, recovery) = snapshot.folder / "keys", secrets
            keys = opened or KeyStore.open(folder, passphrase, recovery=recovery, read_only=True)
        except SaisineError as error:
            why = error.what("fr"), error.what("en")
            if error.code not in ("passphrase_needed", "passphrase_wrong", "passphrase_cost"):
                yield Check.failed("V22", *why)
    yield from ContentChecks(snapshot, keys, why, progress, checkers, finder).run()


def _required(policy: Policy, *, with_outside: bool) -> list[str]:
    required = [*_ALWAYS]
    required += ["V22", "V23"] if policy.decrypt else []
    required += ["V13", "V14", "V15", "V16", "V17"] if policy.stamps_required else []
    required += ["V25"] if with_outside else []
    return required


def earliest_stamp(snapshot: Snapshot, policy: Policy) -> datetime | None:
    """The earliest verified time of a stamp over any head."""
    found = []
    for (size, _), reply in snapshot.replies.items():
        head = snapshot.heads.get(size)
        verdict = verify_stamp(reply, head, policy.tsa) if head is not None else None
        if verdict is not None and verdict.is_verified and verdict.at is not None:
            found.append(verdict.at)
    return min(found, default=None)


def _pieces(snapshot: Snapshot) -> int:
    """How many pieces were taken in and not erased since."""
    standing = Standing()
    for entry in snapshot.good_entries():
        standing.take(entry)
    return sum(
        entry.act in TAKES_IN_BYTES
        and entry.unit not in standing.erased
        and entry.record not in standing.erased_items
        for entry in snapshot.good_entries()
    )


def _summary_fr(report: Report, snapshot: Snapshot, policy: Policy) -> str:
    return say_verdict_fr(report, _pieces(snapshot), earliest_stamp(snapshot, policy))


def _summary_en(report: Report, snapshot: Snapshot, policy: Policy) -> str:
    return say_verdict_en(report, _pieces(snapshot), earliest_stamp(snapshot, policy))


def say_verdict_fr(report: Report, pieces: int, dated: datetime | None) -> str:
    """One sentence: intact and since when, or what failed, or what is missing."""
    failures = report.failures()
    if failures:
        more = f" (et {len(failures) - 1} autres constats)" if len(failures) > 1 else ""
        return f"Ne correspond pas : {failures[0].id}, {failures[0].detail_fr}{more}."
    if report.verdict == "incomplete":
        return (
            f"Incomplet : aucun écart trouvé, mais un contrôle n’a pas pu être fait{_lacking(report, 'fr')}."
        )
    count = f"{pieces} pièce{'s' if pieces > 1 else ''}"
    if dated is None:
        return f"Intact. {count}, pas encore datée{'s' if pieces > 1 else ''} par un tiers."
    day = _DAYS[dated.astimezone(_PARIS).weekday()]
    return f"Intact. {count}, la plus ancienne datée d’avant le {day} {say_moment_fr(dated)}."


def say_verdict_en(report: Report, pieces: int, dated: datetime | None) -> str:
    failures = report.failures()
    if failures:
        more = f" (and {len(failures) - 1} more findings)" if len(failures) > 1 else ""
        return f"Does not match: {failures[0].id}, {failures[0].detail_en}{more}."
    if report.verdict == "incomplete":
        return f"Incomplete: no fault was found, but a check could not be made{_lacking(report, 'en')}."
    count = f"{pieces} item{'' if pieces == 1 else 's'}"
    if dated is None:
        return f"Intact. {count}, not yet dated by a third party."
    return f"Intact. {count}, the oldest dated before {dated.astimezone(_PARIS):%A} {say_moment_en(dated)}."


def _lacking(report: Report, language: str) -> str:
    """Which required check was not made, and why: the first one is the cause of the others."""
    for check in report.checks:
        if check.state == "not_checked" and check.id in report.required:
            return f" ({check.id}{' :' if language == 'fr' else ':'} {check.as_json(language)['detail']})"
    return ""


def verify_bundle(
    path: Path, *, now: datetime, policy: Policy | None = None, progress: Progress | None = None
) -> Report:
    """Check an export bundle (zip). Without a `policy`, the keys inside the bundle are the ones trusted.

    Raises `bundle_unreadable` when it is no bundle of Saisine at all.
    """
    found = BundleChecks(path, policy, now, progress)
    report = Report.of(found.run(), ("B01", "B02", "V07", "V08", "V09", "V22", "V23"))
    return replace(
        report,
        summary_fr=say_verdict_fr(report, found.pieces, found.earliest),
        summary_en=say_verdict_en(report, found.pieces, found.earliest),
    )
