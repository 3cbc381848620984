"""Learning from decisions: off until it helps, reversible, exportable, and never touching hate or danger."""

import random

import numpy as np
import pytest

from saisine.errors import SaisineError
from saisine.findings.triage import Triage
from saisine.findings.triage.blend import auc
from saisine.findings.triage.columns import VIEWS
from saisine.findings.triage.linear import Tfidf
from saisine.findings.triage.local import (
    Decision,
    LocalModel,
    directions_of,
    export,
    learn,
    paired_gain,
    without,
)
from saisine.findings.triage.model import load_rules_alone
from saisine.findings.triage.training.sentences import load_frames
from tests.findings.triage.shipped import TRIAGE

OPENINGS = ("Dites donc", "Franchement", "Au fait", "Encore une fois", "Bon", "Alors", "Écoutez", "Voilà")
ABOUT = ("le zorglub du quartier", "les zorglubs", "ce zorglub de mairie", "vos zorglubs")
OTHER = ("la fanfare du quartier", "les jardiniers", "ce conseil de mairie", "vos affiches")
ENDINGS = ("on en parle lundi", "cela se voit", "je passe demain", "la salle est pleine", "il fait beau")


def inbox(n: int, seed: int) -> tuple[dict[str, str], dict[str, bool]]:
    """Messages in which one unknown word alone tells what this association keeps."""
    rng = random.Random(seed)
    texts, kept = {}, {}
    for at in range(n):
        keep = rng.random() < 0.5
        middle = rng.choice(ABOUT if keep else OTHER)
        texts[str(at)] = f"{rng.choice(OPENINGS)}, {middle}, {rng.choice(ENDINGS)}"
        kept[str(at)] = keep
    return texts, kept


TEXTS, KEPT = inbox(260, 3)
DECISIONS = [Decision(str(at), KEPT[str(at)], "a" if at % 2 else "b") for at in range(160)]
MODEL, LESSON = learn(TRIAGE, TEXTS, DECISIONS, 1)


def test_decisions_that_help_are_used_and_said() -> None:
    assert MODEL is not None
    assert LESSON.share > 0
    assert LESSON.fr.startswith("Vos 160 décisions améliorent l’ordre")
    rest = [id for id in TEXTS if int(id) >= 160]
    labels = np.array([KEPT[id] for id in rest], float)
    triage = Triage(TRIAGE.model, TRIAGE.cues, MODEL)
    before = auc(labels, np.array([one.score for one in TRIAGE.score((id, TEXTS[id]) for id in rest)]))
    after = auc(labels, np.array([one.score for one in triage.score((id, TEXTS[id]) for id in rest)]))
    assert after >= before + 0.1
    assert "+local:160" in triage.id


def test_hate_and_danger_are_never_lowered() -> None:
    triage = Triage(TRIAGE.model, TRIAGE.cues, MODEL)
    text = "je vais te tuer"
    assert triage.score_text(text).danger
    before, after = TRIAGE.score_text("Bonjour la fanfare"), triage.score_text("Bonjour la fanfare")
    assert after.hate == pytest.approx(min(before.hate, after.score), abs=1e-3)


def test_an_inbox_that_agrees_with_one_view_follows_it() -> None:
    """Decisions that are what one public set's labellers would say: no word in common tells them, a view does."""
    written = [one.pattern for one in load_frames() if one.hand == 1][::4][:400]
    texts = {str(at): text for at, text in enumerate(written)}
    reads = TRIAGE.read_all(list(texts.items()))
    views = TRIAGE.views(reads, TRIAGE.features(reads))
    assert views is not None
    assert views.shape == (len(texts), len(VIEWS))
    view = views[:, VIEWS.index("ftr_train")]
    keep = view > np.median(view)
    decisions = [Decision(str(at), bool(keep[at]), "a") for at in range(200)]
    model, lesson = learn(TRIAGE, texts, decisions, 1)
    assert model is not None
    assert lesson.share > 0
    rest = [(str(at), written[at]) for at in range(200, len(written))]
    triage = Triage(TRIAGE.model, TRIAGE.cues, model)
    labels = keep[200:].astype(float)
    before, after = (auc(labels, np.array([r.score for r in one.score(rest)])) for one in (TRIAGE, triage))
    assert after >= before + 0.1


