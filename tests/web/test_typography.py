"""French spacing on the way out: what is said is spaced, what is exact stays exact."""

import re
from pathlib import Path

from django.template import Context, Template
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from saisine.casework.session import Session
from saisine.web import pages
from saisine.web.typography import with_french_spaces

NB = "\u00a0"
TEMPLATES = Path(pages.__file__).parents[1] / "templates"


def test_a_double_sign_keeps_the_word_before_it() -> None:
    said = "<p>Vague : rien ? « Non » ; 3 !</p>"
    assert with_french_spaces(said) == f"<p>Vague{NB}: rien{NB}? «{NB}Non{NB}»{NB}; 3{NB}!</p>"


def test_a_sign_after_an_element_keeps_it_too() -> None:
    assert with_french_spaces("<b>Pour</b> : une raison") == f"<b>Pour</b>{NB}: une raison"


def test_what_is_quoted_or_typed_keeps_each_sign() -> None:
    exact = (
        '<blockquote class="quoted">tu viens ?</blockquote><textarea>Adresse : ici</textarea>'
        '<input value="a : b"><a href="/x/?q= ?">x</a><!-- a : b --><pre>a : b</pre>'
    )
    assert with_french_spaces(exact) == exact


def test_a_number_stays_with_what_it_counts() -> None:
    said = "<p>Signalement 2, le 14 mars 2026, 45 000 €</p>"
    assert with_french_spaces(said) == f"<p>Signalement{NB}2, le 14{NB}mars 2026, 45 000{NB}€</p>"


def test_a_join_has_the_space_of_french_alone_and_a_typed_title_keeps_its_own() -> None:
    part = Template(
        '{% load saisine_text %}<b>{{ a }}</b>{% sign ":" %}<i title="x{% sign ";" %}y">{{ b }}</i>'
    )
    typed = Context({"a": "Vague : suite", "b": "2"})
    with translation.override("en"):
        assert part.render(typed) == '<b>Vague : suite</b>: <i title="x; y">2</i>'
    with translation.override("fr"):
        assert part.render(typed) == '<b>Vague : suite</b> : <i title="x ; y">2</i>'


def test_no_template_joins_two_words_by_a_sign_of_one_language() -> None:
    """Outside what is translated, « : » is written by `{% sign ":" %}`."""
    said = re.compile(r"{% ?blocktrans.*?{% ?endblocktrans ?%}|{#.*?#}|{{.*?}}|{%.*?%}", re.S)
    typed = [
        path.name
        for path in TEMPLATES.rglob("*.html")
        if re.search(r" [:;] ?(?=\x00|<|\w)", said.sub("\0", path.read_text("utf-8")))
    ]
    assert typed == []


@given(st.text(alphabet="a :;?!«»<>/p\n\u00a0", max_size=60))
def test_only_spaces_change_and_only_once(page: str) -> None:
    spaced = with_french_spaces(page)
    assert spaced.replace(NB, " ") == page.replace(NB, " ")
    assert with_french_spaces(spaced) == spaced


def test_pages_are_spaced_in_french_alone(client: Client, empty: Session) -> None:
    title = re.compile(r"<h1>[^<]*données.\?</h1>")
    assert f"{NB}?" in title.findall(client.get("/donnees/").content.decode())[0]
    client.cookies["saisine_language"] = "en"
    assert f"{NB}?" not in client.get("/donnees/").content.decode()
    assert not re.search(r">[^<]* : ", client.get("/accessibilite/").content.decode().partition("<main")[2])
