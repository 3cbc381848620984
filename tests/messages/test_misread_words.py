"""Words that were easily taken for others: notes for texts, articles for platforms, halves of mails for the whole."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from saisine.cli.output import known_time
from saisine.messages.formats.table_values import platform_of
from saisine.messages.formats.twitch_log import shift_told
from saisine.messages.importing import Reading, read_paths
from saisine.messages.originals import read_record
from saisine.messages.proposing import propose
from saisine.messages.schema import Message
from saisine.vault.row_checks import Original
from tests.messages.test_misread_tables import notes
from tests.messages.x_lines import NOW

HEADER = "Date;Auteur;Texte;Lien\n"


def read(path: Path, data: bytes | str) -> tuple[list[Message], Reading]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    reading = read_paths([path], now=NOW)
    return list(reading), reading


# ------------------------------------------------------------------ tables


def test_a_comment_beside_a_message_is_the_note_of_who_keeps_the_table(tmp_path: Path) -> None:
    table = "Date;Auteur;Message;Commentaire\n13/05/2024;Zoé;dégage;à signaler\n14/05/2024;Bob;non;\n"
    messages, _ = read(tmp_path / "a.csv", table)
    assert [one.text for one in messages] == ["dégage", "non"]


@pytest.mark.parametrize(
    ("said", "platform"),
    [
        ("https://www.linkedin.com/posts/a_facebook-haine-123", "linkedin"),
        ("https://x.com/youtube_anti/status/1", "x"),
        ("https://www.lemonde.fr/2024/facebook-la-haine.html", "other"),
        ("https://forum.exemple.test/threads/1", "other"),
        ("m.facebook.com/a", "facebook"),
        ("https://youtu.be/a?si=instagram.com", "youtube"),
        ("https://notx.com/a", "other"),
        ("https://mastodon.social/@a/1", "mastodon"),
        ("FB", "facebook"),
        ("Insta", "instagram"),
        ("YT", "youtube"),
        ("tik tok", "tiktok"),
        ("X (Twitter)", "x"),
        ("Fil X", "x"),
        ("Mail", "email"),
        ("Messenger", "facebook"),
        ("Exported from Facebook: https://www.instagram.com/p/1", "instagram"),
        ("la presse", "other"),
        ("", "other"),
    ],
)
def test_the_platform_of_an_address_is_that_of_its_host(said: str, platform: str) -> None:
    assert platform_of(said) == platform


def test_counts_of_a_table_kept_by_hand_are_read(tmp_path: Path) -> None:
    table = "Date;Auteur;Texte;Nb J'aime;Partages;Réponses;Vues;Langue\n13/05/2024;Zoé;un;1;2;3;4;fr\n"
    (message,), _ = read(tmp_path / "a.csv", table)
    counts = (message.like_count, message.share_count, message.reply_count, message.view_count)
    assert (counts, message.lang) == ((1, 2, 3, 4), "fr")
    assert not {"share_count", "reply_count", "view_count", "lang"} & set(message.missing)


def test_a_line_of_totals_is_no_message(tmp_path: Path) -> None:
    table = f"{HEADER}13/05/2024;Zoé;un;\nTotal;;1 message;\n;TOTAL;1;\n14/05/2024;Total Énergie;deux;\n"
    messages, reading = read(tmp_path / "a.csv", table)
    assert [one.text for one in messages] == ["un", "deux"]
    assert reading.ledger.totals().skipped == 2


def test_a_table_cut_inside_a_sign_stays_in_utf_8(tmp_path: Path) -> None:
    table = f"{HEADER}13/05/2024;Zoé;été;\n14/05/2024;Zoé;arrivé".encode()[:-1]
    messages, reading = read(tmp_path / "a.csv", table)
    assert [one.text for one in messages] == ["été", "arriv�"]
    assert "truncated" in notes(reading)
    assert "assumed_encoding" not in notes(reading)


def test_the_zone_that_a_tool_lets_one_choose_is_said(tmp_path: Path) -> None:
    table = "Name,Profile ID,Date,Likes,Comment,(view source)\nBob,ID: 1000,2024-05-13 10:00:00,1,un,x\n"
    (message,), reading = read(tmp_path / "a.csv", table)
    assert message.author_id == "1000"
    assert "zone_of_tool" in notes(reading)


def comment_with_replies() -> dict[str, Any]:
    base = {
        "ownerUsername": "zoe",
        "ownerProfilePicUrl": "https://x.test/a.jpg",
        "timestamp": "2024-05-13T20:04:11.000Z",
    }
    last = {
        "id": "4",
        "text": "quatre : « là »",
        "ownerUsername": "léo",
        "timestamp": "2024-05-13T20:07:11.000Z",
    }
    return {
        **base,
        "postUrl": "https://www.instagram.com/p/1/",
        "commentUrl": "https://www.instagram.com/p/1/c/18000000000000001",
        "id": "18000000000000001",
        "text": "un",
        "repliesCount": 2,
        "replies": [
            {"id": "2", "text": "deux", **base, "replies": [last]},
            7,
            {"id": "3", "text": "trois", **base},
        ],
    }


@pytest.mark.parametrize("form", ["array", "lines", "indented"])
def test_replies_inside_their_comment_are_read_with_their_own_bytes(tmp_path: Path, form: str) -> None:
    comments = [comment_with_replies(), comment_with_replies() | {"id": "9", "replies": []}]
    if form == "lines":
        data = "\n".join(json.dumps(one, ensure_ascii=False) for one in comments)
    else:
        data = json.dumps(comments, indent=2 if form == "indented" else None, ensure_ascii=False)
    path = tmp_path / ("a.ndjson" if form == "lines" else "a.json")
    messages, reading = read(path, data)
    assert [(one.message_id, one.kind, one.parent_id, one.text) for one in messages] == [
        ("18000000000000001", "comment", None, "un"),
        ("2", "reply", "18000000000000001", "deux"),
        ("4", "reply", "2", "quatre : « là »"),
        ("3", "reply", "18000000000000001", "trois"),
        ("9", "comment", None, "un"),
    ]
    assert {one.conversation_id for one in messages} == {"https://www.instagram.com/p/1/"}
    (entry,) = reading.ledger.sources
    assert (entry.read, entry.mapped, len(entry.failed)) == (6, 5, 1)
    assert "replies_nested" not in entry.notes
    original = Original(path.name, path.stat().st_size, lambda: path.open("rb"))
    for one in messages:
        body = read_record(original, one.locator, one.record_sha256, mapper=one.mapper)
        assert json.loads(body)["text"] == one.text


def test_replies_in_columns_of_a_table_are_told_where_there_are_some(tmp_path: Path) -> None:
    header = "id,text,ownerUsername,timestamp,repliesCount,commentUrl"
    table = header + "{more}\n1,un,zoe,2024-05-13T20:04:11.000Z,2,x,{end}\n"
    _, reading = read(tmp_path / "a.csv", table.format(more=",replies/0/id,replies/0/text", end="2,deux"))
    assert reading.ledger.sources[0].notes["replies_nested"][0] == 2
    _, reading = read(tmp_path / "b.csv", table.format(more="", end=""))
    assert "replies_nested" not in reading.ledger.sources[0].notes


def test_one_odd_value_does_not_hide_a_column_from_the_proposal(tmp_path: Path) -> None:
    rows = [f"1{n}/05/2024;1{n}h0{n};Jean H.;mot {n};{n}" for n in range(3, 8)]
    table = "\n".join(["Date;Heure;Auteur;Texte;J'aime", *rows, "18/05/2024;14h;Zoé;fin;n/c", "Total;;6;;12"])
    (tmp_path / "a.csv").write_text(table, "utf-8")
    found = propose(tmp_path / "a.csv", now=NOW)
    fields = {name: column.header for name in FIELDS if (column := found.column_of(name)) is not None}
    assert fields == {
        "created_at": "Date",
        "time_of_day": "Heure",
        "author_name": "Auteur",
        "text": "Texte",
        "like_count": "J'aime",
    }


FIELDS = ("created_at", "time_of_day", "author_name", "text", "like_count", "message_id")


# ------------------------------------------------------------------ mail


def mail(body: str, kind: str) -> str:
    head = "From: a@exemple.test\nTo: b@exemple.test\nSubject: s\nDate: Mon, 13 May 2024 21:04:00 +0200\n"
    return f"{head}Message-ID: <1@exemple.test>\nMIME-Version: 1.0\nContent-Type: {kind}\n\n{body}"


def part(kind: str, text: str) -> str:
    return f"--b\nContent-Type: {kind}\n\n{text}\n"


@pytest.mark.parametrize(
    ("kind", "parts", "text"),
    [
        (
            "mixed",
            [("text/plain", "un"), ("image/png; name=a.png", "x"), ("text/plain", "deux")],
            "un\n\ndeux",
        ),
        ("mixed", [("text/html", "<p>un</p>"), ("text/html", "<p>deux</p>")], "un\n\ndeux"),
        ("alternative", [("text/plain", " "), ("text/html", "<p>menace</p>")], "menace"),
        ("alternative", [("text/plain", "mots"), ("text/html", "<p>autres</p>")], "mots"),
    ],
)
def test_all_the_words_of_a_mail_are_read(
    tmp_path: Path, kind: str, parts: list[tuple[str, str]], text: str
) -> None:
    body = "".join(part(*one) for one in parts) + "--b--\n"
    (message,), _ = read(tmp_path / "a.eml", mail(body, f'multipart/{kind}; boundary="b"'))
    assert message.text == f"s\n\n{text}"


def test_latin_1_is_what_windows_means_by_it(tmp_path: Path) -> None:
    data = mail("L’été, 50 €", "text/plain; charset=iso-8859-1").encode("cp1252")
    (message,), _ = read(tmp_path / "a.eml", data)
    assert message.text == "s\n\nL’été, 50 €"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("x", "application/pkcs7-mime; name=smime.p7m"),
        (part("application/pgp-encrypted", "Version: 1") + "--b--\n", 'multipart/encrypted; boundary="b"'),
        ("-----BEGIN PGP MESSAGE-----\nx\n", "text/plain"),
        (part("application/ms-tnef; name=winmail.dat", "x") + "--b--\n", 'multipart/mixed; boundary="b"'),
    ],
)
def test_a_mail_that_only_its_receiver_opens_is_told(tmp_path: Path, body: str, kind: str) -> None:
    _, reading = read(tmp_path / "a.eml", mail(body, kind))
    assert "mail_closed" in notes(reading)


def test_a_mail_too_long_to_be_read_whole_is_told(tmp_path: Path) -> None:
    attached = part("video/mp4; name=v.mp4", "x" * (5 << 20)) + part("text/plain", "menace") + "--b--\n"
    (message,), reading = read(tmp_path / "a.eml", mail(attached, 'multipart/mixed; boundary="b"'))
    assert "mail_beginning" in notes(reading)
    assert message.text == "s"  # the subject alone


@pytest.mark.parametrize(
    "postmark", ['From "Karim Exemple" Thu Mar 12 20:05:11 2026', "From - Thu Mar 12 20:05:11 2026"]
)
@pytest.mark.parametrize("between", ["\n", ""])
def test_each_message_of_a_folder_is_its_own(tmp_path: Path, postmark: str, between: str) -> None:
    folder = f"{postmark}\n{mail('un', 'text/plain')}\n{between}{postmark}\n{mail('deux', 'text/plain')}\n"
    messages, _ = read(tmp_path / "a.mbox", folder)
    assert [one.text for one in messages] == ["s\n\nun", "s\n\ndeux"]


def test_a_sentence_that_begins_like_a_postmark_stays_in_its_message(tmp_path: Path) -> None:
    body = "un\nFrom - Thu Mar 12 20:05:11 2026\nde lui\n"
    messages, _ = read(tmp_path / "a.mbox", f"From - Thu Mar 12 20:05:11 2026\n{mail(body, 'text/plain')}\n")
    assert len(messages) == 1


# ------------------------------------------------------------------ chats


def test_whom_somebody_speaks_to_is_no_half_of_their_name(tmp_path: Path) -> None:
    lines = [f"13/05/2024, 21:0{n} - Karim: Léa: {n}" for n in range(6)]
    messages, _ = read(tmp_path / "a.txt", "\n".join([*lines, "13/05/2024, 21:09 - Léa: stop"]))
    assert {one.author_name for one in messages} == {"Karim", "Léa"}
    few, _ = read(tmp_path / "b.txt", "\n".join(line.replace("Léa", "Rappel") for line in lines[:3]))
    assert {one.author_name for one in few} == {"Karim"}


@pytest.mark.parametrize(
    ("written", "text", "files"),
    [
        ("\u200eSONDAGE :\nQui a ajouté Karim ?", "SONDAGE :\nQui a ajouté Karim ?", []),
        (
            "Qui a ajouté Karim.pdf • \u200e4 pages \u200e<pièce jointe : 1-x.pdf>",
            "Qui a ajouté Karim.pdf • \u200e4 pages",
            ["1-x.pdf"],
        ),
        ("facture.pdf • \u200e2 pages \u200edocument omis", "facture.pdf • 2 pages", []),
    ],
)
def test_polls_and_files_are_no_lines_of_the_platform(
    tmp_path: Path, written: str, text: str, files: list[str]
) -> None:
    (message,), _ = read(tmp_path / "a.txt", f"[13/05/2024 21:04:00] Zoé: {written}\n")
    assert (message.text, list(message.media_urls)) == (text, files)


CHATTERINO = (
    "# Start logging at 2024-05-13 15:00:00 {}\n"
    "[15:04:11]  zoe: un\n[15:04:12]  日本 nihon: hé: ok\n[15:04:13]  bob: \n"
)


@pytest.mark.parametrize(
    ("zone", "hour", "is_assumed"), [("EST", "20:04", False), ("UTC", "15:04", False), ("XYZ", "13:04", True)]
)
def test_a_log_is_in_the_zone_that_it_names(tmp_path: Path, zone: str, hour: str, is_assumed: bool) -> None:
    messages, reading = read(tmp_path / "a.log", CHATTERINO.format(zone))
    assert [(one.author_handle, one.text) for one in messages] == [
        ("zoe", "un"),
        ("nihon", "hé: ok"),
        ("bob", ""),
    ]
    assert messages[0].created_at is not None
    assert messages[0].created_at.strftime("%H:%M") == hour
    assert ("zone_assumed" in notes(reading)) == is_assumed


@pytest.mark.parametrize(
    ("stated", "hours"), [("15:00 +02:00", 2), ("15:00 -0330", -3.5), ("15:00 CEST", 2), ("15:00", None)]
)
def test_the_zone_of_a_mark(stated: str, hours: float | None) -> None:
    found = shift_told(stated)
    assert (None if found is None else found.total_seconds() / 3600) == hours


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.log", CHATTERINO.format("UTC") + "[15:04:1"),
        ("b.log", "@id=1;tmi-sent-ts=1715627040000 :zoe!zoe@zoe.test PRIVMSG #c :un\n@id=2;tmi-se"),
    ],
)
def test_a_log_that_stops_inside_a_line_says_so(tmp_path: Path, name: str, text: str) -> None:
    messages, reading = read(tmp_path / name, text)
    assert messages[0].text == "un"
    assert reading.ledger.sources[0].truncated


@pytest.mark.parametrize(
    ("precision", "shown"),
    [("day", "13 mai 2024"), ("month", "mai 2024"), ("year", "2024"), ("min", "13 mai 2024, 21 h 04")],
)
def test_no_hour_is_shown_that_the_file_has_not(precision: str, shown: str) -> None:
    assert known_time(datetime(2024, 5, 13, 19, 4, tzinfo=UTC), precision) == shown
    assert known_time(None, precision) == ""
