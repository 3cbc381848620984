"""TikTok's TXT export: chats under their header, comments as blocks in several languages, and what is left."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.formats.tiktok_txt import TIKTOK_TXT
from saisine.messages.formats.tiktok_user_data import TIKTOK_USER_DATA
from saisine.messages.importing import read_paths
from tests.messages.formats.broken import EXAMPLES, assert_changes_are_survived
from tests.messages.formats.reading import NOW, best_format, bytes_at, notes, read, skipped, utc

AT = "2026-10-01 10:00:00"
WHEN = utc("2026-10-01T10:00:00Z")
LINK = "https://www.tiktokv.com/share/video/6824578676303154438/"


def block(text: str = "Bonjour", at: str = f"{AT} UTC", photo: str = "N/A", url: str = LINK) -> str:
    return f"Date: {at}\nComment: {text}\nPhoto: {photo}\nUrl: {url}\n"


def comments(*blocks: str) -> bytes:
    return "\n".join(blocks).encode()


COMMENTS = comments(block(), block("Première ligne\nDate : demain\n\nquatrième ligne"), block("Fin"))
CHATS = f"""\
>>> Chat History with zoe::

{AT} UTC zoe: <insulte> : va-t’en
deuxième ligne

quatrième ligne
2026-10-01 10:01:00 UTC ada: Non

>>> Chat History with bob::

2026-09-01 08:00:00 UTC ada: {LINK}
""".encode()
DUTCH = f"""\
Datum: {AT} UTC
Reactie: hoi
Sticker: N.v.t.
Link naar origineel bericht: https://www.tiktok.com/@zoe/video/77

