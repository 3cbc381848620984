"""Google Takeout: YouTube comments and live chat lines, whatever the language of the account and the year."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.formats.takeout import TAKEOUT
from saisine.messages.formats.takeout_rows import read_text
from saisine.messages.reading import read_paths
from tests.messages.formats.broken import EXAMPLES, assert_changes_are_survived
from tests.messages.formats.reading import NOW, best_format, bytes_at, notes, read, skipped, utc

TOP = "UgxAAAAAAAAAAAAAAAAAAAAaBAg"[:26]
REPLY = f"{TOP}.9iwJkUYNcXa9u0lv3j3Abh"
CHANNEL = "UC" + "a" * 22
CHAT = "UgwsSD8yrDW7_h6F5vZ4AaABDqgB5OC1kgI"
WHEN = "2026-04-11T18:26:40.155440+00:00"
ENGLISH = [
    "Comment ID",
    "Channel ID",
    "Comment create timestamp",
    "Price",
    "Parent comment ID",
    "Post ID",
    "Video ID",
    "Comment text",
    "Top-level comment ID",
]
FRENCH = [
    "ID du commentaire",
    "ID de la chaîne",
    "Horodatage de création du commentaire",
    "Prix",
    "ID du commentaire parent",
    "ID de la publication",
    "ID de la vidéo",
    "Texte du commentaire",
    "ID du commentaire de premier niveau",
]
UNKNOWN = [f"Πεδίο {n}" for n in range(9)]


def table(header: list[str], *rows: list[str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([header, *rows])
    return out.getvalue().encode()


def row(key: str = TOP, parent: str = "", text: str = '{"text":"Bonjour"}', top: str = "") -> list[str]:
    return [key, CHANNEL, WHEN, "0", parent, "", "vid00000001", text, top]


COMMENTS = table(ENGLISH, row(), row(REPLY, TOP, '{"text":"Oui, "},{"text":"très bien"}', TOP))
PAGE = (
    '<html><head><meta charset="utf-8"></head><body><ul>'
    '<li>You <a href="http://www.youtube.com/watch?v=vid00000001&amp;lc=UgxA">added a comment</a> on '
    '<a href="http://www.youtube.com/watch?v=vid00000001">a video</a> at 2020-05-24 20:10:05 UTC.<br/>'
    "C&#39;est l’été<br>voilà</li>"
    '<li>Sent at 2019-08-24 12:43:19 UTC while watching <a href="http://www.youtube.com/watch?v=vid00000002">'
    "a video</a>.<br/>Merci</li></ul></body></html>"
).encode()


@pytest.mark.parametrize("header", [ENGLISH, FRENCH, UNKNOWN], ids=["en", "fr", "unknown"])
def test_comments_are_read_in_any_language(header: list[str]) -> None:
    data = table(header, row(), row(REPLY, TOP, '{"text":"Oui, "},{"text":"très bien"}', TOP))
    rows, entry = read(data, TAKEOUT, path="commentaires.csv")
    assert [(one.message_id, one.kind, one.parent_id, one.text) for one in rows] == [
        (TOP, "comment", None, "Bonjour"),
        (REPLY, "reply", TOP, "Oui, très bien"),
    ]
    assert rows[0].created_at == utc("2026-04-11T18:26:40.155440Z")
    assert (rows[0].author_id, rows[0].owner_is_author, rows[0].target_id) == (CHANNEL, True, "vid00000001")
    assert rows[1].text_repairs == ("fragments_joined",)
    assert (entry.failed, notes(entry), best_format(data, "x.csv")) == ([], {}, "takeout")


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        (
            ["A", "B", "C", "D", "E", "F"],
            [TOP, CHANNEL, WHEN, "0", "vid00000001", '{"text":"Bonjour"}'],
            "comment",
        ),
        (
            ["A", "B", "C", "D", "E", "F", "G"],
            [
                TOP,
                CHANNEL,
                WHEN,
                "0",
                "",
                "vid00000001",
                '{"takeoutSegments":[{"text":"Bon"},{"text":"jour"}]}',
            ],
            "comment",
        ),
        (
            ["A", "B", "C", "D", "E", "F"],
            [CHAT, CHANNEL, WHEN, "0", "vid00000001", '{"text":"Bonjour"}'],
            "chat",
        ),
        (
            [
                "Live Chat ID",
                "Channel ID",
                "Live Chat Create Timestamp",
                "Price",
                "Currency code",
                "Video ID",
                "Live Chat Text",
            ],
            [CHAT, CHANNEL, WHEN, "5", "EUR", "vid00000001", '{"text":"Bonjour"}'],
            "chat",
        ),
        (
            ["Reactie-ID", "Kanaal-ID", "Aanmaaktijdstempel reactie", "Prijs", "Video-ID", "Reactietekst"],
            [TOP, CHANNEL, WHEN, "0", "vid00000001", "Bonjour"],
            "comment",
        ),
    ],
)
def test_every_known_width_is_read(header: list[str], cells: list[str], kind: str) -> None:
    (one,), _ = read(table(header, cells), TAKEOUT, path="x.csv")
    assert (one.kind, one.text, one.target_id) == (kind, "Bonjour", "vid00000001")


def test_an_unknown_table_is_left_alone() -> None:
    wide = table([f"h{n}" for n in range(12)], [TOP, CHANNEL, WHEN, *["x"] * 9])
    assert TAKEOUT.sniff(wide, "comments.csv").score == 0
    rows, entry = read(wide, TAKEOUT, path="x.csv")
    assert (rows, notes(entry)) == ([], {"unknown_header": 1})


@pytest.mark.parametrize(
    ("cell", "text", "links"),
    [
        ('{"text":"a\nb"}', "a\nb", []),
        ('[{"text":"a"},{"text":"b"}]', "ab", []),
        ('{"text":"voir","link":{"linkUrl":"https://e.test/"}}', "voir", ["https://e.test/"]),
        ('{"text":"dit \\"oui\\""}', 'dit "oui"', []),
        ("{pas du JSON}", "{pas du JSON}", []),
        ('{"text":"coupé', '{"text":"coupé', []),
    ],
)
def test_the_pieces_of_a_text_are_joined(cell: str, text: str, links: list[str]) -> None:
    assert read_text(cell)[:2] == (text, links)


def test_a_mention_names_its_channel() -> None:
    cell = f'{{"text":"@zoe","mention":{{"channelId":"UC{"z" * 22}"}}}},{{"text":" oui"}}'
    (one,), _ = read(table(ENGLISH, row(text=cell)), TAKEOUT, path="x.csv")
    assert (one.text, list(one.mentions)) == ("@zoe oui", ["UC" + "z" * 22])


def test_pages_from_before_2023_are_read_by_their_links_and_times() -> None:
    rows, entry = read(PAGE, TAKEOUT, path="my-comments.html")
    first, second = rows
    assert (first.kind, first.message_id, first.text, first.target_id) == (
        "comment",
        "UgxA",
        "C'est l’été\nvoilà",
        "vid00000001",
    )
    assert first.created_at == utc("2020-05-24T20:10:05Z")
    assert (second.kind, second.text, second.created_at) == ("chat", "Merci", utc("2019-08-24T12:43:19Z"))
    assert second.message_id is not None
    assert second.message_id.startswith("derived:")
    assert "message_id" in second.missing
    assert entry.failed == []
    assert bytes_at(PAGE, second.locator).startswith(b"<li>Sent at")


def test_a_page_cut_in_the_middle_keeps_what_came_before() -> None:
    rows, entry = read(PAGE[: PAGE.index(b"Merci")], TAKEOUT, path="my-comments.html")
    assert [one.message_id for one in rows] == ["UgxA"]
    assert entry.truncated


def test_a_list_item_without_a_time_is_a_variant() -> None:
    data = PAGE.replace(b"<ul>", b"<ul><li>Bienvenue</li>")
    _, entry = read(data, TAKEOUT, path="my-comments.html")
    assert skipped(entry) == {"unsupported_variant": 1}


def test_what_was_watched_is_no_message() -> None:
    activity = [
        {
            "header": "YouTube",
            "title": "Vous avez regardé un film",
            "titleUrl": "https://www.youtube.com/watch?v=a",
            "time": "2026-10-01T10:00:00Z",
            "products": ["YouTube"],
        },
        {
            "header": "YouTube",
            "title": "Commentaire",
            "titleUrl": "https://www.youtube.com/watch?v=a&lc=UgxA",
            "time": "2026-10-01T10:00:00Z",
            "products": ["YouTube"],
        },
    ]
    rows, entry = read(activity, TAKEOUT)
    assert (rows, skipped(entry)) == ([], {"not_a_message": 1, "unsupported_variant": 1})
    assert best_format(json.dumps(activity).encode()) == "takeout"


def test_a_whole_zip_is_read_through_the_door(tmp_path: Path) -> None:
    path = tmp_path / "takeout.zip"
    folder = "Takeout/YouTube et YouTube Music"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{folder}/commentaires/commentaires.csv", COMMENTS)
        archive.writestr(f"{folder}/mes-commentaires/mes-commentaires.html", PAGE)
        archive.writestr(
            "archive_browser.html", "<!DOCTYPE html><html><body><ul><li>Takeout</li></ul></body></html>"
        )
    reading = read_paths([path], now=NOW)
    rows = list(reading)
    assert sorted(one.text for one in rows) == ["Bonjour", "C'est l’été\nvoilà", "Merci", "Oui, très bien"]
    assert {entry.unread for entry in reading.ledger.sources if entry.format is None} == {"no_message_inside"}


@pytest.mark.parametrize(
    "odd",
    [
        ["x"],
        ["", CHANNEL, WHEN, "0", "", "", "v", "t", ""],
        [TOP, CHANNEL, "hier", "0", "", "", "v", "t", ""],
    ],
)
def test_an_odd_row_never_stops_the_others(odd: list[Any]) -> None:
    rows, entry = read(table(ENGLISH, row(), odd, row(REPLY)), TAKEOUT, path="x.csv")
    assert [one.message_id for one in rows] == [TOP, REPLY]
    assert entry.read == 3


@EXAMPLES
@given(st.integers(min_value=PAGE.index(b"UTC.") + 3, max_value=PAGE.index(b"</ul>") + 4))
def test_cuts_of_a_page_are_told(place: int) -> None:
    whole, _ = read(PAGE, TAKEOUT, path="x.html")
    rows, entry = read(PAGE[:place], TAKEOUT, path="x.html")
    assert [one.text for one in rows] == [one.text for one in whole[: len(rows)]]
    assert entry.truncated


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(PAGE, TAKEOUT)


def test_the_text_says_where_it_stands_whatever_the_words_of_the_header() -> None:
    header = "ID del comentario,ID del canal,Marca,Precio,Principal,ID del vídeo,Texto,Superior"
    row = (
        "UgxKREWxIgDrw8w2e_Z4AaABAg,UCuAXFkgsw1L7xaCfnd5JJOw,2026-04-13T19:05:11.123456+00:00,0,,dQw4w9WgXcQ,"
    )
    data = f'{header}\n{row}"{{""text"":""Dehors""}}",\n'.encode()
    (one,), _ = read(data, TAKEOUT)
    assert (one.text, one.target_id) == ("Dehors", "dQw4w9WgXcQ")
    assert (one.url or "").startswith("https://www.youtube.com/watch?v=dQw4w9WgXcQ")
