"""Meta "Download your information": every shape met since 2018, mojibake, localised labels, derived ids."""

import json
from typing import Any

import pytest

from saisine.messages.formats.contract import Message
from saisine.messages.formats.meta_dyi import META_DYI
from saisine.messages.formats.meta_values import pick_comment, repair
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, read, skipped, utc
from tests.shared import shared_file

AT = 1_790_848_800  # 2026-10-01T10:00:00Z
WHEN = utc("2026-10-01T10:00:00Z")


def as_meta(value: Any) -> Any:
    """The value as Meta writes it: each string's UTF-8 bytes taken for Latin-1."""
    if isinstance(value, str):
        return value.encode().decode("latin-1")
    if isinstance(value, list):
        return [as_meta(one) for one in value]
    if isinstance(value, dict):
        return {as_meta(key): as_meta(one) for key, one in value.items()}
    return value


def only(data: Any, **options: Any) -> Message:
    """The one message of a value written as Meta would."""
    (row,), entry = read(as_meta(data), META_DYI, **options)
    assert (entry.read, entry.failed) == (1, [])
    return row


def facts(row: Message) -> tuple[str, str, str, object]:
    return row.platform, row.kind, row.text, row.created_at


# ---------------------------------------------------------------- shared samples, read by eye


def test_shared_messages() -> None:
    path = shared_file("samples/meta-dyi-messages/instagram_message_1.json")
    rows, entry = read(path, META_DYI)
    assert [(row.author_name, row.text, row.created_at) for row in rows] == [
        ("John Doe", "Hello Jane!", utc("2020-01-17T20:49:00Z")),
        ("Jane Doe", "Hello John!", utc("2019-12-24T11:23:00Z")),
    ]
    assert {(row.platform, row.kind) for row in rows} == {("instagram", "dm")}
    assert (entry.read, entry.mapped, best_format(path.read_bytes())) == (2, 2, "meta-dyi")


def test_shared_old_comments() -> None:
    path = shared_file("samples/instagram-dyi-2020/comments.json")
    source = json.loads(path.read_bytes())["media_comments"]
    rows, entry = read(path, META_DYI)
    assert [(row.created_at, row.text, row.target_handle) for row in rows] == [
        (utc(at), text, account) for at, text, account in source
    ]
    assert (rows[5].created_at, rows[5].text, rows[5].target_handle) == (
        utc("2020-10-15T19:36:30Z"),
        "@__proefpersoon9 Nice 🔥",
        "lizaglinskaya",
    )
    assert all(row.owner_is_author and row.text_repairs == () for row in rows)
    assert (entry.read, entry.mapped, best_format(path.read_bytes())) == (16, 16, "meta-dyi")


def test_shared_likes_pictures_and_profile_are_counted() -> None:
    folder = shared_file("samples/instagram-dyi-2020")
    likes, account = read(folder / "likes.json", META_DYI)
    assert (likes, skipped(account)) == ([], {"like_or_reaction": 219})
    pictures, account = read(folder / "media.json", META_DYI)
    assert (len(pictures), skipped(account)) == (106, {"not_a_message": 1})
    assert [row.kind for row in pictures].count("story") == 33
    profile, account = read(folder / "profile.json", META_DYI)
    assert (profile, skipped(account)) == ([], {"not_a_message": 1})


def test_shared_nested_comments_keep_those_without_text() -> None:
    path = shared_file("samples/ddp-mock-nested/comments.json")
    rows, entry = read(path, META_DYI)
    assert (entry.read, entry.mapped, best_format(path.read_bytes())) == (50, 50, "meta-dyi")
    assert [bool(row.text) for row in rows].count(True) == 20
    assert (rows[0].text, rows[0].created_at) == ("", utc("2022-03-23T22:39:52Z"))
    assert "text" in rows[0].missing
    assert rows[4].author_name == "russellrodney"
    assert rows[4].text.startswith("Soldier wish upon simple coach public. Order occur control.")
    assert "text" not in rows[4].missing


def test_shared_nested_posts() -> None:
    path = shared_file("samples/ddp-mock-nested/posts_0.json")
    source = json.loads(path.read_bytes())
    rows, entry = read(path, META_DYI)
    assert (entry.read, entry.mapped, best_format(path.read_bytes())) == (100, 100, "meta-dyi")
    assert [row.created_at_raw for row in rows] == [str(one["timestamp"]) for one in source]
    assert (rows[0].kind, rows[0].urls) == ("post", ["http://www.taylor-woods.com/"])


