"""The sieve in front of the patterns: it may let through what does not match, never hold back what does."""

from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.findings.rules import Reader
from saisine.findings.sieve import FEW, Numbered, Sieve, bits_of, rarest
from saisine.findings.signs import Word

LETTERS = ("un", "deux", "trois", "le", "la")
CHOICE = st.lists(st.sampled_from((*LETTERS, "un_deux", "le_trois", "la_un_le")), min_size=1, max_size=3)
STEP = st.one_of(
    CHOICE.map("|".join),
    CHOICE.map(lambda words: "|".join(words) + "?"),
    st.integers(1, 4).map(lambda n: f"[{n}]"),
)
END = CHOICE.map("|".join)
OPENS = st.sampled_from(("", "^ "))
PATTERN = st.tuples(OPENS, END, st.lists(STEP, max_size=3), END).map(
    lambda p: p[0] + " ".join((p[1], *p[2], p[3]))
)
TEXT = st.lists(st.sampled_from((*LETTERS, "autre")), max_size=9)


def words_of(names: list[str]) -> list[Word]:
    return [Word((name,), at, at + 1, at == 0) for at, name in enumerate(names)]


@given(st.lists(PATTERN, min_size=1, max_size=5), TEXT)
@settings(max_examples=30, deadline=None)
def test_a_pattern_that_matches_is_never_held_back(lines: list[str], names: list[str]) -> None:
    reader = Reader({})
    patterns = [reader.pattern(line, "here") for line in lines]
    words = words_of(names)
    lit = reader.sieve.lit(words)
    for pattern in patterns:
        matches = any(pattern.end(words, at) is not None for at in range(len(words)))
        assert lit & pattern.bit or not matches


@given(st.lists(PATTERN, min_size=1, max_size=40), st.lists(TEXT, min_size=FEW, max_size=20))
@settings(max_examples=10, deadline=None)
def test_many_texts_followed_together_light_what_each_does_alone(
    lines: list[str], texts: list[list[str]]
) -> None:
    reader = Reader({})
    for line in lines:
        reader.pattern(line, "here")
    numbered = Numbered()
    each = [words_of(names) for names in texts]
    together = reader.sieve.lit_all([[*map(numbered.of, words)] for words in each], numbered)
    assert together == [reader.sieve.lit(words) for words in each]


def test_words_in_another_order_are_held_back() -> None:
    sieve = Sieve()
    bit = sieve.add([[("un",)], [("deux",)], [("trois",)]])
    other = sieve.add([[("trois",)], [("un",)]])
    assert sieve.lit(words_of(["un", "le", "deux", "la", "trois"])) & (bit | other) == bit
    assert sieve.lit(words_of(["trois", "deux", "un"])) & (bit | other) == other
    assert sieve.lit(words_of(["deux", "trois"])) & (bit | other) == 0


def test_a_phrase_of_common_words_is_looked_for_word_by_word() -> None:
    sieve = Sieve()
    bits = sieve.add([[("est", "ce", "que"), ("savez",)]])
    assert sieve.lit(words_of(["est", "ce", "bien", "que"])) & bits
    assert sieve.lit(words_of(["savez"])) & bits
    assert not sieve.lit(words_of(["que", "ce", "est"])) & bits


def test_a_pattern_that_opens_a_sentence_is_held_back_inside_one() -> None:
    sieve = Sieve()
    bits = sieve.add([[("sale", "type"), ("type",)]], opens=True)
    assert sieve.lit(words_of(["sale", "type"])) & bits
    assert not sieve.lit(words_of(["le", "sale", "type"])) & bits


def test_of_a_phrase_the_word_that_tells_most_is_looked_for() -> None:
    assert rarest(("de", "la", "javel")) == "javel"
    assert list(bits_of(0b10110)) == [0b10, 0b100, 0b10000]
