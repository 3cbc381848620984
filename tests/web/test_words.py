"""What a person reads: dates, numbers, counts of files, and the wordings that never appear."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import Context
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

import saisine.web
from saisine.casework.session import Session
from saisine.web import words
from saisine.web.templatetags.saisine_cards import card_form

WEB = Path(saisine.web.__file__).parent
TEXTS = sorted([*WEB.rglob("*.html"), *WEB.rglob("*.po"), *WEB.rglob("*.py")])

# product.md section 3, rules E4 and E6: to believe, not to blame; readable aloud
FORBIDDEN = ("prétendue victime", "preuve insuffisante", "êtes-vous sûr que", "plainte abusive", "oups")


def test_a_day_is_said_in_full() -> None:
    assert words.say_day(date(2026, 3, 14)) == "samedi 14 mars 2026"
    assert words.say_day(date(2026, 5, 1)) == "vendredi 1er mai 2026"


def test_a_moment_is_said_in_paris_time() -> None:
    assert (
        words.say_moment(datetime(2026, 3, 14, 13, 32, tzinfo=UTC))
        == "samedi 14 mars 2026, 14\u00a0h\u00a032"
    )
    assert (
        words.say_moment(datetime(2026, 7, 14, 22, 5, tzinfo=UTC))
        == "mercredi 15 juillet 2026, 0\u00a0h\u00a005"
    )


def test_english_has_its_own_forms() -> None:
    with translation.override("en"):
        assert words.say_number(1120) == "1,120"
        assert words.say_moment(datetime(2026, 3, 14, 13, 32, tzinfo=UTC)) == "Saturday 14 March 2026, 14:32"


@given(st.integers(min_value=0, max_value=10**12))
def test_a_number_loses_no_digit(value: int) -> None:
    assert words.say_number(value).replace(words.THIN, "") == str(value)


def test_files_are_counted_by_kind() -> None:
    assert words.file_counts({"archive": 1, "table": 2, "image": 24, "pdf": 1}) == (
        "28 fichiers : 1 archive, 2 tableaux, 24 images, 1 PDF"
    )


@pytest.mark.parametrize(
    ("days", "said"), [(54, "il reste 54 jours"), (1, "il reste 1 jour"), (0, "c’est aujourd’hui"),
                       (-3, "dépassé depuis 3 jours")],
)  # fmt: skip
def test_days_left_are_words(days: int, said: str) -> None:
    assert words.say_days_left(days) == said


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(WEB)))
def test_no_blaming_word_stands_in_the_pages(path: Path) -> None:
    text = path.read_text("utf-8").lower()
    assert [word for word in FORBIDDEN if re.search(rf"\b{word}\b", text)] == []
    assert not re.search("[·•⸱][a-zé]", text), "a median point inside a word"


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.html")), ids=lambda path: path.name)
def test_templates_keep_calm_and_keep_the_policy(path: Path) -> None:
    text = re.sub(r"<!doctype|{#.*?#}|!=", "", path.read_text("utf-8"))
    shown = re.sub(r"{%.*?%}|<[^>]+>", " ", text)
    assert "!" not in shown + "".join(re.findall(r"trans \"([^\"]*)\"", text))
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text), (
        "the content policy would refuse it"
    )
    # a block of data is read by a script of ours, and run by nobody
    assert not re.search(r"<script(?![^>]*\s(?:src=|type=\"application/json\"))", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text), "nothing comes from elsewhere"


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.html")), ids=lambda path: path.name)
def test_no_help_number_is_written_in_a_template(path: Path) -> None:
    assert not re.search(r"\b(3018|3919|3114|116 006|112)\b", path.read_text("utf-8"))


# ------------------------------------------------------------------ product.md section 3, rule E5

LONGEST = 20  # words of a sentence on screen
TEMPLATES = sorted(WEB.rglob("*.html"))
CATALOGUES = sorted(WEB.rglob("*.po"))
TRANSLATED = re.compile(r"""{% trans (?:"([^"]*)"|'([^']*)')""")
# a button or a link drawn as one, and the first words on it
PRESSED = re.compile(r"""(?:<button|class="button)[^>]*>\s*{% trans "([^"]*)\"""")
VERB = re.compile(r"(?:Ne plus |Se |Les |S’|L’)?[\wéèêîôÉ’]+(?:er|ir|re|oir)\b", re.I)
# the answers to a question that the page asks are said as answers
ANSWERS = {"Oui", "Non", "Je ne sais pas", "Plus tard", "Un bouton qui a le focus"}
EXPANDED = {
    "DSA": "sur les services numériques",
    "LCEN": "loi pour la confiance dans l’économie numérique",
    "RGPD": "règlement général sur la protection des données",
}


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?…;:])\s+", text)