# ---------------------------------------------------------------- mojibake


def test_texts_keys_and_names_are_repaired_and_the_original_is_kept() -> None:
    row = only({"comments_v2": [{"timestamp": AT, "title": "t", "data": [{"comment": {
        "timestamp": AT, "comment": "L’été à Nîmes 🔥", "author": "Zoé"}}]}]})  # fmt: skip
    assert (row.text, row.author_name) == ("L’été à Nîmes 🔥", "Zoé")
    assert (row.text_raw, row.text_repairs) == (as_meta("L’été à Nîmes 🔥"), ("mojibake",))


@pytest.mark.parametrize("text", ["déjà", "naïve café", "日本", "🔥", "Ã", "a\ud800", "plain", ""])
def test_a_string_that_is_right_already_is_left_alone(text: str) -> None:
    repaired: set[str] = set()
    assert (repair(text, repaired), repaired) == (text, set())


def test_keys_are_repaired_too() -> None:
    assert repair({as_meta("Propriétaire du média"): [as_meta("é")]}, set()) == {
        "Propriétaire du média": ["é"]
    }


def test_mixed_encodings_in_one_file_are_judged_string_by_string() -> None:
    rows, _ = read(
        {"messages": [
            {"sender_name": "Zoé", "timestamp_ms": AT * 1000, "content": as_meta("été")},
            {"sender_name": as_meta("Zoé"), "timestamp_ms": AT * 1000, "content": "été"},
        ]}, META_DYI)  # fmt: skip
    assert [(row.author_name, row.text, row.text_repairs) for row in rows] == [
        ("Zoé", "été", ("mojibake",)),
        ("Zoé", "été", ()),
    ]


# ---------------------------------------------------------------- private messages


def thread(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "participants": [{"name": "Ada"}, {"name": "Zoé"}],
        "messages": list(messages),
        "title": "Zoé",
        "thread_path": "inbox/zoe_123",
        **fields,
    }


def direct(text: str = "Bonjour", at: int = AT, sender: str = "Zoé", **fields: Any) -> dict[str, Any]:
    return {"sender_name": sender, "timestamp_ms": at * 1000, "content": text, **fields}


def test_a_thread_names_its_sides_though_its_title_comes_last() -> None:
    row = only(thread(direct()))
    assert (row.conversation_id, row.author_name, row.target_handle) == ("zoe_123", "Zoé", "Ada")
    assert (row.kind, row.visibility, row.created_at, row.created_at_precision) == (
        "dm",
        "private",
        WHEN,
        "ms",
    )


def test_a_group_has_no_single_target() -> None:
    row = only(thread(direct(), participants=[{"name": "Ada"}, {"name": "Zoé"}, {"name": "Eve"}]))
    assert row.target_handle is None


def test_derived_ids_are_stable_and_true_repeats_are_numbered() -> None:
    rows, _ = read(as_meta(thread(direct(), direct(), direct("Autre"))), META_DYI)
    ids = [str(row.message_id) for row in rows]
    assert ids[0].startswith("derived:")
    assert len(ids[0]) == len("derived:") + 32
    assert ids[1] == ids[0] + "#2"
    assert ids[2].partition("#")[0] != ids[0]
    assert all("message_id" in row.missing for row in rows)
    again = only(thread(direct(), is_still_participant=True), path="renamed.json")
    assert again.message_id == ids[0]


def test_the_owner_is_recognised_among_the_sides() -> None:
    rows, _ = read(as_meta(thread(direct(sender="Ada"), direct())), META_DYI, owner="Ada")
    assert [row.owner_is_author for row in rows] == [True, None]


@pytest.mark.parametrize(
    ("path", "uri", "platform"),
    [
        ("a.zip!your_instagram_activity/messages/inbox/zoe_123/message_1.json", "", "instagram"),
        ("a.zip!your_facebook_activity/messages/inbox/zoe_123/message_1.json", "", "facebook"),
        ("message_1.json", "your_instagram_activity/messages/inbox/z/photos/1.jpg", "instagram"),
        ("message_1.json", "", "other"),
    ],
)
def test_the_platform_is_named_by_places_or_left_unknown(path: str, uri: str, platform: str) -> None:
    row = only(thread(direct(photos=[{"uri": uri}] if uri else [])), path=path)
    assert row.platform == platform
    assert ("platform" in row.missing) == (platform == "other")


