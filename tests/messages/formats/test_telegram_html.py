"""Telegram Desktop pages: joined messages, zones, forwards, replies, several pages, and the door of an import."""

from pathlib import Path

import pytest

from saisine.messages.formats import telegram_html
from saisine.messages.formats.telegram_html import TELEGRAM_HTML
from saisine.messages.reading import read_paths
from tests.messages.formats.broken import assert_changes_are_survived
from tests.messages.formats.reading import NOW, best_format, bytes_at, notes, read, skipped, utc


def message(
    number: int, text: str = "Bonjour", *, name: str | None = "Ada", title: str = "", extra: str = ""
) -> str:
    stated = title or f"19.01.2024 06:52:{number % 60:02} UTC+01:00"
    author = "" if name is None else f'\n       <div class="from_name">\n{name} \n       </div>\n'
    joined = " joined" if name is None else ""
    return f"""
     <div class="message default clearfix{joined}" id="message{number}">
      <div class="body">
       <div class="pull_right date details" title="{stated}">
06:52
       </div>
{author}{extra}
       <div class="text">
{text}
       </div>
      </div>
     </div>
"""


SERVICE = """
     <div class="message service" id="message-1">
      <div class="body details">
19 January 2024
      </div>
     </div>
"""


def page(*messages: str, more: bool = False) -> bytes:
    link = '<a class="pagination block_link" href="messages2.html">Next messages</a>' if more else ""
    return f"""<!DOCTYPE html>
<html>
 <head><meta charset="utf-8"/><title>Exported Data</title></head>
 <body onload="CheckLocation();">
  <div class="page_wrap">
   <div class="page_header"><div class="content"><div class="text bold">
Équipe &amp; amis
   </div></div></div>
   <div class="page_body chat_page">
    <div class="history">
{"".join(messages)}
{link}
    </div>
   </div>
  </div>
 </body>
</html>
""".encode()


PAGE = page(SERVICE, message(10, "Un &amp; deux<br>trois"), message(11, name=None), message(12, name="Zoé"))


def test_a_page_gives_its_messages_and_their_authors() -> None:
    rows, entry = read(PAGE, TELEGRAM_HTML, path="messages.html")
    assert [(row.message_id, row.author_name, row.text) for row in rows] == [
        ("Équipe & amis/10", "Ada", "Un & deux\ntrois"),
        ("Équipe & amis/11", "Ada", "Bonjour"),
        ("Équipe & amis/12", "Zoé", "Bonjour"),
    ]
    assert rows[0].created_at == utc("2024-01-19T05:52:10Z")
    assert (skipped(entry), entry.failed, notes(entry)) == ({"system_line": 1}, [], {})
    assert best_format(PAGE, "messages.html") == "telegram-html"


@pytest.mark.parametrize(
    ("stated", "expected", "is_assumed"),
    [
        ("19.01.2024 06:52:31 UTC+12:00", "2024-01-18T18:52:31Z", False),
        ("19.01.2024 06:52:31 UTC-03:30", "2024-01-19T10:22:31Z", False),
        ("19.01.2020 06:52:31", "2020-01-19T05:52:31Z", True),
    ],
)
def test_the_zone_of_a_title_is_followed_and_its_absence_counted(
    stated: str, expected: str, is_assumed: bool
) -> None:
    (row,), entry = read(page(message(1, title=stated)), TELEGRAM_HTML)
    assert (row.created_at, row.created_at_raw) == (utc(expected), stated)
    assert notes(entry) == ({"zone_assumed": 1} if is_assumed else {})


def test_a_forward_is_by_the_person_who_forwards() -> None:
    extra = (
        '<div class="forwarded body"><div class="from_name">Inconnu '
        '<span class="date details" title="01.01.2024 00:00:00 UTC+01:00"> 01.01.2024</span></div>'
    )
    rows, _ = read(page(message(1, extra=extra), message(2, name=None)), TELEGRAM_HTML)
    assert [(row.author_name, row.created_at) for row in rows] == [
        ("Ada", utc("2024-01-19T05:52:01Z")),
        ("Ada", utc("2024-01-19T05:52:02Z")),
    ]


FORWARD = '<div class="forwarded body">'


def test_of_several_forwards_in_a_row_none_is_the_forwarders_own() -> None:
    """Only the first of them names who wrote: the next have the same author."""
    named = f'{FORWARD}<div class="from_name">Inconnu <span class="date details">x</span></div>'
    page_of = page(
        message(1, extra=named),
        message(2, name=None, extra=FORWARD),
        message(3, name=None),
        message(4, name=None, extra=FORWARD),
    )
    rows, _ = read(page_of, TELEGRAM_HTML)
    assert [(list(row.mentions), "repost_of_id" in row.missing) for row in rows] == [
        *((["Inconnu"], True), (["Inconnu"], True), ([], False), ([], True)),
    ]
    assert {row.author_name for row in rows} == {"Ada"}


def card(kind: str, *lines: tuple[str, str]) -> str:
    inside = "\n".join(f'<div class="{name}">\n{text}\n</div>' for name, text in lines)
    return (
        f'<div class="media_wrap clearfix"><div class="media clearfix pull_left {kind}"><div class="fill"></div>'
        f'<div class="body">{inside}</div></div></div>'
    )


