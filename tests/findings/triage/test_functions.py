"""What the triage must be able to do, function by function, and equally for the eight groups.

The first half checks the suite itself and needs no engine; the second puts it to the shipped engine at the
threshold of 0.5. A failure names functions, groups and ids, never a text.
"""

import hashlib
import importlib.util
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from _pytest.mark.structures import ParameterSet

from saisine import findings
from tests.findings.triage.suite import (
    ANSWERS,
    BENIGN_NEIGHBOURS,
    FIRST_BAND,
    FLOORS,
    FOLDER,
    FRAMES,
    FROZEN,
    GROUPS,
    THRESHOLD,
    TYPES,
    Answers,
    Case,
    alike,
    frozen_listing,
    load_cases,
    load_swaps,
    overlap,
    patterns_of,
    report,
    suite_sha256,
    table,
    words_of,
)

CASES = load_cases()
SWAPS = load_swaps()

OVERALL = 0.85
WORST_FUNCTION = 0.60
ANSWERS_SPARED = 0.80
HARMFUL_FOUND = 0.65
NEIGHBOURS_FLAGGED = 0.10
GAP = 0.08
SWAPPED = 0.10


def unmet(measured: str, bar: str) -> pytest.MarkDecorator:
    """A bar that the model shipped does not reach: strict, so that the day it does is seen."""
    return pytest.mark.xfail(strict=True, reason=f"measured {measured} on 2026-11-27, bar {bar}")


def marked(names: Sequence[str], measured: Mapping[str, str], bar: str) -> list[ParameterSet]:
    """Each name as a parameter, those with a measure under the bar marked as unmet."""
    return [
        pytest.param(name, marks=[unmet(measured[name], bar)] if name in measured else []) for name in names
    ]


# The suite itself


def test_the_suite_is_wide_enough() -> None:
    functions = Counter(case.function for case in CASES)
    assert len(CASES) >= 500
    assert len(functions) >= 27
    assert min(functions.values()) >= 12, functions.most_common()[-1]


def test_ids_are_unique_and_say_their_file() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
    assert all(case.id.startswith(f"{case.function}-") for case in CASES)
    assert {path.stem for path in FOLDER.glob("*.yaml")} == {case.function for case in CASES}


def test_texts_are_unique_and_not_empty() -> None:
    texts = Counter(case.text.casefold().strip() for case in CASES)
    assert max(texts.values()) == 1
    assert "" not in texts


@pytest.mark.parametrize("function", sorted({case.function for case in CASES}))
def test_cases_keep_the_schema(function: str) -> None:
    for case in (case for case in CASES if case.function == function):
        assert set(case.groups) <= set(GROUPS), case.id
        assert case.types is None or set(case.types) <= set(TYPES), case.id
        assert case.targets is None or set(case.targets) <= set(GROUPS), case.id
        assert all(isinstance(value, bool) for value in (case.harmful, case.hate, case.danger)), case.id
        assert all(extract in case.text for extract in case.spans), case.id
        assert not case.hate or case.groups, f"{case.id}: an attack on a group names the group"
        assert case.danger is (case.function in FLOORS), case.id


def test_a_harmless_case_expects_nothing() -> None:
    expected = [c for c in CASES if c.hate or c.danger or c.types or c.targets or c.spans]
    assert [case for case in expected if not case.harmful] == []


def test_each_function_is_on_one_side() -> None:
    sides = {(case.function, case.harmful) for case in CASES}
    assert len(sides) == len({function for function, _ in sides})


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_is_attacked_named_and_defended_often_enough(group: str) -> None:
    assert sum(group in case.groups and case.harmful for case in CASES) >= 25
    assert sum(group in case.groups and not case.harmful for case in CASES) >= 35
    assert len({case.function for case in CASES if group in case.groups}) >= 20


def test_three_cases_at_most_share_a_skeleton() -> None:
    words = {case.id: words_of(case.text) for case in CASES}
    near: Counter[str] = Counter()
    for one, other in combinations(words, 2):
        if overlap(words[one], words[other]) >= 0.6:
            near.update((one, other))
    assert [found for found in near.most_common() if found[1] > 2] == []


