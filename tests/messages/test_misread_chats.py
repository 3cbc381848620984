"""Chats and mail that are easily misread: old encodings, other calendars, cards and polls, dates nobody can read."""

import json
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.messages.importing import Reading, read_paths
from saisine.messages.schema import Message
from saisine.texts import decode_line
from tests.messages.x_lines import NOW


def read(path: Path, data: bytes | str) -> tuple[list[Message], Reading]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    reading = read_paths([path], now=NOW)
    return list(reading), reading


def notes(reading: Reading) -> set[str]:
    return {code for entry in reading.ledger.sources for code in entry.notes}


# ------------------------------------------------------------------ encodings


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("l’été, œuf « €".encode(), "utf-8"),
        ("l’été, œuf « €".encode("cp1252"), "windows-1252"),
        ("arrivé".encode("cp1252"), "windows-1252"),
        ("arrivé".encode()[:-1], "damaged"),  # cut in the middle of a sign
        ("l’é".encode()[:-1], "damaged"),
        (b"abc\xff", "damaged"),
        ("é".encode() + "é".encode("cp1252"), "damaged"),
    ],
)
def test_a_line_is_read_in_the_encoding_it_is_in(data: bytes, encoding: str) -> None:
    text, found = decode_line(data)
    assert found == encoding
    assert ("�" in text) == (encoding == "damaged")


def test_whatsapp_saved_by_an_old_editor_keeps_its_accents(tmp_path: Path) -> None:
    chat = "13/05/2024, 21:04 - Zoé: arrivé\n13/05/2024, 21:05 - Bob: l’été\n"
    messages, reading = read(tmp_path / "a.txt", chat.encode("cp1252"))
    assert [(one.author_name, one.text) for one in messages] == [("Zoé", "arrivé"), ("Bob", "l’été")]
    assert "legacy_encoding" in notes(reading)


def test_an_old_log_of_irc_keeps_its_accents(tmp_path: Path) -> None:
    log = "--- Log opened Mon May 13 21:03:00 2024\n21:04 <bob> été\n21:05 <zoé> b\n".encode("latin-1")
    messages, reading = read(tmp_path / "a.log", log)
    assert [(one.author_name, one.text) for one in messages] == [("bob", "été"), ("zoé", "b")]
    assert {one.created_at_precision for one in messages} == {"min"}
    assert messages[0].created_at_raw == "2024-05-13 21:04"
    assert "legacy_encoding" in notes(reading)


# ------------------------------------------------------------------ mail


def mail(date: str = "Mon, 13 May 2024 21:04:00 +0200", more: str = "") -> str:
    shown = f"Date: {date}\n" if date else ""
    return f"{more}From: André <a@exemple.test>\nTo: b@exemple.test\nSubject: été\n{shown}\nbonjour\n"


def test_headers_that_hold_bytes_beyond_ascii_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-8", "cp1252"):
        (message,), _ = read(tmp_path / "a.eml", mail().encode(encoding))
        assert (message.author_name, message.text) == ("André", "été\n\nbonjour")


def test_a_date_of_mail_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (message,), reading = read(tmp_path / "a.eml", mail("lun., 13 mai 2024 21:04:00 +0200"))
    assert message.created_at is None
    assert message.created_at_raw == "lun., 13 mai 2024 21:04:00 +0200"
    assert "mail_date_unread" in notes(reading)


def test_the_day_of_reception_stands_in_with_its_own_words(tmp_path: Path) -> None:
    received = "Received: from a by b; Mon, 13 May 2024 21:05:00 +0200\n"
    (message,), reading = read(tmp_path / "a.eml", mail("hier", received))
    assert f"{message.created_at}" == "2024-05-13 19:05:00+00:00"
    assert (message.created_at_raw or "").endswith("13 May 2024 21:05:00 +0200")
    assert "mail_date_unread" in notes(reading)


def test_a_mail_without_date_is_a_mail(tmp_path: Path) -> None:
    (message,), reading = read(tmp_path / "a.eml", mail(""))
    assert (message.text, message.created_at) == ("été\n\nbonjour", None)
    assert reading.ledger.sources[0].format == "eml"


# ------------------------------------------------------------------ WhatsApp


