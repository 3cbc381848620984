"""The shipped triage: fields, order, floors, evidence, hostile text, damaged arrays."""

import json
import shutil
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.findings.danger import find_danger
from saisine.findings.triage import GROUPS, TYPES, Result, Triage
from saisine.findings.triage.blend import why_unsure
from saisine.findings.triage.model import FOLDER, digest_of, load_model
from saisine.findings.triage.network import OUTPUTS
from saisine.findings.triage.rules import load_cues
from tests.findings.triage.shipped import TRIAGE


def check(result: Result, text: str) -> None:
    """What holds for every result, whatever the text."""
    assert 0 <= result.hate <= result.score <= 1
    assert set(result.types) <= set(TYPES)
    assert set(result.targets) <= set(GROUPS)
    ends = 0
    for start, end in result.spans:
        assert ends <= start < end <= len(text)
        ends = end
    assert result.abstain is (result.abstain_reason is not None)
    if result.score < 0.5 and not result.danger:
        assert (result.types, result.targets, result.spans) == ((), (), ())
    if result.danger:
        assert result.score >= 0.8
        assert result.band == "premier"
    if result.abstain:
        assert result.band != "rien_trouve"


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(max_size=80), max_size=6))
def test_results_come_in_order_and_spans_lie_inside(texts: list[str]) -> None:
    results = list(TRIAGE.score((str(at), text) for at, text in enumerate(texts)))
    assert [one.id for one in results] == [str(at) for at in range(len(texts))]
    for result, text in zip(results, texts, strict=True):
        check(result, text)


def test_a_text_that_comes_twice_has_the_same_result_under_each_id() -> None:
    given = [("a", "Merci bien"), ("b", "Vous êtes la honte"), ("c", "Merci bien"), ("d", None), ("e", "")]
    found = list(TRIAGE.score(given))
    assert [one.id for one in found] == ["a", "b", "c", "d", "e"]
    assert replace(found[2], id="a") == found[0] != replace(found[1], id="a")
    assert replace(found[4], id="d") == found[3]


def test_scoring_streams() -> None:
    taken = []

    def messages() -> object:
        for at in range(10_000):
            taken.append(at)
            yield str(at), "Bonjour"

    assert len(list(islice(TRIAGE.score(messages()), 3))) == 3  # type: ignore[arg-type]
    assert len(taken) <= 1024


def test_a_score_depends_on_its_own_text_alone() -> None:
    texts = ["Merci pour tout", "espèce d’abruti", "On se voit jeudi à la gare ?"]
    together = [one.score for one in TRIAGE.score((str(at), t) for at, t in enumerate(texts))]
    assert together == pytest.approx([TRIAGE.score_text(text).score for text in texts], abs=2e-3)


@pytest.mark.parametrize("text", ["", "  \n", None])
def test_no_text_is_zero_and_not_known(text: str | None) -> None:
    (result,) = TRIAGE.score([("1", text)])
    assert (result.score, result.abstain, result.abstain_reason) == (0.0, True, "no_text")


def test_a_danger_sign_is_first_with_its_evidence() -> None:
    text = "Samedi je vais te tuer, tu verras"
    result = TRIAGE.score_text(text)
    check(result, text)
    assert result.danger
    assert "menace" in result.types
    assert any("je vais te tuer" in text[start:end] for start, end in result.spans)
    assert "danger:threat" in {reason.code for reason in result.reasons_for}


def test_a_threat_that_is_reported_stays_in_sight_with_its_reason_against() -> None:
    result = TRIAGE.score_text("Il m'a écrit « je vais te tuer », j'ai porté plainte hier")
    assert not result.danger
    assert result.band != "rien_trouve"
    assert "cancelled:threat" in {reason.code for reason in result.reasons_against}


@pytest.mark.parametrize(
    "text",
    [
        "on m’a menacée",
        "J’ai reçu des menaces hier soir, que faire ?",
        "Il me suit depuis la gare",
        "J’ai peur de rentrer chez moi",
        "Nous déposons plainte demain pour harcèlement",
    ],
)
def test_who_says_that_they_are_threatened_is_never_last(text: str) -> None:
    result = TRIAGE.score_text(text)
    assert result.band != "rien_trouve"
    assert "cue:threatened" in {one.code for one in result.reasons_against} or result.score >= 0.5


def test_danger_is_the_same_as_in_the_survey() -> None:
    for text in ("on sait où tu habites", "Bonjour à tous", "Tous sur sa page à 20h"):
        assert TRIAGE.score_text(text).danger is bool(find_danger(text))


def test_what_cannot_be_known_says_why() -> None:
    assert TRIAGE.score_text("https://exemple.fr/a 🌸").abstain_reason == "no_words"
    assert TRIAGE.score_text("zglubb").abstain_reason == "too_short"
    other = "xwqz grvtk plomb zzyx vwqk brzt kkwx"
    assert TRIAGE.score_text(other).abstain_reason == "unknown_words"


def test_only_the_head_of_a_long_text_is_read_and_it_is_said() -> None:
    result = TRIAGE.score_text("Bonjour à toutes et tous. " * 500 + "je vais te tuer")
    assert "cut" in {reason.code for reason in result.reasons_for}
    assert not result.danger