def test_neighbours_of_the_same_export_name_the_platform_and_no_other_file_does() -> None:
    path = "depot/compte/messages/inbox/zoe_123/message_1.json"
    same = {"depot/compte/followers_and_following/f.json": b"[]"}
    assert only(thread(direct()), path=path, members=same).platform == "instagram"
    other = {"depot/facebook_autre/profile_information/p.json": b"{}"}
    assert only(thread(direct()), path=path, members=other).platform == "other"


def test_unsent_shared_and_media_messages() -> None:
    rows, entry = read(as_meta(thread(
        direct("", is_unsent=True),
        {"sender_name": "Zoé", "timestamp_ms": AT * 1000, "share": {"link": "https://exemple.test/x"}},
        {"sender_name": "Zoé", "timestamp_ms": AT * 1000,
         "photos": [{"uri": "m/p.jpg"}], "sticker": {"uri": "s.png"}},
        {"sender_name": "Zoé", "timestamp_ms": AT * 1000},
    )), META_DYI)  # fmt: skip
    assert rows[0].deleted == "deleted"
    assert rows[1].urls == ["https://exemple.test/x"]
    assert rows[2].media_urls == ["m/p.jpg", "s.png"]
    assert "text" not in rows[2].missing
    assert "text" in rows[3].missing, "a picture seen once leaves a message whose content is missing"
    assert entry.mapped == 4


def test_calls_and_arrivals_are_system_lines() -> None:
    rows, entry = read(
        thread(direct("x", call_duration=12), direct("x", type="Subscribe"), direct("x", type="Share")),
        META_DYI,
    )
    assert (len(rows), skipped(entry)) == (1, {"system_line": 2})


def test_an_end_to_end_encrypted_chat() -> None:
    row = only({
        "participants": ["Ada", "Zoé"], "threadName": "Zoé_4",
        "messages": [{"senderName": "Zoé", "text": "Été", "timestamp": AT * 1000, "type": "text",
                      "media": [{"uri": "./media/1.jpg"}], "reactions": [], "isUnsent": False}],
    })  # fmt: skip
    assert facts(row) == ("facebook", "dm", "Été", WHEN)
    assert (row.conversation_id, row.target_handle, row.media_urls) == ("Zoé_4", "Ada", ["./media/1.jpg"])


# ---------------------------------------------------------------- comments and posts


COMMENT = {"timestamp": AT, "comment": "Été", "author": "Ada"}
FACEBOOK = [
    ("comments_v2", {"comments_v2": [{"timestamp": AT, "title": "t", "data": [{"comment": COMMENT}]}]}),
    (
        "group_comments_v2",
        {"group_comments_v2": [{"timestamp": AT, "title": "t", "data": [{"comment": COMMENT}]}]},
    ),
]
LABELLED = {
    "Comment": {"value": "Une phrase, ici"},
    "Media Owner": {"value": "zoe.t"},
    "Time": {"timestamp": AT},
}
DUTCH = {
    "Opmerking": {"value": "Een zin hier"},
    "Media-eigenaar": {"value": "zoe.t"},
    "Tijd": {"timestamp": AT},
}
UNKNOWN = {"評論": {"value": "ここに文"}, "所有者": {"value": "zoe.t"}, "時間": {"timestamp": AT}}


@pytest.mark.parametrize(("root", "data"), FACEBOOK)
def test_facebook_comments(root: str, data: Any) -> None:
    row = only(data)
    assert facts(row) == ("facebook", "comment", "Été", WHEN)
    assert (row.author_name, row.owner_is_author) == ("Ada", True)
    assert best_format(json.dumps(data).encode()) == "meta-dyi", root


