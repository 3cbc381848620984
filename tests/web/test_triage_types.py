"""Types and groups on the page of the sorting box: ticked boxes that a person confirms, changes and takes back."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from saisine.casework import confirmed_types, incidents, triage
from saisine.casework.models import Deposit, FactRow, JournalRow
from saisine.casework.session import Session
from saisine.casework.types_models import TypesRow
from saisine.findings.triage.lexicon import GROUPS, TYPES
from saisine.web.pages.type_boxes import group_labels, type_labels
from tests.web.conftest import Example, Watch
from tests.web.members_world import World
from tests.web.reading import text_of, values_of
from tests.web.role_table import browsers as browsers
from tests.web.role_table import team as team

WHY, CONFIRM = "/tri/pourquoi/", "/tri/types/"


@pytest.fixture
def threat(filled: Session) -> str:
    return next(card.ref for card in triage.cards(filled, "urgent").items if card.dangers == ("threat",))


def asked(client: Client, ref: str, band: str = "urgent") -> HttpResponse:
    return client.post(WHY, {"band": band, "ref": ref})


def sent(panel: HttpResponse, ref: str, band: str = "urgent", **chosen: object) -> dict[str, object]:
    """What the form of an opened panel sends."""
    stands, model = values_of(panel, "stands")[0], values_of(panel, "model")[0]
    return {"band": band, "ref": ref, "do": "confirm", "stands": stands, "model": model, **chosen}


def ticked(panel: HttpResponse) -> list[str]:
    return re.findall(
        r'<input type="checkbox" name="(?:type|target)" value="(\w+)" checked>', panel.content.decode()
    )


def every_box(panel: HttpResponse) -> list[str]:
    return re.findall(r'<input type="checkbox" name="(?:type|target)" value="(\w+)"', panel.content.decode())


def test_what_is_proposed_is_ticked_and_nothing_is_stored(
    filled: Session, client: Client, threat: str, example: Example
) -> None:
    panel = asked(client, threat)
    assert ticked(panel) == ["menace"]
    assert sorted(every_box(panel)) == sorted([*TYPES, *GROUPS])
    body, text = panel.content.decode(), text_of(panel)
    assert re.search(r"<fieldset>\s*<legend>Ce que le tri propose</legend>", body)
    assert body.count("proposé par le tri") == 1
    assert "pas une qualification juridique" in text
    assert "Le tri ne propose aucun groupe." in text
    assert len(re.findall(r"<details>.*?</details>", body, re.S)) >= 2, "the other boxes are folded"
    assert not [said for said in example.sentinels if said in body]
    assert not TypesRow.objects.exists()
    assert not JournalRow.objects.filter(what="types_confirmed").exists()


def test_confirmed_changed_and_taken_back_without_javascript(
    filled: Session, client: Client, threat: str, watch: Watch
) -> None:
    panel = asked(client, threat)
    done = client.post(CONFIRM, sent(panel, threat, type=["menace", "insulte"], target=["femmes"]))
    assert done.status_code == 200
    assert "<h1>" in done.content.decode()
    assert "Types confirmés : insulte et menace ; groupes visés : femmes" in text_of(done)
    assert "Confirmé par vous, sur cet ordinateur, le mardi 21 avril 2026" in text_of(done)
    row = TypesRow.objects.get()
    assert (row.types, row.targets, row.proposed_types) == (["insulte", "menace"], ["femmes"], ["menace"])
    assert sorted(ticked(done)) == ["femmes", "insulte", "menace"]
    assert ">Modifier</summary>" in done.content.decode()

    watch.advance(600)
    changed = client.post(CONFIRM, sent(done, threat, type=["menace"]))
    assert "Types confirmés : menace" in text_of(changed)
    assert "Confirmations précédentes" in text_of(changed)
    assert ticked(changed) == ["menace"]

    undo = {"band": "urgent", "ref": threat, "do": "undo", "stands": values_of(changed, "stands")[0]}
    back = client.post(CONFIRM, undo)
    assert sorted(ticked(back)) == ["femmes", "insulte", "menace"], "the one before stands again"
    assert "Annulé par vous" in text_of(back)
    none = client.post(CONFIRM, undo | {"stands": values_of(back, "stands")[0]})
    assert "Ce que le tri propose" in text_of(none)
    assert confirmed_types.confirmations(filled).count() == 0


def test_every_box_may_be_left_empty(filled: Session, client: Client, threat: str) -> None:
    done = client.post(CONFIRM, sent(asked(client, threat), threat))
    assert "Aucun type, confirmé" in text_of(done)
    assert ticked(done) == []
    assert "proposé par le tri" in text_of(done), "what was proposed stays said"


def test_one_part_of_the_page_is_enough(filled: Session, htmx: Client, threat: str) -> None:
    panel = asked(htmx, threat)
    assert f'hx-post="{CONFIRM}"' in panel.content.decode()
    done = htmx.post(CONFIRM, sent(panel, threat, type=["menace"]))
    assert "<main" not in done.content.decode()
    assert "data-focus" in done.content.decode()
    assert TypesRow.objects.count() == 1


def test_an_opened_card_keeps_its_text_beside_the_boxes(
    filled: Session, client: Client, threat: str, example: Example
) -> None:
    """Who confirms has the text before her; it is opened again by the door that counts, never by the other one."""
    card = {"band": "urgent", "ref": threat}
    text = next(
        said for said in example.sentinels if said in client.post("/tri/afficher/", card).content.decode()
    )
    both = client.post("/tri/afficher/", card | {"value": "why"})
    assert text in both.content.decode()
    assert ticked(both) == ["menace"]
    assert JournalRow.objects.filter(what="message_opened").count() == 2
    assert text not in client.post(WHY, card | {"value": "why"}).content.decode()
    assert text not in client.post(CONFIRM, sent(both, threat, type=["menace"])).content.decode()
    assert JournalRow.objects.filter(what="message_opened").count() == 2
    opened = client.post("/tri/afficher/", card).content.decode()
    why = re.findall(
        r'<form method="post" action="(/tri/\w+/)"[^>]*>(?:<input[^>]*>)*<button[^>]*>Voir pourquoi', opened
    )
    assert why == ["/tri/afficher/"]


def test_cards_and_the_box_say_what_was_confirmed(filled: Session, client: Client, threat: str) -> None:
    assert "Types confirmés" not in text_of(client.get("/tri/"))
    client.post(CONFIRM, sent(asked(client, threat), threat, type=["menace"], target=["juifs"]))
    assert "Types confirmés : menace ; groupes visés : personnes juives" in text_of(
        client.get("/tri/urgent/")
    )
    assert "Types confirmés sur 1 message : menace (1)" in text_of(client.get("/tri/"))


def test_a_group_says_for_which_message_it_holds(filled: Session, client: Client) -> None:
    band = next(one.id for one in triage.bands(filled) if one.kind == "wave")
    ref = triage.cards(filled, band, limit=1).items[0].ref
    panel = asked(client, ref, band)
    assert "Pour un groupe de copies, le choix vaut pour le message affiché en premier." in text_of(panel)
    done = client.post(CONFIRM, sent(panel, ref, band, type=["insulte"]))
    assert "Types confirmés : insulte" in text_of(done)
    assert TypesRow.objects.get().ref == triage.shown_ref(filled, band, ref)
    shown = triage.get_card(filled, band, ref).chosen
    assert shown is not None
    assert shown.types == ("insulte",)
    # without an order of reading, the way to take it back stays on the card
    card = re.search(rf'<article[^>]*id="card-{ref.replace(":", "-")}".*?</article>',
                     client.get(f"/tri/{band}/").content.decode(), re.S)  # fmt: skip
    assert card is not None
    assert "Voir pourquoi" in card[0]


def test_a_colleague_s_word_is_told_and_not_replaced(filled: Session, client: Client, threat: str) -> None:
    panel = asked(client, threat)
    colleague = filled.acting("c" * 32)
    confirmed_types.confirm(colleague, threat[2:], ["insulte"], [])
    late = client.post(CONFIRM, sent(panel, threat, type=["menace"]))
    assert late.status_code == 200
    assert "rien n’a été enregistré" in text_of(late)
    assert "Types confirmés : insulte" in text_of(late)
    assert TypesRow.objects.get().by == colleague.actor
    client.post(CONFIRM, sent(late, threat, type=["menace"]))
    assert [row.types for row in TypesRow.objects.all()] == [["insulte"], ["menace"]]
    again = client.post(CONFIRM, {"band": "urgent", "ref": threat, "do": "undo", "stands": "1"})
    assert "rien n’a été enregistré" in text_of(again)
    assert confirmed_types.counts(filled).types == {"menace": 1}


def test_what_another_model_proposed_is_asked_again(filled: Session, client: Client, threat: str) -> None:
    old = sent(asked(client, threat), threat, type=["menace"]) | {"model": "triage@0+000000000000"}
    assert "rien n’a été enregistré" in text_of(client.post(CONFIRM, old))
    assert not TypesRow.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"ref": "m:none"}, 404), ({"band": "none"}, 404), ({"do": "erase"}, 400), ({"type": ["<b>"]}, 404)],
)
def test_what_is_not_offered_is_refused(
    wrong: dict[str, object], status: int, filled: Session, client: Client, threat: str
) -> None:
    answer = client.post(CONFIRM, sent(asked(client, threat), threat, type=["menace"]) | wrong)
    assert answer.status_code in (status, 422)
    assert b"<b>" not in answer.content
    assert not TypesRow.objects.exists()


def test_a_form_without_its_token_is_refused(filled: Session, client: Client, threat: str) -> None:
    strict = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    assert strict.post(CONFIRM, sent(asked(client, threat), threat)).status_code == 403
    assert client.get(CONFIRM).status_code == 405
    assert not TypesRow.objects.exists()


def test_who_may_not_sort_reads_the_reasons_and_finds_no_box(
    team: World, browsers: dict[str, Client]
) -> None:
    """The jurist reads the queue of her incidents, and decides nothing in it."""
    corpus = Deposit.objects.get(id=team.mine.deposit).corpora[0]
    cards = triage.cards(team.session, "others", limit=200).items
    ref = next(card.ref for card in cards if card.ref.startswith(f"m:{corpus}:"))
    for role, boxes in (("documentaliste", len(TYPES) + len(GROUPS)), ("juriste", 0), ("enquete", -1)):
        panel = asked(browsers[role], ref, "others")
        assert panel.status_code == (404 if boxes < 0 else 200), role
        if boxes >= 0:
            assert "pas un jugement" in text_of(panel)
            assert len(every_box(panel)) == boxes, role
    refused = browsers["juriste"].post(CONFIRM, {"band": "others", "ref": ref, "do": "confirm"})
    assert refused.status_code == 404
    assert not TypesRow.objects.exists()
    panel = asked(browsers["documentaliste"], ref, "others")
    browsers["documentaliste"].post(CONFIRM, sent(panel, ref, "others", type=["insulte"]))
    assert TypesRow.objects.get().by == team.ids["documentaliste"]
    told = asked(browsers["juriste"], ref, "others")
    assert "Types confirmés : insulte" in text_of(told)
    assert "Modifier" not in text_of(told)
    TypesRow.objects.all().delete()


# ------------------------------------------------------------------ in an incident, and in English


def test_an_incident_gives_the_hint_and_answers_nothing(filled: Session, client: Client, threat: str) -> None:
    triage.decide(filled, "urgent", threat, "keep")
    made = incidents.open_incident(filled, "Vague de mars", from_triage=True)
    page = f"/incidents/{made.id}/"
    assert "Types confirmés" not in text_of(client.get(page))
    before, facts = client.get(page).content.decode().count("checked"), list(FactRow.objects.values())
    client.post(CONFIRM, sent(asked(client, threat), threat, type=["menace"], target=["femmes"]))
    text = text_of(client.get(page))
    assert "Types confirmés : menace ; groupes visés : femmes." in text
    assert "Ce repère vient du tri : aucune réponse n’en est tirée." in text
    assert client.get(page).content.decode().count("checked") == before
    assert list(FactRow.objects.values()) == facts


def test_every_type_and_group_has_its_words(filled: Session) -> None:
    assert list(type_labels()) == list(TYPES)
    assert list(group_labels()) == list(GROUPS)
    assert len({*type_labels().values(), *group_labels().values()}) == len(TYPES) + len(GROUPS)


def test_the_panel_in_english(filled: Session, client: Client, threat: str) -> None:
    client.cookies["saisine_language"] = "en"
    panel = asked(client, threat)
    text = text_of(panel)
    assert "What the triage proposes" in text
    assert "proposed by the triage" in text
    done = client.post(CONFIRM, sent(panel, threat, type=["menace"], target=["juifs"]))
    assert "Confirmed types: threat; targeted groups: Jewish people" in text_of(done)
    for french in ("Confirmé", "Modifier", "Autres", "Annuler"):
        assert french not in text_of(done)
