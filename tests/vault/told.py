"""What each fault is told in: two languages, and no English reason inside a French sentence."""

import re
from datetime import UTC, datetime

from saisine.errors import SaisineError
from saisine.vault.report import Report

# Words that would betray an English reason inside a French sentence.
ENGLISH = re.compile(
    r"\b(the|line \d|bytes|missing|not|instead of|unknown|cut short|cannot|read-only|permission denied"
    r"|no such file|is a directory|no space left|expected|invalid (value|byte|start|utf)|object contains|unexpected)\b",
    re.IGNORECASE,
)


def now() -> datetime:
    return datetime.now(UTC)


def require_french(*sentences: str) -> None:
    for sentence in sentences:
        assert sentence
        assert not ENGLISH.search(sentence), sentence


def require_two_languages(report: Report) -> None:
    for check in report.checks:
        require_french(*filter(None, [check.detail_fr]))
        assert check.detail_en or not check.detail_fr
    require_french(report.summary_fr)
    assert report.summary_en


def said(error: SaisineError) -> str:
    require_french(error.what("fr"), error.why("fr"), error.what_to_do("fr"))
    assert error.sentence("en")
    return error.code
