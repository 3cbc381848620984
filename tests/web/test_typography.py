"""French spacing on the way out: what is said is spaced, what is exact stays exact."""

import re

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from saisine.casework.session import Session
from saisine.web.typography import with_english_spaces, with_french_spaces

NB = "\u00a0"


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


def test_english_takes_no_space_before_a_colon_but_keeps_what_is_in_french() -> None:
    said = '<li><b>Day</b> : 2 ; <span lang="fr">Délai : trois mois</span> at 10 :30</li><textarea>a : b</textarea>'
    assert with_english_spaces(said) == said.replace("</b> : 2 ;", "</b>: 2;")


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
