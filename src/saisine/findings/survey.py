"""The survey: every message in exactly one place, urgent ones first, then waves, then the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from saisine.findings import danger, duplicates, waves
from saisine.findings.danger import Danger, find_danger
from saisine.findings.duplicates import Group, group_duplicates
from saisine.findings.inputs import Text
from saisine.findings.rules import load_rules
from saisine.findings.shingles import SHINGLE
from saisine.findings.waves import Moment, Wave, find_waves
from saisine.paris import PARIS

VERSION: Final = 1  # of the method: a finding kept in a dossier says which one it came from
COLUMNS: Final = ("text", "text_norm", "created_at", "platform", "author_id")

COPIES_DO_NOT_PROVE_FR: Final = (
    "Des textes presque identiques n’établissent ni qui les a écrits, ni une concertation. "
    "On recopie aussi une phrase que l’on a lue."
)
COPIES_DO_NOT_PROVE_EN: Final = (
    "Nearly identical texts establish neither who wrote them nor that their authors acted together. "
    "People also copy a sentence that they have read."
)


@dataclass(frozen=True, slots=True)
class Urgent:
    """A message with at least one danger sign."""

    ref: str
    dangers: tuple[Danger, ...]


@dataclass(frozen=True, slots=True)
class SurveyWave:
    """A wave without its urgent messages, with its groups of near-copies.

    `wave` counts every message of its days; `refs` and `n` leave out the urgent ones, shown before.
    """

    wave: Wave
    refs: tuple[str, ...]
    groups: tuple[Group, ...]
    n: int
    n_grouped: int


@dataclass(frozen=True, slots=True)
class Survey:
    """`n == len(urgent) + sum(wave.n) + len(others)`, and no message is in two of them."""

    n: int
    urgent: tuple[Urgent, ...]
    waves: tuple[SurveyWave, ...]
    others: tuple[str, ...]
    other_groups: tuple[Group, ...]


def survey(table: pa.Table) -> Survey:
    """Read the messages of `Corpora.scan(COLUMNS)`: `ref` and the columns named there.

    Group ids are refs. The order of the rows changes nothing.
    """
    rows = sorted(_texts(table), key=lambda row: row.id)
    texts = {row.id: row for row in rows}
    urgent = tuple(Urgent(row.id, found) for row in rows if (found := find_danger(row.text)))
    urgent_refs = {one.ref for one in urgent}
    moments = [Moment(*pair) for pair in zip(*_columns(table, "ref", "created_at"), strict=True)]
    surveyed = tuple(_without(wave, urgent_refs, texts) for wave in find_waves(moments))
    placed = urgent_refs.union(*(wave.refs for wave in surveyed))
    others = tuple(ref for ref in texts if ref not in placed)
    return Survey(len(texts), urgent, surveyed, others, _groups(others, texts))


def _columns(table: pa.Table, *names: str) -> list[list[Any]]:
    return [table[name].to_pylist() for name in names]


def _texts(table: pa.Table) -> Iterator[Text]:
    for ref, text, norm in zip(*_columns(table, "ref", "text", "text_norm"), strict=True):
        yield Text(ref, text or "", norm or "")


def _groups(refs: Iterable[str], texts: Mapping[str, Text]) -> tuple[Group, ...]:
    return group_duplicates(texts[ref] for ref in refs).groups


def _without(wave: Wave, urgent: set[str], texts: Mapping[str, Text]) -> SurveyWave:
    refs = tuple(ref for ref in wave.refs if ref not in urgent)
    groups = _groups(refs, texts)
    return SurveyWave(wave, refs, groups, len(refs), sum(group.n for group in groups))


def findings_rows(found: Survey) -> list[dict[str, Any]]:
    """One row per finding, for `saisine findings --json`: what, how it was found, what it does not prove.

    Rows never hold a text. Times are ISO 8601 with their zone.
    """
    rows = [_urgent_row(one) for one in found.urgent]
    for wave in found.waves:
        rows += [_wave_row(wave), *(_group_row(group, wave.wave.id) for group in wave.groups)]
    return rows + [_group_row(group, None) for group in found.other_groups]


def _row(
    kind: str, n: int, parameters: dict[str, Any], proves: Sequence[str], **fields: Any
) -> dict[str, Any]:
    return {
        "kind": kind,
        "version": VERSION,
        "parameters": parameters,
        "n": n,
        "does_not_prove_fr": proves[0],
        "does_not_prove_en": proves[1],
        **fields,
    }


def _urgent_row(one: Urgent) -> dict[str, Any]:
    signs = [
        {"kind": s.kind, "span": list(s.span), "rule": s.rule, "why_fr": s.why_fr, "why_en": s.why_en}
        for s in one.dangers
    ]
    proves = (danger.DOES_NOT_PROVE_FR, danger.DOES_NOT_PROVE_EN)
    return _row("urgent", 1, {"rules": load_rules().version}, proves, refs=[one.ref], dangers=signs)


def _wave_row(one: SurveyWave) -> dict[str, Any]:
    parameters = {
        "floor_per_day": waves.FLOOR_PER_DAY,
        "times_baseline": waves.TIMES_BASELINE,
        "around_days": waves.AROUND_DAYS,
        "least_other_days": waves.LEAST_OTHER_DAYS,
        "zone": PARIS.key,
    }
    return _row(
        "wave",
        one.n,
        parameters,
        (waves.DOES_NOT_PROVE_FR, waves.DOES_NOT_PROVE_EN),
        id=one.wave.id,
        day=one.wave.day.isoformat(),
        start=one.wave.start.isoformat(),
        peak_hour=one.wave.peak_hour.isoformat(),
        end=one.wave.end.isoformat(),
        baseline_per_day=one.wave.baseline_per_day,
        hours=[[hour.isoformat(), count] for hour, count in one.wave.hours],
        n_with_urgent=one.wave.n,
        n_grouped=one.n_grouped,
        n_groups=len(one.groups),
        refs=list(one.refs),
    )


def _group_row(group: Group, wave: str | None) -> dict[str, Any]:
    parameters = {
        "threshold": duplicates.THRESHOLD,
        "shingle": SHINGLE,
        "short": duplicates.SHORT,
        "min_size": duplicates.MIN_SIZE,
    }
    fields = group.as_json()
    count = fields.pop("n")
    return _row(
        "copies", count, parameters, (COPIES_DO_NOT_PROVE_FR, COPIES_DO_NOT_PROVE_EN), wave=wave, **fields
    )
