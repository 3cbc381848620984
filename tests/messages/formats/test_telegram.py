"""Telegram Desktop: one chat, the whole account, old local dates, pieces of text, service lines."""

import json
from typing import Any

import pytest

from saisine.messages.formats.telegram import TELEGRAM
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc
from tests.shared import shared_file

# Read by eye in DM_2A_7M.json. The second message has only a local date: 16:55:32 in Paris in July.
DIRECT = [
    ("700000000/3644", "2019-07-12T14:55:32Z", "Bob", "https://google.com 👀"),
    ("700000000/3645", "2022-03-08T12:07:42Z", "Alice", "hello world"),
    ("700000000/3662", "2022-05-09T22:23:53Z", "Bob", "world?"),
    ("700000000/3663", "2022-05-09T23:26:09Z", "Alice", "blah blah"),
    ("700000000/3672", "2022-06-10T22:06:38Z", "Alice", ""),
    ("700000000/3673", "2022-06-10T22:06:39Z", "Alice", ""),
]
MINIMAL = [
    ("2018-12-05T10:39:10Z", "Author 1", "Minimal Message"),
    ("2018-12-05T10:49:24Z", "Author 2", "Link:https://telegram.org/"),
]


def message(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "message",
        "date": "2026-10-01T12:00:00",
        "date_unixtime": "1790848800",
        "from": "Ada",
        "from_id": "user1",
        "text": "Bonjour",
        **fields,
    }


def chat(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "Équipe", "type": "private_supergroup", "id": 42, **fields, "messages": list(messages)}


ACCOUNT = {
    "about": "Here is the data you requested.",
    "personal_information": {"user_id": 1, "first_name": "Ada"},
    "contacts": {"list": [{"first_name": f"n{n}", "phone_number": "00"} for n in range(3)]},
    "frequent_contacts": {"list": []},
    "chats": {"list": [chat(message(1), message(2)), chat(message(1), id=43, name="Autre")]},
    "left_chats": {"list": [chat(message(1), id=44, name="Quitté", type="public_channel")]},
}


def test_the_shared_chat() -> None:
    path = shared_file("samples/telegram-desktop/DM_2A_7M.json")
    rows, entry = read(path, TELEGRAM)
    found = [(row.message_id, row.created_at, row.author_name, row.text) for row in rows]
    assert found == [(key, utc(at), author, text) for key, at, author, text in DIRECT]
    assert (entry.read, entry.mapped, skipped(entry), entry.failed) == (8, 6, {"system_line": 2}, [])
    assert {row.kind for row in rows} == {"dm"}


def test_dates_without_zone_are_counted() -> None:
    _, entry = read(shared_file("samples/telegram-desktop/DM_2A_7M.json"), TELEGRAM)
    assert notes(entry) == {"zone_assumed": 2}


@pytest.mark.parametrize(("name", "chat_name"), [("single", None), ("batch", "Chatname")])
def test_the_shared_minimal_exports(name: str, chat_name: str | None) -> None:
    path = shared_file(f"samples/telegram-desktop/test_{name}_export.json")
    rows, entry = read(path, TELEGRAM)
    found = [(row.created_at, row.author_name, row.text) for row in rows]
    assert found == [(utc(at), author, text) for at, author, text in MINIMAL]
    assert rows[1].urls == ["https://telegram.org/"]
    assert {row.conversation_id for row in rows} == {chat_name}
    assert all(row.message_id and row.message_id.startswith("derived:") for row in rows)
    assert all("message_id" in row.missing for row in rows)
    assert (entry.mapped, entry.failed, best_format(path.read_bytes())) == (2, [], "telegram")


def test_a_whole_account_gives_every_chat() -> None:
    rows, entry = read(ACCOUNT, TELEGRAM)
    assert [row.message_id for row in rows] == ["42/1", "42/2", "43/1", "44/1"]
    assert [row.target_handle for row in rows] == ["Équipe", "Équipe", "Autre", "Quitté"]
    assert [row.kind for row in rows] == ["chat", "chat", "chat", "post"]
    assert [row.visibility for row in rows] == ["private", "private", "private", "public"]
    assert entry.failed == []


def test_an_account_that_opens_with_many_contacts_is_recognised() -> None:
    contacts = {"list": [{"first_name": f"n{n}", "phone_number": "0" * 20} for n in range(3000)]}
    data = json.dumps(ACCOUNT | {"contacts": contacts, "frequent_contacts": {}}).encode()
    assert data.index(b'"chats"') > 64 << 10
    swapped = data.replace(b'"frequent_contacts": {}, ', b"").replace(
        b'"contacts": {', b'"frequent_contacts": {}, "contacts": {', 1
    )
    assert best_format(swapped) == "telegram"
    assert len(read(swapped, TELEGRAM)[0]) == 4


