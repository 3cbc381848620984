"""Sorting: no text before « Afficher », one click for hundreds, an undo for half a minute."""

import re
from typing import Any

import pytest
from django.test import Client

from saisine.casework import triage
from saisine.casework.models import Incident, JournalRow, SortedMessage
from saisine.casework.session import Session
from saisine.web import words
from tests.web.conftest import Example, Watch
from tests.web.reading import links_of, text_of, values_of


def wave(session: Session) -> str:
    return next(band.id for band in triage.bands(session) if band.kind == "wave")


def plain(text: str) -> str:
    return text.replace(words.THIN, " ")


def test_the_bands_are_counted(filled: Session, client: Client) -> None:
    text = plain(text_of(client.get("/tri/")))
    for line in (
        "Urgent (2)",
        "Vague du 14 mars 2026 1 120, dont 720 en 37 groupes de copies",
        "Autres (678)",
        "Captures à compléter (24)",
    ):
        assert line in text


def test_an_empty_box_lets_people_rest(empty: Session, client: Client) -> None:
    assert "Rien à trier" in text_of(client.get("/tri/"))


def test_no_text_leaves_before_it_is_asked_for(filled: Session, client: Client, example: Example) -> None:
    """Every page that a person may reach by links alone, with 200 real texts as sentinels."""
    todo, seen = ["/"], set()
    while todo and len(seen) < 60:
        path = todo.pop()
        if path in seen or path.startswith(("/static/", "/quitter/")):  # leaving shuts every page
            continue
        seen.add(path)
        answer = client.get(path)
        if "attachment" in answer.headers.get("Content-Disposition", ""):
            continue
        if answer.status_code == 200:
            body = answer.content.decode()
            assert [text for text in example.sentinels if text in body or text in path] == [], path
            todo += links_of(answer)
    assert len(seen) > 40
    assert len(example.sentinels) > 50


def test_the_wave_is_drawn_and_told(filled: Session, client: Client) -> None:
    answer = client.get(f"/tri/{wave(filled)}/")
    assert '<svg class="chart" role="img" aria-label="Messages par heure"' in answer.content.decode()
    assert re.search(r"Le plus fort : \d+ messages, le 14 mars 2026 à \d+ h\.", text_of(answer))
    assert " style=" not in answer.content.decode()


def test_a_card_is_told_without_its_words(filled: Session, client: Client) -> None:
    text = text_of(client.get("/tri/urgent/"))
    assert re.search(
        r"Signe de danger : menace possible Message sur \w+, \d+ mots, 14 mars 2026, scellé", text
    )
    text = text_of(client.get(f"/tri/{wave(filled)}/"))
    assert re.search(r"\d+ messages presque identiques, \d+ variantes", text)
    assert re.search(r"Message sur \w+, \d+ mots, 14 mars 2026, \d+ copies, scellé", text)


def test_pages_of_a_band_follow_each_other(filled: Session, client: Client) -> None:
    seen: list[str] = []
    path = "/tri/others/"
    while path:
        answer = client.get(path)
        seen += dict.fromkeys(values_of(answer, "ref"))
        path = next((link for link in links_of(answer) if "apres=" in link), "")
    assert len(seen) == len(set(seen)) == 678


def test_showing_opens_one_text_and_writes_one_line(
    filled: Session, client: Client, htmx: Client, example: Example
) -> None:
    ref = values_of(client.get("/tri/urgent/"), "ref")[0]
    before = JournalRow.objects.count()
    part = htmx.post("/tri/afficher/", {"band": "urgent", "ref": ref}).content.decode()
    assert JournalRow.objects.filter(what="message_opened").count() == 1
    assert JournalRow.objects.count() == before + 1
    assert sum(threat in part for threat in example.sentinels[:2]) == 1
    assert "<main" not in part
    assert "Un danger semble possible" in part
    assert "Pourquoi en premier" in part
    whole = client.post("/tri/afficher/", {"band": "urgent", "ref": ref})
    assert "Un danger semble possible" in text_of(whole)
    assert "<h1>" in whole.content.decode()