def test_a_facebook_comment_in_a_group_with_attachments() -> None:
    row = only({"comments_v2": [{
        "timestamp": AT, "title": "t", "data": [{"comment": COMMENT | {"group": "Entraide"}}],
        "attachments": [{"data": [{"media": {"uri": "p.jpg"}}, {"external_context": {"url": "https://e.test"}}]}],
    }]})  # fmt: skip
    assert (row.target_kind, row.target_handle, row.conversation_id) == ("channel", "Entraide", "Entraide")
    assert (row.media_urls, row.urls) == (["p.jpg"], ["https://e.test"])


def test_a_facebook_comment_without_text_is_kept() -> None:
    row = only({"comments_v2": [{"timestamp": AT, "title": "Ada a répondu à Zoé."}]})
    assert facts(row) == ("facebook", "comment", "", WHEN)
    assert "text" in row.missing


@pytest.mark.parametrize(
    ("entries", "text"),
    [(LABELLED, "Une phrase, ici"), (DUTCH, "Een zin hier"), (UNKNOWN, "ここに文")],
    ids=["English", "Dutch", "unknown labels"],
)
@pytest.mark.parametrize("root", ["comments_media_comments", None])
def test_instagram_comments_by_shape(entries: Any, text: str, root: str | None) -> None:
    listed = [{"media_list_data": [], "string_map_data": entries}]
    row = only({root: listed} if root else listed, path="renamed.json")
    assert facts(row) == ("instagram", "comment", text, WHEN)
    assert (row.target_handle, row.owner_is_author) == ("zoe.t", True)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([("Comment", "ok"), ("Media Owner", "une_très_longue")], ("ok", "une_très_longue")),
        ([("Commentaire", "ok"), ("Propriétaire du média", "zoe")], ("ok", "zoe")),
        ([("Media Owner", "zoe")], ("", "zoe")),
        ([("?", "ok"), ("??", "a_much_longer_account")], ("ok", "a_much_longer_account")),
        ([("??", "account"), ("?", "une phrase")], ("une phrase", "account")),
        ([("URL", "https://exemple.test/" + "x" * 200), ("?", "Oui.")], ("Oui.", None)),
        ([], ("", None)),
    ],
)
def test_the_comment_among_labelled_values(
    values: list[tuple[str, str]], expected: tuple[str, str | None]
) -> None:
    assert pick_comment(values) == expected


def test_instagram_comments_in_a_string_list() -> None:
    listed = {"title": "zoe.t", "string_list_data": [{"value": "Été", "timestamp": AT}]}
    row = only({"comments_media_comments": [listed]})
    assert facts(row) == ("instagram", "comment", "Été", WHEN)
    assert row.target_handle == "zoe.t"


def test_several_comments_in_one_entry_have_each_their_place() -> None:
    two = [{"value": "Un.", "timestamp": AT}, {"value": "Deux.", "timestamp": AT + 1}]
    rows, entry = read({"comments_media_comments": [{"title": "z", "string_list_data": two}]}, META_DYI)
    assert [row.text for row in rows] == ["Un.", "Deux."]
    assert len({row.locator for row in rows}) == 2
    assert entry.mapped == 2


def test_instagram_comments_under_label_values() -> None:
    user = {"dict": [{"label": "Nom d’utilisateur", "value": "zoe.t"}], "title": "Owner"}
    values = [
        {"label": "Commentaire", "value": "Été"},
        {"label": "URL", "value": "https://i.test/p/1", "href": "h"},
        {"dict": [user], "title": "Média"},
    ]
    listed = [{"timestamp": AT, "fbid": "1", "label_values": values}]
    row = only(listed, path="a.zip!your_instagram_activity/comments/post_comments_1.json")
    assert facts(row) == ("instagram", "comment", "Été", WHEN)
    assert row.target_handle == "zoe.t"


def test_followers_and_likes_of_the_same_shape_are_no_comments() -> None:
    followers = [
        {"title": "", "string_list_data": [{"href": "https://i.test/z", "value": "zoe", "timestamp": AT}]}
    ]
    rows, entry = read(followers, META_DYI, path="followers_1.json")
    assert (rows, skipped(entry)) == ([], {"not_a_message": 1})
    likes = {"likes_media_likes": [{"title": "zoe", "string_list_data": [{"href": "h", "value": "👍"}]}]}
    assert skipped(read(likes, META_DYI)[1]) == {"like_or_reaction": 1}
    reactions = {
        "reactions_v2": [{"timestamp": AT, "title": "t", "data": [{"reaction": {"reaction": "LIKE"}}]}]
    }
    assert skipped(read(reactions, META_DYI)[1]) == {"like_or_reaction": 1}
    liked = [{"timestamp": AT, "title": "t", "data": [{"reaction": {"reaction": "LIKE", "actor": "Ada"}}]}]
    assert skipped(read(liked, META_DYI)[1]) == {"like_or_reaction": 1}


