"""Mails, IRC logs and conversations as programs really write them: separators without a date, pages without line ends,
times with the name of a zone, months in French, placeholders of files that were left out."""

import pytest

from saisine.messages.formats.mail import EML, MBOX
from saisine.messages.formats.mail_records import CHUNK_BYTES, KEPT_BYTES
from saisine.messages.formats.twitch_log import TWITCH_LOG, day_told
from saisine.messages.formats.whatsapp import WHATSAPP
from saisine.messages.schema import Message
from saisine.texts import strip_html
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc

# ------------------------------------------------------------------ mail


def letter(number: int, body: str = "corps", *, end: str = "\r\n") -> str:
    lines = [
        "X-Mozilla-Status: 0001",
        "X-Mozilla-Status2: 00000000",
        f"Message-ID: <t{number}@e.test>",
        "Date: Wed, 8 Apr 2026 14:05:00 +0200",
        f"Subject: sujet {number}",
        "From: Karl <karl@e.test>",
        "To: ines@e.test",
        "",
        body,
        "",
    ]
    return end.join(lines)


def mail(*headers: str, body: bytes = b"texte\r\n") -> bytes:
    return "".join(f"{line}\r\n" for line in headers).encode() + b"\r\n" + body


def usual(*headers: str, date: str = "Wed, 8 Apr 2026 14:05:00 +0200", body: bytes = b"texte\r\n") -> bytes:
    others = ("From: Karl <karl@e.test>", "To: ines@e.test", "Subject: s", "Message-ID: <a@e.test>")
    return mail(*others, *([f"Date: {date}"] if date else []), *headers, body=body)


def folder(*separators: str, end: str = "\r\n", blank: bool = True) -> bytes:
    gap = end if blank else ""
    return gap.join(f"{one}{end}{letter(at, end=end)}" for at, one in enumerate(separators, 1)).encode()


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("first", ["From - Wed Apr 08 14:05:00 2026", "From "])
@pytest.mark.parametrize("blank", [True, False])
def test_a_bare_from_line_separates_mails(end: str, first: str, blank: bool) -> None:
    data = folder(first, "From ", "From - Wed Apr 08 14:06:00 2026", "From ", end=end, blank=blank)
    assert best_format(data, "Inbox") == "mbox"
    rows, entry = read(data, MBOX, path="Inbox")
    assert [row.text for row in rows] == [f"sujet {n}\n\ncorps" for n in range(1, 5)]
    assert notes(entry) == {}
    assert all(bytes_at(data, row.locator).startswith(b"X-Mozilla-Status: ") for row in rows)


def test_a_folder_with_a_byte_order_mark_opens_with_a_bare_from_line() -> None:
    data = b"\xef\xbb\xbf" + folder("From ", "From ")
    assert best_format(data, "Inbox") == "mbox"
    assert len(read(data, MBOX, path="Inbox")[0]) == 2


@pytest.mark.parametrize(
    "below",
    [
        "",
        "Bonjour",
        "Subject: un seul",
        "Note: a\r\nTexte: b",
        " \r\n \r\n",
        "Subject: x\r\n\r\nTo: y",
        "\tTo: a\r\nTo: b",
    ],
)
def test_a_bare_from_line_in_a_text_splits_nothing(below: str) -> None:
    body = f"avant\r\n\r\nFrom \r\n{below}\r\n\r\naprès"
    data = f"From \r\n{letter(1, body)}\r\nFrom \r\n{letter(2)}".encode()
    rows, _ = read(data, MBOX, path="Inbox")
    assert len(rows) == 2
    assert "From \n" in rows[0].text
    assert rows[0].text.endswith("après")


def test_a_bare_from_line_with_headers_stays_text_without_the_empty_line() -> None:
    body = "Il m’a écrit ceci.\r\nFrom \r\nTo: ines@e.test\r\nSubject: rien"
    rows, _ = read(f"From \r\n{letter(1, body)}".encode(), MBOX, path="Inbox")
    assert len(rows) == 1