def test_a_text_is_shown_escaped(filled: Session, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = triage.Opened(
        "<script>x()</script>\u202eabc", "fr", "<b>a</b>", None, "javascript:x", "x", "", ""
    )
    ref = values_of(client.get("/tri/urgent/"), "ref")[0]
    monkeypatch.setattr(triage, "open_card", lambda *_: (hostile,))
    body = client.post("/tri/afficher/", {"band": "urgent", "ref": ref}).content.decode()
    assert "<script>x" not in body
    assert "&lt;script&gt;x()" in body
    assert "⟨U+202E⟩" in body
    assert "<b>a" not in body
    assert 'href="javascript' not in body


def test_a_whole_group_is_kept_and_taken_back(
    filled: Session, client: Client, htmx: Client, watch: Watch
) -> None:
    band = wave(filled)
    page = client.get(f"/tri/{band}/")
    ref = values_of(page, "ref")[0]
    size = int(re.search(r"(\d+) messages presque identiques", text_of(page))[1])  # type: ignore[index]
    part = htmx.post("/tri/decider/", {"band": band, "ref": ref, "value": "keep"})
    assert SortedMessage.objects.filter(value="keep").count() == size
    assert f"{size} messages gardés." in text_of(part)
    assert 'data-undo-seconds="30"' in part.content.decode()
    watch.advance(20)
    client.post("/tri/annuler/", {"decision": values_of(part, "decision")[0]})
    assert SortedMessage.objects.count() == 0
    assert f"{size} messages gardés." not in text_of(client.get(f"/tri/{band}/"))


def test_an_undo_that_comes_too_late_is_told(filled: Session, client: Client, watch: Watch) -> None:
    band = wave(filled)
    client.post("/tri/reste/", {"band": band})
    undo = values_of(client.get(f"/tri/{band}/"), "decision")[0]
    watch.advance(60)
    answer = client.post("/tri/annuler/", {"decision": undo})
    assert answer.status_code in (403, 409, 422)
    assert SortedMessage.objects.count() == 1120


def test_the_rest_of_a_wave_is_set_aside_and_nothing_kept_is_touched(
    filled: Session, client: Client, watch: Watch
) -> None:
    band = wave(filled)
    ref = values_of(client.get(f"/tri/{band}/"), "ref")[0]
    client.post("/tri/decider/", {"band": band, "ref": ref, "value": "keep"})
    kept = SortedMessage.objects.count()
    watch.advance(1)
    client.post("/tri/reste/", {"band": band})
    assert SortedMessage.objects.filter(value="keep").count() == kept
    assert SortedMessage.objects.filter(value="discard").count() == 1120 - kept
    text = plain(text_of(client.get(f"/tri/{band}/")))
    assert "tout est trié" in text
    assert f"{plain(words.say_number(1120 - kept))} messages écartés." in text
    assert "Écarter le reste de la vague" not in text


def test_later_decides_nothing(filled: Session, client: Client, htmx: Client) -> None:
    refs = values_of(client.get("/tri/urgent/"), "ref")
    sent = {"band": "urgent", "ref": refs[0], "value": "later"}
    assert "Laissé pour plus tard" in text_of(htmx.post("/tri/decider/", sent))
    following = client.get(client.post("/tri/decider/", sent).headers["Location"])
    assert refs[0] not in values_of(following, "ref")
    assert SortedMessage.objects.count() == 0


@pytest.mark.parametrize(
    "sent",
    [
        {"band": "urgent", "ref": "m:none", "value": "keep"},
        {"band": "none", "ref": "m:none", "value": "keep"},
        {"band": "urgent", "ref": "", "value": ""},
        {},
    ],
)
def test_what_does_not_exist_is_told(sent: dict[str, str], filled: Session, client: Client) -> None:
    for path in ("/tri/decider/", "/tri/afficher/"):
        assert client.post(path, sent).status_code in (404, 422)


def test_what_was_kept_becomes_an_incident(filled: Session, client: Client) -> None:
    band = wave(filled)
    for ref in list(dict.fromkeys(values_of(client.get(f"/tri/{band}/"), "ref")))[:3]:
        client.post("/tri/decider/", {"band": band, "ref": ref, "value": "keep"})
    page = client.get("/tri/")
    assert values_of(page, "title") == ["Vague du 14 mars 2026"]
    assert client.post("/tri/incident/", {"title": "  "}).status_code == 400
    answer = client.post("/tri/incident/", {"title": "Vague du 14 mars 2026"})
    text = text_of(client.get(answer.headers["Location"]))
    assert "Vague du 14 mars 2026" in text
    assert "Pièces (3)" in text
    again = client.post("/tri/incident/", {"title": "Vague du 14 mars 2026"})
    assert again.headers["Location"] == "/incidents/"
    assert Incident.objects.count() == 1, "a form sent twice opens no second, empty incident"


def test_a_second_click_still_offers_the_undo_of_the_first(
    filled: Session, client: Client, htmx: Client
) -> None:
    ref = values_of(client.get("/tri/urgent/"), "ref")[0]
    sent = {"band": "urgent", "ref": ref, "value": "keep"}
    first = values_of(htmx.post("/tri/decider/", sent), "decision")
    assert values_of(htmx.post("/tri/decider/", sent), "decision") == first
    client.post("/tri/annuler/", {"decision": first[0]})
    assert SortedMessage.objects.count() == 0


def test_a_decided_card_offers_to_change_ones_mind(filled: Session, client: Client) -> None:
    card = triage.cards(filled, "others", limit=1).items[0]
    triage.decide(filled, "others", card.ref, "discard")
    body = client.get("/tri/others/").content.decode()
    assert "Changer d’avis" in body
    client.post("/tri/decider/", {"band": "others", "ref": card.ref, "value": "reopen"})
    assert triage.get_card(filled, "others", card.ref).value == ""


def test_the_box_is_looked_at_in_five_ways(filled: Session, client: Client) -> None:
    page = client.get("/tri/")
    text = text_of(page)
    for chip in ("À trier", "Urgent", "Par vague", "Par plateforme", "Par personne visée"):
        assert chip in text
    assert "Autres" not in text_of(client.get("/tri/?par=vague"))
    by_platform = client.get("/tri/?par=plateforme")
    assert re.search(r"Messages sur X \(\d", plain(text_of(by_platform)))
    bands = [link for link in links_of(by_platform) if link.startswith("/tri/platform-")]
    counts = [triage.get_band(filled, link.split("/")[2]).count for link in bands]
    assert sum(counts) == 1800
    assert text_of(client.get(bands[0])).startswith("Boîte de tri Messages sur")


def test_who_is_reached_is_named_once_asked(filled: Session, client: Client) -> None:
    page = client.get("/tri/?par=cible")
    assert "Personne ou page visée (" in text_of(page)
    handle = next(iter(triage.open_targets(filled).values()))
    JournalRow.objects.all().delete()
    assert handle not in page.content.decode()
    assert handle in client.post("/tri/noms/").content.decode()
    assert JournalRow.objects.filter(what="message_opened").count() == 1


def test_a_card_of_a_filter_decides_what_lies_there_alone(filled: Session, client: Client) -> None:
    band = triage.by_platform(filled)[0].id
    group = next(card for card in triage.cards(filled, band, limit=100).items if card.kind == "group")
    client.post("/tri/decider/", {"band": band, "ref": group.ref, "value": "keep"})
    assert SortedMessage.objects.count() == group.n
    assert triage.get_band(filled, band).left == triage.get_band(filled, band).count - group.n


def test_keys_are_listed_and_can_be_switched_off(filled: Session, client: Client) -> None:
    body = client.get("/tri/urgent/").content.decode()
    for key, letter in (("Afficher", "a"), ("Garder", "g"), ("Écarter", "e"), ("Plus tard", "p")):
        assert re.search(rf'data-key="{letter}" aria-describedby="[^"]+">{key}', body)
        assert f"<kbd>{letter.upper()}</kbd>" in body
    assert "data-keys-switch" in body
    assert "saisine/keys.js" in body


def test_every_kind_of_danger_has_its_words(filled: Session) -> None:
    from saisine.findings.rules import KINDS
    from saisine.web.pages.cards import _danger

    assert len({_danger(kind) for kind in KINDS}) == len(KINDS)
    assert _danger("unheard of") not in {_danger(kind) for kind in KINDS}


def test_variants_are_set_side_by_side(filled: Session, client: Client) -> None:
    band = wave(filled)
    ref = triage.cards(filled, band, limit=1).items[0].ref
    body = client.post("/tri/afficher/", {"band": band, "ref": ref}).content.decode()
    assert body.count("des mots en commun") == triage.SHOWN_VARIANTS - 1
    assert "<ins>" in body
    assert "<del>" in body
    assert "seulement ici" in body


def test_an_order_is_a_job_and_tells_why_without_a_word(
    filled: Session, client: Client, htmx: Client, example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    from saisine.casework import jobs, reading_order

    assert "messages n’ont pas d’ordre de lecture" in text_of(client.get("/tri/"))
    assert client.get("/tri/others/?rang=premier").status_code == 404
    client.post("/tri/ordre/")
    assert "L’ordre de lecture se calcule" in text_of(client.get("/tri/"))
    # the model reads two hundred messages a second here: a few stand for all
    original = reading_order._texts_of
    few = {card.ref[2:] for card in triage.cards(filled, "others", limit=20).items}
    monkeypatch.setattr(reading_order, "_texts_of", lambda *given: _some(original(*given), few))
    jobs.run_waiting(filled)
    page = client.get("/tri/others/")
    assert "Rien trouvé (cela ne veut pas dire : rien de grave)" in text_of(page)
    shown = {ref for name in ("premier", "ensuite", "rien_trouve")
             for ref in values_of(client.get(f"/tri/others/?rang={name}"), "ref")}  # fmt: skip
    assert shown
    ref = values_of(page, "ref")[0]
    part = htmx.post("/tri/pourquoi/", {"band": "others", "ref": ref})
    assert "C’est un ordre de lecture, pas un jugement." in text_of(part)
    assert not [text for text in example.sentinels if text in part.content.decode()]
    assert JournalRow.objects.filter(what="message_opened").count() == 0


def _some(parts: Any, few: set[str]) -> Any:
    """These messages alone; the others are as if the model had not read them."""
    return ((part, [text for text in texts if text[0] in few]) for part, texts in parts)
