"""Searching: the words stay in the form, and what is found shows no text before « Afficher »."""

import re

from django.test import Client

from saisine.casework.models import JournalRow
from saisine.casework.session import Session
from saisine.messages.corpus import Query
from tests.web.conftest import Example
from tests.web.reading import links_of, text_of


def ask(client: Client, **fields: str) -> str:
    answer = client.post("/recherche/", fields)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_is_found_is_counted_and_shows_no_text(
    filled: Session, client: Client, example: Example
) -> None:
    word = example.sentinels[0].split()[0]
    found = filled.corpora.count(Query(text=word))
    assert found
    body = ask(client, words=word)
    assert re.search(rf"\b{found} messages? trouvé", body)
    assert body.count("data-card") == min(found, 20)
    assert [text for text in example.sentinels if text in body] == []


def test_the_next_page_goes_on_where_the_first_ends(filled: Session, client: Client) -> None:
    first = ask(client, platform="x")
    after = re.search(r'name="after" value="([^"]+)"', first)
    assert after
    second = ask(client, platform="x", after=after.group(1))
    ids = [set(re.findall(r'id="card-([^"]+)"', body)) for body in (first, second)]
    assert len(ids[0]) == len(ids[1]) == 20
    assert not ids[0] & ids[1]


def test_a_card_found_can_be_opened_and_the_journal_says_so(filled: Session, client: Client) -> None:
    body = ask(client, platform="x")
    ref = re.search(r'name="ref" value="([^"]+)"', body)
    band = re.search(r'name="band" value="([^"]+)"', body)
    assert ref
    assert band
    before = JournalRow.objects.count()
    answer = client.post(
        "/tri/afficher/", {"ref": ref.group(1), "band": band.group(1)}, HTTP_HX_REQUEST="true"
    )
    assert "<blockquote" in answer.content.decode()
    assert JournalRow.objects.count() == before + 1


def test_nothing_found_and_nothing_asked_are_told_apart(filled: Session, client: Client) -> None:
    assert "Aucun message trouvé" in ask(client, words="motquinexistepasdutout")
    assert "Écrivez un mot" in ask(client, words="   ")


def test_no_address_holds_a_word_looked_for(filled: Session, client: Client) -> None:
    answer = client.post("/recherche/", {"words": "verger"})
    assert not [link for link in links_of(answer) if "verger" in link]


def test_a_day_that_is_none_is_told(filled: Session, client: Client) -> None:
    answer = client.post("/recherche/", {"since": "hier"})
    assert answer.status_code == 422
    assert "hier" in text_of(answer)


def test_a_cursor_of_nowhere_is_told(filled: Session, client: Client) -> None:
    assert client.post("/recherche/", {"platform": "x", "after": "n’importe quoi"}).status_code in (400, 422)


def test_no_field_of_a_search_is_kept_as_a_draft(filled: Session, client: Client) -> None:
    form = client.get("/recherche/").content.decode().partition('role="search"')[2].partition("</form>")[0]
    fields = re.findall(r'<input type="(?:search|date|text)"[^>]*>', form)
    assert len(fields) == 3
    assert all("data-no-draft" in field for field in fields)