def test_folded_headers_are_looked_through() -> None:
    labels = b"From \r\nX-Labels: a,\r\n b,\r\n\tc\r\n"
    data = labels + mail("From: k@e.test", "To: i@e.test", "Date: 8 Apr 2026 14:05:00 +0200")
    assert best_format(data, "Inbox") == "mbox"
    assert len(read(data, MBOX, path="Inbox")[0]) == 1


def test_a_file_that_only_begins_with_the_word_from_is_no_folder() -> None:
    assert MBOX.sniff(b"From \nBonjour\n\nFrom: a\nTo: b\nSubject: c\nDate: d\n", "note.txt").score == 0


def test_bare_lines_and_endless_lines_stay_cheap() -> None:
    data = (
        b"From \n" + letter(1, end="\n").encode() + b"\n" + b"From \n\n" * 20_000 + b"A" * (3 * CHUNK_BYTES)
    )
    rows, _ = read(data, MBOX, path="Inbox")
    assert len(rows) == 1
    assert len(data) < KEPT_BYTES
    assert rows[0].locator.endswith(f"+{len(data) - len('From ') - 1}")


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("Bonjour<div>suite</div><div>fin</div>", "Bonjour\nsuite\nfin"),
        ('<div dir="ltr">un<div>deux</div><div>trois</div></div>', "un\ndeux\ntrois"),
        ("x<blockquote>cit</blockquote>y", "x\ncit\ny"),
        ("Liste :<ul><li>un</li><li>deux</li></ul>fin", "Liste :\nun\ndeux\nfin"),
        ("<ul><li>a<li>b</ul>c", "a\nb\nc"),
        ("a<p>b<p>c", "a\nb\nc"),
        ("a<br><div>b</div>", "a\nb"),
        ("a\n<div>b</div>", "a\nb"),
        ("<p>a</p><p>b</p>", "a\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div><div>a</div>b</div>", "a\nb"),
        ("<div>\n <p>a</p>\n</div>", "a"),
        ("avant<table><tr><td>a</td><td><div>b</div></td></tr></table>", "avant\na\tb"),
        ("<table><tr><td>a<td>b</table>c", "a\tb\nc"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\nb"),
        ('Oui <img alt="😀"><div>non</div>', "Oui 😀\nnon"),
        ("<div><span>&nbsp;</span><div>a</div></div>", "a"),
    ],
)
def test_the_opening_of_a_block_ends_the_line_before(markup: str, plain: str) -> None:
    assert strip_html(markup)[0] == plain


def test_a_mail_of_html_keeps_its_lines() -> None:
    data = usual(
        "Content-Type: text/html; charset=utf-8", body=b"Bonjour<div>suite</div>Liste :<ul><li>a<li>b</ul>"
    )
    assert read(data, EML)[0][0].text == "s\n\nBonjour\nsuite\nListe :\na\nb"


def only(data: bytes) -> tuple[Message, dict[str, int]]:
    rows, entry = read(data, EML, path="a.eml")
    assert len(rows) == 1
    return rows[0], notes(entry)


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Wed, 8 Apr 2026 14:05:00 CEST", "2026-04-08T12:05:00+00:00"),
        ("Wed Apr 8 14:05:00 CEST 2026", "2026-04-08T12:05:00+00:00"),
        ("Wed, 8 Apr 2026 14:05 (CEST)", "2026-04-08T12:05:00+00:00"),
        ("Wed, 8 Apr 2026 14:05:00 +02:00", "2026-04-08T12:05:00+00:00"),
        ("Wed, 8 Apr 2026 14:05:00 GMT+0200", "2026-04-08T12:05:00+00:00"),
        ("Wed, 8 Apr 2026 14:05:00 UTC-3", "2026-04-08T17:05:00+00:00"),
        ("Wed, 8 Apr 2026 14:05:00 MEST", "2026-04-08T12:05:00+00:00"),
        ("Wed, 8 Apr 2026 14:05:00 MET DST", "2026-04-08T12:05:00+00:00"),
        ("Thu, 8 Jan 2026 14:05:00 MET", "2026-01-08T13:05:00+00:00"),
        ("Thu, 8 Jan 2026 14:05:00 +0900 (JST)", "2026-01-08T05:05:00+00:00"),
        ("Thu, 8 Jan 2026 14:05:00 JST", "2026-01-08T05:05:00+00:00"),
        ("Thu, 8 Jan 2026 14:05:00 CET", "2026-01-08T13:05:00+00:00"),
        ("Thu, 8 Jan 2026 14:05:00 EST", "2026-01-08T19:05:00+00:00"),
        ("Thu, 8 Jan 2026 14:05:00 GMT", "2026-01-08T14:05:00+00:00"),
        ("Thu, 8 Jan 2026 14:05:00 -0000", "2026-01-08T14:05:00+00:00"),
    ],
)
def test_named_zones_of_mail_dates(date: str, at: str) -> None:
    row, said = only(usual(date=date))
    assert (row.created_at, row.created_at_raw) == (utc(at), date)
    assert said == {}


