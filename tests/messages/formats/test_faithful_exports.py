"""What exports hold beside the usual: each word that somebody wrote is read, under the right name."""

import json
from pathlib import Path
from typing import Any

import pytest

from saisine.messages.formats.meta_values import LabelCounts
from saisine.messages.importing import Reading, read_paths
from saisine.messages.schema import Message
from tests.messages.x_lines import NOW

AT = 1_700_000_000


def read(path: Path, document: Any) -> tuple[list[Message], Reading]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    reading = read_paths([path], now=NOW)
    return list(reading), reading


def notes(reading: Reading) -> set[str]:
    return {code for entry in reading.ledger.sources for code in entry.notes}


# ------------------------------------------------------------------ Meta


def labelled(*pairs: tuple[str, str]) -> dict[str, Any]:
    values = [{"label": label, "value": value} for label, value in pairs]
    return {"timestamp": AT, "media": [{"uri": "media/a.jpg"}], "label_values": values, "fbid": "1"}


@pytest.mark.parametrize(
    ("comment", "author", "group"), [("Yorum", "Yazar", "Grup"), ("Commentaire", "Auteur", "Groupe")]
)
def test_a_comment_of_facebook_has_its_author_and_its_group(
    tmp_path: Path, comment: str, author: str, group: str
) -> None:
    entry = labelled(
        (author, "Asso Fictive"), (group, "Voisins"), (comment, "ok"), ("URL", "https://www.facebook.com/1")
    )
    (message,), _ = read(tmp_path / "comments.json", [entry])
    assert (message.text, message.author_name, message.conversation_id) == ("ok", "Asso Fictive", "Voisins")
    assert (message.platform, message.media_urls) == ("facebook", ["media/a.jpg"])


def instagram(*values: tuple[str, str]) -> dict[str, Any]:
    return {
        "media_list_data": [],
        "string_map_data": {label: {"value": value} for label, value in values}
        | {"Zaman": {"timestamp": AT}},
    }


def test_a_label_that_is_not_known_is_told_by_the_whole_file(tmp_path: Path) -> None:
    texts = ("ok", "dehors", "bravo à vous", "non")
    entries = [instagram(("Medienbesitz", "zoe"), ("Anmerkung", text)) for text in texts]
    messages, _ = read(tmp_path / "post_comments_1.json", entries)
    assert [(one.text, one.target_handle) for one in messages] == [(text, "zoe") for text in texts]


def test_labels_alike_tell_nothing() -> None:
    counts = LabelCounts()
    assert counts.comment_label() is None
    counts.add([("a", "un"), ("b", "deux")])
    assert counts.comment_label() is None
    counts.add([("a", "un"), ("b", "trois quatre")])
    assert counts.comment_label() == "b"


ALBUM = {
    "name": "Fête",
    "photos": [
        {
            "uri": "posts/media/1.jpg",
            "creation_timestamp": AT,
            "title": "Fête",
            "description": "Notre stand",
            "comments": [{"timestamp": AT + 60, "comment": "Dehors", "author": "Jean Inventé"}],
        },
        {"uri": "posts/media/2.jpg", "creation_timestamp": AT, "title": "Fête"},
    ],
    "cover_photo": {"uri": "x.jpg", "creation_timestamp": AT},
    "last_modified_timestamp": AT,
    "description": "L’album",
}


def test_what_others_wrote_under_a_picture_of_an_album_is_read(tmp_path: Path) -> None:
    messages, _ = read(tmp_path / "album.json", ALBUM)
    assert [(one.kind, one.text, one.author_name) for one in messages] == [
        ("post", "Notre stand\nL’album", None),
        ("comment", "Dehors", "Jean Inventé"),
        ("post", "Fête", None),
    ]
    assert {one.platform for one in messages} == {"facebook"}
    assert len({one.locator for one in messages}) == 3