def test_the_rules_alone_learn_nothing_and_read_nothing_learnt() -> None:
    """Damaged arrays leave no view: what was learnt beside them waits, and no message is lost."""
    alone = Triage(load_rules_alone(), TRIAGE.cues)
    assert learn(alone, TEXTS, DECISIONS, 1)[0] is None
    with_model = Triage(load_rules_alone(), TRIAGE.cues, MODEL)
    asked = [("1", TEXTS["200"]), ("2", "je vais te tuer")]
    assert [r.score for r in with_model.score(asked)] == [r.score for r in alone.score(asked)]


@pytest.mark.parametrize("n", [0, 20, 59])
def test_few_labels_change_nothing(n: int) -> None:
    model, lesson = learn(TRIAGE, TEXTS, DECISIONS[:n], 1)
    assert model is None
    assert lesson.fr == "Pas encore utile : l’ordre de départ est gardé."


def test_lopsided_labels_change_nothing() -> None:
    kept = [one for one in DECISIONS if one.keep] + [one for one in DECISIONS if not one.keep][:14]
    assert learn(TRIAGE, TEXTS, kept, 1)[0] is None


@pytest.mark.parametrize("seed", [5, 6])
def test_labels_drawn_at_random_are_not_used(seed: int) -> None:
    rng = random.Random(seed)
    drawn = [Decision(one.message, rng.random() < 0.5, "a") for one in DECISIONS]
    model, lesson = learn(TRIAGE, TEXTS, drawn, 1)
    assert (model, lesson.share) == (None, 0.0)


def test_a_gain_is_the_difference_of_the_two_areas_and_its_error_shrinks_with_the_labels() -> None:
    rng = np.random.default_rng(3)
    errors = []
    for n in (100, 1_600):
        labels = (rng.random(n) < 0.5).astype(float)
        before, after = labels + rng.normal(0, 2, n), labels + rng.normal(0, 1, n)
        gain, error = paired_gain(labels, before, after)
        assert gain == pytest.approx(auc(labels, after) - auc(labels, before), abs=1e-12)
        errors.append(error)
    assert errors[1] < errors[0] / 2
    assert paired_gain(labels, before, before)[0] == 0


def test_a_member_s_decisions_can_be_withdrawn_and_an_erased_message_counts_no_more() -> None:
    left = without(DECISIONS, member="a")
    assert {one.member for one in left} == {"b"}
    assert len(without(DECISIONS, message="7")) == len(DECISIONS) - 1
    gone = {id: text for id, text in TEXTS.items() if id != "7"}
    assert learn(TRIAGE, gone, DECISIONS, 1)[1].n == LESSON.n - 1


def test_directions_are_found_without_labels_and_tell_two_kinds_of_messages_apart() -> None:
    tokens = [["aa", "bb"], ["aa", "bb"], ["cc", "dd"], ["cc", "dd"]]
    tfidf = Tfidf.fit(tokens, least=1)
    rows = tfidf.rows(tokens)
    found = directions_of(rows, len(tfidf.vocabulary))
    assert found.shape == (len(tfidf.vocabulary), 1)  # two kinds vary in one direction
    places = rows.dot(found)[:, 0]
    assert places[0] == pytest.approx(places[1])
    assert abs(places[0] - places[2]) > 1


def test_what_was_learnt_can_be_taken_out_kept_and_read_again() -> None:
    assert MODEL is not None
    again = LocalModel.from_bytes(MODEL.to_bytes())
    one = Triage(TRIAGE.model, TRIAGE.cues, MODEL).score_text(TEXTS["200"])
    two = Triage(TRIAGE.model, TRIAGE.cues, again).score_text(TEXTS["200"])
    assert one == two
    out = export(DECISIONS, LESSON)
    assert out["share"] == LESSON.share
    assert not any(text in str(out) for text in list(TEXTS.values())[:20])


def test_a_damaged_file_is_refused_in_words() -> None:
    with pytest.raises(SaisineError) as caught:
        LocalModel.from_bytes(b"PK\x03\x04 nothing")
    assert caught.value.code == "local_model_damaged"