def test_no_training_sentence_resembles_a_case_or_a_frame() -> None:
    """Group names and slots left out: a suite that was learnt by heart measures memory."""
    pages = sorted((Path(findings.__file__).parent / "triage" / "data" / "sentences").glob("*.yaml"))
    if not pages:
        pytest.skip("there is no training sentence yet")
    learnt = {
        words_of(text)
        for page in pages
        for text in patterns_of(yaml.load(page.read_text("utf-8"), yaml.CSafeLoader))
    }
    asked = {case.id: words_of(case.text) for case in CASES}
    asked |= {swap.frame: words_of(swap.text) for swap in SWAPS if swap.group == GROUPS[0]}
    assert sorted(alike(asked, (words for words in learnt if len(words) >= 3), 0.6)) == []


def test_sentences_alike_are_found_as_by_comparing_every_pair() -> None:
    words = {case.id: words_of(case.text) for case in CASES[:150]}
    learnt = [words_of(case.text) for case in CASES[100:200]]
    every = {name for name, one in words.items() for other in learnt if overlap(one, other) >= 0.3}
    assert alike(words, learnt, 0.3) == every
    assert len(every) >= 50


def test_patterns_are_found_wherever_they_lie() -> None:
    page = {"frames": [{"id": "a", "pattern": "les {x} du lac"}, {"deep": {"patterns": ["un", "deux"]}}]}
    assert list(patterns_of(page)) == ["les   du lac", "un", "deux"]


def test_frames_are_the_same_for_the_eight_groups() -> None:
    frames = Counter(swap.frame for swap in SWAPS)
    assert len(frames) >= 60
    assert set(frames.values()) == {len(GROUPS)}
    assert {swap.group for swap in SWAPS} == set(GROUPS)
    assert len({swap.text for swap in SWAPS}) == len(SWAPS)
    assert FRAMES.read_text("utf-8").count("{x}") == len(frames) + 1  # once per frame, once in the heading


def test_the_suite_is_the_frozen_one() -> None:
    assert FROZEN.read_text("utf-8") == frozen_listing(), "say why it changed, then freeze it again"
    assert suite_sha256() == hashlib.sha256(FROZEN.read_bytes()).hexdigest()


def test_the_folder_warns_before_opening() -> None:
    assert "À lire avant d’ouvrir" in (FOLDER / "README.md").read_text("utf-8")


# The scorer, on engines whose answers are known


@dataclass(frozen=True)
class Known:
    score: float
    hate: float = 0.0
    types: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    danger: bool = False

    @property
    def band(self) -> str:
        return FIRST_BAND if self.danger else "ensuite"


def perfect(case: Case) -> Known:
    places = tuple((case.text.index(e), case.text.index(e) + len(e)) for e in case.spans)
    hate = 0.9 if case.hate else 0.1
    types, targets = case.types or (), case.targets or ()
    return Known(0.9 if case.harmful else 0.1, hate, types, targets, places, case.danger)


def test_a_perfect_engine_gets_full_marks() -> None:
    wanted = {case.id: perfect(case) for case in CASES}
    answers = Answers.ask(lambda asked: [wanted.get(name, Known(0.1)) for name, _ in asked])
    assert answers.right(CASES).share == answers.hate_right().share == answers.covered().share == 1.0
    assert answers.macro_f1("types") == answers.macro_f1("targets") == 1.0
    assert (answers.gap(), answers.changed_by_swap().hits, answers.missed_floors()) == (0.0, 0, [])


def test_an_engine_that_flags_everything_fails_every_harmless_function() -> None:
    answers = Answers.ask(lambda asked: [Known(0.9) for _ in asked])
    harmless = {case.function for case in CASES if not case.harmful}
    assert {name for name, tally in answers.by_function().items() if tally.share == 0.0} == harmless
    assert len(answers.missed_floors()) == len(answers.of(*FLOORS))