def too_long(text: str) -> list[str]:
    return [one for one in sentences(text) if len(re.findall(r"\S*\w\S*", one)) > LONGEST]


def messages_of(catalogue: Path) -> list[str]:
    """Every French and English text of a catalogue."""
    found = re.findall(
        r'^msg(?:id|id_plural|str(?:\[\d\])?) ((?:"(?:[^"\\]|\\.)*"\n)+)', catalogue.read_text("utf-8"), re.M
    )
    return ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)) for text in found]


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_no_sentence_of_a_catalogue_is_longer_than_twenty_words(catalogue: Path) -> None:
    texts = messages_of(catalogue)
    assert len(texts) > 500, "the catalogue was read"
    assert [one for text in texts for one in too_long(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_short_sentences_and_its_buttons_begin_with_a_verb(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [one for found in TRANSLATED.findall(text) for one in too_long(found[0] or found[1])] == []
    labels = set(PRESSED.findall(text)) - ANSWERS
    assert [label for label in labels if not VERB.match(label)] == []


def test_the_rule_on_verbs_refuses_a_noun() -> None:
    assert not VERB.match("Courriers")
    assert not VERB.match("Manquements notés (CSV)")
    assert VERB.match("Écrire le texte")


def plain_pages() -> list[str]:
    """Each address without any part, as people follow links to it."""
    patterns = get_resolver().reverse_dict
    return sorted(name for name in patterns if isinstance(name, str) and not patterns[name][0][0][1])


def bodies(client: Client) -> dict[str, str]:
    answers = {name: client.get(reverse(name)) for name in plain_pages()}
    return {
        name: answer.content.decode()
        for name, answer in answers.items()
        if answer.status_code == 200 and not answer.streaming and b"<main" in answer.content
    }


@pytest.mark.parametrize("state", ["empty", "filled"])
def test_a_page_has_one_main_action_and_says_its_days_and_acronyms_in_full(
    state: str, request: pytest.FixtureRequest, client: Client
) -> None:
    session = request.getfixturevalue(state)
    assert isinstance(session, Session)
    shown = bodies(client)
    assert len(shown) > 20
    assert {name: found for name, body in shown.items() if (found := faults_of(body))} == {}


def faults_of(body: str) -> list[str]:
    """More than one main action, a day in figures, an acronym whose words are not on the page."""
    met = re.sub(r"<(\w+)[^>]*\shidden\b[^>]*>.*?</\1>", "", body, flags=re.S)  # one with script, one without
    text = re.sub(r"<[^>]+>", " ", body.partition("<main")[2].partition("</main>")[0])
    found = [
        short
        for short, full in EXPANDED.items()
        if re.search(rf"\b{short}\b", text) and full not in text.lower()
    ]
    if len(re.findall(r'class="[^"]*\bbutton-primary\b', met)) > 1:
        found.append("two main actions")
    return found + re.findall(r"\b\d{1,2}/\d{1,2}/\d{4}\b", text)


def test_a_form_of_a_card_lets_no_sign_become_markup() -> None:
    card = SimpleNamespace(ref='"><b>', band="urgent", dom="m-1", value="")
    form = card_form(Context({"card": card, "csrf_token": "t"}), "/tri/<", "Garder & classer", value="keep")
    assert '"><b>' not in form
    assert 'action="/tri/&lt;"' in form
    assert ">Garder &amp; classer</button>" in form
