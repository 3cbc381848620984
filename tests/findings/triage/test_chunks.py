"""A message read chunk by chunk is the message read whole: text, places, words and tokens."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.findings.signs import Vocabulary, words_of
from saisine.findings.triage.chunks import ChunkReader
from saisine.findings.triage.normalise import normalise

VOCABULARY = Vocabulary(frozenset("il y a la de chaise chaises table jardin aujourdhui portail".split()))
READER = ChunkReader(VOCABULARY)
PIECES = (
    "il", "y", "a", "n'y", "l'", "d’eau", "chaise", "CHAISE", "ch4ise", "ch*ise", "c", "h", "c.h.a", "t-a-b-l-e",
    "...", "table!", "taaable", "@nom", "http://a.fr/b?c", "a@b.fr", "ami·e·s", "\n", "jardin\nla", "", "🪓", "ﬁn", "4",
    "e\u0301", "aujourd'hui", "«", "»", "por-tail", "\u00a0", "\ud800", "_", "a_b", "$a",
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    st.text(alphabet="ab lé'’.-*_@1!\n\u00a0·", max_size=30),
)


@given(TEXTS)
@settings(max_examples=30, deadline=None)
def test_a_message_read_by_chunks_is_the_message_read_whole(text: str) -> None:
    assert_same(text)


@pytest.mark.parametrize(
    "text",
    [
        "c h a i s e",
        "la c h  a i s e",
        "il n'y a pas d'eau",
        "y a t il",
        "fin. t a b l e",
        "x " * 6_000,
        "é" * 12_000,
    ],
)
def test_letters_set_apart_by_spaces_are_joined_across_chunks(text: str) -> None:
    assert_same(text)


def assert_same(text: str) -> None:
    normal = normalise(text)
    read = READER.read(text)
    assert read.normal.text == normal.text
    assert list(read.normal.places) == list(normal.places)
    assert read.words == words_of(normal.text, normal.places, VOCABULARY)
    assert [READER.numbered.word(at)[::3] for at in read.numbers] == [word[::3] for word in read.words]
    assert read.tokens == normal.tokens
