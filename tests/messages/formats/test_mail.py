"""Mail: headers that hide line ends, parts and attachments, clocks, folders, and messages made to break a reader."""

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.formats import mail_records
from saisine.messages.formats.mail import EML, MBOX
from saisine.messages.formats.mail_parts import decode_header
from tests.messages.formats.broken import EXAMPLES, assert_changes_are_survived
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc


def mail(body: str = "Bonjour", **headers: str) -> bytes:
    fields = {
        "Received": "from a.test by b.test; Tue, 1 Oct 2024 10:00:05 +0200",
        "From": "Ada Lune <ada@exemple.test>",
        "To": "bureau@asso.test",
        "Subject": "Avertissement",
        "Date": "Tue, 1 Oct 2024 10:00:00 +0200",
        "Message-ID": "<m1@exemple.test>",
        "Content-Type": "text/plain; charset=utf-8",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    return ("\r\n".join(lines) + "\r\n\r\n" + body + "\r\n").encode()


PARTS = mail(
    "\r\n".join(
        [
            "--B",
            "Content-Type: multipart/alternative; boundary=C",
            "",
            "--C",
            "Content-Type: text/plain; charset=iso-8859-1",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "=C9t=E9 https://e.test/a",
            "--C",
            "Content-Type: text/html",
            "",
            "<p>autre</p>",
            "--C--",
            "--B",
            'Content-Type: image/png; name="photo.png"',
            "Content-Transfer-Encoding: base64",
            "Content-Disposition: attachment",
            "",
            base64.b64encode(b"x" * 300).decode(),
            "--B",
            "Content-Type: message/rfc822",
            "",
            "Subject: inner",
            "",
            "un autre message",
            "--B--",
        ]
    ),
    Content_Type="multipart/mixed; boundary=B",
)
SAVED_PAGE = mail("page", From="<Saved by Blink>", MIME_Version="1.0")
POSTMARK = b"From 17@xxx Tue Oct 01 08:00:05 +0000 2024\n"


def folder(*mails: bytes) -> bytes:
    return b"".join(POSTMARK + one.replace(b"\r\n", b"\n") + b"\n" for one in mails)


def test_a_message_gives_its_subject_and_its_text() -> None:
    (row,), entry = read(mail(), EML, path="m.eml")
    assert (row.platform, row.kind, row.visibility) == ("email", "dm", "private")
    assert (row.message_id, row.conversation_id) == ("m1@exemple.test", "m1@exemple.test")
    assert (row.author_name, row.author_handle, row.target_handle) == (
        "Ada Lune",
        "ada@exemple.test",
        "bureau@asso.test",
    )
    assert (row.text, row.created_at, row.time_flag) == (
        "Avertissement\n\nBonjour",
        utc("2024-10-01T08:00:00Z"),
        None,
    )
    assert (entry.read, entry.failed, notes(entry)) == (1, [], {})
    assert best_format(mail(), "m") == "eml"


def test_the_plain_part_is_read_and_attachments_are_only_named() -> None:
    (row,), _ = read(PARTS, EML)
    assert row.text == "Avertissement\n\nÉté https://e.test/a"
    assert list(row.media_urls) == ["photo.png", "message/rfc822"]
    assert list(row.urls) == ["https://e.test/a"]


def test_html_alone_is_stripped_and_its_links_kept() -> None:
    body = '<p>Bonjour</p><script>alerte()</script><a href="https://e.test/b">ici</a>'
    (row,), _ = read(mail(body, Content_Type="text/html"), EML)
    assert (row.text, list(row.urls)) == ("Avertissement\n\nBonjour\nici", ["https://e.test/b"])
    assert list(row.text_repairs) == ["html_stripped"]
    assert row.text_raw is not None
    assert "<p>Bonjour</p>" in row.text_raw


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("=?utf-8?q?=C3=89t=C3=A9?=", "Été"),
        ("=?utf-8?b?w4l0w6k=?=", "Été"),
        ("=?utf-8?q?a=0D=0ABcc=3A_x=40y=2Etest?=", "a Bcc: x@y.test"),
        ("=?inconnu-9?q?=E9?=", "é"),
        ("=?utf-8?b?!!!?=", None),
        ("Avis =?utf-8?b?abcde?=", "Avis =?utf-8?b?abcde?="),  # refused by the library, kept as it is written
        ("a\r\n b", "a  b"),
    ],
)
def test_a_header_is_decoded_on_one_line(written: str, expected: str | None) -> None:
    found = decode_header(written)
    assert expected is None or found == expected
    assert "\r" not in found
    assert "\n" not in found


def test_a_name_that_looks_like_an_address_does_not_replace_the_address() -> None:
    hidden = '"=?utf-8?q?prefecture=40etat=2Etest?=" <ada@exemple.test>'
    (row,), _ = read(mail(From=hidden), EML)
    assert (row.author_name, row.author_handle) == ("prefecture@etat.test", "ada@exemple.test")