Datum: {AT} UTC
Reactie: N.v.t.
Sticker: https://s.exemple.test/1
Link naar origineel bericht: N.v.t.
""".encode()
PROFILE = {"TikTok/Profile and Settings/Profile Information.txt": b"Username: ada\nNickname: Ada\n"}


def test_comments_with_their_video() -> None:
    rows, entry = read(COMMENTS, TIKTOK_TXT, members=PROFILE)
    assert [row.text for row in rows] == [
        "Bonjour",
        "Première ligne\nDate : demain\n\nquatrième ligne",
        "Fin",
    ]
    one = rows[0]
    assert (one.kind, one.author_handle, one.owner_is_author) == ("comment", "ada", True)
    assert (one.target_id, one.target_kind) == ("6824578676303154438", "post")
    assert (one.created_at, one.created_at_raw) == (WHEN, f"{AT} UTC")
    assert (one.created_at_precision, one.created_at_source) == ("s", "field")
    assert {"message_id", "parent_id", "url"} <= set(one.missing)
    assert (entry.read, entry.mapped, notes(entry)) == (3, 3, {})


def test_both_sides_of_private_messages() -> None:
    rows, entry = read(CHATS, TIKTOK_TXT, members=PROFILE)
    assert [(row.kind, row.author_handle, row.owner_is_author, row.target_handle) for row in rows] == [
        ("dm", "zoe", False, "ada"),
        ("dm", "ada", True, "zoe"),
        ("dm", "ada", True, "bob"),
    ]
    assert rows[0].text == "<insulte> : va-t’en\ndeuxième ligne\n\nquatrième ligne"
    assert [row.conversation_id for row in rows] == ["zoe", "zoe", "bob"]
    assert {row.visibility for row in rows} == {"private"}
    assert (entry.mapped, notes(entry)) == (3, {})


def test_without_the_profile_nobody_is_taken_for_the_owner() -> None:
    rows, _ = read(CHATS, TIKTOK_TXT)
    assert {row.owner_is_author for row in rows} == {None}
    assert rows[0].target_handle is None
    (one, *_), _ = read(COMMENTS, TIKTOK_TXT)
    assert (one.owner_is_author, "author_handle" in one.missing) == (True, True)
    (one, *_), _ = read(COMMENTS, TIKTOK_TXT, owner="ada")
    assert one.author_handle == "ada"


def test_those_who_looked_at_a_profile_are_not_its_owner() -> None:
    others = {"TikTok/Profile Views.txt": f"Date: {AT}\nUsername: zoe\n".encode()}
    assert read(CHATS, TIKTOK_TXT, members=others)[0][0].owner_is_author is None


def test_dutch_comments_and_a_sticker_without_words() -> None:
    rows, _ = read(DUTCH, TIKTOK_TXT)
    assert [(row.text, row.target_id, row.media_urls) for row in rows] == [
        ("hoi", "77", []),
        ("", None, ["https://s.exemple.test/1"]),
    ]


@pytest.mark.parametrize(
    ("date", "word", "rest"),
    [
        ("Дата", "Комментарий", "Стикер: N/A\nСсылка на исходную публикацию: "),
        ("Date", "Commentaire", "Autocollant : N/A\nLien vers la publication : "),
        ("Date ", "Commentaire ", "Autocollant : N/A\nLien : "),
        ("Date", "Comment", "Sticker: N/A\nOriginal Post Link: "),
        ("Date", "Comment", "Photo: N/A\nUrl: "),
    ],
)
@pytest.mark.parametrize("count", [1, 3])
def test_the_keys_below_a_comment_are_found_in_any_language(
    date: str, word: str, rest: str, count: int
) -> None:
    one = f"{date}: {AT} UTC\n{word}: Bonjour\nà tous\n{rest}{LINK}\n"
    data = comments(*[one] * count)
    rows, _ = read(data, TIKTOK_TXT)
    assert [(row.text, row.target_id) for row in rows] == [("Bonjour\nà tous", "6824578676303154438")] * count
    assert best_format(data, "Commentaires.txt") == "tiktok-user-data-txt"


def test_an_address_that_a_person_wrote_stays_in_the_comment() -> None:
    text = "Regardez\nLien : https://exemple.test/"
    data = comments(f"Date: {AT}\nComment: {text}\n", f"Date: {AT}\nComment: Oui\n")
    assert [row.text for row in read(data, TIKTOK_TXT)[0]] == [text, "Oui"]
    rows, _ = read(comments(block(text), block("Url: non")), TIKTOK_TXT)
    assert [row.text for row in rows] == [text, "Url: non"]
    (row,), _ = read(block("Lisez\nUrl: https://exemple.test/").encode(), TIKTOK_TXT)
    assert (row.text, row.target_id) == ("Lisez\nUrl: https://exemple.test/", "6824578676303154438")


def test_a_photo_without_words_stays_and_an_empty_comment_is_counted() -> None:
    data = comments(block("N/A", photo="https://p.exemple.test/1"), block(""), block("N/A"))
    rows, entry = read(data, TIKTOK_TXT)
    assert ([row.media_urls for row in rows], skipped(entry)) == (
        [["https://p.exemple.test/1"]],
        {"empty_record": 2},
    )


def test_the_oldest_list_of_videos() -> None:
    address = "https://v.exemple.test/1.mp4"
    (row,), _ = read(f"Date: {AT}\nVideo Link: {address}\nLike(s): 3\n".encode(), TIKTOK_TXT)
    assert (row.kind, row.text, row.media_urls, row.owner_is_author) == ("post", "", [address], True)
    assert {"text", "like_count"} <= set(row.missing)


@pytest.mark.parametrize("stamp", [AT, f"{AT} UTC"])
def test_dates_are_read_as_utc(stamp: str) -> None:
    (row,), _ = read(block(at=stamp).encode(), TIKTOK_TXT, zone="America/Cayenne")
    assert (row.created_at, row.created_at_raw) == (WHEN, stamp)


@pytest.mark.parametrize("stamp", [AT, f"{AT} UTC"])
def test_a_message_has_the_identifier_of_the_json_version(stamp: str) -> None:
    words = "Bonjour\n\nà tous"
    chat = {"Chat History with zoe:": [{"Date": AT, "From": "zoe", "Content": words}]}
    export: dict[str, Any] = {
        "Comment": {
            "Comments": {
                "CommentsList": [
                    {"date": AT, "comment": words, "photo": "N/A", "url": LINK},
                    {"date": AT, "comment": "Sans lien", "photo": "N/A", "url": "N/A"},
                ]
            }
        },
        "Direct Message": {"Direct Messages": {"ChatHistory": chat}},
        "Video": {"Videos": {"VideoList": [{"Date": AT, "Link": LINK, "Likes": "3"}]}},
    }
    ids = [row.message_id for row in read(export, TIKTOK_USER_DATA)[0]]
    texts = [
        comments(block(words, stamp), block("Sans lien", stamp, url="N/A")),
        f">>> Chat History with zoe::\n\n{stamp} zoe: {words}\n".encode(),
        f"Date: {stamp}\nVideo Link: {LINK}\n".encode(),
    ]
    assert [row.message_id for text in texts for row in read(text, TIKTOK_TXT)[0]] == ids


def test_true_repeats_stay_apart() -> None:
    first, second = (str(row.message_id) for row in read(comments(block(), block()), TIKTOK_TXT)[0])
    assert second == f"{first}#2"


@pytest.mark.parametrize("data", [COMMENTS, CHATS, DUTCH], ids=["comments", "chats", "dutch"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_mark_change_nothing(data: bytes, end: bytes, mark: bytes) -> None:
    written = mark + data.replace(b"\n", end)
    rows, entry = read(written, TIKTOK_TXT)
    others, _ = read(data, TIKTOK_TXT)
    assert [(row.message_id, row.text) for row in rows] == [(row.message_id, row.text) for row in others]
    assert notes(entry) == {}
    assert best_format(written, "x.txt") == "tiktok-user-data-txt"


@pytest.mark.parametrize("data", [COMMENTS, CHATS, DUTCH], ids=["comments", "chats", "dutch"])
def test_a_row_leads_back_to_its_bytes(data: bytes) -> None:
    for row in read(data, TIKTOK_TXT)[0]:
        body = bytes_at(data, row.locator).decode()
        assert row.text in body
        assert AT[:7] in body or "2026-09" in body


def test_old_encodings_and_bad_bytes_are_told() -> None:
    rows, entry = read(block("é").encode("cp1252"), TIKTOK_TXT)
    assert (rows[0].text, notes(entry)) == ("é", {"legacy_encoding": 1})
    rows, entry = read(block("é ?").encode().replace(b"?", b"\xff"), TIKTOK_TXT)
    assert (rows[0].text, notes(entry)) == ("é \ufffd", {"bad_bytes": 1})


def test_an_impossible_date_fails_alone() -> None:
    rows, entry = read(comments(block(at="2026-13-01 10:00:00 UTC"), block("Fin")), TIKTOK_TXT)
    assert ([row.text for row in rows], entry.read, len(entry.failed)) == (["Fin"], 2, 1)


def test_a_record_over_the_limit_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saisine.messages.formats.tiktok_txt.MAX_RECORD_BYTES", 200)
    data = comments(block("a" * 300), block("a\n" * 300), block("Fin"))
    rows, entry = read(data, TIKTOK_TXT)
    assert ([row.text for row in rows], len(entry.failed)) == (["Fin"], 2)


@pytest.mark.parametrize("data", [COMMENTS, CHATS, DUTCH], ids=["comments", "chats", "dutch"])
def test_a_cut_keeps_what_came_before(data: bytes) -> None:
    texts = [row.text for row in read(data, TIKTOK_TXT)[0]]
    for place in range(1, len(data)):
        rows, entry = read(data[:place], TIKTOK_TXT)
        found = [row.text for row in rows]
        assert found[:-1] == texts[: max(0, len(found) - 1)]
        last = texts[len(found) - 1] if found else ""
        is_whole = bool(found) and (last.startswith(found[-1].rstrip("\ufffd")) or not last)
        assert is_whole or not found or entry.truncated, (place, found[-1])


def test_cuts_inside_what_begins_are_told() -> None:
    for text in (b"2026-10-01 1", b">>> Chat Hist", b"2026-10-01 10:02:00 UTC zo"):
        rows, entry = read(CHATS.rstrip() + b"\n" + text, TIKTOK_TXT)
        assert (len(rows), rows[-1].text, entry.truncated) == (3, LINK, True)
    for text in (b"Date: 2026", f"Date: {AT} UTC\nComm".encode(), f"Date: {AT} UTC\n"[:-1].encode()):
        rows, entry = read(COMMENTS + b"\n" + text, TIKTOK_TXT)
        assert (len(rows), rows[-1].text, entry.truncated) == (3, "Fin", True)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(COMMENTS, TIKTOK_TXT)
    assert_changes_are_survived(CHATS, TIKTOK_TXT)


STAMPS = st.integers(1_500_000_000, 1_900_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
NAMES = st.from_regex(r"[a-z0-9_.]{2,24}", fullmatch=True)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029"),
    max_size=30,
)
TEXTS = st.lists(WORDS, min_size=1, max_size=4).map("\n".join).map(str.strip).filter(bool)


@EXAMPLES
@given(
    st.lists(st.tuples(STAMPS, NAMES, NAMES, TEXTS), min_size=1, max_size=6), st.sampled_from(["", " UTC"])
)
def test_written_chats_come_back(said: list[tuple[datetime, str, str, str]], zone: str) -> None:
    data = "".join(
        f">>> Chat History with {other}::\n\n{at:%Y-%m-%d %H:%M:%S}{zone} {sender}: {text}\n\n"
        for at, other, sender, text in said
    )
    rows, entry = read(data.encode(), TIKTOK_TXT)
    found = [(row.created_at, row.conversation_id, row.author_handle, row.text) for row in rows]
    assert found == [one for one in said if one[3] not in ("N/A", "N.v.t.")]
    assert (entry.read, entry.truncated) == (len(said), False)


@EXAMPLES
@given(st.lists(st.tuples(STAMPS, TEXTS), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_written_comments_come_back(written: list[tuple[datetime, str]], end: str) -> None:
    data = "\n".join(block(text, f"{at:%Y-%m-%d %H:%M:%S} UTC") for at, text in written)
    rows, entry = read(data.replace("\n", end).encode(), TIKTOK_TXT)
    found = [(row.created_at, row.text) for row in rows]
    assert found == [one for one in written if one[1] not in ("N/A", "N.v.t.")]
    assert (entry.read, entry.truncated) == (len(written), False)


# ------------------------------------------------------------------ what is not of this export

POEM = "Date: un jour\nComment: la nuit\n\nDate: un soir\nComment: le jour\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        POEM,
        "---\nDate: 2026-10-01 10:00:00\nComment: brouillon\n---\nBonjour\n",
        "Date: 2026-10-01 10:00:00\nAuthor: Zoé\nComment: relu\n",
        "Date: 2026-10-01 10:00:00\nComment: relu\nAuthor: Zoé\n\n"
        "Date: 2026-10-02 10:00:00\nComment: revu\nAuthor: Bob\n",
        "Date: Thu, 1 Oct 2026 10:00:00 +0000\nFrom: zoe@exemple.test\nSubject: x\n\nComment: non\n",
        f"Date: {AT} UTC\nLink: {LINK}\n\nDate: {AT} UTC\nLink: {LINK}\n",
        f"Date: {AT} UTC\nSearch Term: permanence\n",
        f"Date: {AT} UTC\nUsername: zoe\n",
        f"Date: {AT} UTC\nIP: 192.0.2.1\nDevice Model: x\n",
        "You have no data in this section\n",
        ">>> Chat History with zoe::\n",
        ">>> print('Chat History with zoe')\n",
        f"Bonjour,\n\n>>> Chat History with zoe::\n\n{AT} UTC zoe: cité dans un courriel\n",
        "01/10/2026 10:00 - Zoé: Bonjour\n",
        "[2026-10-01 10:00:00] #zoe ada: Bonjour\n",
        f"{AT} UTC zoe: Bonjour\n",
        f"{AT} ERROR zoe: Comment: x\n",
    ],
)
def test_no_other_text_is_claimed(text: str) -> None:
    assert TIKTOK_TXT.sniff(text.encode(), "Comments.txt").score < 30


@pytest.mark.parametrize("name", ["Favorite Comments.txt", "Commentaires favoris.txt", "Live Comments.txt"])
def test_comments_of_others_are_not_taken_for_own_ones(name: str) -> None:
    assert TIKTOK_TXT.sniff(COMMENTS, name).score == 0


# ------------------------------------------------------------------ the whole export


WATCHED = f"Date: {AT}\nVideo Link: https://www.tiktokv.com/share/video/7046825137659792686/\n\n" * 3


@pytest.mark.parametrize(
    ("name", "is_own"), [("Videos.txt", True), ("Like List.txt", False), ("a.txt", False)]
)
def test_videos_watched_or_liked_are_nobodys_posts(name: str, is_own: bool) -> None:
    assert bool(TIKTOK_TXT.sniff(WATCHED.encode(), name).score) is is_own


@pytest.mark.parametrize(
    "text",
    [
        f"Date: {AT}\nCommentaire: Sale texte\nLien: https://www.facebook.com/asso/posts/900\n\n" * 3,
        f"Date: {AT}\nComment: He shouted at me.\n\n" * 3,
        f"Date: {AT} UTC\nComment: un\nLink: https://www.youtube.com/watch?v=a\n\n" * 3,
    ],
)
def test_notes_that_people_keep_are_not_their_comments(text: str) -> None:
    assert TIKTOK_TXT.sniff(text.encode(), "menaces.txt").score == 0


@pytest.mark.parametrize("name", ["Comments.txt", "Comments (1).txt", "comments - Copie.txt"])
def test_copies_are_known_by_their_name(name: str) -> None:
    assert TIKTOK_TXT.sniff(f"Date: {AT}\nComment: un\n\n".encode() * 3, name).score > 0


def test_the_zip_as_tiktok_gives_it(tmp_path: Path) -> None:
    files = {
        "TikTok/Comments/Comments.txt": COMMENTS,
        "TikTok/Direct Messages/Direct Messages.txt": CHATS,
        "TikTok/Likes and Favorites/Like List.txt": f"Date: {AT} UTC\nLink: {LINK}\n".encode(),
        "TikTok/Your Activity/Ad Interests.txt": b"You have no data in this section\n",
        "TikTok/Likes and Favorites/Favorite Comments.txt": COMMENTS,
        **PROFILE,
    }
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    path = tmp_path / "TikTok_Data.zip"
    path.write_bytes(store.getvalue())
    reading = read_paths([path], now=NOW)
    messages = list(reading)
    assert sorted((one.kind, one.author_handle or "") for one in messages) == [
        *[("comment", "ada")] * 3,
        *[("dm", "ada")] * 2,
        ("dm", "zoe"),
    ]
    unread = {entry.path.rpartition("/")[2]: entry.unread for entry in reading.ledger.sources if entry.unread}
    assert unread["Like List.txt"] == unread["Ad Interests.txt"] == "no_message_inside"
    assert unread["Favorite Comments.txt"] == "tiktok_text"