def lines_run(text: str) -> int:
    """How many lines of Python reading takes: work that no busy machine changes."""
    count = 0

    def trace(*_: object) -> object:
        nonlocal count
        count += 1
        return trace

    cues = load_cues()
    previous = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        cues.read(text)
    finally:
        sys.settrace(previous)
    return count


@pytest.mark.parametrize("unit", ["a", "e\u0301", "les femmes ", "tu es ", "«", "a.b ", "1 rue ", "🌸"])
def test_work_grows_with_the_text_and_no_faster(unit: str) -> None:
    once, twice = lines_run(unit * 300), lines_run(unit * 600)
    assert twice <= 2.3 * once + 500


HOSTILE = [
    "a" * 1_000_000,
    "e" + "\u0301" * 50_000,
    "\u202e" * 5_000 + "bonjour",
    "\ud800 bonjour",
    "😀" * 100_000,
    "аbсdеf" * 900,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_gets_a_result(text: str) -> None:
    check(TRIAGE.score_text(text), text)


@pytest.mark.parametrize(
    ("place", "value"), [(8, 1), (9, 8), (10, 99)], ids=["locked", "flags", "compression"]
)
def test_one_changed_byte_in_the_table_of_the_arrays_leaves_the_rules_alone(
    tmp_path: Path, place: int, value: int
) -> None:
    """A zip of which one bit changed asks for a password, or for a compression that does not exist."""
    shutil.copytree(FOLDER, tmp_path / "model")
    path = tmp_path / "model" / "model.npz"
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + place] ^= value
    path.write_bytes(bytes(data))
    triage = Triage.load(folder=tmp_path / "model")
    if triage.warning is not None:
        assert triage.warning.code == "triage_model_damaged"
        assert triage.model.words is None
    assert triage.score_text("Samedi je viens te tuer").danger


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bands", {"first": "a", "next": "b"}),
        ("bands", {"first": 0.2, "next": 0.6}),
        ("rules", [[0.0, 0.0]]),
        (
            "rules_alone",
            {
                name: {"scales": [1.0], "shares": [1.0], "slope": float("nan"), "bias": 0.0}
                for name in OUTPUTS
            },
        ),
        ("blends", {name: {"scales": [1.0], "shares": [1.0], "slope": 1.0, "bias": 0.0} for name in OUTPUTS}),
    ],
)
def test_numbers_that_are_none_are_refused_when_a_model_is_read(
    tmp_path: Path, key: str, value: object
) -> None:
    """The SHA-256 is of the arrays: what stands beside them is looked at."""
    shutil.copytree(FOLDER, tmp_path / "model")
    path = tmp_path / "model" / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), key: value}), "utf-8")
    with pytest.raises(SaisineError) as caught:
        load_model(tmp_path / "model")
    assert caught.value.code == "triage_model_damaged"


def test_a_message_that_is_one_hateful_word_is_not_said_to_have_none() -> None:
    assert why_unsure(0.92, [0.9, 0.9, 0.9], ["@terme"], 1.0, has_cue=True) is None
    assert why_unsure(0.92, [0.9, 0.9, 0.9], ["@groupe"], 1.0, has_cue=False) == "too_short"
    assert why_unsure(0.2, [0.2, 0.2, 0.2], ["@user", "@url", "!"], 1.0, has_cue=False) == "no_words"


def test_a_plain_insult_is_not_told_as_a_danger_it_resembles() -> None:
    for text in ("T'es vraiment un con", "Pauvre type, tu sers à rien", "Ferme ta gueule connard"):
        found = TRIAGE.score_text(text)
        if found.score >= 0.5 and "insulte" in found.types:
            told = [one.code for one in found.reasons_for if one.code.startswith("alarm:")]
            assert set(told) <= {"alarm:hint"}


def test_damaged_arrays_leave_the_rules_alone(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "model")
    path = tmp_path / "model" / "model.npz"
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 0xFF
    path.write_bytes(bytes(body))
    triage = Triage.load(folder=tmp_path / "model")
    assert triage.warning is not None
    assert triage.warning.code == "triage_model_damaged"
    result = triage.score_text("je vais te tuer")
    assert result.danger
    assert set(result.members) == {"rules"}


def test_the_model_is_the_one_that_its_page_describes() -> None:
    facts = json.loads((FOLDER / "model.json").read_text("utf-8"))
    assert load_model().sha256 == facts["sha256"]
    assert tuple(facts["features"]) == load_cues().features
    assert digest_of({}) != facts["sha256"]
    assert TRIAGE.id.startswith(f"triage@{facts['version']}+")


def test_what_is_shipped_weighs_ten_megabytes_at_most() -> None:
    """The sentences that the training reads are not in the package (`pyproject.toml`)."""
    left_out = FOLDER.parent / "data" / "sentences"
    shipped = [path for path in FOLDER.parent.rglob("*") if path.is_file() and left_out not in path.parents]
    assert sum(path.stat().st_size for path in shipped) <= 10_000_000
