"""Redacted texts: what is hidden is gone in every form a reader decodes, its length with it; the rest stays."""

import base64
import html
import json
import urllib.parse

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.vault.redacted_texts import MARK, redact_text
from saisine.vault.redaction import Rule, Span, Words
from tests.vault.redacting import NAME, box, code_of, outcome, words


def hide(text: str, *rules: Rule) -> str:
    return redact_text(text.encode(), rules).body.decode("utf-8")


def test_a_passage_leaves_a_mark_that_does_not_tell_its_length() -> None:
    text = "Bonjour Camille, et adieu."
    assert hide(text, Span(1, 8, 15, "nom")) == f"Bonjour {MARK}, et adieu."
    assert hide(text, Span(1, 0, 26, "tout")) == MARK
    told = redact_text(text.encode(), [Span(1, 8, 15, "nom")]).told
    assert told == ({"kind": "span", "count": 1, "geometry": [[8, 8 + len(MARK)]], "why": "nom"},)


def test_positions_count_code_points_after_the_byte_order_mark() -> None:
    for encoding, mark in (
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
    ):
        made = redact_text(mark + "😀é\r\nabc".encode(encoding), [Span(1, 4, 6, "x")])
        assert made.body.decode("utf-8") == f"😀é\r\n{MARK}c"
        assert made.encoding == encoding


def test_windows_1252_is_read_when_it_is_no_utf8_and_the_copy_says_utf8() -> None:
    page = '<meta charset="iso-8859-1"><p>Prénom : Zoé, né à l’Île</p>'
    made = redact_text(page.encode("cp1252"), [words("Zoé")])
    assert made.encoding == "windows-1252"
    assert made.body.decode("utf-8") == f'<meta charset="utf-8"><p>Prénom : {MARK}, né à l’Île</p>'
    assert made.body.decode()[slice(*made.told[0]["geometry"][0])] == MARK  # type: ignore[index]
    assert redact_text(
        "né Zoé".encode("cp1252"), [words("Zoé")], "text/csv; charset=windows-1252"
    ).encoding == ("windows-1252")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        ("Zoé".encode("utf-16-le"), ""),  # no mark: would be read as signs between zeros
        (b"\xff\xfeZ\0o", ""),
        (b"Zo\xe9 \x81", ""),
        (b"Zo\xe9 \x01", ""),
        ("né Zoé".encode("shift_jis", "replace") + b"\x83\xa9", "text/plain; charset=shift_jis"),
        (bytes(range(256)), ""),
    ],
    ids=["utf-16", "cut utf-16", "undefined", "control", "declared otherwise", "binary"],
)
def test_a_text_that_is_not_surely_read_is_refused(body: bytes, media_type: str) -> None:
    assert code_of(redact_text, body, [words("Zo")], media_type) == "redaction_text_unreadable"


def test_an_export_cut_inside_a_sign_is_still_utf8() -> None:
    made = redact_text("Zoé et Zoé, puis é".encode()[:-1], [words("Zoé")])
    assert made.body.decode("utf-8") == f"{MARK} et {MARK}, puis \ufffd"
    assert made.encoding == "utf-8"


FORMS = {
    "plain": NAME,
    "json": json.dumps(NAME)[1:-1],
    "json upper case": "Camille \\u00C9lan",
    "json every sign": "".join(f"\\u{ord(sign):04x}" for sign in NAME),
    "json in json": json.dumps(json.dumps(NAME)[1:-1])[1:-1],
    "javascript": "Camille \\xc9lan",
    "named entity": "Camille &Eacute;lan",
    "entity without its end": "Camille &Eacutelan",
    "decimal entities": "".join(f"&#{ord(sign)};" for sign in NAME),
    "hexadecimal entities": "".join(f"&#x00{ord(sign):X};" for sign in NAME),
    "escaped twice": html.escape("Camille &Eacute;lan"),
    "address": urllib.parse.quote(NAME),
    "query": urllib.parse.quote_plus(NAME),
    "latin-1 address": "Camille%20%C9lan",
    "quoted-printable": "Cami=\r\nlle =C3=89lan",
    "mojibake": NAME.encode().decode("cp1252", "replace").replace("\ufffd", "\x89"),
    "mojibake in json": json.dumps(NAME.encode().decode("latin-1"))[1:-1],
    "letter and accent": "Camille E\u0301lan",
    "letter and accent in json": "Camille E\\u0301lan",
    "signs without width": "Ca\u200bmi\xadlle É\u2060lan",
    "signs without width in json": "Ca\\u200bmille \\u00c9lan",
    "entity in json": json.dumps("Camille &#201;lan")[1:-1],
}


@pytest.mark.parametrize("form", FORMS)
def test_words_are_hidden_in_every_form_that_a_reader_decodes(form: str) -> None:
    text = f'avant "{FORMS[form]}" après, {FORMS[form]}.'
    assert hide(text, words(NAME)) == f'avant "{MARK}" après, {MARK}.'


def test_words_are_found_from_any_normal_form_of_the_rule() -> None:
    assert hide("Camille Élan", words("Camille E\u0301lan")) == MARK
    assert hide('x;"dit ""Zoé"" ici"', words('dit "Zoé" ici')) == f'x;"{MARK}"'
    assert hide("a+33612345678 b", words("+33612345678")) == f"a{MARK} b"
    assert hide("C:\\nadia et C:\\\\nadia", words("nadia")) == f"C:\\{MARK} et C:\\\\{MARK}"


def test_the_rest_of_the_text_is_untouched() -> None:
    export = {"messages": [{"de": NAME, "texte": f"{NAME} \\ \u00e9 &amp; %41"}, {"de": "Autre", "n": 1}]}
    text = json.dumps(export, indent=1)
    hidden = json.loads(hide(text, words(NAME)))
    assert hidden == {
        "messages": [{"de": MARK, "texte": f"{MARK} \\ \u00e9 &amp; %41"}, {"de": "Autre", "n": 1}]
    }