def test_an_engine_that_flags_one_group_shows_the_gap() -> None:
    answers = Answers.ask(lambda asked: [Known(0.9 if name.endswith("/juifs") else 0.1) for name, _ in asked])
    assert answers.gap() == 1.0
    assert answers.changed_by_swap().share == 1.0


def test_a_report_holds_no_text_of_the_suite() -> None:
    shown = report(Answers.ask(lambda asked: [Known(0.5) for _ in asked]))
    assert [case.id for case in CASES if case.text in shown] == []


# The engine that is shipped


@pytest.fixture(scope="module")
def answers() -> Answers:
    spec = importlib.util.find_spec("saisine.findings.triage")
    if spec is None or spec.origin is None:
        pytest.skip("the triage engine is absent: only the suite itself was checked")
    from saisine.findings.triage import Triage

    found = Answers.ask(Triage.load().score)
    print(report(found))  # shown by pytest when a bar is missed
    return found


def test_decisions_are_right_overall(answers: Answers) -> None:
    assert answers.right(CASES).share >= OVERALL


def test_no_function_is_given_up(answers: Answers) -> None:
    weak = {name: tally for name, tally in answers.by_function().items() if tally.share < WORST_FUNCTION}
    assert not weak, table("under the bar", weak)


@pytest.mark.parametrize("function", marked(ANSWERS, {"contre_discours": "0.786"}, "0.80"))
def test_those_who_answer_quote_or_testify_are_spared(answers: Answers, function: str) -> None:
    assert answers.right(answers.of(function)).share >= ANSWERS_SPARED


def test_harmful_messages_are_still_found(answers: Answers) -> None:
    """Saying no to everything would pass the test above."""
    assert answers.flagged(case for case in CASES if case.harmful).share >= HARMFUL_FOUND


@pytest.mark.parametrize(
    "function",
    marked(FLOORS, {"menace_directe": "1 of 23 missed", "menace_voilee": "1 of 21 missed"}, "none missed"),
)
def test_every_threat_address_suicide_call_and_raid_is_lifted(answers: Answers, function: str) -> None:
    assert [name for name in answers.not_lifted() if name.startswith(f"{function}-")] == []


@pytest.mark.parametrize(
    "function",
    marked(
        FLOORS,
        {
            "doxxing": "4 of 18 missed",
            "incitation_suicide": "5 of 16 missed",
            "menace_directe": "4 of 23 missed",
            "menace_voilee": "8 of 21 missed",
            "menace_viol": "4 of 12 missed",
            "raid": "8 of 18 missed",
        },
        "none missed",
    ),
)
def test_every_danger_is_said_and_comes_first(answers: Answers, function: str) -> None:
    assert [name for name in answers.missed_floors() if name.startswith(f"{function}-")] == []


@unmet("0.157", "0.10")
def test_benign_neighbours_of_the_floors_are_left_alone(answers: Answers) -> None:
    near = [case.id for case in answers.of(*BENIGN_NEIGHBOURS)]
    assert len(set(near) & set(answers.false_floors())) <= NEIGHBOURS_FLAGGED * len(near)
    assert answers.flagged(answers.of(*BENIGN_NEIGHBOURS)).share <= NEIGHBOURS_FLAGGED


def test_false_alarms_are_shared_equally_between_groups(answers: Answers) -> None:
    assert answers.gap() <= GAP, table("false alarms", answers.false_alarms_by_group())


def test_the_name_of_a_group_seldom_changes_a_decision(answers: Answers) -> None:
    assert answers.changed_by_swap().share <= SWAPPED


def test_an_attack_on_a_group_never_outweighs_the_score(answers: Answers) -> None:
    assert [case.id for case in CASES if answers.by_case[case.id].hate > answers.by_case[case.id].score] == []


def test_types_and_targets_are_silent_below_the_threshold(answers: Answers) -> None:
    quiet = [v for v in answers.by_case.values() if v.score < THRESHOLD and not v.danger]
    assert sum(bool(verdict.types or verdict.targets) for verdict in quiet) == 0