@pytest.mark.parametrize(
    "line",
    [
        "[21:04, 13/05/2024] Zoé: salut",  # copied out of WhatsApp Web
        "21:04, 13/05/2024 - Zoé: salut",  # Vietnamese
        "13.5.2024 klo 21.04 - Zoé: salut",  # Finnish
        "13.05.24 г., 21:04 - Zoé: salut",  # Bulgarian
        "13.05.24, 9:04 nachm. - Zoé: salut",  # German on twelve hours
    ],
)
def test_the_lines_of_whatsapp_in_other_languages(tmp_path: Path, line: str) -> None:
    (message,), _ = read(tmp_path / "a.txt", f"{line}\n")
    assert (message.author_name, message.text) == ("Zoé", "salut")
    assert f"{message.created_at}" == "2024-05-13 19:04:00+00:00"


def test_a_group_of_two_who_speak_is_a_group(tmp_path: Path) -> None:
    chat = "13/05/2024, 21:03 - Zoé a créé le groupe « A »\n13/05/2024, 21:04 - Zoé: un\n13/05/2024, 21:04 - Bob: b\n"
    messages, _ = read(tmp_path / "a.txt", chat)
    assert {one.kind for one in messages} == {"chat"}
    alone, _ = read(tmp_path / "b.txt", chat.partition("\n")[2].replace("un", "Bob a ajouté Ana"))
    assert {one.kind for one in alone} == {"dm"}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.txt", "08/04/2024, 14:04 - Les messages et les appels sont chiffrés de bout en bout.\n"),
        ("a.txt", "08/04/2024, 14:04 - Bob: <Médias omis>\n"),
        ("a.txt", "08/04/2024, 14:04 - Bob: Diese Nachricht wurde gelöscht.\n"),
        ("Discussion WhatsApp avec Zoé.txt", ""),
    ],
)
def test_the_language_of_whatsapp_tells_what_no_date_does(tmp_path: Path, name: str, line: str) -> None:
    messages, reading = read(tmp_path / name, f"{line}08/04/2024, 14:05 - Zoé: salut\n")
    assert f"{messages[-1].created_at}" == "2024-04-08 12:05:00+00:00"
    assert "day_first_by_language" in notes(reading)


@pytest.mark.parametrize(
    "line",
    [
        "04/08/2024, 14:04 - Bob: il a changé, Médias omis\n",  # words of a person
        "04/08/2024, 14:04 - Messages and calls are end-to-end encrypted.\n",
    ],
)
def test_words_that_tell_no_language_leave_the_dates_empty(tmp_path: Path, line: str) -> None:
    messages, reading = read(tmp_path / "a.txt", f"{line}04/08/2024, 14:05 - Zoé: salut\n")
    assert messages[-1].created_at is None
    assert "ambiguous_dates" in notes(reading)


def test_a_date_that_proves_the_month_first_weighs_more_than_the_language(tmp_path: Path) -> None:
    chat = "04/08/2024, 14:04 - Bob: <Médias omis>\n04/13/2024, 14:05 - Zoé: salut\n"
    messages, reading = read(tmp_path / "a.txt", chat)
    assert f"{messages[0].created_at}" == "2024-04-08 12:04:00+00:00"
    assert "day_first_by_language" not in notes(reading)


def test_two_exports_joined_keep_each_its_own_order_of_dates(tmp_path: Path) -> None:
    chat = (
        "12/03/2024, 21:05 - Léa: un\n13/03/2024, 21:06 - Paul: deux\n"
        "3/12/24, 9:05 PM - Lea: three\n3/13/24, 9:06 PM - Lea: four\n"
    )
    messages, _ = read(tmp_path / "a.txt", chat)
    assert [one.created_at and one.created_at.strftime("%m-%d") for one in messages] == [
        *("03-12", "03-13", "03-12", "03-13"),
    ]


