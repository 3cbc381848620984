"""Texts: folding, safe display, repairs and times."""

import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine import texts


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L’Œuvre  ÉTÉ", "l'oeuvre ete"),
        ("ﬁn ℌ Straße", "fin h strasse"),
        ("  deux\u00a0lignes\r\nici ", "deux lignes ici"),
        ("sal\u200but ❤\ufe0f", "salut ❤"),
        ("ÇA ÆQUO ñ", "ca aequo n"),
        ("שָׁלוֹם", "שלום"),
        ("", ""),
    ],
)
def test_folding_forgets_case_accents_ligatures_and_hidden_signs(text: str, folded: str) -> None:
    assert texts.fold(text) == folded


@given(st.text())
def test_folding_never_fails_and_accents_do_not_matter(text: str) -> None:
    import unicodedata

    assert texts.fold(unicodedata.normalize("NFD", text)) == texts.fold(unicodedata.normalize("NFC", text))


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert texts.fold(texts.fold(text)) == texts.fold(text)


def test_a_joined_text_folds_like_its_lines() -> None:
    assert texts.fold("Élan\nÉlan") == "elan elan"


def test_hidden_signs_are_spelled_out_and_families_stay_whole() -> None:
    assert texts.safe_display("abc\u202edef\u200b") == "abc⟨U+202E⟩def⟨U+200B⟩"
    family = "👩\u200d👩\u200d👧"
    assert texts.safe_display(family) == family
    assert texts.safe_display("ligne\nsuivante\t!") == "ligne\nsuivante\t!"


@given(st.text())
def test_safe_display_leaves_no_direction_sign(text: str) -> None:
    assert not set(texts.safe_display(text)) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\0")


def test_french_words_come_without_their_elision() -> None:
    assert texts.tokens("L’attaque d'hier, aujourd’hui qu’elle !") == [
        "attaque",
        "hier",
        "aujourd'hui",
        "elle",
    ]


def test_mojibake_is_repaired_only_when_the_way_back_succeeds() -> None:
    broken = "été à l’école".encode().decode("latin-1")
    assert texts.repair_mojibake(broken) == ("été à l’école", True)
    assert texts.repair_mojibake("été") == ("été", False)
    assert texts.repair_mojibake("plain") == ("plain", False)


def test_html_keeps_lines_and_the_addresses_of_links() -> None:
    plain, urls = texts.strip_html(
        '<p>a &amp; b<br>c</p><p><a href="https://e.invalid/x">d</a></p><script>x</script>'
    )
    assert plain == "a & b\nc\nd"
    assert urls == ["https://e.invalid/x"]
    rows = "<tr><th>Nom</th><td>Ada <b>L</b></td></tr><tr><td>Objet</td></tr>"
    assert (
        texts.strip_html(f"<head><title>Alerte</title></head><table>{rows}</table>")[0] == "Nom\tAda L\nObjet"
    )
    assert (
        texts.strip_html('Bravo <img alt="😀" src=x><img alt="logo"><h2>Titre</h2>fin')[0]
        == "Bravo 😀\nTitre\nfin"
    )
    assert texts.strip_html("<head><title>Sujet</head><body>je te vois</body>")[0] == "je te vois"
    assert texts.strip_html("<title>Sujet<body>je te vois")[0] == "je te vois"
    assert texts.unescape_html("a &amp; b") == ("a & b", True)


def test_what_no_table_can_hold_is_replaced() -> None:
    assert texts.replace_forbidden("a\0b\ud800c") == "a\ufffdb\ufffdc"
    assert texts.replace_forbidden("\ud83d\ude00") == "😀"
    assert texts.clean_value(["a\0", None, 3]) == ["a\ufffd", None, 3]
    assert texts.clean_value({"a\udfff": {"b": ["c\udfff"]}}) == {"a\ufffd": {"b": ["c\ufffd"]}}


def test_a_value_nested_past_any_recursion_is_made_storable() -> None:
    deep: list[Any] = ["a\0"]
    for _ in range(2 * sys.getrecursionlimit()):
        deep = [deep]
    clean = texts.clean_value(deep)
    while isinstance(clean, list):
        (clean,) = clean
    assert clean == "a\ufffd"


def test_times_are_aware_and_in_utc() -> None:
    at = datetime(2026, 4, 8, 12, 5, 0, tzinfo=UTC)
    assert texts.utc_from_s("1775649900") == texts.utc_from_ms(1775649900000) == at
    assert texts.utc_from_us(1775649900000000) == at
    assert texts.utc_from_iso("2026-04-08T14:05:00+02:00") == at
    with pytest.raises(ValueError):
        texts.utc_from_iso("2026-04-08T14:05:00")


@pytest.mark.parametrize("unit", ["<a ", "<!--", "<a <a \u2039", "<![<"])
def test_markup_made_to_break_a_parser_keeps_the_words_beside_it(unit: str) -> None:
    text, links = texts.strip_html(f"<p>propos</p>{unit * 200_000}<p>suite</p>")
    assert text.startswith("propos")
    assert links == []


@pytest.mark.parametrize(
    "text",
    [
        "Pourquoi vos mails affichent « Ã© » ? J’ai payé 20 €…",
        "😀 Ã© – “non”",
        "IRMÃ\u00a0querida",
        "AMANHÃ\u00a0!",
        "NÃO, MAÇÃ…",
        "É»",
        "LIBERTÉ…",
        "Vâng ạ",
        "ÇA VÂ«T»",
    ],
)
def test_what_is_not_wholly_in_a_wrong_encoding_stays_as_it_is(text: str) -> None:
    assert texts.repair_read_as_windows(text) == (text, False)


@given(st.text(st.characters(codec="cp1252"), max_size=40))
def test_a_repair_changes_nothing_or_goes_back_whole(text: str) -> None:
    found, is_repaired = texts.repair_read_as_windows(text)
    assert is_repaired or found == text
    assert not is_repaired or found.encode() == text.translate(texts._AS_BYTES).encode("latin-1")


def test_the_comments_of_a_newsletter_are_no_words() -> None:
    block = "<!--[if !mso]><!--><p>Bloc</p><!--<![endif]-->"
    text, links = texts.strip_html(
        f"<style>.a{{color:red}}</style>{block * 150}<a href='https://e.test/'>lien</a>"
    )
    assert text == "\n".join(["Bloc"] * 150) + "\nlien"
    assert links == ["https://e.test/"]


def test_spaces_in_a_tag_that_is_never_closed_cost_nothing() -> None:
    text, _ = texts.strip_html("<p>propos</p>" + f"<a{' ' * 10_000}" * 90)
    assert text.startswith("propos")
