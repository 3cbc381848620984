"""Verification of a vault or of a bundle: numbered checks, three states, one report.

The steps are those of docs/vault.md: V01 identity, V02 to V06 the log, V07 to V12 the heads, V13 to V17 the
dates, V18 to V21 the objects, V22 to V24 the contents, V25 what was kept outside. Nothing is written.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from saisine.errors import SaisineError
from saisine.vault.bundle_checks import BundleChecks
from saisine.vault.checks import (
    Policy,
    Snapshot,
    check_heads,
    check_identity,
    check_log,
    load_policy,
)
from saisine.vault.contents import ContentChecks
from saisine.vault.dates import check_pinned_roots, check_stamps
from saisine.vault.faults import explained
from saisine.vault.identity import Format
from saisine.vault.keys import KeyStore
from saisine.vault.log import TAKES_IN_BYTES
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.outside import check_outside
from saisine.vault.report import Check, CheckState, Report, Verdict
from saisine.vault.stamps import verify_stamp

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
    policy: Policy | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a vault in its folder. Without a `policy`, the folder's own `trust/` says whom to trust.

    `receipt` is a code of 12 signs or the text of a receipt file; `witness` the text of a head kept
    elsewhere. Raises `vault_missing` or `vault_input_output`; every other fault is a finding.
    """
    origin, created = _identity(folder)
    own, failures = load_policy(folder, decrypt=decrypt, at=at)
    trusted = policy or own
    try:
        snapshot = Snapshot.load(folder, origin)
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            raise explained(error, folder) from error
        gone = Check.failed(
            "V02", "le journal manque : log/entries.jsonl", "the log is missing: log/entries.jsonl"
        )
        return Report.of([*failures, gone], _ALWAYS, ("Le journal manque.", "The log is missing."))
    checks = [
        *failures,
        *check_identity(snapshot, trusted, created),
        *check_log(snapshot),
        *check_heads(snapshot, trusted),
        *check_stamps(snapshot, trusted, now),
        *check_pinned_roots(snapshot, _certificate_hashes(folder)),
        *_check_contents(snapshot, trusted, folder, passphrase, progress),
        *check_outside(snapshot, trusted, receipt, witness),
    ]
    required = _required(trusted, with_outside=receipt is not None or witness is not None)
    report = Report.of(checks, required)
    return replace(
        report,
        summary_fr=_summary_fr(report, snapshot, trusted),
        summary_en=_summary_en(report, snapshot, trusted),
    )


def _identity(folder: Path) -> tuple[str | None, str | None]:
    """Origin and creation time of FORMAT; None when it is there but unreadable. Raises `vault_missing`."""
    try:
        found = Format.load(folder)
    except SaisineError as error:
        if error.code == "vault_missing":
            raise
        return None, None
    return found.origin, found.created


def _certificate_hashes(folder: Path) -> dict[str, str]:
    paths = sorted((folder / "trust" / "tsa").glob("*.pem"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _check_contents(
    snapshot: Snapshot, policy: Policy, folder: Path, passphrase: str | None, progress: Progress | None
) -> Iterator[Check]:
    """V18 to V24; without keys the last three are not checked, and say why."""
    keys: KeyStore | None = None
    why = ("non demandé (--no-decrypt)", "not asked for (--no-decrypt)")
    if policy.decrypt:
        try:
            keys = KeyStore.open(folder / "keys", passphrase, read_only=True)
        except SaisineError as error:
            why = error.what("fr"), error.what("en")
            if error.code not in ("passphrase_needed", "passphrase_wrong"):
                yield Check.failed("V22", *why)
    try:
        yield from ContentChecks(snapshot, keys, why, progress).run()
    finally:
        if keys is not None:
            keys.close()


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
    return sum(entry.act in TAKES_IN_BYTES for entry in snapshot.good_entries())


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