@pytest.mark.parametrize(
    ("posted", "text"),
    [
        (
            card(
                "media_contact",
                ("title bold", "Zoé Exemple"),
                ("status details", "+33 6 00 00 00 00 - vCard"),
            ),
            "Zoé Exemple +33 6 00 00 00 00",
        ),
        (
            card(
                "block_link media_venue", ("title bold", "Chez Zoé"), ("description", "12 rue d&apos;Exemple")
            ),
            "Chez Zoé\n12 rue d'Exemple",
        ),
        (
            card("media_location", ("title bold", "Location"), ("status details", "48.85, 2.35")),
            "48.85, 2.35",
        ),
        (card("media_photo", ("title bold", "Photo"), ("status details", "1200x800, 90 KB")), ""),
    ],
)
def test_a_card_gives_its_words(posted: str, text: str) -> None:
    """A telephone number or an address that somebody posts must be found again."""
    shown = message(1, extra=posted).replace('<div class="text">\nBonjour\n       </div>', "")
    (row,), _ = read(page(shown), TELEGRAM_HTML)
    assert (row.text, row.text_raw, list(row.text_repairs)) == (text, None, [])


def test_the_bot_and_the_signature_are_no_part_of_the_authors_name() -> None:
    signed = '<div class="signature details">\nJean Exemple\n</div>'
    rows, _ = read(page(message(1, name="Ada via @gif"), message(2, name="Ada", extra=signed)), TELEGRAM_HTML)
    assert [(row.author_name, list(row.mentions)) for row in rows] == [
        *(("Ada", ["gif"]), ("Ada", ["Jean Exemple"])),
    ]


def test_replies_files_and_links_are_kept() -> None:
    extra = (
        '<div class="reply_to details">\nIn reply to <a href="messages.html#go_to_message7">this message</a>\n</div>'
        '<div class="media_wrap"><a class="photo_wrap clearfix pull_left" href="photos/p&amp;1.jpg">x</a></div>'
    )
    (row,), _ = read(page(message(8, 'voir <a href="https://e.test/a">ici</a>', extra=extra)), TELEGRAM_HTML)
    assert (row.parent_id, list(row.media_urls)) == ("Équipe & amis/7", ["photos/p&1.jpg"])
    assert (row.text, list(row.urls), list(row.text_repairs)) == (
        "voir ici",
        ["https://e.test/a"],
        ["html_stripped"],
    )


def test_a_joined_message_after_nobody_has_no_author() -> None:
    (row,), _ = read(page(message(1, name=None)), TELEGRAM_HTML)
    assert row.author_name is None
    assert "author_name" in row.missing


def test_a_text_that_imitates_the_markup_stays_a_text() -> None:
    forged = "&lt;div class=&quot;message default clearfix&quot; id=&quot;message9&quot;&gt;"
    rows, _ = read(page(message(1, forged)), TELEGRAM_HTML)
    assert [row.text for row in rows] == ['<div class="message default clearfix" id="message9">']


def test_unknown_kinds_and_dates_are_counted() -> None:
    odd = '<div class="message story" id="message3"></div>'
    rows, entry = read(page(odd, message(4, title="hier"), message(5)), TELEGRAM_HTML)
    assert [row.text for row in rows] == ["Bonjour"]
    assert (skipped(entry), len(entry.failed)) == ({"unsupported_variant": 1}, 1)


def test_pages_longer_than_the_window_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = page(*(message(n, f"n{n} été") for n in range(1, 40)), more=True)
    whole, _ = read(data, TELEGRAM_HTML)
    for size in (1, 7, 64, 333):
        monkeypatch.setattr(telegram_html, "CHUNK_BYTES", size)
        rows, entry = read(data, TELEGRAM_HTML)
        assert [(row.text, row.locator) for row in rows] == [(row.text, row.locator) for row in whole]
        assert not entry.truncated
    assert len(whole) == 39


def test_a_message_over_the_limit_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_html, "MAX_RECORD_BYTES", 5_000)
    monkeypatch.setattr(telegram_html, "CHUNK_BYTES", 512)
    rows, entry = read(page(message(1), message(2, "x" * 20_000), message(3)), TELEGRAM_HTML)
    assert [str(row.message_id)[-1] for row in rows] == ["1", "3"]
    assert [failure.error for failure in entry.failed] == ["too_large"]


def test_several_pages_are_read_through_the_door_and_other_pages_are_named(tmp_path: Path) -> None:
    (tmp_path / "messages.html").write_bytes(page(message(1), more=True))
    (tmp_path / "messages2.html").write_bytes(page(message(1001)))
    (tmp_path / "index.html").write_bytes(b"<!DOCTYPE html><html><body>Bonjour</body></html>")
    reading = read_paths([tmp_path], now=NOW)
    assert [str(row.message_id).rpartition("/")[2] for row in reading] == ["1", "1001"]
    assert {entry.path.rpartition("/")[2]: entry.unread for entry in reading.ledger.sources} == {
        "index.html": "web_page",
        "messages.html": None,
        "messages2.html": None,
    }


def test_a_row_leads_back_to_its_bytes() -> None:
    for row in read(PAGE, TELEGRAM_HTML)[0]:
        number = str(row.message_id).rpartition("/")[2]
        body = bytes_at(PAGE, row.locator)
        assert f'id="message{number}"'.encode() in body
        assert b"</body>" not in body


def test_cuts_are_told() -> None:
    rows, entry = read(PAGE[: PAGE.index(b"Zo\xc3\xa9")], TELEGRAM_HTML)
    assert [row.author_name for row in rows][:2] == ["Ada", "Ada"]
    assert entry.truncated


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(PAGE, TELEGRAM_HTML)


@pytest.mark.parametrize("tag", ["signature details", "status details"])
def test_spaces_without_end_take_no_time_without_end(tag: str) -> None:
    (row,), _ = read(
        page(
            message(1, extra=f'<div class="media clearfix media_contact"><div class="{tag}">{" " * 60_000}<b')
        ),
        TELEGRAM_HTML,
    )
    assert row.author_name == "Ada"
