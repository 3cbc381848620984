"""Twitch as IRC: raw lines with tags, deletions, and the readable logs of clients."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.formats.twitch_irc import TWITCH_IRC, parse_line
from saisine.messages.formats.twitch_log import TWITCH_LOG, day_told
from tests.messages.formats.broken import EXAMPLES, assert_changes_are_survived
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc


def raw(number: int = 1, text: str = "Bonjour", command: str = "PRIVMSG", **tags: str) -> str:
    fields = {
        "display-name": "Ada",
        "id": f"m{number}",
        "room-id": "77",
        "tmi-sent-ts": str(1_790_848_800_000 + number),
        "user-id": "5",
    } | {name.replace("_", "-"): value for name, value in tags.items()}
    prefix = ";".join(f"{name}={value}" for name, value in fields.items())
    return f"@{prefix} :ada!ada@ada.tmi.twitch.tv {command} #chaine :{text}"


def lines(*found: str) -> bytes:
    return ("\r\n".join(found) + "\r\n").encode()


RAW = lines(
    ":tmi.twitch.tv 001 justinfan :Welcome, GLHF!",
    raw(1),
    raw(2, "a : b https://e.test/a", reply_parent_msg_id="m1"),
    raw(
        3, "vive la chaîne", "USERNOTICE", system_msg=r"Ada\sa\sapporté\s3\spersonnes\:\smerci", msg_id="raid"
    ),
    "@login=ada;target-msg-id=m2;tmi-sent-ts=1790848900000 :tmi.twitch.tv CLEARMSG #chaine :a : b https://e.test/a",
    "@ban-duration=600;room-id=77;tmi-sent-ts=1790848900000 :tmi.twitch.tv CLEARCHAT #chaine :ada",
    "PING :tmi.twitch.tv",
)
CHATTERINO = lines(
    "# Start logging at 2026-10-01 23:59:00 CEST",
    "[23:59:01]  Ada: Bonjour",
    "[23:59:02]  Zoe subscribed at Tier 1.",
    "[00:00:03]  zoe: il est 12:30: oui",
)
JUSTLOG = lines(
    "[2026-10-01 20:00:01] #chaine ada: Bonjour",
    "[2026-10-01 20:00:02] #chaine zoe: Oui",
    "[2026-10-01 20:00:03] #chaine zoe has been timed out for 10s",
)


def test_raw_lines_keep_ids_times_and_answers() -> None:
    rows, entry = read(RAW, TWITCH_IRC)
    assert [(row.kind, row.role, row.message_id, row.deleted) for row in rows] == [
        ("chat", "primary", "m1", "none"),
        ("chat", "primary", "m2", "none"),
        ("live", "primary", "m3", "none"),
        ("chat", "context", "m2", "deleted"),
    ]
    assert (rows[0].created_at, rows[0].created_at_precision) == (utc("2026-10-01T10:00:00.001Z"), "ms")
    assert (rows[0].author_id, rows[0].author_handle, rows[0].author_name) == ("5", "ada", "Ada")
    assert (rows[0].target_id, rows[0].target_handle) == ("77", "chaine")
    assert (rows[1].text, rows[1].parent_id, list(rows[1].urls)) == (
        "a : b https://e.test/a",
        "m1",
        ["https://e.test/a"],
    )
    assert rows[2].text == "Ada a apporté 3 personnes; merci\nvive la chaîne"
    assert skipped(entry) == {"system_line": 3}
    assert best_format(RAW, "x.log") == "twitch-irc"


def test_me_and_whispers_and_lines_without_tags() -> None:
    data = lines(
        raw(1, "\x01ACTION salue\x01"),
        "@message-id=9;user-id=5 :ada!ada@ada.tmi.twitch.tv WHISPER zoe :secret",
        ":ada!ada@ada.tmi.twitch.tv PRIVMSG #chaine :sans balises",
    )
    rows, _ = read(data, TWITCH_IRC)
    assert [(row.text, row.kind) for row in rows] == [
        ("salue", "chat"),
        ("secret", "dm"),
        ("sans balises", "chat"),
    ]
    assert (rows[2].created_at, str(rows[2].message_id)[:8]) == (None, "derived:")
    assert {"created_at", "message_id", "author_id"} <= set(rows[2].missing)


def test_lines_of_another_kind_are_said() -> None:
    _, entry = read(lines("un mot perdu", raw(1), ":a!a@a INVITE zoe"), TWITCH_IRC)
    assert (notes(entry), skipped(entry)) == ({"stray_text": 1}, {"unsupported_variant": 1})


def test_chatterino_takes_the_day_from_its_first_line_and_passes_midnight() -> None:
    rows, entry = read(CHATTERINO, TWITCH_LOG, path="chaine-2026-10-01.log")
    assert [(row.author_name, row.text, row.created_at) for row in rows] == [
        ("Ada", "Bonjour", utc("2026-10-01T21:59:01Z")),
        ("zoe", "il est 12:30: oui", utc("2026-10-01T22:00:03Z")),
    ]
    assert {(row.platform, row.target_handle, row.created_at_source) for row in rows} == {
        ("twitch", "chaine", "file")
    }
    assert (skipped(entry), notes(entry)) == ({"system_line": 2}, {})
    assert best_format(CHATTERINO, "x.log") == "twitch-log"


def test_an_hour_without_a_day_is_no_date() -> None:
    rows, entry = read(lines("[23:59:01]  Ada: Bonjour"), TWITCH_LOG, path="tchat.txt")
    assert (rows[0].created_at, rows[0].created_at_raw) == (None, "23:59:01")
    assert "created_at" in rows[0].missing
    assert notes(entry) == {}


def test_justlog_is_in_utc() -> None:
    rows, entry = read(JUSTLOG, TWITCH_LOG)
    assert [(row.author_name, row.created_at, row.target_handle) for row in rows] == [
        ("ada", utc("2026-10-01T20:00:01Z"), "chaine"),
        ("zoe", utc("2026-10-01T20:00:02Z"), "chaine"),
    ]
    assert (skipped(entry), notes(entry)) == ({"system_line": 1}, {})
    assert best_format(JUSTLOG, "x.log") == "twitch-log"


@pytest.mark.parametrize(
    "line",
    [
        "[2026-10-01 20:00:01] <ada> Bonjour",
        "2026-10-01T20:00:01 <@ada> Bonjour",
        "2026-10-01 20:00:01\tada\tBonjour",
    ],
)
def test_ordinary_clients_name_no_platform_by_themselves(line: str) -> None:
    (row,), _ = read(lines(line), TWITCH_LOG, zone="UTC")
    assert (row.author_name, row.text, row.created_at) == ("ada", "Bonjour", utc("2026-10-01T20:00:01Z"))
    assert row.platform == "other"
    (row,), _ = read(lines(line), TWITCH_LOG, path="logs/twitch/chaine.log")
    assert row.platform == "twitch"


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("2026-10-01 23:59:00 CEST", "2026-10-01"),
        ("Thu Oct 01 23:59:00 2026", "2026-10-01"),
        ("2026-13-45", None),
        ("hier", None),
    ],
)
def test_marks_of_logs_tell_the_day(stated: str, day: str | None) -> None:
    assert day_told(stated) == day


def test_an_impossible_hour_fails_alone() -> None:
    rows, entry = read(
        lines("[2026-10-01 25:00:01] #c ada: a", "[2026-10-01 20:00:01] #c ada: b"), TWITCH_LOG
    )
    assert ([row.text for row in rows], len(entry.failed)) == (["b"], 1)


@EXAMPLES
@given(st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]), max_size=80))
def test_a_text_goes_through_a_raw_line_unchanged(text: str) -> None:
    found = parse_line(raw(1, text))
    assert found is not None
    assert found.text == text


def test_a_row_leads_back_to_its_bytes() -> None:
    for row in read(RAW, TWITCH_IRC)[0]:
        assert str(row.message_id).encode() in bytes_at(RAW, row.locator)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(RAW, TWITCH_IRC)
    assert_changes_are_survived(CHATTERINO, TWITCH_LOG)