STANDING = {
    "other case": "CAMILLE élan",
    "other accents": "camille elan",
    "other spaces": "Camille\u00a0 \nÉlan",
    "cut by a tag": "Cam<b>ille</b> Élan",
    "base64": base64.b64encode(f"xy {NAME} z".encode()).decode(),
    "base64 of addresses": base64.urlsafe_b64encode(f"{NAME}".encode()).decode(),
}


@pytest.mark.parametrize("form", STANDING)
def test_what_still_stands_in_another_form_refuses_the_copy_and_gives_the_line(form: str) -> None:
    text = f"{NAME}\nautre ligne\nencore : {STANDING[form]}\n"
    with pytest.raises(SaisineError) as caught:
        redact_text(text.encode(), [words(NAME)])
    assert caught.value.code == "redaction_still_stands"
    assert caught.value.facts == {"number": 1, "lines": "3"}
    assert NAME not in str(caught.value.facts) + caught.value.sentence("fr")


def test_another_spelling_may_be_kept_once_someone_looked() -> None:
    text = "Rose est là.\nUne rose rouge.\nOn arrose."
    assert code_of(redact_text, text.encode(), [words("Rose")]) == "redaction_still_stands"
    assert hide(text, words("Rose", keep=True)) == f"{MARK} est là.\nUne rose rouge.\nOn arrose."
    # what is the very same words, encoded or cut, is never kept
    for form in ("cut by a tag", "base64"):
        body = f"{NAME} {STANDING[form]}".encode()
        assert code_of(redact_text, body, [words(NAME, keep=True)]) == "redaction_still_stands"


def test_a_passage_that_stands_elsewhere_is_refused_unless_kept() -> None:
    text = "Jeanne parle.\nPuis Jeanne part."
    assert code_of(redact_text, text.encode(), [Span(1, 0, 6, "nom")]) == "redaction_still_stands"
    assert hide(text, Span(1, 0, 6, "nom", True)) == f"{MARK} parle.\nPuis Jeanne part."
    assert hide("Léa, oléagineux", Span(1, 0, 3, "nom")) == f"{MARK}, oléagineux"
    assert code_of(redact_text, "Léa, Léa".encode(), [Span(1, 0, 3, "nom")]) == "redaction_still_stands"


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([Span(1, 0, 99, "x")], "redaction_rule_outside"),
        ([Span(1, 0, 5, "x"), Span(2, 4, 8, "y")], "redaction_rules_overlap"),
        ([Span(1, 0, 9, "x"), Words(2, "Dupré", "y")], "redaction_rules_overlap"),
        ([Words(1, "absent", "x")], "redaction_rule_finds_nothing"),
        ([box(0, 0, 1, 1)], "redaction_rule_unfit"),
        ([Words(1, "Dupré", "c’est M. Dupre")], "redaction_rule_tells"),
        ([Span(1, 3, 8, "x"), Words(2, "parle", "Dupré")], "redaction_rule_tells"),
    ],
)
def test_a_rule_that_cannot_be_kept_stops_the_copy(rules: list[Rule], code: str) -> None:
    assert code_of(redact_text, "M. Dupré parle".encode(), rules) == code


def test_touching_passages_and_words_inside_words_are_fine() -> None:
    assert hide("abcdef", Span(1, 0, 3, "x"), Span(2, 3, 6, "y")) == MARK + MARK
    names = [Words(1, "Zoé Dupré", "nom"), Words(2, "Dupré", "nom")]
    made = redact_text("Zoé Dupré, Dupré".encode(), names)
    assert made.body.decode() == f"{MARK}, {MARK}"
    assert [line["count"] for line in made.told] == [1, 1]
    assert hide("aaaa b", words("a")) == f"{MARK} b"  # not one mark per sign: their number tells


TEXTS = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from("ab \\\"'&;#%=+<>\nu00e9é")
    ),
    max_size=60,
)


@given(TEXTS, st.data())
@settings(max_examples=100, deadline=None)
def test_a_hidden_text_never_appears_in_the_copy(text: str, data: st.DataObject) -> None:
    needle = data.draw(TEXTS.filter(lambda one: bool(one.strip())))
    assume(not set(needle) & set(MARK))
    forms = [needle, json.dumps(needle)[1:-1], html.escape(needle), urllib.parse.quote(needle)]
    parts = data.draw(st.lists(st.one_of(TEXTS, st.sampled_from(forms)), max_size=5))
    whole = text.join([*parts, needle])
    copy, code = outcome(hide, whole, Words(1, needle, "·", True))
    if code:
        assert code in ("redaction_still_stands", "redaction_rule_tells", "redaction_text_unreadable")
        return
    assert isinstance(copy, str)
    for seen in (copy, html.unescape(copy), urllib.parse.unquote(copy)):
        assert needle not in seen


@given(TEXTS.filter(bool), st.data())
@settings(max_examples=100, deadline=None)
def test_spans_hide_their_signs_and_nothing_else(text: str, data: st.DataObject) -> None:
    assume("\0" not in text and not text.startswith("\ufeff"))
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=6, unique=True)))
    pairs = list(zip(places[::2], places[1::2], strict=False))
    rules = [Span(n, start, end, "·", True) for n, (start, end) in enumerate(pairs, 1)]
    copy, code = outcome(hide, text, *rules)
    if code:
        assert code == "redaction_rule_tells"
        return
    kept = [
        text[start:end]
        for start, end in zip([0, *(e for _, e in pairs)], [*(s for s, _ in pairs), None], strict=True)
    ]
    assert copy == MARK.join(kept)
