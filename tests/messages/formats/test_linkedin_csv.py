"""LinkedIn's tables: quoted lines, backslashes, HTML, drafts, clocks, and the tables that hold no message."""

import hashlib

import pytest

from saisine.messages.formats.linkedin_csv import LINKEDIN_CSV
from tests.messages.formats.reading import best_format, notes, read, skipped, utc
from tests.shared import shared_file

# 2022-11-20T07:40:53.710Z is the time inside this number
URN = "urn:li:share:7000000000000000000"
POST_LINK = "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7000000000000000000"
COMMENT_LINK = (
    "https://www.linkedin.com/feed/update/urn:li:activity:7000000000000000001?commentUrn="
    "urn%3Ali%3Acomment%3A%28activity%3A7000000000000000001%2C7000000000000000002%29"
)
SHARES = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
COMMENTS = "Date,Link,Message\n"
MESSAGES = (
    "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,"
    "FOLDER,ATTACHMENTS,IS MESSAGE DRAFT\n"
)
PROFILE = b"First Name,Last Name,Maiden Name\nAda,Exemple,\n"


def share(text: str, date: str = "2022-11-20 07:40:54", link: str = POST_LINK) -> bytes:
    return f"{SHARES}{date},{link},{text},,,MEMBER_NETWORK\n".encode()


def dm(content: str, sender: str = "Zoé Exemple", draft: str = "No", subject: str = "") -> bytes:
    to = "Ada Exemple" if sender != "Ada Exemple" else "Zoé Exemple"
    row = f"c1,,{sender},https://www.linkedin.com/in/zoe-exemple,{to},https://x.test,2026-10-01 10:00:00 UTC"
    return f'{MESSAGES}{row},{subject},"{content}",INBOX,,{draft}\n'.encode()


def test_the_shared_tables() -> None:
    path = shared_file("samples/linkedin-csv/Shares.csv")
    (row,), _ = read(path, LINKEDIN_CSV)
    assert row.text == "Excited to share my thoughts on microservices architecture!"
    assert (row.created_at, row.created_at_precision) == (utc("2023-07-15T00:00:00Z"), "day")
    assert "message_id" in row.missing
    assert best_format(path.read_bytes()) == "linkedin-csv"
    path = shared_file("samples/linkedin-csv/Connections.csv")
    rows, entry = read(path, LINKEDIN_CSV)
    assert (rows, skipped(entry)) == ([], {"not_a_message": 3})
    assert best_format(path.read_bytes()) == "linkedin-csv"


def test_lines_in_quotes_of_their_own_are_joined() -> None:
    written = '"Premier paragraphe.""\n""\n""Second, avec ""guillemets"".\n""Fin."'
    joined = '"Premier paragraphe.""\n""""\n""Second."'
    (row,), _ = read(share(joined), LINKEDIN_CSV)
    assert (row.text, list(row.text_repairs)) == ("Premier paragraphe.\n\nSecond.", ["fragments_joined"])
    assert row.text_raw == 'Premier paragraphe."\n""\n"Second.'
    (plain,), _ = read(share(written), LINKEDIN_CSV)
    assert ('avec "guillemets".' in plain.text, list(plain.text_repairs)) == (True, [])


def test_an_ordinary_post_of_several_lines_is_left_alone() -> None:
    (row,), _ = read(share('"Un\nDeux\n""Trois"""'), LINKEDIN_CSV)
    assert (row.text, row.text_raw) == ('Un\nDeux\n"Trois"', None)


def test_a_post_takes_its_identifier_from_its_link_and_is_dated_by_its_field() -> None:
    (row,), _ = read(share("Bonjour"), LINKEDIN_CSV)
    assert (row.message_id, row.conversation_id, row.visibility) == (URN, URN, "public")
    assert (row.created_at, row.created_at_source) == (utc("2022-11-20T07:40:54Z"), "field")
    assert row.id_time == utc("2022-11-20T07:40:53.710Z")


def test_a_local_clock_is_seen_by_the_number_of_the_post() -> None:
    (row,), _ = read(share("Bonjour", date="2022-11-20 08:40:54"), LINKEDIN_CSV, zone="Europe/Paris")
    assert row.created_at == utc("2022-11-20T07:40:54Z")
    (other,), _ = read(share("Bonjour", date="2022-11-20 12:00:00"), LINKEDIN_CSV)
    assert other.created_at == utc("2022-11-20T12:00:00Z")


def test_a_share_without_words_is_a_repost() -> None:
    (row,), _ = read(share(""), LINKEDIN_CSV)
    assert (row.kind, row.text) == ("repost", "")


