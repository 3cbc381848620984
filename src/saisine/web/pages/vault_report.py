"""The report of a verification in words: the sentence, the failures first, then the three counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saisine.casework.models import Job
from saisine.vault.report import NAMES
from saisine.web import words
from saisine.web.pages.verify import STYLES, CheckLine


@dataclass(frozen=True, slots=True)
class VaultReport:
    """One verification. `counts` are the three states, always all three."""

    at: str
    sentence: str
    style: str
    counts: tuple[str, ...]
    failed: tuple[CheckLine, ...]
    others: tuple[CheckLine, ...]
    left_out: int


def say_report(job: Job | None) -> VaultReport | None:
    """What the last verification found, or None before the first."""
    if job is None:
        return None
    found: Mapping[str, Any] = job.result
    lines = [_line(check) for check in found["checks"]]
    failed = [line for line, check in zip(lines, found["checks"], strict=True) if check["state"] == "failed"]
    styles = {"verified": "done", "failed": "attention", "incomplete": "note"}
    return VaultReport(
        at=words.say_moment(job.changed_at),
        sentence=_either(found["summary"]),
        style=styles[found["verdict"]],
        counts=say_counts(found["counts"]),
        failed=tuple(failed),
        others=tuple(line for line in lines if line not in failed),
        left_out=int(found["left_out"]),
    )


def say_last(job: Job | None) -> str:
    """« Dernière vérification : mardi 21 avril 2026, 10 h 00. Intact. 28 pièces… »"""
    report = say_report(job)
    if report is None:
        return ""
    return _("Dernière vérification : %(at)s. %(sentence)s") % {"at": report.at, "sentence": report.sentence}


def say_counts(counts: Mapping[str, int]) -> tuple[str, ...]:
    verified, failed, skipped = counts["verified"], counts["failed"], counts["not_checked"]
    said = (
        (ngettext("%(n)s contrôle réussi", "%(n)s contrôles réussis", words.form(verified)), verified),
        (ngettext("%(n)s ne correspond pas", "%(n)s ne correspondent pas", words.form(failed)), failed),
        (ngettext("%(n)s non fait", "%(n)s non faits", words.form(skipped)), skipped),
    )
    return tuple(text % {"n": words.say_number(n)} for text, n in said)


def _line(check: Mapping[str, Any]) -> CheckLine:
    states = {"verified": _("vérifié"), "failed": _("ne correspond pas"), "not_checked": _("non fait")}
    name = _either(NAMES.get(check["id"], (check["id"], check["id"])))
    return CheckLine(
        check["id"], name, states[check["state"]], STYLES[check["state"]], _either(check["detail"])
    )


def _either(texts: Iterable[str]) -> str:
    french, english = texts
    return english if words.is_english() else french
