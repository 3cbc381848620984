"""The pages of data rights, settings, care: each state, each refusal, nothing violent."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from saisine.casework import (
    association,
    care,
    deposits,
    erasures,
    incidents,
    jobs,
    journal,
    retention,
    rights,
)
from saisine.casework.models import JournalRow
from saisine.casework.personal_models import CareMark, PlannedErasure
from saisine.casework.session import Session
from saisine.web.personal import may_help
from tests.web.conftest import Example, Watch
from tests.web.reading import links_of, text_of, values_of

PAGES = (
    "settings", "care_rest", "care_end", "glossary", "rights", "help_guide", "guide", "data", "data_retention",
    "data_export", "data_erase", "jobs",
)  # fmt: skip


def body_of(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


# ------------------------------------------------------------------ every page


def test_each_page_has_one_title_one_main_action_and_no_content(
    filled: Session, client: Client, example: Example
) -> None:
    for name in PAGES:
        answer = client.get(reverse(name))
        body = answer.content.decode()
        assert answer.status_code == 200, name
        assert body.count("<h1") == 1, name
        assert body.count("button-primary") <= (2 if name == "guide" else 1), name  # one is a sample
        assert " style=" not in body, name
        assert not [text for text in example.sentinels if text in body], name


def test_each_link_of_each_page_leads_somewhere(empty: Session, client: Client) -> None:
    """No dead door: every address that the first page or one of ours names, once."""
    found: dict[str, str] = {}
    for name in ("home", *PAGES):
        for link in links_of(client.get(reverse(name))):
            found.setdefault(link.split("#")[0], name)
    offences = [link for link in found if "/droits/infractions/" in link]
    for link in sorted(set(found) - set(offences[3:])):
        assert link.startswith("/static/") or client.get(link).status_code == 200, (link, found[link])


def test_files_that_were_never_sealed_are_named_first(
    filled: Session, client: Client, tmp_path: Path
) -> None:
    one = tmp_path / "une.txt"
    one.write_bytes(b"une ligne")
    deposit = deposits.receive(filled, [("une.txt", one)])
    body = client.get("/").content.decode()
    lines = re.findall(r'<li><a href="([^"]+)"><span>([^<]+)', body.partition('class="todo"')[2])
    assert lines[0] == (f"/documenter/{deposit.id}/", "1 fichier reçu, à sceller")
    assert 2 <= len(lines) <= 3


# ------------------------------------------------------------------ settings, exposure, helper mode


def test_choices_are_kept_and_told_once(filled: Session, client: Client) -> None:
    sent = {"is_grey": "yes", "pause_openings": "7", "pause_minutes": "25", "rest_minutes": "5"}
    answer = client.post(reverse("settings_exposure"), sent, follow=True)
    assert "C’est enregistré." in text_of(answer)
    assert care.settings_of(filled).pause_openings == 7
    assert '<body class="is-grey"' in client.get("/").content.decode()
    assert 'data-shortcuts="off"' in client.get("/").content.decode(), "the box was left empty"


@pytest.mark.parametrize("value", ["", "4", "1000", "²", "-3", "dix"])
def test_a_number_out_of_bounds_is_told_and_nothing_is_kept(
    value: str, filled: Session, client: Client
) -> None:
    sent = {"never_show": "yes", "pause_openings": value, "pause_minutes": "25", "rest_minutes": "5"}
    answer = client.post(reverse("settings_exposure"), sent)
    assert answer.status_code == 422
    assert "entre 5 et 200" in text_of(answer)
    assert not care.settings_of(filled).never_show


def test_never_show_leaves_no_button_and_refuses_the_text_itself(
    filled: Session, client: Client, example: Example
) -> None:
    ref = values_of(client.get("/tri/urgent/"), "ref")[0]
    care.save_settings(filled, {"never_show": True}, {})
    assert reverse("triage_show") not in client.get("/tri/urgent/").content.decode()
    answer = client.post("/tri/afficher/", {"band": "urgent", "ref": ref})
    assert answer.status_code == 403
    assert "ne jamais afficher" in text_of(answer)
    assert not [text for text in example.sentinels if text in answer.content.decode()]
    assert not JournalRow.objects.filter(what="message_opened").exists()
    assert client.post("/tri/decider/", {"band": "urgent", "ref": ref, "value": "keep"}).status_code == 302


def test_the_helper_mode_sorts_and_neither_sends_nor_erases(filled: Session, client: Client) -> None:
    incident = incidents.open_incident(filled, "Vague")
    ref = values_of(client.get("/tri/urgent/"), "ref")[0]
    care.save_settings(filled, {"is_accompanying": True}, {})
    assert "Mode accompagnement" in text_of(client.get("/tri/"))
    assert client.post("/tri/decider/", {"band": "urgent", "ref": ref, "value": "keep"}).status_code == 302
    for path in (
        f"/incidents/{incident.id}/accord/",
        f"/incidents/{incident.id}/recit/",
        f"/incidents/{incident.id}/dossier/",
        "/tri/incident/",
        "/donnees/effacer/prevoir/",
        "/reglages/durees/",
        "/coffre/sauvegardes/",
    ):
        answer = client.post(path, {})
        assert answer.status_code == 403, path
        assert "mode accompagnement est allumé" in text_of(answer)
    sent = {"pause_openings": "20", "pause_minutes": "25", "rest_minutes": "5"}
    assert client.post(reverse("settings_exposure"), sent).status_code == 302, "it can be left"


def test_the_helper_mode_closes_what_nobody_thought_of() -> None:
    assert may_help("triage_decide")
    assert may_help("deposit_seal")
    assert not may_help("deposit_abandon")
    assert not may_help("a_page_added_later")


def test_the_association_card_is_saved_and_decides_standing(filled: Session, client: Client) -> None:
    sent = {"name": "Les Voix du Verger", "declared_on": "2015-03-02", "object_tags": ["racisme", "inconnu"],
            "object_fr": "combattre le racisme", "email": "contact@verger.invalid"}  # fmt: skip
    assert client.post(reverse("settings_association"), sent).status_code == 302
    card = association.get_association(filled)
    assert (card.name, card.object_tags) == ("Les Voix du Verger", ["racisme"])
    for wrong in ({"declared_on": "2031-01-01"}, {"declared_on": "x"}, {"email": "pas une adresse"}):
        assert client.post(reverse("settings_association"), sent | wrong).status_code == 422
    assert association.get_association(filled).email == "contact@verger.invalid"


def test_lengths_of_retention_are_changed_by_a_person(filled: Session, client: Client) -> None:
    assert (
        client.post(reverse("settings_retention"), {"loose_months": "6", "incident_months": "12"}).status_code
        == 302
    )
    assert retention.lengths(filled).loose_months == 6
    assert "6 mois hors incident" in text_of(client.get("/donnees/"))
    answer = client.post(reverse("settings_retention"), {"loose_months": "60", "incident_months": "12"})
    assert answer.status_code == 422


# ------------------------------------------------------------------ care


def test_a_pause_is_proposed_and_never_imposed(filled: Session, client: Client, watch: Watch) -> None:
    assert "Une pause ?" not in text_of(client.get("/tri/")).replace("\xa0", " ")
    for _ in range(20):
        journal.note(filled, "message_opened")
    text = text_of(client.get("/tri/")).replace("\xa0", " ")
    assert "Une pause ? 20 contenus ouverts, 0 minute" in text
    assert "Boîte de tri" in text, "the page is there all the same"
    answer = client.post("/pause/", {"what": "went_on", "next": "/tri/urgent/"})
    assert answer.headers["Location"] == "/tri/urgent/"
    assert "Une pause" not in text_of(client.get("/tri/"))
    assert client.post("/pause/", {"what": "paused"}).headers["Location"] == "/pause/repos/"
    assert "5 minutes" in text_of(client.get("/pause/repos/"))
    assert client.post("/pause/", {"what": "went_on", "next": "//example.org/"}).headers["Location"] == "/"
    assert client.post("/pause/", {"what": "lock"}).status_code == 422
    assert not JournalRow.objects.filter(what__startswith="pause").exists()


def test_the_end_of_a_day_says_what_was_done_and_what_can_wait(filled: Session, client: Client) -> None:
    journal.note(filled, "kept", count=12)
    journal.note(filled, "message_opened", count=3)
    text = text_of(client.get("/terminer/"))
    assert "12 messages gardés" in text
    assert "3 contenus ouverts" in text
    assert "messages à trier" in text
    assert "3114" in text
    answer = client.post("/terminer/", follow=True)
    assert "C’est noté." in text_of(answer)
    assert CareMark.objects.get().what == CareMark.ENDED
    assert care.dose(filled).openings == 0


def test_a_deadline_of_the_week_is_named_on_the_last_page(
    filled: Session, client: Client, watch: Watch
) -> None:
    incident = incidents.open_incident(filled, "Vague de mars")
    rights.add_act(filled, incident, "publication", filled.today())
    rights.record(
        filled,
        incident,
        {"is_public": "true", "target_person": "true", "expression_insulting": "true"}
        if "expression_insulting" in filled.law.facts
        else {"is_public": "true", "target_person": "true"},
    )
    assert "dans la semaine" not in text_of(client.get("/terminer/"))
    watch.advance(88 * 24 * 3600)
    assert "dans la semaine" in text_of(client.get("/terminer/"))


# ------------------------------------------------------------------ data rights


def test_everything_is_asked_for_followed_taken_and_deleted(empty: Session, client: Client) -> None:
    assert client.post("/donnees/export/").status_code == 302
    assert "En attente." in text_of(client.get("/donnees/export/"))
    jobs.run_waiting(empty)
    page = client.get("/donnees/export/")
    name = next(link for link in links_of(page) if "/donnees/export/donnees-" in link)
    taken = client.get(name)
    archive = zipfile.ZipFile(BytesIO(body_of(taken)))
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert len([one for one in archive.namelist() if one.startswith("originaux/")]) == len(
        empty.vault.items()
    )
    assert client.post(f"{name}supprimer/").status_code == 302
    assert client.get(name).status_code == 404
    assert "Un export de toutes les données téléchargé" in text_of(client.get("/journal/"))


def test_two_steps_then_seven_days_then_a_certificate(filled: Session, client: Client, watch: Watch) -> None:
    unit = erasures.list_units(filled)[0].unit
    looked = client.post("/donnees/effacer/", {"portee": "unit", "cible": unit})
    assert "1\u202f800 messages" in text_of(looked).replace("1 800", "1\u202f800")
    assert not PlannedErasure.objects.exists(), "looking plans nothing"
    assert (
        client.post(
            "/donnees/effacer/prevoir/", {"portee": "unit", "cible": unit, "motif": "mistake"}
        ).status_code
        == 302
    )
    page = client.get("/donnees/effacer/")
    assert "Vous pouvez l’annuler jusque-là" in text_of(page)
    assert "1 effacement prévu" in text_of(client.get("/donnees/"))
    row = PlannedErasure.objects.get()
    assert client.post(f"/donnees/effacer/{row.id}/annuler/").status_code == 302
    assert "Rien n’a été effacé" in text_of(client.get("/donnees/effacer/"))
    client.post("/donnees/effacer/prevoir/", {"portee": "unit", "cible": unit, "motif": "mistake"})
    watch.advance(7 * 24 * 3600)
    from saisine.casework import planned_erasures

    planned_erasures.tick(filled)
    jobs.run_waiting(filled)
    page = client.get("/donnees/effacer/")
    certificate = next(link for link in links_of(page) if "/coffre/certificats/" in link)
    assert "CERTIFICAT D’EFFACEMENT" in body_of(client.get(certificate)).decode()
    assert client.post(f"/donnees/effacer/{row.id}/annuler/").status_code == 403


def test_what_a_procedure_keeps_cannot_be_planned(filled: Session, client: Client) -> None:
    unit = erasures.list_units(filled)[0].unit
    erasures.hold(filled, unit, "plainte déposée")
    assert "rien ne peut être effacé maintenant" in text_of(
        client.post("/donnees/effacer/", {"portee": "unit", "cible": unit})
    )
    answer = client.post("/donnees/effacer/prevoir/", {"portee": "unit", "cible": unit, "motif": "other"})
    assert answer.status_code == 422
    assert not PlannedErasure.objects.exists()
    assert "conservé pour une procédure" in text_of(client.get("/donnees/durees/"))


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"portee": "person", "compte": ""}, 422), ({"portee": "person", "compte": "personne-ici"}, 422),
     ({"portee": "unit", "cible": "0" * 26}, 404), ({"portee": "incident", "cible": "0" * 32}, 404),
     ({"portee": "tout"}, 422)],
)  # fmt: skip
def test_what_names_nothing_is_told(
    sent: dict[str, str], status: int, empty: Session, client: Client
) -> None:
    answer = client.post("/donnees/effacer/", sent)
    assert answer.status_code in (status, 422)
    assert not PlannedErasure.objects.exists()


def test_the_register_is_read_and_taken_in_both_languages(filled: Session, client: Client) -> None:
    assert "Intérêt légitime" in text_of(client.get("/donnees/registre/"))
    assert "1\u202f800 messages lus" in client.get("/donnees/registre/md/").content.decode()
    assert client.get("/donnees/analyse/docx/").content[:2] == b"PK"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Legitimate interest" in text_of(client.get("/donnees/registre/"))
    assert client.get("/donnees/registre/exe/").status_code == 404
    assert client.get("/donnees/autre/").status_code == 404


def test_a_clock_that_came_to_its_end_is_told_and_leads_to_its_erasure(
    filled: Session, client: Client, watch: Watch
) -> None:
    watch.advance(4 * 366 * 24 * 3600)
    assert "1 élément est arrivé à son terme" in text_of(client.get("/donnees/"))
    link = next(one for one in links_of(client.get("/donnees/durees/")) if "portee=unit" in one)
    assert "Prévoir cet effacement" in text_of(client.get(link))


def test_english_pages_hold_no_french_button(filled: Session, client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for name in PAGES:
        answer = client.get(reverse(name))
        shown = re.sub(r'<(\w+)[^>]*lang="fr".*?</\1>', "", answer.content.decode(), flags=re.S)
        buttons = re.findall(r"<button[^>]*>(.*?)</button>", shown)
        assert not re.search(r"(Enregistrer|Effacer|Voir|Prévoir|Chercher|Terminer)", " ".join(buttons)), name