@pytest.mark.parametrize("date", ["Wed, 8 Apr 2026 14:05:00", "8 Apr 2026 14:05", "Wed Apr  8 14:05:00 2026"])
def test_a_date_without_zone_has_that_of_the_import_and_says_so(date: str) -> None:
    row, said = only(usual(date=date))
    assert row.created_at == utc("2026-04-08T12:05:00+00:00")
    assert said == {"zone_assumed": 1}
    assert read(usual(date=date), EML, zone="UTC")[0][0].created_at == utc("2026-04-08T14:05:00+00:00")


def test_the_hour_that_occurs_twice_is_not_exact() -> None:
    row, _ = only(usual(date="Sun, 25 Oct 2026 02:30:00"))
    assert row.created_at_precision == "hour"


@pytest.mark.parametrize("zone", ["XYZ", "IST", "PM", "+99:99", "GMT+45", "heure"])
def test_a_zone_that_is_not_known_gives_no_date(zone: str) -> None:
    date = f"Wed, 8 Apr 2026 14:05:00 {zone}"
    row, said = only(usual(date=date))
    assert (row.created_at, row.created_at_raw, said) == (None, date, {"mail_date_unread": 1})
    row, said = only(usual("Received: from a by b; Wed, 8 Apr 2026 12:05:03 +0000 (UTC)", date=date))
    assert (row.created_at, said) == (utc("2026-04-08T12:05:03+00:00"), {"mail_date_unread": 1})


def test_a_reception_without_zone_says_so_only_where_it_is_used() -> None:
    received = "Received: from a by b; Wed, 8 Apr 2026 14:05:03"
    row, said = only(usual(received, date=""))
    assert (row.created_at, said) == (utc("2026-04-08T12:05:03+00:00"), {"zone_assumed": 1})
    assert only(usual(received))[1] == {}


