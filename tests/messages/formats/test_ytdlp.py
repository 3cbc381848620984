"""yt-dlp: the page of a video and its comments; times that are estimates, comments that are announced and absent."""

import json
from typing import Any

import pytest

from saisine.messages.formats.contract import json_documents
from saisine.messages.formats.json_records import documents_around
from saisine.messages.formats.ytdlp import YTDLP
from tests.messages.formats.broken import assert_changes_are_survived
from tests.messages.formats.reading import best_format, bytes_at, member_of, notes, read, skipped, utc
from tests.shared import shared_file

COLLECTED = 1_790_000_000  # 2026-09-21T14:13:20Z


def comment(key: str, text: str = "Bonjour", **fields: Any) -> dict[str, Any]:
    return {
        "id": key,
        "parent": "root",
        "text": text,
        "like_count": 3,
        "author": "@ada",
        "author_id": "UCada",
        "author_thumbnail": "https://yt.test/a.jpg",
        "author_is_uploader": False,
        "is_favorited": False,
        "_time_text": "2 years ago",
        "timestamp": 1_726_876_800,
        **fields,
    }


def info(*comments: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": "vid00000001",
        "title": "Assemblée générale",
        "comments": list(comments),
        "comment_count": len(comments),
        "channel_id": "UCasso",
        "channel": "Les Voisins solidaires",
        "uploader_id": "@voisins",
        "description": "Le film de la réunion",
        "webpage_url": "https://www.youtube.com/watch?v=vid00000001",
        "webpage_url_basename": "watch",
        "extractor_key": "Youtube",
        "upload_date": "20260901",
        "view_count": 120,
        "like_count": 7,
        "epoch": COLLECTED,
        **fields,
    }


PAGE = info(comment("c1"), comment("c1.r1", "Oui", parent="c1"))


def test_the_shared_page_is_one_post_and_says_that_it_has_no_comment() -> None:
    path = shared_file("samples/ytdlp-infojson/example.info.json")
    (row,), entry = read(path, YTDLP)
    assert (row.kind, row.message_id, row.author_id, row.view_count, row.reply_count) == (
        "post",
        "ABC123",
        "UCEABC123",
        9973,
        44,
    )
    assert (row.created_at, row.created_at_precision) == (utc("2021-07-20T00:00:00Z"), "day")
    assert row.collected_at == utc("2024-02-06T20:29:26Z")
    assert (entry.read, entry.failed, notes(entry)) == (1, [], {"comments_absent": 1})
    assert best_format(path.read_bytes()) == "ytdlp"


def test_comments_have_their_own_bytes_and_their_video() -> None:
    data = json.dumps(PAGE, indent=1, ensure_ascii=False).encode()
    rows, entry = read(data, YTDLP)
    assert [(row.kind, row.message_id, row.parent_id) for row in rows] == [
        ("post", "vid00000001", None),
        ("comment", "c1", None),
        ("reply", "c1.r1", "c1"),
    ]
    assert {row.target_id for row in rows[1:]} == {"vid00000001"}
    assert rows[1].url == "https://www.youtube.com/watch?v=vid00000001&lc=c1"
    assert [json.loads(bytes_at(data, row.locator))["id"] for row in rows] == ["vid00000001", "c1", "c1.r1"]
    assert notes(entry) == {}


@pytest.mark.parametrize(
    ("words", "precision"),
    [
        ("2 years ago", "year"),
        ("il y a 3 mois", "month"),
        ("il y a 2 semaines", "week"),
        ("1 day ago (edited)", "day"),
        ("5 hours ago", "day"),
        (None, "day"),
    ],
)
def test_an_estimated_time_says_how_coarse_it_is(words: str | None, precision: str) -> None:
    """The stamp falls on midnight: whatever the words say, it knows no hour."""
    rows, _ = read(info(comment("c1", _time_text=words)), YTDLP)
    assert (rows[1].created_at_precision, rows[1].created_at_source) == (precision, "relative")
    assert rows[1].time_flag is None