def test_facebook_posts_and_their_edits() -> None:
    listed = [
        {"timestamp": AT, "title": "t", "data": [{"post": "Été"}, {"update_timestamp": AT + 60}]},
        {"timestamp": AT, "title": "t", "attachments": [{"data": [{"media": {"uri": "p.jpg"}}]}]},
    ]
    rows, _ = read(as_meta(listed), META_DYI)
    assert facts(rows[0]) == ("facebook", "post", "Été", WHEN)
    assert [row.edited_at for row in rows] == [utc("2026-10-01T10:01:00Z"), None]
    assert rows[1].media_urls == ["p.jpg"]
    assert (
        only({"group_posts_v2": [{"timestamp": AT, "title": "t", "data": [{"post": "Été"}]}]}).kind == "post"
    )


def test_instagram_posts_and_stories() -> None:
    post = only([{"media": [{"uri": "media/posts/1.jpg", "creation_timestamp": AT, "title": "Été"}]}])
    assert facts(post) == ("instagram", "post", "Été", WHEN)
    story = only({"ig_stories": [{"uri": "media/stories/1.jpg", "creation_timestamp": AT, "title": "Été"}]})
    assert facts(story) == ("instagram", "story", "Été", WHEN)


def test_an_unknown_time_stays_unknown() -> None:
    entries = LABELLED | {"Time": {"timestamp": 0}}
    row = only({"comments_media_comments": [{"string_map_data": entries}]})
    assert (row.created_at, row.created_at_precision) == (None, "none")
    assert "created_at" in row.missing


def test_the_profile_beside_names_the_owner_and_leaves_the_id_alone() -> None:
    data = {"media_comments": [["2020-10-19T16:39:30+00:00", "Oui", "zoe"]]}
    alone = only(data, path="comments.json")
    beside = only(data, path="x/comments.json", members={"x/profile.json": b'{"username": "ada"}'})
    elsewhere = only(data, path="x/comments.json", members={"y/profile.json": b'{"username": "eve"}'})
    damaged = only(data, path="x/comments.json", members={"x/profile.json": b'{"userna'})
    assert [row.author_handle for row in (alone, beside, elsewhere, damaged)] == [None, "ada", None, None]
    assert alone.message_id == beside.message_id


# ---------------------------------------------------------------- nothing lost, nothing raised


@pytest.mark.parametrize("odd", [None, 3, "x", [1], [1, 2, 3, 4], {}, {"sender_name": 3}, {"data": 3}])
def test_an_odd_entry_is_counted(odd: Any) -> None:
    rows, entry = read({"messages": [odd, direct("Après")]}, META_DYI)
    assert rows[-1].text == "Après"
    assert entry.read == 2


@pytest.mark.parametrize(
    "data", [{"messages": []}, {"searches_v2": [{"timestamp": AT}]}, {}, [], {"a": {"b": 1}}]
)
def test_a_file_without_entries_is_counted(data: Any) -> None:
    rows, entry = read(data, META_DYI)
    assert (rows, entry.read, entry.failed) == ([], 1, [])


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(as_meta(thread(direct("Été"), direct("Deux", AT + 1))), indent=1).encode()
    for row in read(data, META_DYI)[0]:
        assert repair(json.loads(bytes_at(data, row.locator))["content"], set()) == row.text


def test_cuts_are_told() -> None:
    assert_cuts_are_told(
        json.dumps(as_meta(thread(direct("Été"), direct("Deux", AT + 1)))).encode(), META_DYI
    )


def test_changed_bytes_are_survived() -> None:
    data = {"comments_media_comments": [{"string_map_data": LABELLED}, {"string_map_data": DUTCH}]}
    assert_changes_are_survived(json.dumps(as_meta(data)).encode(), META_DYI)
    assert_changes_are_survived(json.dumps(as_meta(thread(direct("Été"), direct("Deux")))).encode(), META_DYI)