def test_pieces_of_text_are_joined_and_their_links_kept() -> None:
    text = [
        "Voir ",
        {"type": "text_link", "text": "ici", "href": "https://exemple.test/a"},
        {"type": "plain", "text": " et "},
        {"type": "link", "text": "https://exemple.test/b"},
        {"type": "mention", "text": "@ada"},
        {"type": "hashtag", "text": "#alerte"},
    ]
    (row,), _ = read(chat(message(text=text)), TELEGRAM)
    assert row.text == "Voir ici et https://exemple.test/b@ada#alerte"
    assert row.urls == ["https://exemple.test/a", "https://exemple.test/b"]
    assert (row.mentions, row.hashtags) == (["ada"], ["alerte"])


def test_a_deleted_account_has_no_name() -> None:
    raw = message()
    raw["from"] = None
    (row,), _ = read(chat(raw), TELEGRAM)
    assert (row.author_id, row.author_name) == ("user1", None)
    assert "author_name" in row.missing


def test_old_numeric_ids_become_words() -> None:
    (row,), _ = read(chat(message(from_id=4309871), id=9_007_199_254_740_993), TELEGRAM)
    assert (row.author_id, row.message_id) == ("4309871", "9007199254740993/1")


@pytest.mark.parametrize(
    ("local", "zone", "expected", "precision"),
    [
        ("2019-07-12T16:55:32", "Europe/Paris", "2019-07-12T14:55:32Z", "s"),
        ("2019-07-12T16:55:32", "America/Cayenne", "2019-07-12T19:55:32Z", "s"),
        ("2020-10-25T01:59:59", "Europe/Paris", "2020-10-24T23:59:59Z", "s"),
        ("2020-10-25T02:30:00", "Europe/Paris", "2020-10-25T00:30:00Z", "hour"),
        ("2020-10-25T03:00:00", "Europe/Paris", "2020-10-25T02:00:00Z", "s"),
    ],
)
def test_local_dates_follow_the_zone(local: str, zone: str, expected: str, precision: str) -> None:
    raw = message(date=local)
    del raw["date_unixtime"]
    (row,), _ = read(chat(raw), TELEGRAM, zone=zone)
    assert (row.created_at, row.created_at_precision, row.created_at_raw) == (utc(expected), precision, local)


def test_edits_are_dated_and_the_year_1970_is_no_edit() -> None:
    edited = message(1, edited="2026-10-01T12:05:00", edited_unixtime="1790849100")
    never = message(2, edited="1970-01-01T01:00:00")
    rows, _ = read(chat(edited, never), TELEGRAM)
    assert [row.edited_at for row in rows] == [utc("2026-10-01T10:05:00Z"), None]


def test_replies_and_media() -> None:
    (row,), _ = read(
        chat(message(reply_to_message_id=7, photo="photos/p1.jpg", file="(File not included. Change…)")),
        TELEGRAM,
    )
    assert (row.parent_id, row.media_urls) == ("42/7", ["photos/p1.jpg"])


def test_unknown_types_are_counted() -> None:
    rows, entry = read(chat(message(type="unsupported"), message(2, type="service")), TELEGRAM)
    assert (rows, skipped(entry)) == ([], {"unsupported_variant": 1, "system_line": 1})


@pytest.mark.parametrize(
    "odd", [{"type": "message"}, {}, 3, None, message(text=[3]), message(date_unixtime="x"), message(text={})]
)
def test_an_odd_message_fails_alone(odd: Any) -> None:
    rows, entry = read(chat(odd, message(2)), TELEGRAM)
    assert rows[-1].message_id == "42/2"
    assert entry.read == 2


def test_a_lone_surrogate_and_a_nul_are_replaced() -> None:
    (row,), _ = read(chat(message(text="a\ud800b\0c")), TELEGRAM)
    assert row.text == "a\ufffdb\ufffdc"
    assert set(row.text_repairs) == {"surrogate_replaced", "nul_replaced"}


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(ACCOUNT, indent=1, ensure_ascii=False).encode()
    for row in read(data, TELEGRAM)[0]:
        assert str(json.loads(bytes_at(data, row.locator))["id"]) == str(row.message_id).partition("/")[2]


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps(ACCOUNT, ensure_ascii=False).encode(), TELEGRAM)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(ACCOUNT, ensure_ascii=False).encode(), TELEGRAM)
