"""Mail: charsets that are named wrongly, and mails that say one thing in HTML and another in plain text."""

import base64

import pytest

from saisine.messages.formats.charset_labels import codec_of, decode_labelled
from saisine.messages.formats.mail import EML
from saisine.messages.formats.mail_parts import decode_header
from tests.messages.formats.reading import notes, read

CASES = [
    ("gb2312", "朱镕基，你去死", "gbk"),
    ("x-gbk", "镕", "gbk"),
    ("iso-8859-8-i", "שלום", "iso8859-8"),
    ("iso-8859-8-e", "שלום", "iso8859-8"),
    ("x-mac-roman", "Crève, été", "mac-roman"),
    ("macintosh", "Crève, été", "mac-roman"),
    ("cp-850", "Crève, été", "cp850"),
    ("ks_c_5601-1987", "똠방각하", "cp949"),
    ("euc-kr", "똠방각하", "cp949"),
    ("shift_jis", "①㈱髙橋", "cp932"),
    ("x-sjis", "①㈱髙橋", "cp932"),
    ("iso-8859-9", "“ğış” €", "cp1254"),
    ("tis-620", "“สวัสดี”", "cp874"),
    ("iso-8859-1", "L’été, 50 €", "cp1252"),
    ("big5", "嘅啲", "big5hkscs"),
    ("big5", "50 € 電", "cp950"),
    ("unicode-1-1-utf-8", "été", "utf-8"),
    ("x-user-defined", "été", "utf-8"),
    ("gb2312", "été à Paris, ça", "utf-8"),
    ("us-ascii", "été", "utf-8"),
]


def mail(data: bytes, kind: str, subject: str = "Avis") -> bytes:
    head = f"From: Ada <a@e.test>\nTo: b@e.test\nSubject: {subject}\nMessage-ID: <1@e.test>\n"
    return head.encode() + f"MIME-Version: 1.0\nContent-Type: {kind}\n\n".encode() + data


@pytest.mark.parametrize(("label", "text", "codec"), CASES)
def test_a_label_is_read_as_mail_programs_mean_it(label: str, text: str, codec: str) -> None:
    data = text.encode(codec)
    word = f"=?{label}?b?{base64.b64encode(data).decode()}?="
    (row,), entry = read(mail(data, f"text/plain; charset={label}", word), EML)
    assert (row.text, notes(entry)) == (f"{text}\n\n{text}", {})


def test_signs_of_windows_are_read_in_the_japanese_of_mails() -> None:
    assert decode_labelled(b"\x1b$B-!\x1b(B", "iso-2022-jp") == ("①", "declared")
    assert decode_labelled(b"\xad\xa1", "euc-jp") == ("①", "declared")


def test_a_charset_that_was_guessed_or_could_not_be_read_is_told() -> None:
    (row,), entry = read(mail("été".encode("cp1252"), "text/plain; charset=x-inconnu"), EML)
    assert (row.text, notes(entry)) == ("Avis\n\nété", {"legacy_encoding": 1})
    (row,), entry = read(mail("été été".encode() + b"\xff", "text/plain; charset=utf-8"), EML)
    assert (row.text, notes(entry)) == ("Avis\n\nété été\ufffd", {"bad_bytes": 1})
    (row,), entry = read(mail(b"ok", "text/plain", "=?utf-8?q?=C3=A9t=C3=A9_=FF?="), EML)
    assert notes(entry) == {"bad_bytes": 1}


@pytest.mark.parametrize("label", ["punycode", "idna", "unicode_escape", "a\0b", "hex", "x" * 5000, "é"])
def test_no_label_raises(label: str) -> None:
    assert decode_labelled("été".encode(), label)[0] == "été"
    assert label == "hex" or codec_of(label) is None


def alternative(plain: str, page: str) -> bytes:
    parts = "".join(
        f"--b\nContent-Type: text/{kind}; charset=utf-8\n\n{text}\n"
        for kind, text in (("plain", plain), ("html", page))
    )
    return mail(f"{parts}--b--\n".encode(), "multipart/alternative; boundary=b")


