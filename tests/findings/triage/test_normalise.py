"""Normalising: disguises undone, the way back to the text as received, and nothing left to do a second time."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saisine.findings.signs import fold_with_places
from saisine.findings.triage.normalise import LONGEST, normalise

DISGUISED = [
    ("Quel CRÉTIN", "quel cretin"),
    ("cr3t1n", "cretin"),
    ("c.r.e.t.i.n", "cretin"),
    ("c r e t i n", "cretin"),
    ("cretiiiiin", "cretiin"),
    ("crеtin", "cretin"),  # a Cyrillic letter
    ("cre\u200btin", "cretin"),
    ("étudiant·es", "etudiantes"),
    ("adhérent.e.s", "adherentes"),
    ("@Lucie voir https://exemple.fr/a?b", "@user voir @url"),
]


@pytest.mark.parametrize(("text", "expected"), DISGUISED)
def test_a_disguise_is_undone(text: str, expected: str) -> None:
    assert normalise(text).text == expected


@pytest.mark.parametrize("text", ["20h", "3eme", "covid19", "le 12 mai", "il y a l'eau", "fini.Les gens"])
def test_numbers_and_short_words_stay(text: str) -> None:
    assert normalise(text).text == text.lower()


def test_a_span_maps_back_to_what_was_written() -> None:
    text = "Oh 🌸 le ＣＲ3Ｔ1n, cœur"
    normal = normalise(text)
    start = normal.text.index("cretin")
    assert text[slice(*normal.span(start, start + 6))] == "ＣＲ3Ｔ1n"
    start = normal.text.index("coeur")
    assert text[slice(*normal.span(start, start + 5))] == "cœur"


def test_a_link_maps_back_whole() -> None:
    normal = normalise("voir https://exemple.fr/page ici")
    start = normal.text.index("@url")
    assert (
        "voir https://exemple.fr/page ici"[slice(*normal.span(start, start + 4))] == "https://exemple.fr/page"
    )


def test_a_long_message_is_cut() -> None:
    assert len(normalise("é" * (LONGEST + 50)).text) <= LONGEST


WILD = st.text(
    alphabet=st.sampled_from("aàeéEoO01357@$*._-·• \n'’bcdst\u200b\u0301аеоＡœ🌸Zyl/:h"), max_size=60
)


def test_every_sign_of_unicode_folded_twice_is_as_folded_once() -> None:
    signs = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    once = [fold_with_places(sign)[0] for sign in signs]
    twice = [fold_with_places(folded)[0] for folded in once]
    assert [sign for sign, one, two in zip(signs, once, twice, strict=True) if one != two] == []


@settings(deadline=None, max_examples=30)
@given(st.one_of(WILD, st.text(max_size=60)))
def test_every_sign_has_a_place_and_a_second_time_changes_nothing(text: str) -> None:
    normal = normalise(text)
    assert len(normal.text) == len(normal.places)
    assert all(0 <= place < len(text) for place in normal.places)
    assert list(normal.places) == sorted(normal.places)
    assert normalise(normal.text).text == normal.text


@pytest.mark.slow
@settings(deadline=None, max_examples=3000)
@example("@0•E0•E")  # five rounds
@given(WILD)
def test_a_second_time_changes_nothing_at_length(text: str) -> None:
    assert normalise(normalise(text).text).text == normalise(text).text