@pytest.mark.parametrize("charset", ["us-ascii", "ASCII"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_bytes_beyond_ascii_deny_the_charset(charset: str, encoding: str) -> None:
    words = "été coûte – l’ascii"
    data = usual(f"Content-Type: text/plain; charset={charset}", body=words.encode(encoding))
    assert only(data)[0].text == f"s\n\n{words}"


def test_latin_1_is_still_what_it_says() -> None:
    data = usual("Content-Type: text/plain; charset=iso-8859-1", body="Ã© l’été".encode("cp1252"))
    assert only(data)[0].text == "s\n\nÃ© l’été"


RECEIVED = "Received: from a by b; Wed, 8 Apr 2026 12:05:03 +0000 (UTC)"


def test_a_mail_without_author_is_a_mail() -> None:
    data = mail(
        "Return-Path: <k@e.test>",
        RECEIVED,
        "To: i@e.test",
        "Subject: menaces",
        "Date: Wed, 8 Apr 2026 14:05:00 +0200",
    )
    assert best_format(data, "courriel") == "eml"
    row, said = only(data)
    assert (row.author_handle, row.author_name, row.text, said) == (None, None, "menaces\n\ntexte", {})
    assert "author_handle" in row.missing
    assert best_format(b"From k@e.test Wed Apr 08 14:05:00 2026\r\n" + data, "Inbox") == "mbox"


def test_two_headers_are_enough_only_in_a_file_named_as_a_mail() -> None:
    data = mail("Subject: sans auteur", "Date: 8 Apr 26 14:05 EST")
    assert best_format(data, "m.EML") == "eml"
    assert EML.sniff(data, "m.txt").score == 0


@pytest.mark.parametrize(
    "data",
    [
        mail("Date: Wed, 8 Apr 2026 14:05:00 GMT", "Content-Type: text/html", "Server: nginx"),
        mail("To: vous", "Subject: une note"),
        mail("Subject: a", "Content-Type: text/plain", "Mime-Version: 1.0"),
        mail("From: <Saved by Blink>", "Subject: a", "Date: b", "To: c"),
    ],
)
def test_other_headers_are_no_mail(data: bytes) -> None:
    assert EML.sniff(data, "a.txt").score == 0


# ------------------------------------------------------------------ IRC


def log(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def test_lines_of_weechat_itself_are_no_messages() -> None:
    data = log(
        "2026-04-08 14:05:00\t-->\tada (~a@host) has joined #salon",
        "2026-04-08 14:05:10\tada\tbonjour",
        "2026-04-08 14:06:10\t@karl\t-- salut",
        "2026-04-08 14:08:10\t--\tkarl is now known as karlo",
        "2026-04-08 14:08:20\t--\tMode #salon [+o ada] by karlo",
        "2026-04-08 14:09:10\t-x-\toui",
    )
    rows, entry = read(data, TWITCH_LOG, path="salon.weechatlog")
    assert [(row.author_name, row.text) for row in rows] == [
        ("ada", "bonjour"),
        ("karl", "-- salut"),
        ("-x-", "oui"),
    ]
    assert skipped(entry) == {"system_line": 3}


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("mer. avril 08 14:05:00 2026", "2026-04-08"),
        ("jeu. avril 09 2026", "2026-04-09"),
        ("dim. févr. 01 2026", "2026-02-01"),
        ("lun. aout 03 2026", "2026-08-03"),
        ("mar. déc. 1 23:59:59 2026", "2026-12-01"),
        ("sam. juil. 04 2026", "2026-07-04"),
        ("Wed Apr  8 14:05:00 2026", "2026-04-08"),
        ("Tue May 05 2026", "2026-05-05"),
        ("mer. jui 08 2026", None),
        ("mer. avril 31 2026", None),
        ("Mi Xyz 08 2026", None),
    ],
)
def test_days_in_the_words_of_the_computer(stated: str, day: str | None) -> None:
    assert day_told(stated) == day


def test_a_log_of_irssi_in_french() -> None:
    data = log(
        "--- Log opened mer. avril 08 14:05:00 2026",
        "14:05 -!- ada [~a@host] has joined #salon",
        "14:05 < ada> bonjour",
        "14:06 <@karl> salut",
        "--- Day changed jeu. avril 09 2026",
        "00:00 < karl> minuit",
    )
    assert best_format(data, "salon.log") == "twitch-log"
    rows, entry = read(data, TWITCH_LOG, path="salon.log")
    assert [row.created_at_raw for row in rows] == [
        "2026-04-08 14:05",
        "2026-04-08 14:06",
        "2026-04-09 00:00",
    ]
    assert rows[2].created_at == utc("2026-04-08T22:00:00+00:00")
    assert notes(entry) == {"zone_assumed": 3}


def test_a_log_of_hexchat_in_french() -> None:
    data = log(
        "**** BEGIN LOGGING AT Wed Dec  9 14:05:00 2026",
        "",
        "déc. 09 14:05:01 *\tVous participez désormais à la discussion dans #salon",
        "déc. 09 14:05:10 <ada>\tbonjour",
        "déc. 09 14:05:20 *\tzoe (~z@host) a rejoint",
        "janv. 01 00:00:10 <karl>\tminuit",
    )
    assert best_format(data, "salon.log") == "twitch-log"
    rows, entry = read(data, TWITCH_LOG, path="salon.log")
    assert [row.created_at_raw for row in rows] == ["2026-12-09 14:05:10", "2027-01-01 00:00:10"]
    assert skipped(entry) == {"system_line": 3}


def test_a_day_that_cannot_be_read_is_said() -> None:
    data = log("--- Log opened Mi Xyz 08 14:05:00 2026", "14:05 < ada> bonjour", "14:06 <@karl> salut")
    rows, entry = read(data, TWITCH_LOG, path="salon.log")
    assert [(row.created_at, row.created_at_raw) for row in rows] == [(None, "14:05"), (None, "14:06")]
    assert notes(entry) == {"log_day_unread": 2}
    data = log("avril 08 14:05:10 <ada>\tbonjour")  # no line tells the year
    rows, entry = read(data, TWITCH_LOG, path="salon.log")
    assert (rows[0].created_at, rows[0].created_at_raw) == (None, "avril 08 14:05:10")
    assert notes(entry) == {"log_day_unread": 1}


def test_no_message_keeps_the_day_before_one_that_cannot_be_read() -> None:
    data = log(
        "--- Log opened Wed Apr 08 14:05:00 2026",
        "14:05 < ada> un",
        "--- Day changed Do Xyz 09 2026",
        "14:06 < ada> deux",
        "--- Day changed Fri Apr 10 2026",
        "14:07 < ada> trois",
    )
    rows, entry = read(data, TWITCH_LOG, path="salon.log")
    assert [row.created_at_raw for row in rows] == ["2026-04-08 14:05", "14:06", "2026-04-10 14:07"]
    assert notes(entry) == {"zone_assumed": 2, "log_day_unread": 1}


MIRC = log(
    "Session Start: Wed Apr 08 14:05:00 2026",
    "Session Ident: #Salon",
    "[14:05] * Now talking in #Salon",
    "[14:05] * Topic is 'bonjour'",
    "[14:05] * Set by karl on Wed Apr 08 10:00:00",
    "[14:05] <@ada> bonjour",
    "[14:06] <karl> salut: ça va",
    "[14:07] * zoe (~z@host) has joined #Salon",
    "[14:07] * ChanServ sets mode: +v zoe",
    "[14:08] * zoe is now known as zoe2",
    "[23:59] * karl rit",
    "[00:01] <karl> minuit",
    "Session Close: Thu Apr 09 00:02:00 2026",
    "",
    "Session Start: Fri Apr 10 09:00:00 2026",
    "Session Ident: karl",
    "[09:01] <karl> je te vois",
)


def test_a_log_of_mirc() -> None:
    assert best_format(MIRC, "#Salon.log") == "twitch-log"
    rows, entry = read(MIRC, TWITCH_LOG, path="logs/#Salon.log")
    assert [(row.author_name, row.text, row.created_at_raw) for row in rows] == [
        ("ada", "bonjour", "2026-04-08 14:05"),
        ("karl", "salut: ça va", "2026-04-08 14:06"),
        ("karl", "rit", "2026-04-08 23:59"),
        ("karl", "minuit", "2026-04-09 00:01"),
        ("karl", "je te vois", "2026-04-10 09:01"),
    ]
    assert [(row.kind, row.target_kind, row.target_handle, row.visibility) for row in (rows[0], rows[4])] == [
        ("chat", "channel", "Salon", "public"),
        ("dm", "account", "karl", "private"),
    ]
    assert skipped(entry) == {"system_line": 11}
    assert notes(entry) == {"zone_assumed": 5}


def test_only_mirc_has_its_own_lines_written_as_actions() -> None:
    data = log("[14:05] <ada> bonjour", "[14:06] * karl is now known as karlo")
    assert [row.text for row in read(data, TWITCH_LOG, path="a-2026-04-08.log")[0]] == [
        "bonjour",
        "is now known as karlo",
    ]


# ------------------------------------------------------------------ WhatsApp and its like


@pytest.mark.parametrize(
    "written",
    [
        "null",
        "<Médias vue unique omis>",
        "<Médias à vue unique omis>",
        "<View once voice message omitted>",
        "<View once message omitted>",
    ],
)
def test_media_seen_once_have_an_empty_text(written: str) -> None:
    data = log(
        "13/05/2024, 21:04 - Ada: bonjour",
        f"13/05/2024, 21:05 - Ada: {written}",
        "13/05/2024, 21:06 - Bob: a",
    )
    row = read(data, WHATSAPP, path="Discussion WhatsApp avec Ada.txt")[0][1]
    assert (row.text, row.text_raw) == ("", written)
    assert "media_urls" in row.missing


@pytest.mark.parametrize("written", ["Null", "null part", "null\nsuite", "vue unique omise"])
def test_words_of_people_stay(written: str) -> None:
    data = log("13/05/2024, 21:04 - Ada: bonjour", f"13/05/2024, 21:05 - Ada: {written}")
    assert read(data, WHATSAPP)[0][1].text == written


SIGNAL = log(
    "[2019-05-29, 15:04] Me: How is everyone?  ",
    "[2019-05-29, 15:10] Aya: We're great!  ",
    "(- Jim: 👍, Me: 😂 -)",
    "[2019-05-29, 15:20] Jim: (- oui -)  ",
    "",
    "> cité",
    "",
)


def test_signal_is_another_platform_and_its_reactions_are_no_text() -> None:
    rows, _ = read(SIGNAL, WHATSAPP, path="Ada/chat.md")
    assert {row.platform for row in rows} == {"other"}
    assert [row.text for row in rows] == ["How is everyone?", "We're great!", "(- oui -)  \n\n> cité"]
    assert rows[1].text_raw == "We're great!  \n(- Jim: 👍, Me: 😂 -)"


def test_what_whatsapp_wrote_stays_of_whatsapp() -> None:
    titled, _ = read(SIGNAL, WHATSAPP, path="WhatsApp Chat with Ada.txt")
    with_seconds = log("[2019-05-29, 15:04:05] Ada: un", "(- Jim: a -)", "[2019-05-29, 15:04:06] Bob: deux")
    others, _ = read(with_seconds, WHATSAPP, path="_chat.txt")
    assert {row.platform for row in [*titled, *others]} == {"whatsapp"}
    assert [row.text for row in others] == ["un\n(- Jim: a -)", "deux"]


def test_a_bare_from_inside_a_folder_of_dated_mails_is_text() -> None:
    mail = "From: ada@e.invalid\nTo: bob@e.invalid\nSubject: {n}\nDate: Wed, 8 Apr 2026 14:0{n}:00 +0200\n\n"
    model = "Voici :\n\nFrom \nTo: ada\nSubject: un modèle de lettre\n\nBonjour,\n\n"
    mark = "From ada@e.invalid Wed Apr  8 14:00:00 2026\n"
    folder = mark + mail.format(n=1) + model + mark + mail.format(n=2) + "fin\n"
    rows, account = read(folder.encode(), MBOX)
    assert len(rows) == 2
    assert "modèle de lettre" in rows[0].text
    assert account.failed == []


def test_notes_that_begin_like_a_mail_are_none() -> None:
    note = b"To: la police\nSubject: mes notes\nDate: hier\n\nIl m'a dit ceci.\n"
    assert EML.sniff(note, "notes.txt").score == 0


def test_a_notice_from_somebody_is_a_message_of_theirs() -> None:
    lines = "2026-04-08 14:05:00\tbob\tsalut\n2026-04-08 14:06:00\t--\tNotice(ada): je te vois\n"
    lines += "2026-04-08 14:07:00\t--\tada is now known as eve\n"
    rows, account = read(lines.encode(), TWITCH_LOG)
    assert [(one.author_handle, one.text) for one in rows] == [("bob", "salut"), ("ada", "je te vois")]
    assert skipped(account) == {"system_line": 1}
