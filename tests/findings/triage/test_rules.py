"""Cues and lexicon: every cue fires on its sentences and stays silent on their neighbours; faults are named."""

from datetime import date
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.findings.triage.features import features_of
from saisine.findings.triage.lexicon import DATA, GROUPS, load_lexicon
from saisine.findings.triage.reasons import UNREAD, Reason, reason_codes
from saisine.findings.triage.rules import load_cues

CUES = load_cues()
FIRES = [(cue.id, text) for cue in CUES.cues for text in cue.fires]
SILENT = [(cue.id, text) for cue in CUES.cues for text in cue.stays_silent]


@pytest.mark.parametrize(("cue", "text"), FIRES)
def test_a_cue_fires_on_its_sentences(cue: str, text: str) -> None:
    assert cue in CUES.read(text).cues


@pytest.mark.parametrize(("cue", "text"), SILENT)
def test_a_cue_stays_silent_on_their_neighbours(cue: str, text: str) -> None:
    assert cue not in CUES.read(text).cues


def test_every_cue_is_shown_on_both_sides_and_has_words() -> None:
    for cue in CUES.cues:
        assert len(cue.fires) >= 3
        assert len(cue.stays_silent) >= 3
        assert f"cue:{cue.id}" in reason_codes()
    for code in reason_codes():
        reason = Reason(code, None, 0.0)
        assert reason.fr
        assert reason.en


def test_every_feature_that_is_shown_has_words() -> None:
    shown = set(CUES.features) - UNREAD
    assert shown <= reason_codes()
    assert set(CUES.features) >= UNREAD


def test_a_term_is_harmless_beside_words_that_give_it_another_sense() -> None:
    found = CUES.read("La tapette à mouches est derrière la porte").terms
    assert [one.harmless for one in found] == [True]
    assert not any(one.harmless for one in CUES.read("Espèce de tapette").terms)


def test_a_term_is_found_under_a_disguise_and_keeps_its_place() -> None:
    text = "quel a.b.r.u.t.i celui-là"
    evidence = CUES.read(text)
    (found,) = evidence.terms
    span = evidence.words[found.first].start, evidence.words[found.after - 1].end
    assert text[slice(*span)] == "a.b.r.u.t.i"


def test_features_are_as_many_as_their_names() -> None:
    text = "Bonjour à toutes et tous"
    assert len(features_of(CUES.read(text), CUES, text)) == len(CUES.features) == len(set(CUES.features))


def test_every_group_is_named_and_has_terms() -> None:
    lexicon = load_lexicon()
    for group in GROUPS:
        assert len(lexicon.names[group]) >= 8
        assert any(group in term.groups for term in lexicon.terms)


def test_an_allusion_without_review_for_two_years_loses_a_step() -> None:
    lexicon = load_lexicon()
    allusions = [term for term in lexicon.terms if "sous_entendu" in term.types]
    assert allusions
    assert lexicon.due(date(2027, 1, 1)) == []
    later = date(2028, 12, 1)
    assert lexicon.due(later) == allusions
    weaker = {term.term: term.strength for term in lexicon.at(later).terms}
    for term in allusions:
        assert weaker[term.term] == max(1, term.strength - 1)


def test_an_entry_counts_inside_its_dates_only(tmp_path: Path) -> None:
    own = tmp_path / "lexicon.yaml"
    head = (DATA / "terms.yaml").read_text("utf-8").split("entries:")[0]
    own.write_text(head + "entries:\n  - {term: zazou, valid_to: 2026-06-01}\n", "utf-8")
    lexicon = load_lexicon(own=own)
    assert "zazou" in {term.term for term in lexicon.at(date(2026, 5, 1)).terms}
    assert "zazou" not in {term.term for term in lexicon.at(date(2026, 7, 1)).terms}


def test_an_association_s_entry_wins_over_ours(tmp_path: Path) -> None:
    own = tmp_path / "lexicon.yaml"
    head = (DATA / "terms.yaml").read_text("utf-8").split("entries:")[0]
    own.write_text(head + "entries:\n  - {term: connard, strength: 1}\n", "utf-8")
    (found,) = [term for term in load_lexicon(own=own).terms if term.term == "connard"]
    assert found.strength == 1


def test_a_faulty_entry_is_named(tmp_path: Path) -> None:
    own = tmp_path / "lexicon.yaml"
    own.write_text("version: 1\ndefaults: {}\nentries:\n  - {term: zazou}\n", "utf-8")
    with pytest.raises(SaisineError) as caught:
        load_lexicon(own=own)
    assert caught.value.code == "triage_lexicon_malformed"
    assert "zazou" in str(caught.value.facts["reason"])


def test_a_faulty_cue_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cues.yaml"
    path.write_text("version: '1'\nwords: {}\ncues: [{id: a}]\n", "utf-8")
    with pytest.raises(SaisineError) as caught:
        load_cues(path)
    assert caught.value.code == "triage_rules_malformed"


def test_cues_over_a_lexicon_of_one_s_own_are_read_once() -> None:
    lexicon = load_lexicon().at(date(2026, 11, 26))
    assert load_cues(lexicon=lexicon) is load_cues(lexicon=lexicon)
