"""Long work on the vault itself, as jobs: verify all of it, ask for a date."""

import os
import re
from collections.abc import Iterable
from typing import Final

from saisine.casework import journal
from saisine.casework.jobs import Progress
from saisine.casework.models import Job
from saisine.casework.session import Session
from saisine.casework.verifying import verify_folder
from saisine.vault.keys import KeyStore
from saisine.vault.report import Check, Report
from saisine.vault.stamps import StampResult, stamp_newest

VERIFY, STAMP, BACKUP = "coffre-verifier", "coffre-dater", "coffre-sauvegarder"  # subjects of the jobs

MOST_CHECKS: Final = 200  # kept in the row; a vault with more findings is told by the first, and their count
_MOST_SIGNS: Final = 300
# « ligne 12 « nom du fichier » : … »: the line finds the piece again, its name stays out of the database
_NAMED: Final = (re.compile(r"(ligne \d+) « .* »", re.S), re.compile(r"(line \d+) “.*”", re.S))
_ROWS: Final = {"dated": "stamp_dated", "queued": "stamp_waiting", "refused": "stamp_refused"}


def run_verify(session: Session, job: Job, tell: Progress) -> dict[str, object]:
    """Check the whole vault, contents included, with the keys of this session. Nothing is written in it.

    `job.options`: `receipt`, the code of a receipt kept elsewhere, or nothing.

    The result: verdict, `summary` and each check in (French, English), the counts of the three states.
    """
    vault = session.vault
    # the same secrets, but nothing remembered: each key file is read again
    keys = KeyStore(vault.keys.folder, vault.keys.secrets, is_protected=vault.is_protected)
    receipt = str(job.options.get("receipt", "")) or None
    report = verify_folder(vault.folder, now=session.now(), keys=keys, receipt=receipt, progress=tell)
    journal.note(session, "vault_verified")
    return report_as_row(report)


def report_as_row(report: Report) -> dict[str, object]:
    """A report as JSON for a row, the failures first, without any file's name."""
    order = {"failed": 0, "not_checked": 1, "verified": 2}
    checks = sorted(report.checks, key=lambda check: order[check.state])
    return {
        "verdict": report.verdict,
        "summary": [_without_name(report.summary("fr")), _without_name(report.summary("en"))],
        "counts": report.counts,
        "checks": [_row(check) for check in checks[:MOST_CHECKS]],
        "left_out": max(0, len(checks) - MOST_CHECKS),
    }


def _row(check: Check) -> dict[str, object]:
    details = [_without_name(check.detail_fr)[:_MOST_SIGNS], _without_name(check.detail_en)[:_MOST_SIGNS]]
    return {"id": check.id, "state": check.state, "detail": details}


def _without_name(text: str) -> str:
    """A detail, or a summary that quotes one, without the name of the file that it is about."""
    for pattern in _NAMED:
        text = pattern.sub(r"\1", text)
    return text


def run_stamp(session: Session, job: Job, tell: Progress) -> dict[str, object]:
    """Ask every chosen authority to date the newest head. Raises `no_authority`, `vault_empty`."""
    results = stamp_newest(session.vault, now=session.now(), random=os.urandom, clock=session.clock)
    for result in results:
        journal.note(session, _ROWS[result.state], subject=str(result.size))
    return {"results": _stamps(results)}


def _stamps(results: Iterable[StampResult]) -> list[dict[str, object]]:
    return [
        {
            "authority": one.authority,
            "state": one.state,
            "at": one.at.isoformat() if one.at else "",
            "reason": [one.reason_fr, one.reason],
        }
        for one in results
    ]