def test_a_comment_escapes_its_quotes_with_a_backslash() -> None:
    data = (
        f'{COMMENTS}2026-10-01 10:00:00,"{COMMENT_LINK}","Elle a dit \\"oui\\", sur\ndeux lignes"\n'.encode()
    )
    (row,), entry = read(data, LINKEDIN_CSV)
    assert row.text == 'Elle a dit "oui", sur\ndeux lignes'
    assert row.message_id == "urn:li:comment:(activity:7000000000000000001,7000000000000000002)"
    assert (row.target_id, row.target_kind) == ("urn:li:activity:7000000000000000001", "post")
    assert (row.created_at, row.owner_is_author) == (utc("2026-10-01T10:00:00Z"), True)
    assert (entry.failed, notes(entry), best_format(data)) == ([], {}, "linkedin-csv")


def test_private_messages_of_both_sides() -> None:
    members = {"export/Profile.csv": PROFILE}
    for sender, is_own in (("Zoé Exemple", False), ("Ada Exemple", True)):
        data = dm('<p>Bonjour&nbsp;!</p><br><a href=""https://exemple.test/"">ici</a>', sender)
        (row,), _ = read(data, LINKEDIN_CSV, path="zip!export/messages.csv", members=members)
        assert (row.kind, row.owner_is_author, row.author_name) == ("dm", is_own, sender)
        assert (row.text, row.urls) == ("Bonjour\xa0!\n\nici", ["https://exemple.test/"])
        assert (row.created_at, row.visibility, row.author_handle) == (
            utc("2026-10-01T10:00:00Z"),
            "private",
            "zoe-exemple",
        )
        assert best_format(data) == "linkedin-csv"


def test_the_subject_is_read_with_its_message_and_signs_that_are_no_markup_stay() -> None:
    (row,), _ = read(dm("1 < 2 et 3 > 2", subject="Réunion"), LINKEDIN_CSV)
    assert (row.text, list(row.text_repairs)) == ("Réunion\n1 < 2 et 3 > 2", [])


def test_a_draft_is_no_message_and_an_empty_one_is_empty() -> None:
    assert skipped(read(dm("Bonjour", draft="Yes"), LINKEDIN_CSV)[1]) == {"not_a_message": 1}
    assert skipped(read(dm(""), LINKEDIN_CSV)[1]) == {"empty_record": 1}


def test_reactions_are_counted() -> None:
    data = b"Date,Type,Link\n2026-10-01 10:00:00,LIKE,https://www.linkedin.com/feed/update/x\n"
    assert skipped(read(data, LINKEDIN_CSV)[1]) == {"like_or_reaction": 1}
    assert best_format(data) == "linkedin-csv"


@pytest.mark.parametrize("header", ["Date,Link,Message", "Date,Type,Link"])
def test_a_table_kept_by_hand_with_the_same_headers_is_not_claimed(header: str) -> None:
    data = f"{header}\n2026-10-01,https://exemple.test,Bonjour\n".encode()
    assert LINKEDIN_CSV.sniff(data, "Comments.csv").score == 0


def test_mojibake_of_old_exports_is_repaired() -> None:
    (row,), _ = read(share("L’été".encode().decode("latin-1")), LINKEDIN_CSV)
    assert (row.text, list(row.text_repairs)) == ("L’été", ["mojibake"])


def test_the_owner_comes_from_the_profile_beside() -> None:
    members = {"Profile.csv": PROFILE}
    (row,), _ = read(share("Bonjour"), LINKEDIN_CSV, path="Shares.csv", members=members)
    assert (row.author_name, row.owner_is_author) == ("Ada Exemple", True)
    (row,), _ = read(share("Bonjour"), LINKEDIN_CSV, path="Shares.csv", members={"Profile.csv": b"\0\xff"})
    assert "author_name" in row.missing


def test_a_bad_date_fails_alone() -> None:
    data = share("Bonjour") + b"hier,x,Bonsoir,,,\n"
    rows, entry = read(data, LINKEDIN_CSV)
    assert (len(rows), len(entry.failed), entry.read) == (1, 1, 2)


def test_a_cut_table_keeps_the_rows_before_and_says_so() -> None:
    data = share("Bonjour") + f'2022-11-21 07:40:54,{POST_LINK},"Une phrase qui'.encode()
    rows, entry = read(data, LINKEDIN_CSV)
    assert (rows[0].text, entry.truncated) == ("Bonjour", True)


def test_a_row_keeps_the_digest_of_its_bytes() -> None:
    data = share("Bonjour")
    (row,), _ = read(data, LINKEDIN_CSV)
    assert row.locator == "#row=2"
    assert row.record_sha256 == hashlib.sha256(data[len(SHARES) :]).hexdigest()


@pytest.mark.parametrize("place", range(1, 120, 7))
def test_changed_bytes_are_survived(place: int) -> None:
    data = bytearray(share("Bonjour"))
    data[place] = 0
    read(bytes(data), LINKEDIN_CSV)
