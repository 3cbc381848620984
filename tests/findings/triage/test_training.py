"""Training: frames stay whole, groups fill the same harmless frames, and inputs are named or refused."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.findings.triage.lexicon import GROUPS
from saisine.findings.triage.model import FOLDER
from saisine.findings.triage.training.card import CARD, card_text
from saisine.findings.triage.training.corpus import load_corpus
from saisine.findings.triage.training.distance import near, refuse_near
from saisine.findings.triage.training.sentences import FOLDS, load_frames, realise

FRAMES = load_frames()
SENTENCES = realise(FRAMES)


def test_there_are_thousands_of_sentences_of_many_functions_on_both_sides() -> None:
    assert len(SENTENCES) >= 5_000
    assert len({frame.function for frame in FRAMES}) >= 30
    harmful = sum(one.frame.harmful for one in SENTENCES) / len(SENTENCES)
    assert 0.35 <= harmful <= 0.65


def test_a_frame_is_whole_in_one_fold_and_every_fold_has_some() -> None:
    assert {frame.fold for frame in FRAMES} == set(range(FOLDS))
    assert len({frame.id for frame in FRAMES}) == len(FRAMES)


def test_every_group_fills_the_same_frames() -> None:
    filled = defaultdict(set)
    for one in SENTENCES:
        if one.group:
            filled[one.group].add(one.frame.id)
    assert set(filled) == set(GROUPS)
    assert len({frozenset(ids) for ids in filled.values()}) == 1


def test_a_sentence_kept_as_written_is_one_sentence_and_its_hand_is_left_out_whole() -> None:
    written = [one for one in SENTENCES if one.frame.hand is not None]
    assert len(written) >= 17_000
    assert all(one.text == one.frame.pattern for one in written)
    assert len({one.frame.id for one in written}) == len(written)
    folds = defaultdict(set)
    for one in written:
        folds[one.frame.hand].add(one.frame.fold)
    assert set(map(len, folds.values())) == {1}
    assert len(set.union(*folds.values())) == FOLDS < len(folds)


def test_the_same_seed_gives_the_same_sentences_and_no_slot_is_left() -> None:
    again = realise(FRAMES[:40])
    first = {frame.id for frame in FRAMES[:40]}
    assert [one.text for one in again] == [one.text for one in SENTENCES if one.frame.id in first]
    assert not any("{" in one.text for one in SENTENCES)


def test_a_sentence_that_copies_a_text_of_the_development_sets_is_found() -> None:
    developed = ["La réunion de jeudi commence à dix heures", "bonjour", "Les pommes sont mûres"]
    own = [
        "la REUNION de jeudi commence a dix heures !",
        "Bonjour",
        "Les poires sont mûres",
        "les pommes mûres sont",
    ]
    assert sorted(near(own, developed)) == [(0, 0), (3, 2)]


def test_the_training_stops_and_names_the_frame_that_comes_too_near() -> None:
    refuse_near(["Le train part", "Le chat dort"], ["a-1", "b-2"], ["Le train arrive"])
    with pytest.raises(SaisineError) as caught:
        refuse_near(["Le train part", "Le chat dort"], ["a-1", "b-2"], ["le chat dort"])
    assert caught.value.code == "triage_sentence_near"
    assert "b-2" in caught.value.sentence("fr")


def test_training_without_the_shared_data_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as caught:
        load_corpus(tmp_path)
    assert caught.value.code == "triage_data_missing"
    assert caught.value.exit_code == 74


def test_the_card_is_that_of_the_model_shipped() -> None:
    assert CARD.read_text("utf-8") == card_text(json.loads((FOLDER / "model.json").read_text("utf-8")))