@pytest.mark.parametrize(
    ("attachment", "words"),
    [
        ({"media": {"uri": "p/1.jpg", "creation_timestamp": AT, "description": "À 18 h"}}, "À 18 h"),
        ({"poll": {"question": "Qui ?", "options": [{"option": "Elle"}]}}, "Qui ?\nElle"),
        ({"event": {"name": "Fête", "start_timestamp": AT, "description": "Au local"}}, "Fête\nAu local"),
        ({"text": "Souvenir"}, "Souvenir"),
        ({"for_sale_item": {"title": "Chaise", "price": "5 €", "description": "Bois"}}, "Chaise\nBois\n5 €"),
        ({"place": {"name": "Paris", "url": "https://www.facebook.com/p"}}, ""),
    ],
)
def test_the_words_of_what_a_post_carries_are_read(
    tmp_path: Path, attachment: dict[str, Any], words: str
) -> None:
    for data, text in (([], words), ([{"post": "Dit"}], f"Dit\n{words}".strip())):
        entry = {
            "timestamp": AT,
            "attachments": [{"data": [attachment]}],
            "data": data,
            "title": "Asso a publié.",
        }
        (message,), _ = read(tmp_path / "your_posts_1.json", [entry])
        assert message.text == text


def test_words_that_a_picture_repeats_are_read_once(tmp_path: Path) -> None:
    picture = {"media": {"uri": "p/1.jpg", "creation_timestamp": AT, "description": "Dit"}}
    entry = {"timestamp": AT, "attachments": [{"data": [picture]}], "data": [{"post": "Dit"}], "title": "t"}
    (message,), _ = read(tmp_path / "your_posts_1.json", [entry])
    assert (message.text, message.text_repairs) == ("Dit", ())


def test_a_place_shared_in_a_chat_is_the_senders(tmp_path: Path) -> None:
    share = {"link": "https://maps.google.com/?q=1", "share_text": "12 rue d’Exemple, on arrive"}
    sent = {"sender_name": "zoé", "timestamp_ms": AT * 1000, "share": share}
    chat = {
        "participants": [{"name": "zoé"}, {"name": "asso"}],
        "messages": [sent],
        "thread_path": "inbox/zoe_1",
    }
    (message,), _ = read(tmp_path / "messages" / "inbox" / "zoe_1" / "message_1.json", chat)
    assert (message.text, message.role, message.author_name) == (share["share_text"], "primary", "zoé")


@pytest.mark.parametrize(("said", "text"), [("Honteux", "Honteux"), ("", "Titre d’un journal")])
def test_the_title_of_a_linked_page_is_no_word_of_who_has_words(tmp_path: Path, said: str, text: str) -> None:
    linked = {"url": "https://journal.test/1", "name": "Titre d’un journal"}
    entry = {
        "timestamp": AT,
        "attachments": [{"data": [{"external_context": linked}]}],
        "data": [{"post": said}] if said else [],
        "title": "t",
    }
    (message,), _ = read(tmp_path / "your_posts_1.json", [entry])
    assert (message.text, list(message.urls)) == (text, ["https://journal.test/1"])


def test_what_a_post_shared_in_a_chat_says_is_not_the_senders(tmp_path: Path) -> None:
    share = {
        "link": "https://www.instagram.com/p/X/",
        "share_text": "sale texte",
        "original_content_owner": "compte",
    }
    chat = {
        "participants": [{"name": "zoé"}, {"name": "asso"}],
        "messages": [
            {
                "sender_name": "zoé",
                "timestamp_ms": AT * 1000,
                "content": "zoé sent an attachment.",
                "share": share,
            }
        ],
        "title": "zoé",
        "thread_path": "inbox/zoe_1",
    }
    (message, post), _ = read(tmp_path / "messages" / "inbox" / "zoe_1" / "message_1.json", chat)
    assert (message.text, message.author_name, message.role) == (
        *("zoé sent an attachment.", "zoé", "primary"),
    )
    assert list(message.mentions) == ["compte"]
    assert (post.text, post.author_handle, post.author_name, post.role, post.kind) == (
        *("sale texte", "compte", None, "context", "post"),
    )
    assert (post.created_at, post.locator) == (None, message.locator + "/share")
    assert message.quote_of_id == post.message_id != message.message_id