def test_hours_are_kept_when_the_stamp_has_them() -> None:
    rows, _ = read(info(comment("c1", _time_text="5 hours ago", timestamp=COLLECTED - 18_000)), YTDLP)
    assert rows[1].created_at_precision == "hour"


def test_an_edit_without_a_date_is_named_missing() -> None:
    rows, _ = read(info(comment("c1", _time_text="2 years ago (edited)"), comment("c2")), YTDLP)
    assert ["edited_at" in row.missing for row in rows[1:]] == [True, False]


def test_fewer_comments_than_announced_are_said() -> None:
    _, entry = read(info(comment("c1"), comment_count=12), YTDLP)
    assert notes(entry) == {"replies_missing": 11}


def test_no_comments_asked_for_are_said() -> None:
    _, entry = read(info(comments=None, comment_count=12), YTDLP)
    assert notes(entry) == {"comments_absent": 1}


def test_a_hidden_count_and_a_closed_account_are_missing_not_zero() -> None:
    rows, _ = read(info(comment("c1", like_count=None, author=None, author_id=None)), YTDLP)
    assert (rows[1].like_count, rows[1].author_id, rows[1].author_name) == (None, None, None)
    assert {"like_count", "author_id", "author_name"} <= set(rows[1].missing)


def test_lines_and_playlists_are_read() -> None:
    lines = (
        json.dumps(PAGE).encode() + b"\n" + json.dumps(info(comment("d1"), id="vid00000002")).encode() + b"\n"
    )
    rows, _ = read(lines, YTDLP)
    assert [row.message_id for row in rows] == ["vid00000001", "vid00000002", "c1", "c1.r1", "d1"]
    assert [row.target_id for row in rows[2:]] == ["vid00000001", "vid00000001", "vid00000002"]
    listed = {"_type": "playlist", "entries": [PAGE, None], "extractor_key": "YoutubeTab", "title": "t"}
    rows, entry = read(listed, YTDLP)
    assert [row.message_id for row in rows] == ["vid00000001", "c1", "c1.r1"]
    assert (rows[1].target_id, rows[1].platform, entry.failed) == ("vid00000001", "youtube", [])


@pytest.mark.parametrize(
    ("key", "platform"), [("TikTok", "tiktok"), ("TwitterSpaces", "x"), ("Vimeo", "other")]
)
def test_the_platform_comes_from_the_extractor(key: str, platform: str) -> None:
    rows, _ = read(info(comment("c1"), extractor_key=key), YTDLP)
    assert {row.platform for row in rows} == {platform}


@pytest.mark.parametrize("odd", [None, 3, "x", {}, {"id": "c"}, comment("c1", timestamp="hier")])
def test_an_odd_comment_never_stops_the_others(odd: Any) -> None:
    rows, entry = read(info(odd, comment("c2")), YTDLP)
    assert rows[-1].message_id == "c2"
    assert entry.read == 3


def test_a_cut_page_keeps_the_comments_before_the_cut() -> None:
    data = json.dumps(PAGE).encode()
    place = data.index(b'"c1.r1"') - 6
    rows, entry = read(data[:place], YTDLP)
    assert [row.message_id for row in rows] == ["c1"]
    assert entry.truncated


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(PAGE).encode(), YTDLP)


def test_what_is_no_page_is_counted() -> None:
    rows, entry = read({"title": "t"}, YTDLP)
    assert (rows, skipped(entry)) == ([], {"not_a_message": 1})


@pytest.mark.parametrize(
    "comments",
    [b"[]", b"[ \n]", b"null", b"{}", b"3", b"[1", b"[1,]", b"[NaN]", b"[1e999]", b'["\xff"]', b'["\\ud800"]',
     b'["\\x"]', b'["a\nb"]', b'["]"]', b'[{"comments": []}]', b"[" * 199 + b"]" * 199, b"[" * 3000],
)  # fmt: skip
@pytest.mark.parametrize("after", [b"", b', "comments": [2], "z": "\\u00e9"'])
def test_a_page_whose_comments_are_not_made_is_the_same_record(comments: bytes, after: bytes) -> None:
    data = b' {"id": "v", "comments": ' + comments + after + b"}\n"
    ctx: Any = type("Ctx", (), {"locator_prefix": "p"})()
    around, whole = (
        [seen(one) for one in reader(member_of(data, "a.json"), ctx)]
        for reader in (documents_around("comments"), json_documents)
    )
    assert around == whole


