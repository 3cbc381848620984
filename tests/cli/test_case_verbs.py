"""Statements, procedures, harm, notes, boxes, handovers, steps of notices: every verb does what its page does.

Run in this process: what is promised here is what the verbs do, and their being processes is shown elsewhere.
"""

import io
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from saisine.casework.session import create_workspace
from saisine.cli.app import clock, common, run

Verb = Callable[..., Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "espace"
    create_workspace(folder, name="Les Voix du Verger", clock=clock)
    return folder


@pytest.fixture
def verb(made: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Verb:
    """Incident 1 with one picture. `verb("list", "1")` runs `saisine incident list 1 --json`; `code` is expected."""
    shutil.copytree(made, tmp_path / "espace")

    def call(*arguments: str, code: int = 0, of: str = "incident") -> Any:
        common.passphrase = None
        found = run(["-w", str(tmp_path / "espace"), *([of] if of else []), *arguments, "--json"])
        said = capsysbinary.readouterr()
        assert found == code, said.err.decode()
        return json.loads(said.out) if said.out else said.err.decode()

    out = io.BytesIO()
    Image.new("RGB", (200, 400), (255, 255, 255)).save(out, "PNG")
    (tmp_path / "capture.png").write_bytes(out.getvalue())
    call("new", "Vague")
    item = call(str(tmp_path / "capture.png"), of="seal")["item"]
    call("add", "1", item)
    return call


def today(back: int = 0) -> str:
    return (clock().date() - timedelta(days=back)).isoformat()


def test_a_statement_is_added_answered_qualified_and_taken_back(verb: Verb) -> None:
    rows = verb("statement", "add", "1", "--pieces", "1", "--on", today(3), "--author", "@compte")
    assert [(row["number"], row["pieces"], row["author"]) for row in rows] == [
        (1, [], None),
        (2, [1], "@compte"),
    ]
    verb("answer", "1", "is_public", "true", "--statement", "2")
    assert [one["fact"] for one in verb("answers", "1", "--statement", "2")] == ["is_public"]
    assert verb("answers", "1") == []
    assert verb("decide", "1", "injure_publique", "retenir", "--statement", "2")["statement"] == 2
    (shown,) = verb("elements", "1", "is_public", "--pieces", "1", "--statement", "2")
    assert (shown["fact"], shown["pieces"]) == ("is_public", [1])
    assert verb("elements", "1", "is_public", "--pieces", "", "--statement", "2")[0]["pieces"] == []
    changed = verb("statement", "change", "1", "2", "--on", today(5))
    assert (changed[1]["kept"], changed[1]["published_on"]) == (["injure_publique"], today(5))
    assert verb("take-back", "1", "is_public", "--statement", "2")["taken_back"] is True
    assert verb("take-back", "1", "is_public", "--statement", "2", code=1)["taken_back"] is False
    assert len(verb("statement", "withdraw", "1", "2")) == 1
    verb("statement", "add", "1", code=64)


def test_a_complaint_is_followed(verb: Verb) -> None:
    verb("procedure", "add", "1", "plainte_simple", today(9), "--authority", "Commissariat")
    (row,) = verb("procedure", "event", "1", "1", "dismissed", today(1), "--reference", "motif 21")
    assert [event["kind"] for event in row["events"]] == ["filed", "dismissed"]
    (due,) = row["dues"]
    assert (due["term"], due["nature"], due["verified"]) == ("dismissed_next", "practice", False)
    assert date.fromisoformat(due["on"]) == date.fromisoformat(today(1)) + timedelta(days=30)
    verb("procedure", "event", "1", "1", "perdue", today(), code=64)
    assert [line["on"] for line in verb("left", "1")] == [today(9)]


def test_boxes_harm_notes_and_consents_are_kept(verb: Verb, tmp_path: Path) -> None:
    (box,) = verb("mask", "put", "1", "1", "10", "20.5", "30", "5", "--hides", "face")
    assert (box["left"], box["top"], box["width"], box["height"]) == (10, 20.5, 30, 5)
    assert verb("mask", "remove", "1", "1", box["mask"]) == []
    assert len(verb("mask", "undo", "1", "1")) == 1
    assert [row["act"] for row in verb("mask", "history", "1", "1")] == ["put", "remove", "put"]
    verb("mask", "preview", "1", "1", "-o", str(tmp_path / "vue.jpg"))
    assert Image.open(tmp_path / "vue.jpg").size == (200, 400)
    verb("person", "1", "visee")
    verb("person", "1", "visee")
    (harm,) = verb("harm", "add", "1", "sante", "--days", "10", "--exhibit", "1", "--person", "2")
    assert (harm["days"], harm["exhibit"], harm["person"]) == (10, 1, "personne visée 2")
    assert verb("harm", "withdraw", "1", harm["harm"]) == []
    (note,) = verb("note", "add", "1", "Rappeler jeudi")
    assert verb("note", "remove", "1", note["note"]) == []
    verb("consent", "1", "saisir_autorite", "given", "--person", "1")
    refused = verb("1", "--recipient", "procureur", "-o", str(tmp_path / "d.zip"), code=77, of="dossier")
    assert "personne visée 2" in refused
    verb("consent", "1", "saisir_autorite", "given", "--person", "2")
    verb("1", "--recipient", "procureur", "-o", str(tmp_path / "d.zip"), of="dossier")
    (handed,) = verb("handover", "note", "1", "parquet", "--channel", "post", "--on", today())
    assert (handed["version"], handed["recipient"], handed["to"]) == (1, "procureur", "parquet")
    assert verb("handover", "withdraw", "1", handed["handover"]) == []
    assert "Pièce 1 : un cadre posé." in [line["what"] for line in verb("history", "1")]
    verb("withdraw", "1", "1")
    assert verb("show", "1")["exhibits"] == 0


def test_decisions_people_and_the_account_are_kept(verb: Verb, monkeypatch: pytest.MonkeyPatch) -> None:
    verb("decide", "1", "menace_mort", "retenir", "--reason", "phrase lue par deux personnes")
    verb("person", "1", "visee")
    monkeypatch.setattr("sys.stdin", io.StringIO("Depuis octobre, des messages visent l’association.\n"))
    verb("summary", "1")
    whole = verb("show", "1")
    assert whole["decisions"][0]["decision"] == "retenir"
    assert whole["people"][0]["role"] == "visee"
    assert whole["summary"] == "Depuis octobre, des messages visent l’association."


def test_nothing_leaves_without_a_consent_that_covers_it(verb: Verb, tmp_path: Path) -> None:
    def build(recipient: str, name: str, code: int = 0) -> Any:
        return verb("1", "--recipient", recipient, "-o", str(tmp_path / name), code=code, of="dossier")

    assert build("avocat", "dossier.zip", code=77)  # in words, on standard error
    assert not (tmp_path / "dossier.zip").exists()
    verb("consent", "1", "agir_en_justice", "given")
    build("public", "dossier.zip", code=77)
    made = build("avocat", "dossier.zip")
    assert (made["incident"], made["version"], made["exhibits"]) == (1, 1, 1)
    assert verb(str(tmp_path / "dossier.zip"), of="verify")["verdict"] == "verified"
    build("avocat", "dossier.zip", code=64)
    verb("consent", "1", "agir_en_justice", "withdrawn")
    build("avocat", "autre.zip", code=77)


def test_the_steps_after_an_answer_and_the_breaches_are_noted(verb: Verb, tmp_path: Path) -> None:
    verb("draft", "1", code=65, of="notice")  # nothing says yet what would be unlawful
    verb("decide", "1", "injure_publique", "retenir")
    for fact in ("is_public", "target_person", "outrageous_expression"):
        verb("answer", "1", fact, "true")
    url = "https://x.com/compte_1/status/2028000000000000001"
    signed = ("--name", "Les Voix du Verger", "--email", "contact@verger.invalid")
    assert verb("draft", "1", "--url", url, "--exhibit", "1", *signed, of="notice")["state"] == "draft"
    assert verb("show", "1", of="notice")["text"]
    verb("sent", "1", code=77, of="notice")
    verb("consent", "1", "notifier_plateforme", "given")
    assert verb("sent", "1", "--on", today(20), "--reference", "ABC-1", of="notice")["dues"]
    (tmp_path / "accuse.txt").write_text("Votre signalement a été reçu.\n")
    received = verb("acknowledged", "1", "--file", str(tmp_path / "accuse.txt"), of="notice")
    assert received["state"] == "acknowledged"
    assert {row["kind"] for row in verb("due", of="notice")} >= {"limitation", "notice"}
    verb("answer", "1", "kept", "--on", "2999-01-01", code=65, of="notice")
    verb("answer", "1", "kept", "--on", today(), "--reasons", "no", of="notice")
    told = verb("step", "1", "complaint_20", "--on", today(), of="notice")
    assert (told["state"], [due["term"].split(":")[1] for due in told["dues"]]) == ("complaint_20", [])
    verb("step", "1", "decided_21", "--on", today(), code=77, of="notice")
    verb("step", "1", "lettre", code=64, of="notice")
    (tmp_path / "parcours.png").write_bytes((tmp_path / "capture.png").read_bytes() + b"\0")
    shown = ("--file", str(tmp_path / "parcours.png"), "--clicks", "14")
    (breach,) = verb("breach", "note", "1", "needless_steps", *shown, of="notice")
    assert (breach["exhibit"], breach["clicks"], breach["confirmed"]) == (3, 14, False)
    (breach,) = verb("breach", "confirm", "1", breach["breach"], "--against", "corrigé depuis", of="notice")
    assert (breach["confirmed"], breach["counter_evidence"]) == (True, "corrigé depuis")
    assert [row["notice"] for row in verb("breaches", of="notice")] == [1]
    (seen,) = verb("refusals", of="notice")
    assert (seen["platform"], seen["answered"], seen["refused"], seen["without_reasons"]) == ("x", 1, 1, 1)
    verb("batch", "1", code=1, of="notice")  # the one content that has a link is reported already


def test_delays_of_the_law_come_before_reminders(verb: Verb) -> None:
    rows = verb("delays", of="notice")
    natures = [row["nature"] for row in rows]
    assert natures == sorted(natures)
    assert {"complaint_20", "body_21_90d", "silence_3m"} <= {
        row["term"] for row in rows if row["nature"] == "law"
    }
    assert all(row["article"] and row["verified"] in (True, False) for row in rows)
