"""The tuning lists, dangers and other functions: in view while rules and sentences were written."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from saisine.findings import danger
from saisine.findings.rules import load_rules
from saisine.findings.triage import VERSION
from saisine.findings.triage.blend import FIRST
from tests.findings.triage.shipped import TRIAGE
from tests.findings.triage.suite import load_cases, overlap, words_of

FOLDER = Path(__file__).with_name("tuning")
PAGES = {
    path.stem: yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) for path in sorted(FOLDER.glob("*.yaml"))
}
DANGERS = ("danger", "danger_second")
PRACTICE = ("practice_1", "practice_2", "practice_3", "practice_4")
LINES = [
    (name, page.get("danger", page.get("harmful")), line.strip())
    for name, pages in PAGES.items()
    for page in pages
    for line in page["lines"].splitlines()
]


def test_the_lists_are_wide_and_on_both_sides() -> None:
    assert sum(harmful for _, harmful, _ in LINES) >= 280
    assert sum(not harmful for _, harmful, _ in LINES) >= 190
    assert len({line for *_, line in LINES}) == len(LINES)


@pytest.mark.parametrize("name", DANGERS)
def test_the_floors_see_the_dangers_of_a_list_and_leave_its_neighbours(name: str) -> None:
    """Floors of what was reached, not a measure: the sentences were in view."""
    answers: dict[bool, list[bool]] = {True: [], False: []}
    asked = [(harmful, line) for one, harmful, line in LINES if one == name]
    for (harmful, _), answer in zip(asked, TRIAGE.score(("", line) for _, line in asked), strict=True):
        answers[harmful].append(answer.danger)
    assert sum(answers[True]) >= 0.93 * len(answers[True])
    assert sum(answers[False]) <= 0.03 * len(answers[False])


def test_the_practice_lists_keep_the_rates_reached() -> None:
    """Held, not measured: rules were mended for these lists after their first look, which the README gives."""
    asked = [(harmful, line) for one, harmful, line in LINES if one in PRACTICE]
    answers: dict[bool, list[tuple[bool, bool]]] = {True: [], False: []}
    firsts = {True: 0, False: 0}
    for (harmful, _), answer in zip(asked, TRIAGE.score(("", line) for _, line in asked), strict=True):
        answers[harmful].append((answer.score > 0.5, answer.danger))
        firsts[harmful] += answer.band == FIRST
    assert sum(over for over, _ in answers[True]) >= 0.99 * len(answers[True])
    assert sum(danger for _, danger in answers[True]) >= 0.70 * len(answers[True])
    assert firsts[True] >= 0.92 * len(answers[True])
    assert sum(over for over, _ in answers[False]) <= 0.24 * len(answers[False])
    assert firsts[False] <= 0.04 * len(answers[False])
    assert not any(danger for _, danger in answers[False])


def test_no_line_resembles_a_case_of_the_suite() -> None:
    asked = [words_of(case.text) for case in load_cases()]
    holding: dict[str, list[int]] = {}
    for at, words in enumerate(asked):
        for word in words:
            holding.setdefault(word, []).append(at)
    near = []
    for _, _, line in LINES:
        words = words_of(line)
        shared = Counter(at for word in words for at in holding.get(word, ()))
        like = (at for at, n in shared.items() if n >= 0.6 * len(words))  # others cannot overlap so
        if len(words) >= 3 and any(overlap(words, asked[at]) >= 0.6 for at in like):
            near.append(line)
    assert len(near) == 0


def test_the_versions_that_others_read_are_those_of_the_files() -> None:
    assert load_rules().version == danger.VERSION
    assert TRIAGE.model.version == VERSION