def test_each_entry_of_a_list_counts(tmp_path: Path) -> None:
    posts = [{"media": [{"uri": "", "creation_timestamp": AT + n, "title": f"Fil {n}"}]} for n in range(5)]
    messages, _ = read(tmp_path / "threads_and_replies.json", {"text_post_app_text_posts": posts})
    assert {(one.platform, len(one.media_urls)) for one in messages} == {("threads", 0)}
    assert len(messages) == 5
    unknown = {"other_list_v9": [{"timestamp": AT, "title": "x", "odd": n, "uri": "a"} for n in range(4)]}
    entry = {"comments_v2": []} | unknown
    _, reading = read(tmp_path / "b.json", entry)
    assert reading.ledger.totals().read == reading.ledger.totals().skipped > 0


def test_each_picture_of_a_post_may_have_its_own_words(tmp_path: Path) -> None:
    media = [
        {"uri": f"m/{n}.jpg", "creation_timestamp": AT, "title": text}
        for n, text in enumerate(("Un", "Deux"))
    ]
    (message,), _ = read(tmp_path / "posts_1.json", [{"media": media}])
    assert message.text == "Un\nDeux"


# ------------------------------------------------------------------ TikTok

CHAT = {"Chat History with zoe_f:": [{"Date": "2024-05-01 12:00:00", "From": "zoe_f", "Content": "non"}]}
COMMENTS = {"CommentsList": [{"Date": "2024-05-01 12:34:56", "Comment": "merci", "Url": "x"}]}
WATCHED = {"VideoList": [{"Date": "2024-05-01 12:34:56", "Link": "https://x"}]}


@pytest.mark.parametrize(
    "document",
    [
        {
            "Your Activity": {
                "Comment": {"Comments": COMMENTS},
                "Direct Messages": {"Chat History": {"ChatHistory": CHAT}},
            }
        },
        {"Comment": {"Comments": COMMENTS}, "Direct Message": {"Direct Messages": {"ChatHistory": CHAT}}},
        {"Comment": COMMENTS, "Direct Messages": {"Chat History": {"ChatHistory": CHAT}}},
    ],
)
def test_the_lists_of_tiktok_are_found_wherever_they_stand(tmp_path: Path, document: dict[str, Any]) -> None:
    document = document | {"Video Browsing History": WATCHED, "Your Activity 2": {"Watch History": WATCHED}}
    messages, reading = read(tmp_path / "user_data_tiktok.json", document)
    assert sorted((one.kind, one.text) for one in messages) == [("comment", "merci"), ("dm", "non")]
    assert "comments_absent" not in notes(reading)


def test_a_group_chat_and_a_deleted_video_of_tiktok(tmp_path: Path) -> None:
    group = {
        "Group Chat History with A:": [{"Date": "2024-05-01 12:00:00", "From": "zoe_f", "Content": "tous"}]
    }
    deleted = {"PostList": [{"Date": "2024-04-01 10:00:00", "Link": "https://x", "Title": "retirée"}]}
    document = {
        "Comment": {"Comments": COMMENTS},
        "Direct Message": {"Group Chat": {"GroupChat": group}},
        "Post": {"Recently Deleted Posts": deleted},
    }
    messages, _ = read(tmp_path / "user_data_tiktok.json", document)
    chat = next(one for one in messages if one.kind == "chat")
    assert (chat.text, chat.conversation_id, chat.target_kind) == ("tous", "A", "thread")
    assert [one.text for one in messages if one.kind == "post"] == ["retirée"]


@pytest.mark.parametrize(
    ("name", "text", "unread"),
    [
        (
            "Kommentare.txt",
            "Datum: 2024-05-01 12:34:56 UTC\nKommentar: danke\nLink: https://www.tiktokv.com/share/video/7\n",
            "tiktok_text",
        ),
        ("Chat.txt", ">>> Chat History with zoe_f::\n2024-05-01 12:00:00 UTC\nzoe_f: non\n", "tiktok_text"),
        (
            "Posts.txt",
            "Date: 2024-05-01 12:34:56 UTC\nLink: https://v.exemple.test/1\nLike(s): 3\n",
            "tiktok_text",
        ),
        (
            "Visionnage.txt",
            "Date: 2024-05-01 12:34:56 UTC\nLien: https://www.tiktokv.com/share/video/7\n\n",
            "no_message_inside",
        ),
        ("Like List.txt", "Date: 2024-05-01 12:34:56 UTC\nLink: https://f/1\n", "no_message_inside"),
        ("Searches.txt", "Date: 2024-05-01 12:34:56 UTC\nSearch Term: tiktok\n", "no_message_inside"),
        ("Follower.txt", "Date: 2024-05-01 12:34:56 UTC\nUsername: bob\n\n", "no_message_inside"),
        ("Hashtag.txt", "You have no data in this section\n", "no_message_inside"),
        ("journal.txt", "Time: 2024-05-01 12:34:56 UTC\nLevel: error\n", "unknown_format"),
        ("a.json", '{"error": {"code": 403, "message": "commentsDisabled"}}', "error_answer"),
        ("b.json", '{"kind": "youtube#commentThreadListResponse", "items": []}', "empty_answer"),
    ],
)
def test_what_holds_no_message_is_told_for_what_it_is(
    tmp_path: Path, name: str, text: str, unread: str
) -> None:
    _, reading = read(tmp_path / name, text)
    assert reading.ledger.sources[0].unread == unread


