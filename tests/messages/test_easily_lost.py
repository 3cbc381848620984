"""Files in which messages were easily lost: each is read whole, or says what it left out."""

import base64
import gzip
import io
import json
import zipfile
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.messages.importing import Reading, read_paths
from saisine.messages.ledger import write_ledger
from saisine.messages.schema import Message
from tests.messages.x_lines import NOW

POST = {"id": "1790000000000000001", "text": "un", "author_id": "9", "created_at": "2024-05-13T12:43:51.000Z"}
ZOE = {"users": [{"id": "9", "username": "zoe", "name": "Zoé"}]}
TABLE = "date;auteur;texte;lien\n13/05/2024 21:04;Zoé;bonjour;\n"


def read(path: Path, data: bytes | str) -> tuple[list[Message], Reading]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    reading = read_paths([path], now=NOW)
    return list(reading), reading


@pytest.mark.parametrize("nick", ["zo-e", "zo[e]", "zo`e", "zo{e}", "zo\\e", "zo^e", "zo|e", "zoé"])
def test_a_nickname_of_irc_may_hold_signs(tmp_path: Path, nick: str) -> None:
    log = f"--- Log opened Mon May 13 21:03:00 2024\n21:04 <bob> a\n21:05 <{nick}> b\n21:06 -!- {nick} [x@y] has quit\n"
    messages, reading = read(tmp_path / "a.log", log)
    assert [(one.author_name or one.author_handle, one.text) for one in messages] == [
        ("bob", "a"),
        (nick, "b"),
    ]
    assert reading.ledger.totals().skipped == 2


def test_a_log_of_hexchat_has_its_year_above(tmp_path: Path) -> None:
    log = (
        "**** BEGIN LOGGING AT Sun Dec 31 21:03:00 2023\n\nDec 31 21:03:10 *\tNow talking on #salon\n"
        "Dec 31 23:59:00 <Zoé>\tun\nJan 01 00:01:00 <bob>\tdeux\n**** ENDING LOGGING AT Mon Jan  1 00:02:00 2024\n"
    )
    messages, reading = read(tmp_path / "a.log", log)
    assert [(one.author_name, one.text, f"{one.created_at}") for one in messages] == [
        ("Zoé", "un", "2023-12-31 22:59:00+00:00"),
        ("bob", "deux", "2023-12-31 23:01:00+00:00"),
    ]
    assert reading.ledger.totals().skipped == 3


def test_what_me_writes_in_weechat_is_a_message(tmp_path: Path) -> None:
    log = (
        "2024-05-13 21:04:00\t@zoe\tun\n2024-05-13 21:04:01\t-->\tbob (~b@h) has joined #c\n"
        "2024-05-13 21:04:02\t *\tbob agit\n"
    )
    messages, reading = read(tmp_path / "a.log", log)
    assert [(one.author_name, one.text) for one in messages] == [("zoe", "un"), ("bob", "agit")]
    assert reading.ledger.totals().skipped == 1


def test_what_me_writes_is_a_message(tmp_path: Path) -> None:
    log = "--- Log opened Mon May 13 21:03:00 2024\n21:04 <bob> salut\n21:05  * bob crache sur zoe\n21:06 <zoe> stop\n"
    messages, _ = read(tmp_path / "a.log", log)
    assert [one.text for one in messages] == ["salut", "crache sur zoe", "stop"]


@pytest.mark.parametrize("indent", [None, 1])
def test_the_answer_about_one_post_of_x_is_read(tmp_path: Path, indent: int | None) -> None:
    other = POST | {"id": "1790000000000000002", "text": "cité"}
    page = {"data": POST, "includes": ZOE | {"tweets": [other]}}
    messages, reading = read(tmp_path / "a.json", json.dumps(page, indent=indent))
    assert [(one.text, one.author_handle, one.role) for one in messages] == [
        ("un", "zoe", "primary"),
        ("cité", "zoe", "context"),
    ]
    assert reading.ledger.sources[0].format == "x-api-v2"
    body = (tmp_path / "a.json").read_bytes()
    piece = body[body.index(b"{", 1) : body.index(b"}") + 1]  # the bytes of the post, not of the whole answer
    assert messages[0].record_sha256 == sha256(piece).hexdigest()


def test_posts_of_x_with_few_fields_are_no_comments_of_instagram(tmp_path: Path) -> None:
    lines = "".join(
        json.dumps({"data": POST | {"id": f"179000000000000000{n}"}, "includes": ZOE}) + "\n" for n in (1, 2)
    )
    messages, reading = read(tmp_path / "a.jsonl", lines)
    assert [one.author_handle for one in messages] == ["zoe", "zoe"]
    assert reading.ledger.sources[0].format == "x-twarc"