@pytest.mark.parametrize(
    ("plain", "shown", "text", "told"),
    [
        (
            "View this email in your browser",
            "<p>Tu vas mourir</p>",
            "Tu vas mourir\n\nView this email in your browser",
            1,
        ),
        (
            "Voir en ligne",
            "<p>Tu vas mourir demain</p><p>Voir en ligne</p>",
            "Tu vas mourir demain\nVoir en ligne",
            1,
        ),
        ("Nous savons où vous habitez", "<p>Bonjour</p>", "Bonjour\n\nNous savons où vous habitez", 1),
        (
            "Tu vas *mourir* https://e.test/a",
            "<p>Tu vas <b>mourir</b></p>",
            "Tu vas *mourir* https://e.test/a",
            0,
        ),
        ("Bonjour", "<img src=a.png>", "Bonjour", 0),
    ],
)
def test_what_the_html_says_is_not_hidden_by_the_plain_part(
    plain: str, shown: str, text: str, told: int
) -> None:
    (row,), entry = read(alternative(plain, shown), EML)
    assert row.text == f"Avis\n\n{text}"
    assert notes(entry).get("alternatives_differ", 0) == told
    assert ("html_stripped" in row.text_repairs) == bool(told)


FOOTER = "Ce message est confidentiel. S’il ne vous est pas destiné, merci de le détruire et de prévenir l’expéditeur."


def test_a_common_footer_hides_no_line_of_the_html() -> None:
    shown = f"<p>Sale texte, tu vas le payer</p><p>{FOOTER}</p>"
    (row,), _ = read(alternative(f"Bonjour, voici notre lettre.\n\n{FOOTER}", shown), EML)
    assert row.text == f"Avis\n\nBonjour, voici notre lettre.\n\n{FOOTER}\n\nSale texte, tu vas le payer"
    assert {"html_stripped", "fragments_joined"} <= set(row.text_repairs)


def test_words_that_are_all_in_the_plain_part_are_read_once() -> None:
    quoted = (
        "Merci beaucoup, à demain.\n\nLe 3 novembre, Ada a écrit :\n> Pouvons-nous nous voir jeudi prochain ?"
    )
    (row,), entry = read(alternative(quoted, "<p>Merci beaucoup, à demain.</p>"), EML)
    assert row.text == f"Avis\n\n{quoted}"
    assert "alternatives_differ" not in notes(entry)


def test_words_in_another_order_are_another_text() -> None:
    plain = "Je ne vais pas te tuer, je le promets, tu vas vivre demain."
    (row,), _ = read(alternative(plain, "<p>Je vais te tuer demain</p>"), EML)
    assert "Je vais te tuer demain" in row.text
    assert plain in row.text


def test_what_a_page_quotes_of_another_mail_is_not_added() -> None:
    plain = "Voici ma réponse à votre lettre de jeudi dernier, merci."
    quoted = "<blockquote><p>Monsieur, cessez immédiatement ces propos</p></blockquote>"
    (row,), _ = read(alternative(plain, f"<p>{plain}</p><p>Le 3 mars, Ada a écrit :</p>{quoted}"), EML)
    assert row.text == f"Avis\n\n{plain}"


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252", "iso-8859-15"])
def test_utf_8_under_a_western_label_is_utf_8(label: str) -> None:
    assert decode_labelled("L’été à l’école".encode(), label) == ("L’été à l’école", "utf-8")
    assert decode_labelled("IRMÃ… été".encode("cp1252"), label)[1] == "declared"


@pytest.mark.parametrize("unit", ["<a ", "<!-- > ", "<![<"])
def test_markup_made_to_break_a_parser_costs_no_text(unit: str) -> None:
    (row,), entry = read(alternative("Tu vas mourir demain", unit * 100_000), EML)
    assert "Tu vas mourir demain" in row.text
    assert entry.failed == []


def test_what_stands_beside_an_encoded_word_keeps_its_signs() -> None:
    assert decode_header("L’été =?utf-8?q?=C3=A9?=") == "L’été é"
    assert "\ud800" not in decode_header("’ \\ud800 =?utf-8?q?=C3=A9?=")