def test_words_stand_before_their_file_on_an_iphone(tmp_path: Path) -> None:
    chat = (
        "[13/05/2024 21:04:00] ~\u202fBob: Regarde \u200e<pièce jointe : 0001-PHOTO.jpg>\n"
        "[13/05/2024 21:05:00] Bob: \u200e<pièce jointe : 0002-PHOTO.jpg>\n"
        "[13/05/2024 21:06:00] Bob: écris <pièce jointe : toi>\n"
    )
    messages, _ = read(tmp_path / "a.txt", chat)
    assert [(one.text, list(one.media_urls)) for one in messages] == [
        ("Regarde", ["0001-PHOTO.jpg"]),
        ("", ["0002-PHOTO.jpg"]),
        ("écris <pièce jointe : toi>", []),
    ]
    assert {one.author_name for one in messages} == {"Bob"}


@pytest.mark.parametrize("day", ["13/05/2567", "24/02/1403", "04/11/1445"])
def test_a_year_of_another_calendar_is_no_year_of_ours(tmp_path: Path, day: str) -> None:
    (message,), reading = read(tmp_path / "a.txt", f"{day}, 21:04 - Zoé: salut\n")
    assert message.created_at is None
    assert (message.created_at_raw or "").startswith(day)
    assert "other_calendar" in notes(reading)


# ------------------------------------------------------------------ Telegram


def telegram(**fields: object) -> str:
    message = {"id": 1, "type": "message", "date": "2024-05-13T21:04:00", "date_unixtime": "1715627040"}
    message |= {"from": "Ana", "from_id": "user1", "text": ""} | fields
    return json.dumps({"name": "Groupe", "type": "private_group", "id": 7, "messages": [message]})


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"poll": {"question": "Qui ?", "answers": [{"text": "elle"}, {"text": "lui"}]}}, "Qui ?\nelle\nlui"),
        ({"contact_information": {"first_name": "Zoé", "phone_number": "+33 6"}}, "Zoé +33 6"),
        (
            {"location_information": {"latitude": 48.85, "longitude": 2.35}, "place_name": "Ici"},
            "Ici\n48.85, 2.35",
        ),
    ],
)
def test_what_is_posted_without_words_is_read(tmp_path: Path, fields: dict[str, object], text: str) -> None:
    (message,), _ = read(tmp_path / "result.json", telegram(**fields))
    assert message.text == text


PAGE = """<!DOCTYPE html><html><body><div class="page_wrap"><div class="page_header"><div class="content">
<div class="text bold">Groupe</div></div></div><div class="page_body chat_page"><div class="history">
<div class="message default clearfix" id="message1"><div class="body">
<div class="pull_right date details" title="13.05.2024 21:04:01 UTC+02:00">21:04</div>
<div class="from_name">Ana</div><div class="text">un deux</div></div></div>
"""
SECOND = """<div class="message default clearfix" id="message2"><div class="body">
<div class="pull_right date details" title="13.05.2024 21:04:02 UTC+02:00">21:04</div>
<div class="from_name">Ana</div><div class="text">trois <b>quatre</b> cinq"""


@pytest.mark.parametrize(("kept", "text"), [(-5, "trois quatre"), (-2, "trois quatre ci"), (-40, "")])
def test_a_page_cut_inside_a_text_keeps_what_there_is_of_it(tmp_path: Path, kept: int, text: str) -> None:
    messages, reading = read(tmp_path / "messages.html", PAGE + SECOND[:kept])
    assert [one.text for one in messages] == ["un deux", text]
    assert ("text" in messages[1].missing) == (not text)
    assert "truncated" in notes(reading)


# ------------------------------------------------------------------ Meta, words of the system


def test_the_link_of_a_comment_says_its_platform(tmp_path: Path) -> None:
    link = "https://www.facebook.com/1"
    values = [{"label": "Commentaire", "value": "non"}, {"label": "URL", "value": link, "href": link}]
    entry = {"timestamp": 1715627040, "media": [], "label_values": values, "fbid": "123"}
    (message,), _ = read(tmp_path / "commentaires.json", json.dumps([entry]))
    assert (message.platform, message.urls) == ("facebook", [link])


def test_words_of_the_system_are_said_in_the_language_of_the_person() -> None:
    error = SaisineError("ledger_not_written", path="a", reason="No such file or directory")
    assert "fichier absent" in error.sentence("fr")
    assert "No such file" not in error.sentence("fr")
    assert "no such file" in error.sentence("en")
