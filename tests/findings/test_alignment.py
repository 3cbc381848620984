"""Two texts side by side: every word of both is shown once, and the score counts them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.findings.alignment import align

TEXTS = st.lists(st.sampled_from(["Honte", "honte", "à", "vous", "🤬", "tous"]), max_size=12).map(" ".join)


@settings(max_examples=30, deadline=None)
@given(TEXTS, TEXTS)
def test_each_text_can_be_read_again_in_the_pieces(one: str, other: str) -> None:
    found = align(one, other)
    mine = " ".join(piece.text for piece in found.pieces if piece.state != "only_other")
    theirs = " ".join(piece.text for piece in found.pieces if piece.state != "only_one")
    assert mine == one
    assert theirs.casefold() == other.casefold()
    assert 0 <= found.common <= 1
    assert (found.common == 1) == (bool(one) and one.casefold() == other.casefold())


def test_the_score_is_said_in_words() -> None:
    found = align("honte à vous tous", "honte à vous")
    assert found.sentence_fr == "86 % des mots en commun"
    assert [piece.state for piece in found.pieces] == ["common", "only_one"]
