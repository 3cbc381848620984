"""The page « Apprendre de nos décisions »: counts, verdicts, the way back, what is asked before anything is learnt."""

import re

import pytest
from django.test import Client

from saisine.casework import jobs, own_model, reading_order, triage
from saisine.casework.models import Job
from saisine.casework.session import Session
from tests.findings.triage.tiny_model import write_model
from tests.web.reading import text_of


def test_it_says_what_is_missing_before_it_learns(filled: Session, client: Client) -> None:
    card = triage.cards(filled, "others").items[0]
    triage.decide(filled, "others", card.ref, "keep")
    triage.discard_rest(filled, "others")
    text = text_of(client.get("/tri/apprendre/"))
    assert (
        "Décisions qui comptent : 1 (gardées : 1 ; écartées : 0). Il en faut 60, dont 15 de chaque sorte."
        in text
    )
    assert "Apprendre maintenant" not in text
    assert "Membre 1 : 1 décision" in text


def test_a_training_without_enough_labels_is_told(filled: Session, client: Client) -> None:
    client.post("/tri/apprendre/lancer/")
    jobs.run_waiting(filled)
    assert Job.objects.get().error_code == "too_few_labels"
    assert "Il y a encore trop peu de décisions" in text_of(client.get("/tri/apprendre/"))


def test_decisions_are_taken_away_as_a_file(filled: Session, client: Client) -> None:
    card = triage.cards(filled, "others").items[0]
    triage.decide(filled, "others", card.ref, "keep")
    answer = client.get("/tri/apprendre/decisions.json")
    assert answer.json()["decisions"] == [{"message": card.ref[2:], "keep": True, "member": filled.actor}]
    assert "attachment" in answer["Content-Disposition"]


def test_a_refused_folder_is_told_and_files_are_listed(empty: Session, client: Client) -> None:
    assert "Votre propre modèle" not in text_of(client.get("/tri/apprendre/"))
    folder = empty.workspace.folder / "triage" / "modele"
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(b"\x08\x07 invented")
    text = text_of(client.get("/tri/apprendre/"))
    assert "model.onnx" in text
    assert "Non calibré" in text
    (folder / "model.py").write_text("", "utf-8")
    assert "Non calibré" not in text_of(client.get("/tri/apprendre/"))


def test_acts_are_buttons_and_unknown_ones_are_told(filled: Session, client: Client) -> None:
    for path in ("lancer", "choisir", "retirer", "supprimer"):
        assert client.get(f"/tri/apprendre/{path}/").status_code == 405
    assert client.post("/tri/apprendre/choisir/", {"lesson": "rien"}).status_code == 404
    assert client.post("/tri/apprendre/retirer/", {"member": "personne"}).status_code == 404
    assert client.post("/tri/apprendre/supprimer/")["Location"] == "/tri/apprendre/"


def plain(text: str) -> str:
    """The same with common spaces."""
    return re.sub(r"\s", " ", text)


def test_a_model_of_one_s_own_is_chosen_run_and_put_away(filled: Session, client: Client) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    write_model(own_model.folder_of(filled))
    page = client.get("/tri/apprendre/").content.decode()
    shown = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert shown is not None
    assert client.post("/tri/modele/choisir/", {"digest": "0" * 64}).status_code == 403
    assert client.post("/tri/modele/choisir/", {"digest": shown[1]})["Location"] == "/tri/apprendre/"
    assert "Calculez d’abord l’ordre de lecture." in text_of(client.get("/tri/apprendre/"))
    reading_order.score_missing(filled, lambda done, total, what: None)
    assert re.search(r"Messages relus : 0 sur [1-9][0-9 ]*\.", plain(text_of(client.get("/tri/apprendre/"))))
    client.post("/tri/modele/lancer/")
    jobs.run_waiting(filled)
    text = plain(text_of(client.get("/tri/apprendre/")))
    assert re.search(r"Messages relus : ([1-9][0-9 ]*) sur \1\.", text)
    assert "Relire les premiers messages" not in text
    cards = triage.cards(filled, "others", limit=400).items
    card = next(one for one in cards if one.kind == "message" and own_model.has_read(filled, one.ref[2:]))
    reasons = text_of(client.post("/tri/pourquoi/", {"band": "others", "ref": card.ref}))
    assert "Ce rang vient de votre propre modèle" in reasons
    client.post("/tri/modele/retirer/")
    assert "Choisir ce modèle" in text_of(client.get("/tri/apprendre/"))
