"""From findings to a dossier that verifies, as one association would go, one command after the other."""

import csv
from typing import Any

import pytest

from tests.cli.running import Saisine


def band_of(case: Saisine, kind: str) -> str:
    return next(row["band"] for row in case("findings", "--json").data["bands"] if row["kind"] == kind)


@pytest.fixture
def opened(case: Saisine) -> Saisine:
    """Incident 1: one urgent message."""
    card = case("sort", "list", "urgent", "--limit", "1", "--json").data["items"][0]["card"]
    case("sort", "keep", "urgent", card)
    assert case("incident", "new", "Vague d’octobre", "--from-triage", "--json").data["exhibits"] == 1
    return case


def test_findings_hold_no_text_and_say_what_they_do_not_prove(case: Saisine) -> None:
    done = case("findings", "--json").data
    assert sum(row["count"] for row in done["bands"] if row["kind"] != "captures") == done["messages"]
    assert all(row["does_not_prove_fr"] for row in done["findings"])
    said = case("messages", "--limit", "1000", "--json")
    texts = {item["text"] for item in said.data["items"] if len(item["text"]) > 40}
    shown = case("findings", "--json").out
    assert not [text for text in texts if text in shown]


def test_a_wave_is_sorted_by_groups_and_a_decision_can_be_undone(case: Saisine) -> None:
    wave = band_of(case, "wave")
    group = case("sort", "list", wave, "--limit", "1", "--json").data["items"][0]
    assert (group["kind"], group["value"]) == ("group", None)
    (made,) = case("sort", "keep", wave, group["card"], "--json").data
    assert made["count"] == group["n"]
    assert case("sort", "list", wave, "--limit", "1", "--json").data["items"][0]["value"] == "keep"
    case("sort", "undo", made["decision"])
    assert case("sort", "list", wave, "--limit", "1", "--json").data["items"][0]["value"] is None
    case("sort", "keep", wave, "g:inconnu", code=64)


def test_a_text_is_shown_by_its_own_command_and_the_opening_is_logged(case: Saisine) -> None:
    page = case("sort", "list", "urgent")
    card = page.out.splitlines()[1].split()[0]
    (shown,) = case("sort", "open", "urgent", card, "--json").data
    assert shown["text"]
    assert shown["text"] not in page.out
    assert case("log", "--json").lines[-1]["act"] == "access"
    assert case("journal", "--limit", "1", "--json").data["items"][0]["what"] == "message_opened"


def test_an_incident_is_found_by_its_number_and_told_whole(opened: Saisine) -> None:
    (row,) = opened("incident", "list", "--json").data
    assert (row["number"], row["title"]) == (1, "Vague d’octobre")
    whole = opened("incident", "show", "1", "--json").data
    assert {
        "pieces",
        "people",
        "consents",
        "answers",
        "decisions",
        "chronology",
        "assessment",
        "question",
    } <= set(whole)
    assert whole["pieces"][0]["is_danger"] is True
    assert whole["question"]["fact"]
    text = opened("incident", "open", "1", "1", "--json").data[0]["text"]
    assert text
    assert text not in opened("incident", "show", "1").out


def test_messages_and_sealed_files_are_added_to_an_incident(opened: Saisine) -> None:
    (opened.folder / "lettre.txt").write_text("Madame, Monsieur,\n")
    (sealed,) = opened("seal", "lettre.txt", "--json").lines
    ref = opened("messages", "--platform", "youtube", "--limit", "1", "--json").data["items"][0]["ref"]
    added = opened("incident", "add", "1", sealed["item"], ref, "--json").data
    assert sorted(row["number"] for row in added) == [2, 3]
    assert {row["kind"] for row in added} == {"message", "original"}
    opened("incident", "add", "1", "f" * 64, code=64)
    opened("incident", "add", "7", sealed["item"], code=64)


def test_answers_change_the_question_and_a_wrong_box_is_refused(opened: Saisine) -> None:
    first = opened("incident", "ask", "1", "--json").data
    box = first["group"][0]["id"]
    opened("incident", "answer", "1", first["fact"], "--tick", "boite_inconnue", code=64)
    opened("incident", "answer", "1", first["fact"], code=64)
    after = opened("incident", "answer", "1", first["fact"], "--tick", box, "--json").data
    assert after["question"]["fact"] != first["fact"]
    given = {row["fact"]: row["value"] for row in opened("incident", "show", "1", "--json").data["answers"]}
    assert given[box] == "true"
    assert {given[choice["id"]] for choice in first["group"][1:]} == {"false"}
    opened("incident", "answer", "1", after["question"]["fact"], "later")
    opened("incident", "answer", "1", "menace_mort", "true", code=65)


def _draft(opened: Saisine) -> dict[str, Any]:
    opened("incident", "decide", "1", "menace_mort", "retenir")
    url = "https://www.facebook.com/exemple/posts/123456789"
    wanted = (
        "--exhibit",
        "1",
        "--url",
        url,
        "--name",
        "Camille Exemple",
        "--email",
        "camille@exemple.example",
    )
    row: dict[str, Any] = opened("notice", "draft", "1", *wanted, "--json").data
    return row


def test_notices_and_terms_leave_as_csv_and_calendar(opened: Saisine) -> None:
    _draft(opened)
    opened("notice", "list", "--csv", "signalements.csv")
    with (opened.folder / "signalements.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["platform"] for row in rows] == ["facebook"]
    assert opened("notice", "list", "--json").data[0]["number"] == 1
    opened("notice", "due", "--ics", "echeances.ics")
    calendar = (opened.folder / "echeances.ics").read_bytes()
    assert calendar.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"BEGIN:VEVENT" in calendar


def test_the_association_and_a_screenshot_are_completed_by_hand(case: Saisine) -> None:
    refused = case("association", "--declared-on", "2015-03-02", "--tag", "rascisme", code=64)
    assert "racisme" in refused.err
    assert case("association", "--json").data["declared_on"] is None
    card = case("association", "--declared-on", "2015-03-02", "--tag", "racisme", "--json").data
    assert (card["name"], card["declared_on"]) == ("Les Voix du Verger", "2015-03-02")
    assert case("association", "--json").data == card
    number = str(case("screenshot", "list", "--json").data[0]["number"])
    row = case(
        "screenshot", "complete", number, "--on", "2026-01-02", "--confirmed", "--platform", "x", "--json"
    ).data
    assert (row["state"], row["on"], row["confirmed"]) == ("done", "2026-01-02", True)
    case("screenshot", "complete", "999", code=64)
