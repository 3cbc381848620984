"""Campaigns and waves at targets as rows for a program, and what changed between two runs.

A row says which version of the method made it, with which settings, on how many messages, how surely, and
what it does not prove. It holds references, never a text nor the name of an account.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from saisine.findings import bursts, short_copies
from saisine.findings import campaign_words as words
from saisine.findings.campaigns import Campaign, Campaigns, Clue, counts_left_out
from saisine.findings.duplicates import SHORT
from saisine.findings.short_copies import ShortGroup
from saisine.findings.targets import Share, TargetView

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LEAST_OVERLAP: Final = 0.5  # of the messages of both: the same finding, grown or shrunk


def campaign_rows(found: Campaigns) -> list[dict[str, Any]]:
    """One row per campaign, largest first."""
    return [_campaign_row(one, found) for one in found.campaigns]


def _campaign_row(one: Campaign, found: Campaigns) -> dict[str, Any]:
    said = words.sentences(one)
    level_fr, level_en = words.LEVELS[one.level]
    return {
        "kind": "campaign",
        "id": one.id,
        "version": found.version,
        "parameters": found.parameters,
        "n": len(one.refs),
        "n_of": found.messages,
        "n_accounts": len(one.accounts),
        "level": one.level,
        "level_fr": level_fr,
        "level_en": level_en,
        "p_value": min(clue.smallest_p for clue in one.clues),
        "expected_at_most": one.expected,
        "observed": len(one.observed),
        "clues": [_clue_row(clue) for clue in one.clues],
        "figures": said.figures,
        "objects": len(one.objects),
        "density": one.density,
        "degree": [list(step) for step in one.degree],
        "first_t": _time(one.first_us),
        "last_t": _time(one.last_us),
        "sentence_fr": said.fr,
        "sentence_en": said.en,
        "assumes_fr": words.ASSUMES_FR,
        "assumes_en": words.ASSUMES_EN,
        "does_not_prove_fr": words.DOES_NOT_PROVE_FR,
        "does_not_prove_en": words.DOES_NOT_PROVE_EN,
        "refs": list(one.refs),
    }


def _clue_row(clue: Clue) -> dict[str, Any]:
    return {
        "kind": clue.kind,
        "windows_s": list(clue.windows_s),
        "pairs": len(clue.pairs),
        "messages": len(clue.refs),
        "smallest_p": clue.smallest_p,
    }


def search_row(found: Campaigns) -> dict[str, Any]:
    """What was looked for and what could not be, beside the campaigns themselves."""
    return {
        "version": found.version,
        "parameters": found.parameters,
        "messages": found.messages,
        "accounts": found.accounts,
        "left_out": [{"reason": r, "count": n} for r, n in sorted(counts_left_out(found).items())],
        "networks": [note._asdict() | {"viral": len(note.viral)} for note in found.notes],
        "reason": found.reason or None,
        "absence_fr": words.ABSENCE_FR,
        "absence_en": words.ABSENCE_EN,
    }


def wave_rows(views: Iterable[TargetView]) -> list[dict[str, Any]]:
    """One row per wave at a target, in order of time; the target is named by its id, never by a handle."""
    return [_wave_row(view) for view in views]


def _wave_row(view: TargetView) -> dict[str, Any]:
    wave = view.wave
    row = {
        "kind": "target_wave",
        "id": wave.id,
        "version": 1,
        "parameters": {
            "times_calm": bursts.TIMES_CALM,
            "gamma": bursts.GAMMA,
            "alpha": bursts.ALPHA,
            "least_messages": bursts.LEAST_MESSAGES,
            "least_accounts": bursts.LEAST_ACCOUNTS,
        },
        "n": wave.n,
        "n_accounts": len(wave.accounts),
        "target": wave.target,
        "start": _time(wave.start_us),
        "peak_hour": _time(wave.peak_us),
        "end": _time(wave.end_us),
        "peak_per_hour": wave.peak_per_hour,
        "calm_per_hour": wave.calm_per_hour,
        "p_value": wave.p_value,
        "calm_hours_covered": wave.calm_hours_covered,
        "since": _time(view.since_us),
        "newcomers": _share(view.newcomers),
        "copies": _share(view.copies),
        "in_common": {kind: _share(share) for kind, share in view.in_common.items()},
        "in_earlier_waves": _share(view.in_earlier_waves),
        "latency": view.latency._asdict() if view.latency else None,
        "cohort": _cohort(view),
        "amplifiers": [
            {"ref": one.ref, "at": _time(one.t_us), "rise": one.rise, "lag_s": one.lag_s}
            for one in view.amplifiers
        ],
        "does_not_prove_fr": bursts.DOES_NOT_PROVE_FR,
        "does_not_prove_en": bursts.DOES_NOT_PROVE_EN,
        "refs": list(wave.refs),
    }
    if wave.calm_per_hour is None:
        row |= {"note_fr": bursts.UNKNOWN_RHYTHM_FR, "note_en": bursts.UNKNOWN_RHYTHM_EN}
    return row


def short_rows(groups: Iterable[ShortGroup]) -> list[dict[str, Any]]:
    """One row per group of identical short messages, largest first."""
    return [
        {
            "kind": "short_copies",
            "id": one.group,
            "version": 1,
            "parameters": {"short": SHORT, "within_h": 24, "least_accounts": short_copies.LEAST_ACCOUNTS},
            "n": len(one.refs),
            "n_accounts": len(one.accounts),
            "label_fr": short_copies.LABEL_FR,
            "label_en": short_copies.LABEL_EN,
            "first_t": _time(one.first_us),
            "last_t": _time(one.last_us),
            "does_not_prove_fr": short_copies.DOES_NOT_PROVE_FR,
            "does_not_prove_en": short_copies.DOES_NOT_PROVE_EN,
            "refs": list(one.refs),
        }
        for one in groups
    ]


def _share(share: Share) -> dict[str, int]:
    return {"n": share.n, "of": share.total}


def _cohort(view: TargetView) -> dict[str, Any] | None:
    cohort = view.cohort
    if cohort is None:
        return None
    return {"n": cohort.n, "of": cohort.known, "expected": cohort.expected, "first": _time(cohort.first_us)}


def _time(at_us: int) -> str:
    return (EPOCH + timedelta(microseconds=at_us)).isoformat().replace("+00:00", "Z")


class Change(NamedTuple):
    """What became of a finding: `new`, `gone`, `changed` (the fields named) or `same`."""

    what: str
    kind: str
    old_id: str | None
    new_id: str | None
    fields: tuple[str, ...] = ()


def compare_rows(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """How the findings of one run, or of one version, became those of another.

    Rows of one kind are the same finding when their id is, else when at least half of their messages are.
    Each row is matched once, the largest overlap first.
    """
    pairs = _matches(old, new)
    changes = [_change(old[i], new[j]) for i, j in pairs]
    matched_old, matched_new = {i for i, _ in pairs}, {j for _, j in pairs}
    gone = (row for i, row in enumerate(old) if i not in matched_old)
    fresh = (row for j, row in enumerate(new) if j not in matched_new)
    changes += [Change("gone", str(row["kind"]), _id(row), None) for row in gone]
    changes += [Change("new", str(row["kind"]), None, _id(row)) for row in fresh]
    return tuple(changes)


def _id(row: Mapping[str, Any]) -> str:
    return str(row.get("id") or row.get("group") or "")


def _refs(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(row.get("refs") or row.get("ids") or ())


def _matches(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    holders: dict[tuple[str, str], list[int]] = {}
    for j, row in enumerate(new):
        for ref in _refs(row):
            holders.setdefault((str(row["kind"]), ref), []).append(j)
    scored = []
    for i, row in enumerate(old):
        near = {j for ref in _refs(row) for j in holders.get((str(row["kind"]), ref), ())}
        scored += [(_likeness(row, new[j]), i, j) for j in near]
    taken_old, taken_new, pairs = set[int](), set[int](), []
    for likeness, i, j in sorted(scored, key=lambda one: (-one[0], one[1], one[2])):
        if likeness >= LEAST_OVERLAP and i not in taken_old and j not in taken_new:
            pairs.append((i, j))
            taken_old.add(i)
            taken_new.add(j)
    return sorted(pairs)


def _likeness(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    if _id(one) and _id(one) == _id(other):
        return 2.0
    mine, theirs = _refs(one), _refs(other)
    return len(mine & theirs) / max(1, len(mine | theirs))


def _change(old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    fields = tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))
    return Change("changed" if fields else "same", str(new["kind"]), _id(old), _id(new), fields)