def test_a_comment_nested_too_deep_is_refused_without_its_page_and_the_others() -> None:
    deep: Any = []
    for _ in range(250):
        deep = [deep]
    rows, entry = read(info(comment("c1"), comment("c2", odd=deep), comment("c3")), YTDLP)
    assert [row.message_id for row in rows[1:]] == ["c1", "c3"]
    assert [one.error for one in entry.failed] == ["too_deep"]
    rows, entry = read({**info(comment("c1")), "formats": deep}, YTDLP)
    assert [one.error for one in entry.failed] == ["too_deep"]
    assert [row.message_id for row in rows] == ["c1"]


def seen(found: Any) -> Any:
    """A record, with no more of its comments than whether there are any."""
    obj = getattr(found, "obj", None)
    if not isinstance(obj, dict):
        return found
    held = obj.get("comments")
    said = {**obj, "comments": bool(held) if isinstance(held, list) else held}
    return said, found.locator, found.sha256, found.offset, found.length, found.outer, found.is_suspect


# ------------------------------------------------------------------ other platforms


def test_a_post_of_x_has_its_own_number_and_no_made_title() -> None:
    page = info(
        id="1892323000000000001",
        display_id="1892323270456246272",
        extractor_key="Twitter",
        title="Léa - regardez ça",
        description="regardez ça https://t.co/a",
        channel=None,
        channel_id="111",
        uploader="Léa",
        uploader_id="lea",
    )
    (row,), _ = read(json.dumps(page).encode(), YTDLP)
    assert (row.platform, row.message_id, row.text) == (
        "x",
        "1892323270456246272",
        "regardez ça https://t.co/a",
    )
    assert (row.author_id, row.author_handle, row.author_name) == ("111", "lea", "Léa")
    assert row.text_repairs == ()
    assert row.target_id is None


def test_a_page_of_instagram_has_the_number_of_other_tools() -> None:
    one = comment("18000000000000001", author="bob", author_id="77", _time_text=None)
    page = info(
        one,
        id="DGxyzAbCdEf",
        extractor_key="Instagram",
        title="Video by zoe",
        description="",
        channel="zoe",
        channel_id=None,
        uploader="Zoé M",
        uploader_id="55",
    )
    (post, said), _ = read(json.dumps(page).encode(), YTDLP)
    assert (post.message_id, post.text) == ("3580866586208751903", "")
    assert (post.author_id, post.author_handle, post.author_name) == ("55", "zoe", "Zoé M")
    assert (said.author_handle, said.target_id, said.target_handle) == ("bob", post.message_id, "zoe")


def test_an_account_of_tiktok_is_the_one_that_other_tools_know() -> None:
    text = "Bonjour à toutes et à tous, voici ma nouvelle vidéo sur le sujet qui fâche"
    page = info(
        id="7300000000000000001",
        extractor_key="TikTok",
        title=text[:40] + " ...",
        description=text,
        channel="A",
        channel_id="MS4w",
        uploader="a",
        uploader_id="68",
    )
    (row,), _ = read(json.dumps(page).encode(), YTDLP)
    assert (row.author_id, row.author_handle, row.author_name, row.text) == ("68", "a", "A", text)


@pytest.mark.parametrize(
    ("title", "description", "text"),
    [
        ("Video de la honte : elle va payer", "", "Video de la honte : elle va payer"),
        ("Un vrai titre", "Une description", "Un vrai titre\nUne description"),
        ("Une descrip…", "Une description", "Une description"),
    ],
)
def test_a_title_of_facebook_is_kept_where_it_says_something(title: str, description: str, text: str) -> None:
    page = info(extractor_key="Facebook", title=title, description=description)
    assert read(json.dumps(page).encode(), YTDLP)[0][0].text == text
