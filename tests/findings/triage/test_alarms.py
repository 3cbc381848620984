"""An alarm has a sentence and a type of its own, and says no more than it can tell."""

import numpy as np
import pytest

from saisine.findings.triage.alarms import Heard, shares_of
from saisine.findings.triage.blend import ALARMS
from saisine.findings.triage.columns import COUNT, IN_DANGERS, alarms_of
from saisine.findings.triage.reasons import reason_codes
from tests.findings.triage.shipped import TRIAGE


@pytest.mark.parametrize(
    ("said", "types"),
    [
        ("threat", ("menace",)),
        ("doxxing", ("doxxing",)),
        ("suicide_incitement", ("incitation",)),
        ("raid", ("incitation",)),
        ("hint", ("sous_entendu",)),
        ("sexual", ("harcelement_sexuel",)),
        ("danger", ()),
        ("answer", ()),
    ],
)
def test_each_alarm_has_its_type_and_its_words_and_a_danger_not_told_has_no_type(
    said: str, types: tuple[str, ...]
) -> None:
    heard = Heard.of(said, 0.5, 0.2)
    assert heard.types == types
    assert heard.reason.code in reason_codes()
    assert "apprentissage" in heard.reason.fr
    assert heard.against is (said == "answer")


def test_an_alarm_lifts_only_what_would_be_under_one_half_without_it() -> None:
    assert Heard.of("threat", 0.5, 0.2).lifts
    assert not Heard.of("threat", 0.5, 0.7).lifts
    assert Heard.of("threat", 0.6, 0.2).reason.share == 0.6


def test_a_veiled_threat_that_an_alarm_lifts_is_not_called_an_insult() -> None:
    found = TRIAGE.score_text("Un jour tu rentreras et la lumière sera déjà allumée")
    assert found.types == ("menace",)
    assert "alarm:threat" in [one.code for one in found.reasons_for]
    assert "model_only" not in [one.code for one in found.reasons_for]


def test_the_alarm_of_danger_is_the_sum_of_the_odds_of_four_dangers() -> None:
    """A sign of any danger counts, and weak signs of several add up."""
    on_words = np.full((2, COUNT), -30.0)
    on_words[0, IN_DANGERS] = [-9.0, 2.0, -9.0, -9.0]
    on_words[1, IN_DANGERS] = [-0.5, -0.5, -30.0, -30.0]
    danger = alarms_of(on_words)[:, ALARMS.index("danger")]
    assert danger[0] == pytest.approx(2.0, abs=0.01)
    assert danger[1] == pytest.approx(-0.5 + np.log(2))
    assert danger[1] > 0 > on_words[1].max()


def test_shares_of_the_dangers_add_up_to_one() -> None:
    shares = shares_of(np.array([[2.0, -3.0, -1.0, 0.0], [-20.0, -20.0, -20.0, -20.0]]))
    assert np.allclose(shares.sum(axis=1), 1)
    assert shares[0].argmax() == 0


@pytest.mark.parametrize("text", ["👍", "🙏🙏", "😂😂😂", "…", "❤️"])
def test_a_message_without_a_word_is_given_no_type_and_no_alarm(text: str) -> None:
    found = TRIAGE.score_text(text)
    assert found.abstain_reason == "no_words"
    assert found.types == ()
    assert not any(one.code.startswith("alarm:") for one in found.reasons_for)


def test_greetings_and_wishes_are_seldom_taken_for_a_danger() -> None:
    """In view while sentences were written, so a floor and no measure."""
    texts = (
        "Bonjour", "Salut", "Bonsoir", "Bonne nuit", "À bientôt", "À ce soir", "Joyeux Noël", "Bonne année", "Bisous",
        "Joyeux anniversaire", "Merci beaucoup", "Bon courage", "Cordialement", "Au revoir", "Bonjour à tous", "RIP",
        "Prends soin de toi", "Je pense à toi", "Bravo à toute l’équipe", "Très bien",
    )  # fmt: skip
    assert sum(one.score >= 0.5 for one in TRIAGE.score(("", text) for text in texts)) <= 1


def test_what_a_message_resembles_is_not_said_where_a_word_tells_why() -> None:
    found = TRIAGE.score_text("Sale pute, ferme ta gueule")
    assert any(one.code.startswith(("term:", "cue:")) for one in found.reasons_for)
    assert not any(one.code.startswith("alarm:") for one in found.reasons_for)
    assert "sous_entendu" not in found.types
