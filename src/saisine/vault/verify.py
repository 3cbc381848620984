"""Verification of a vault or of a bundle: numbered checks, three states, one report.

The steps are those of docs/vault.md: V01 identity, V02 to V06 the log, V07 to V12 the heads, V13 to V17 the
dates, V18 to V21 the objects, V22 to V24 the contents, V25 what was kept outside. Nothing is written.
"""

import errno
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
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
from saisine.vault.dates import before_first_line, check_pinned_roots, check_stamps
from saisine.vault.faults import said
from saisine.vault.forks import check_watched_forks, watched_forks
from saisine.vault.identity import Format
from saisine.vault.keys import KeyStore
from saisine.vault.log import TAKES_IN_BYTES
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.outside import check_outside
from saisine.vault.report import Check, CheckState, Report, Verdict, counted
from saisine.vault.row_checks import RowsFinder
from saisine.vault.shown_heads import KeptOutside
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
    opened, why, faults = _open_keys(snapshot, trusted, (passphrase, recovery), keys)
    contents = ContentChecks(snapshot, opened, why, progress, checkers or {}, finder)
    checks = [
        *failures,
        *check_identity(snapshot, trusted, created),
        *check_log(snapshot),
        *check_heads(snapshot, trusted, chain),
        *_guarded("V13", "log/heads", check_stamps(snapshot, trusted, now)),
        *_guarded("V15", "trust/tsa", check_pinned_roots(snapshot)),
        *faults,
        *contents.run(),
        *_guarded("V25", "trust", check_trust(folder, snapshot.good_entries())),
        *_guarded("V25", "trust", check_outside(snapshot, trusted, receipt, witness)),
        *_guarded("V25", "trust/logs", check_watched_forks(folder)),
    ]
    required = _required(trusted, with_outside=receipt is not None or witness is not None)
    report = Report.of(checks, required)
    fr, en = _remarks(snapshot, trusted)
    count, dated = _count(snapshot, contents.ledgers if opened else None), earliest_stamp(snapshot, trusted)
    return replace(
        report,
        summary_fr=say_verdict_fr(report, count, dated) + fr,
        summary_en=say_verdict_en(report, count, dated) + en,
    )


def _remarks(snapshot: Snapshot, policy: Policy) -> tuple[str, str]:
    """What a person must read beside the verdict: a fork of a log that we watch, a day on which nothing was."""
    said = [
        (
            f"Attention : le journal suivi « {name} » a deux histoires (V25).",
            f"Note: the watched log “{name}” has two histories (V25).",
        )
        for name in watched_forks(snapshot.folder)
    ]
    first = next(snapshot.good_entries(), None)
    if policy.at is not None and first is not None and policy.at < first.moment:
        fr, en = before_first_line(policy.at, first.moment)
        said.append((f"Attention : {fr}.", f"Note: {en}."))
    return "".join(f" {fr}" for fr, _ in said), "".join(f" {en}" for _, en in said)


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


def _open_keys(
    snapshot: Snapshot, policy: Policy, secrets: tuple[str | None, str | None], opened: KeyStore | None
) -> tuple[KeyStore | None, tuple[str, str], list[Check]]:
    """The keys that V22 to V24 need; without them, why not, and what is wrong with their files."""
    if not policy.decrypt:
        return None, ("non demandé (--no-decrypt)", "not asked for (--no-decrypt)"), []
    folder, (passphrase, recovery) = snapshot.folder / "keys", secrets
    try:
        keys = opened or KeyStore.open(folder, passphrase, recovery=recovery, read_only=True)
    except SaisineError as error:
        if error.code in _LOCKED:
            return None, (_next_step(error, "fr"), _next_step(error, "en")), []
        why = error.what("fr"), error.what("en")
        return None, why, [] if error.code == "passphrase_cost" else [Check.failed("V22", *why)]
    return keys, ("", ""), []


_LOCKED = ("passphrase_needed", "passphrase_wrong")


def _next_step(error: SaisineError, language: str) -> str:
    """What is closed and how to open it, or to do without."""
    step = {
        "fr": "Donnez-la avec --passphrase-file, ou vérifiez sans ouvrir avec --no-decrypt",
        "en": "Give it with --passphrase-file, or verify without opening with --no-decrypt",
    }
    return f"{error.what(language)} {step[language]}"


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