# ------------------------------------------------------------------ Telegram


def telegram(**fields: Any) -> dict[str, Any]:
    message = {"id": 2, "type": "message", "date": "2024-05-13T21:04:00", "date_unixtime": "1715627040"}
    message |= {"from": "Ana", "from_id": "user1", "text": "mots"} | fields
    return {"name": "Groupe", "type": "private_group", "id": 7, "messages": [message]}


def test_an_answer_to_another_chat_has_its_parent_there(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    (here,), _ = read(path, telegram(reply_to_message_id=1))
    (there,), _ = read(path, telegram(reply_to_message_id=1, reply_to_peer_id="channel9"))
    assert (here.parent_id, there.parent_id) == ("7/1", "channel9/1")


def test_words_forwarded_from_an_account_that_is_gone_are_somebody_elses(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    (gone,), _ = read(path, telegram(forwarded_from=None))
    (own,), _ = read(path, telegram())
    assert ["repost_of_id" in one.missing for one in (gone, own)] == [True, False]
    assert list(gone.mentions) == []


def test_a_signed_post_of_a_channel_names_who_signed(tmp_path: Path) -> None:
    (message,), _ = read(tmp_path / "result.json", telegram(author="Jean Exemple"))
    assert list(message.mentions) == ["Jean Exemple"]


def test_forwarded_words_name_who_wrote_them(tmp_path: Path) -> None:
    (message,), _ = read(tmp_path / "result.json", telegram(forwarded_from="Compte"))
    assert list(message.mentions) == ["Compte"]
    assert "repost_of_id" in message.missing


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"todo_list": {"title": "À faire", "answers": [{"text": "un"}]}}, "À faire\nun"),
        ({"game_title": "Jeu", "game_description": "d"}, "Jeu\nd"),
        ({"invoice_information": {"title": "Don", "description": "pour eux"}}, "Don\npour eux"),
    ],
)
def test_lists_games_and_bills_have_words(tmp_path: Path, fields: dict[str, Any], text: str) -> None:
    (message,), _ = read(tmp_path / "result.json", telegram(text="", **fields))
    assert message.text == text


# ------------------------------------------------------------------ X, version 2; cuts

POST = {
    "id": "1790000000000000001",
    "text": "Tom &amp; Zoé &lt;3",
    "author_id": "9",
    "created_at": "2024-05-13T12:43:51.000Z",
    "lang": "fr",
    "conversation_id": "1790000000000000001",
    "edit_history_tweet_ids": ["1790000000000000001"],
}
ZOE = {"id": "9", "username": "zoe", "name": "Zoé"}
COUNTS = {"retweet_count": 57, "reply_count": 0, "like_count": 0, "quote_count": 0, "impression_count": 0}


def repost(**more: Any) -> dict[str, Any]:
    reference = {"type": "retweeted", "id": "1780000000000000001"} | more
    return POST | {"text": "RT @autre: début…", "referenced_tweets": [reference], "public_metrics": COUNTS}


