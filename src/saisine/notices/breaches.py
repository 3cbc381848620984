"""Breaches of a platform's duties on the path of a notice: which exist, and what shows each of them.

They are data (`breaches.yaml`), each with its article and its `verified` flag. Source: Regulation (EU) 2022/2065,
articles 16, 17, 20, 23 and 25; casework, « Evidence of breach ».
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

from saisine.errors import SaisineError
from saisine.law.bind import Binder
from saisine.law.statements import flag
from saisine.law.yaml_file import compose
from saisine.notices.table import safe_cell

BREACHES_FILE: Final = Path(__file__).parent / "breaches.yaml"
Need = Literal["exhibit", "clicks"]
COLUMNS: Final = (
    "notice_id", "campaign_id", "platform", "breach", "article", "verified", "state", "observed_on", "exhibit",
    "clicks",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BreachKind:
    """One row of breaches.yaml. `needs` is what makes it checkable by a stranger."""

    id: str
    article: str
    needs: tuple[Need, ...]
    label_fr: str
    label_en: str
    rule_fr: str
    rule_en: str
    verified: bool
    verified_where: str

    def label(self, language: str = "fr") -> str:
        return self.label_en if language == "en" else self.label_fr

    def rule(self, language: str = "fr") -> str:
        """The rule, its article and its flag: never one without the other."""
        words = self.rule_en if language == "en" else self.rule_fr
        return f"{words} {self.article}. {flag(self.verified, language)}."


@dataclass(frozen=True, slots=True)
class _BreachesFile:
    breaches: tuple[BreachKind, ...]


@dataclass(frozen=True, slots=True)
class BreachRecord:
    """One breach as the scorecards count it; no name, no words of anybody."""

    notice_id: str
    campaign_id: str
    platform: str
    kind: BreachKind
    is_confirmed: bool
    observed_on: date
    exhibit: int | None = None
    clicks: int | None = None


@cache
def load_breaches(path: Path = BREACHES_FILE) -> dict[str, BreachKind]:
    """Every kind, by id. Raises SaisineError("platform_file_invalid") naming file and line."""
    try:
        return {row.id: row for row in Binder(path.name).bind(compose(path), _BreachesFile).breaches}
    except SaisineError as error:
        raise SaisineError("platform_file_invalid", **error.facts) from error


def breaches_csv(records: Iterable[BreachRecord]) -> str:
    """The CSV text, one row per breach."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in records:
        cells = (
            one.notice_id, one.campaign_id, one.platform, one.kind.id, one.kind.article,
            "yes" if one.kind.verified else "no", "confirmed" if one.is_confirmed else "alleged",
            one.observed_on.isoformat(), _number(one.exhibit), _number(one.clicks),
        )  # fmt: skip
        writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