@dataclass(frozen=True, slots=True)
class Count:
    """How many pieces stand, as the pages count them: neither erased, nor set aside, nor the ledgers of imports.

    `ledgers` is None when the kinds could not be read: then `pieces` counts them too.
    """

    pieces: int
    ledgers: int | None = 0

    def say(self) -> tuple[str, str]:
        """« 28 pièces et 1 relevé d’import », and the same in English."""
        fr, en = counted(self.pieces, "pièce", "item")
        if self.ledgers is None:
            return f"{fr} (avec les relevés d’import)", f"{en} (with the ledgers of imports)"
        if not self.ledgers:
            return fr, en
        more = counted(
            self.ledgers,
            "relevé d’import",
            "ledger of an import",
            many_fr="relevés d’import",
            many_en="ledgers of imports",
        )
        return f"{fr} (et {more[0]})", f"{en} (and {more[1]})"


def _count(snapshot: Snapshot, ledgers: int | None) -> Count:
    standing = Standing()
    for entry in snapshot.good_entries():
        standing.take(entry)
    gone = standing.barred | set(standing.erased_items)
    pieces = sum(
        entry.act in TAKES_IN_BYTES and entry.unit not in standing.erased and entry.record not in gone
        for entry in snapshot.good_entries()
    )
    return Count(pieces - (ledgers or 0), ledgers)


def say_verdict_fr(report: Report, count: Count, dated: datetime | None) -> str:
    """One sentence: intact and since when, or what failed, or what is missing."""
    failures = report.failures()
    if failures:
        rest, _ = counted(len(failures) - 1, "autre constat", "", many_fr="autres constats")
        more = f" (et {rest})" if len(failures) > 1 else ""
        return f"Ne correspond pas : {failures[0].id}, {failures[0].detail_fr}{more}."
    if report.verdict == "incomplete":
        return (
            f"Incomplet : aucun écart trouvé, mais un contrôle n’a pas pu être fait{_lacking(report, 'fr')}."
        )
    pieces = count.say()[0]
    if dated is None:
        return f"Intact. {pieces}, pas encore datée{'s' if count.pieces > 1 else ''} par un tiers."
    day = _DAYS[dated.astimezone(_PARIS).weekday()]
    return f"Intact. {pieces}, la plus ancienne datée d’avant le {day} {say_moment_fr(dated)}."


def say_verdict_en(report: Report, count: Count, dated: datetime | None) -> str:
    failures = report.failures()
    if failures:
        _, rest = counted(len(failures) - 1, "", "more finding")
        more = f" (and {rest})" if len(failures) > 1 else ""
        return f"Does not match: {failures[0].id}, {failures[0].detail_en}{more}."
    if report.verdict == "incomplete":
        return f"Incomplete: no fault was found, but a check could not be made{_lacking(report, 'en')}."
    pieces = count.say()[1]
    if dated is None:
        return f"Intact. {pieces}, not yet dated by a third party."
    return f"Intact. {pieces}, the oldest dated before {dated.astimezone(_PARIS):%A} {say_moment_en(dated)}."


def _lacking(report: Report, language: str) -> str:
    """Which required check was not made, and why: the first one is the cause of the others."""
    for check in report.checks:
        if check.state == "not_checked" and check.id in report.required:
            return f" ({check.id}{' :' if language == 'fr' else ':'} {check.as_json(language)['detail']})"
    return ""


def verify_bundle(
    path: Path,
    *,
    now: datetime,
    policy: Policy | None = None,
    progress: Progress | None = None,
    at: datetime | None = None,
    receipt: str | None = None,
    witness: str | None = None,
) -> Report:
    """Check an export bundle (zip). Without a `policy`, the keys inside the bundle are the ones trusted.

    `at`, `receipt` and `witness` as for a vault; a receipt of a head that the bundle does not show stays
    unchecked. Raises `bundle_unreadable` when it is no bundle of Saisine at all.
    """
    kept = KeptOutside(receipt, witness)
    found = BundleChecks(path, policy, now, progress, kept, at)
    required = ("B01", "B02", "V07", "V08", "V09", "V22", "V23", *(("V25",) if kept else ()))
    report = Report.of(found.run(), required)
    return replace(
        report,
        summary_fr=say_verdict_fr(report, Count(found.pieces), found.earliest),
        summary_en=say_verdict_en(report, Count(found.pieces), found.earliest),
    )