def test_an_encoded_comma_adds_no_receiver() -> None:
    (row,), _ = read(mail(To="=?utf-8?q?a=2C_b=40c=2Etest?= <bureau@asso.test>"), EML)
    assert list(row.mentions) == ["bureau@asso.test"]


def test_a_repeated_header_is_said_and_the_last_is_kept() -> None:
    data = mail().replace(b"Subject: ", b"Subject: premier\r\nSubject: ", 1)
    (row,), entry = read(data, EML)
    assert row.text.startswith("Avertissement")
    assert notes(entry) == {"duplicate_keys": 1}


def test_the_clock_of_the_sender_is_compared_with_the_receiving_server() -> None:
    (late,), _ = read(mail(Date="Tue, 1 Oct 2019 10:00:00 +0200"), EML)
    (none,), _ = read(mail(Date=""), EML)
    (odd,), _ = read(mail(Date="hier", Received=""), EML)
    assert late.time_flag == "differs"
    assert (none.created_at, none.created_at_source) == (utc("2024-10-01T08:00:05Z"), "field")
    assert (odd.created_at, odd.created_at_raw) == (None, "hier")


def test_threads_follow_their_references() -> None:
    (row,), _ = read(mail(References="<a@x> <b@x>", In_Reply_To="<b@x>"), EML)
    assert (row.parent_id, row.conversation_id) == ("b@x", "a@x")


def test_a_message_without_id_has_a_derived_one() -> None:
    (row,), _ = read(mail(Message_ID=""), EML)
    assert str(row.message_id).startswith("derived:")
    assert "message_id" in row.missing


def test_a_message_cut_inside_its_parts_is_said() -> None:
    (row,), entry = read(PARTS[: PARTS.index(b"--B--")], EML)
    assert row.text.endswith("https://e.test/a")
    assert entry.truncated


def test_a_folder_gives_each_message_with_its_bytes() -> None:
    data = folder(mail("un\n\nFrom ici on voit loin"), mail("deux\n>From l’autre côté", Message_ID="<m2@x>"))
    rows, entry = read(data, MBOX)
    assert [row.text.partition("\n\n")[2] for row in rows] == [
        "un\n\nFrom ici on voit loin",
        "deux\nFrom l’autre côté",
    ]
    assert (entry.read, entry.failed) == (2, [])
    assert best_format(data, "m") == "mbox"
    for row in rows:
        assert hashlib.sha256(bytes_at(data, row.locator)).hexdigest() == row.record_sha256
        assert bytes_at(data, row.locator).startswith(b"Received: ")


def test_a_heavy_message_is_hashed_whole_and_looked_at_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_records, "KEPT_BYTES", 700)
    data = folder(PARTS, mail(Message_ID="<m2@x>"))
    rows, entry = read(data, MBOX)
    assert [row.message_id for row in rows] == ["m1@exemple.test", "m2@x"]
    assert "media_urls" in rows[0].missing
    assert hashlib.sha256(bytes_at(data, rows[0].locator)).hexdigest() == rows[0].record_sha256
    assert not entry.truncated


def test_parts_nested_without_end_are_bounded() -> None:
    deep = "".join(
        f"--b{n}\r\nContent-Type: multipart/mixed; boundary=b{n + 1}\r\n\r\n" for n in range(3_000)
    )
    _, entry = read(mail(deep, Content_Type="multipart/mixed; boundary=b0"), EML)
    assert entry.read == 1
    wide = "".join(f"--W\r\nContent-Type: image/png; name=p{n}\r\n\r\nx\r\n" for n in range(3_000))
    (row,), _ = read(mail(wide, Content_Type="multipart/mixed; boundary=W"), EML)
    assert len(row.media_urls) == 200


def test_a_text_without_headers_is_an_empty_record() -> None:
    rows, entry = read(b"\r\nbonjour", EML)
    assert (rows, skipped(entry)) == ([], {"empty_record": 1})


@pytest.mark.parametrize(
    "text",
    [b"Date: 2026\nbonjour\n", b"From the sea, 2024\nSubject: x\n", b'{"From": "a", "Date": 1}', SAVED_PAGE],
)
def test_other_texts_are_no_mail(text: bytes) -> None:
    assert EML.sniff(text, "m.eml").score < 30
    assert MBOX.sniff(text, "m.mbox").score < 30


@EXAMPLES
@given(st.binary(max_size=400))
def test_a_header_of_any_bytes_stays_on_one_line_and_raises_nothing(value: bytes) -> None:
    data = mail().replace(b"Avertissement", value.replace(b"\n", b"").replace(b"\r", b""))
    rows, entry = read(data, EML)
    assert entry.read == 1
    for row in rows:
        subject: Any = row.text.partition("\n\n")[0]
        assert "\r" not in subject


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(PARTS, EML)
    assert_changes_are_survived(folder(mail(), mail(Message_ID="<m2@x>")), MBOX)