def test_a_page_of_x_without_authors_is_read(tmp_path: Path) -> None:
    post = {"edit_history_tweet_ids": [POST["id"]], "id": POST["id"], "text": "un"}
    messages, _ = read(tmp_path / "a.json", json.dumps({"data": [post], "meta": {"result_count": 1}}))
    assert [(one.message_id, one.author_id) for one in messages] == [(POST["id"], None)]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_document_stored_in_a_zip_hides_no_file_beside_it(tmp_path: Path, compression: int) -> None:
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as inner:
        inner.writestr("[Content_Types].xml", "<Types/>")
        inner.writestr("word/document.xml", "<document/>")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", compression) as outer:
        outer.writestr("r.docx", document.getvalue())
        outer.writestr("c.csv", TABLE)
    reading = read_paths([tmp_path / "a.zip"], now=NOW)
    assert [one.text for one in reading] == ["bonjour"]
    assert {entry.unread for entry in reading.ledger.sources} == {None, "document"}


def test_parts_of_an_archive_of_x_joined_without_a_line_end_are_read(tmp_path: Path) -> None:
    text = 'il écrit "}}]window.YTD.tweets.part1 = [] et puis'  # not taken for the next part
    parts = [
        [
            {
                "tweet": {
                    "id_str": f"179000000000000001{n}",
                    "full_text": text,
                    "created_at": "Mon May 13 19:04:00 +0000 2024",
                }
            }
        ]
        for n in (1, 2)
    ]
    body = "".join(f"window.YTD.tweets.part{n} = {json.dumps(part)}" for n, part in enumerate(parts))
    messages, reading = read(tmp_path / "tweets.js", body)
    assert [one.text for one in messages] == [text, text]
    assert reading.ledger.totals().failed == 0


def test_a_line_of_whatsapp_with_a_wrong_hour_is_told_and_never_joined_to_the_one_before(
    tmp_path: Path,
) -> None:
    lines = "13/05/2024, 21:04 - Ada: un\n13/05/2024, 24:10 - Zoé: deux\n14/05/2024, 08:00 - Ada: trois\n"
    messages, reading = read(tmp_path / "a.txt", lines)
    assert [one.text for one in messages] == ["un", "trois"]
    assert reading.ledger.totals().failed == 1


def test_a_mail_attached_to_another_is_told(tmp_path: Path) -> None:
    inner, outer = EmailMessage(), EmailMessage()
    for mail, subject in ((inner, "dedans"), (outer, "dehors")):
        mail["From"], mail["Subject"], mail["Date"] = (
            "a@exemple.invalid",
            subject,
            "Mon, 13 May 2024 21:04:00 +0200",
        )
        mail.set_content("texte")
    outer.add_attachment(inner)
    messages, reading = read(tmp_path / "a.eml", outer.as_bytes())
    assert [one.text for one in messages] == ["dehors\n\ntexte"]
    assert any("pièce jointe, qui n’a pas été lu" in one for one in reading.ledger.sentences("fr"))


def test_a_body_that_a_har_kept_compressed_is_read(tmp_path: Path) -> None:
    legacy = {
        "id_str": "1790000000000000001",
        "full_text": "un",
        "created_at": "Mon May 13 12:43:51 +0000 2024",
    }
    post = {"__typename": "Tweet", "rest_id": "1790000000000000001", "legacy": legacy}
    entry = {"content": {"itemContent": {"tweet_results": {"result": post}}}}
    page = {"data": {"threaded_conversation_with_injections_v2": {"instructions": [{"entries": [entry]}]}}}
    answer = json.dumps(page).encode()
    for name, data in (("plain", answer), ("packed", gzip.compress(answer))):
        text = base64.b64encode(data).decode()
        one = {
            "startedDateTime": "2026-10-01T00:00:00.000Z",
            "request": {"method": "GET", "url": "https://x.com/i/api/graphql/a/TweetDetail", "headers": []},
            "response": {
                "status": 200,
                "content": {"mimeType": "application/json", "encoding": "base64", "text": text},
            },
        }
        har = json.dumps({"log": {"version": "1.2", "entries": [one]}})
        messages, _ = read(tmp_path / f"{name}.har", har)
        assert [message.text for message in messages] == ["un"]


def test_a_ledger_is_written_over_no_other_file(tmp_path: Path) -> None:
    messages, reading = read(tmp_path / "a.csv", TABLE)
    assert len(messages) == 1
    with pytest.raises(SaisineError) as refused:
        write_ledger(tmp_path / "a.csv", reading.ledger)
    assert refused.value.code == "ledger_in_the_way"
    assert (tmp_path / "a.csv").read_text("utf-8") == TABLE
    (tmp_path / "releve.json").touch()
    for _ in range(2):  # an empty file, then an earlier ledger
        write_ledger(tmp_path / "releve.json", reading.ledger)