@pytest.mark.parametrize("as_lines", [True, False])
def test_a_text_of_x_is_what_people_read(tmp_path: Path, as_lines: bool) -> None:
    post = POST | {"attachments": {"poll_ids": ["3"]}}
    polls = [{"id": "3", "options": [{"position": 1, "label": "Oui"}, {"position": 2, "label": "Non"}]}]
    page = {"data": [post], "includes": {"users": [ZOE], "polls": polls}, "meta": {"result_count": 1}}
    document = json.dumps(page) + ("\n" if as_lines else "")
    (message,), _ = read(tmp_path / ("a.jsonl" if as_lines else "a.json"), document)
    assert (message.text, message.text_raw) == ("Tom & Zoé <3\nOui\nNon", POST["text"])
    assert list(message.text_repairs) == ["html_unescaped", "fragments_joined"]


def test_a_repost_has_no_counts_of_its_own_and_the_whole_text_where_it_is_known(tmp_path: Path) -> None:
    lines = [
        POST | {"author": ZOE},
        repost() | {"author": ZOE},
        repost(text="début et fin") | {"author": ZOE},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (plain, cut, whole), _ = read(tmp_path / "a.jsonl", text)
    assert (plain.text, list(plain.text_repairs)) == ("Tom & Zoé <3", ["html_unescaped"])
    assert (cut.text, list(cut.text_repairs)) == ("RT @autre: début…", ["shortened_upstream"])
    assert (whole.text, whole.text_raw) == ("début et fin", "RT @autre: début…")
    for one in (cut, whole):
        assert (one.like_count, one.share_count, one.reply_count, one.view_count) == (None,) * 4
        assert {"like_count", "share_count", "reply_count", "view_count"} <= set(one.missing)


@pytest.mark.parametrize("kept", ['"nav_index":', '"nav_index": fals', '"nav_index": -', '"a'])
def test_a_last_line_that_stops_anywhere_is_a_cut(tmp_path: Path, kept: str) -> None:
    text = json.dumps(POST | {"author": ZOE})
    _, reading = read(tmp_path / "a.jsonl", f"{text}\n{text[:-1]}, {kept}")
    assert reading.ledger.sources[0].truncated
    assert "truncated" in notes(reading)


def test_a_page_that_announces_another_says_so(tmp_path: Path) -> None:
    comment = {
        "textDisplay": "a",
        "authorDisplayName": "Ada",
        "publishedAt": "2026-10-01T10:00:00Z",
        "likeCount": 0,
    }
    item = {"kind": "youtube#comment", "id": "c", "snippet": comment}
    page = {"kind": "youtube#commentListResponse", "nextPageToken": "Q", "items": [item]}
    for document, is_said in ((page, True), ({k: v for k, v in page.items() if k != "nextPageToken"}, False)):
        _, reading = read(tmp_path / "a.json", document)
        assert ("more_pages" in notes(reading)) == is_said


def test_a_page_of_meta_that_announces_another_says_so(tmp_path: Path) -> None:
    at = "2024-05-13T19:04:00+0000"
    comment = {"id": "1_2", "created_time": at, "message": "mot", "comment_count": 0, "can_remove": True}
    data = [comment]
    after = {
        "cursors": {"before": "Q", "after": "R"},
        "next": "https://graph.facebook.com/v19.0/1/comments?after=R",
    }
    pages: list[tuple[Any, bool]] = [
        ({"data": data, "paging": after}, True),
        ({"data": data, "paging": after, "summary": {"total_count": 9}}, True),
        ({"data": data, "paging": {"cursors": after["cursors"]}}, False),
        ([{"data": data, "paging": after}, {"data": data}], False),
    ]
    for page, is_said in pages:
        messages, reading = read(tmp_path / "a.json", page)
        assert messages[0].text == "mot"
        assert ("more_pages" in notes(reading)) == is_said


def test_of_several_pages_none_is_said_to_lack_another(tmp_path: Path) -> None:
    comment = {
        "textDisplay": "a",
        "authorDisplayName": "Ada",
        "publishedAt": "2026-10-01T10:00:00Z",
        "likeCount": 0,
    }
    pages = [
        {
            "kind": "youtube#commentListResponse",
            "nextPageToken": "Q",
            "items": [{"id": f"c{n}", "snippet": comment}],
        }
        for n in range(2)
    ]
    for number, page in enumerate(pages):
        (tmp_path / f"{number}.json").write_text(json.dumps(page), "utf-8")
    reading = read_paths([tmp_path], now=NOW)
    assert len(list(reading)) == 2
    assert notes(reading) == set()
