"""One small invented file per format, so that the project's tests stand without any other folder."""

import json
from typing import Any

from tests.messages.formats import (
    captures,
    generated_chats,
    generated_harvests,
    generated_social,
    generated_tables,
    test_meta_dyi,
    test_takeout,
    test_telegram,
    test_twitch,
    test_youtube_api,
    test_youtube_livechat,
    test_ytdlp,
)

X_POST: dict[str, Any] = {
    "id": "1700000000000000000",
    "author_id": "12",
    "text": "Bonjour",
    "created_at": "2023-09-08T04:15:59.000Z",
    "edit_history_tweet_ids": ["1700000000000000000"],
    "public_metrics": {"retweet_count": 1, "reply_count": 2, "like_count": 3, "quote_count": 4},
}
X_USER = {"id": "12", "username": "ada", "name": "Ada"}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


# (format, what it shows, bytes, expected counts)
CASES: list[tuple[str, str, bytes, dict[str, int]]] = [
    (
        "youtube-api",
        "threads and inline replies",
        _json(test_youtube_api.PAGE),
        {"mapped": 4},
    ),
    (
        "youtube-api",
        "replies alone, one per line",
        _json(test_youtube_api.comment("a.b", parentId="a")) + b"\n",
        {"mapped": 1},
    ),
    (
        "meta-dyi",
        "private messages",
        _json(test_meta_dyi.as_meta(test_meta_dyi.thread(test_meta_dyi.direct("Été")))),
        {"mapped": 1},
    ),
    (
        "meta-dyi",
        "Facebook comments",
        _json(test_meta_dyi.as_meta(test_meta_dyi.FACEBOOK[0][1])),
        {"mapped": 1},
    ),
    (
        "meta-dyi",
        "Instagram comments, Dutch labels",
        _json({"comments_media_comments": [{"string_map_data": test_meta_dyi.DUTCH}]}),
        {"mapped": 1},
    ),
    (
        "meta-dyi",
        "old Instagram comments",
        _json({"media_comments": [["2020-10-19T16:39:30+00:00", "Oui", "zoe"]]}),
        {"mapped": 1},
    ),
    (
        "twitch",
        "two messages, one commenter gone",
        _json(test_twitch.chat(test_twitch.comment(1), test_twitch.comment(2, commenter=None))),
        {"mapped": 2},
    ),
    (
        "telegram",
        "one chat",
        _json(test_telegram.chat(test_telegram.message(1), test_telegram.message(2, type="service"))),
        {"mapped": 1, "system_line": 1},
    ),
    ("telegram", "a whole account", _json(test_telegram.ACCOUNT), {"mapped": 4}),
    ("x-api-v2", "one page", _json({"data": [X_POST], "includes": {"users": [X_USER]}}), {"mapped": 1}),
    ("x-twarc", "flat lines", _json(X_POST | {"author": X_USER}) + b"\n", {"mapped": 1}),
    (
        "csv-simple",
        "a table kept by hand, Excel in French",
        "\ufeffDate;Plateforme;Auteur;Texte;Lien\r\n08/04/2026 14:05;facebook;Ada;« Été »;https://e.test\r\n".encode(),
        {"mapped": 1},
    ),
    (
        "exportcomments",
        "two comments",
        b'"",Name (click to view profile),Profile ID,Date,Likes,Comment,(view source)\n'
        b'1,Ada,"12",2026-10-01 10:00:00,3,"Un, deux",https://e.test/1\n'
        b"1-1,Zoe,13,2026-10-01 10:05:00,0,Trois,https://e.test/2\n",
        {"mapped": 2},
    ),
    (
        "minet-youtube-comments",
        "a comment and its reply",
        b"video_id,comment_id,author_name,author_channel_id,text,like_count,published_at,updated_at,"
        b"reply_count,parent_comment_id\n"
        b"v,c1,Ada,UCa,Bonjour,3,2026-10-01T10:00:00Z,2026-10-01T10:00:00Z,1,\n"
        b"v,c1.r,Zoe,UCz,Oui,0,2026-10-01T11:00:00Z,2026-10-01T12:00:00Z,0,c1\n",
        {"mapped": 2},
    ),
    (
        "discord-csv",
        "a text over two lines, a picture, an empty row",
        b"AuthorID,Author,Date,Content,Attachments,Reactions\n"
        b'"99","zoe","2024-05-13T21:04:00.1230000+02:00","un ""deux""\nl2","","\xf0\x9f\x91\x8d (1)"\n'
        b'"100","bob","2024-05-13T21:05:00.1230000+02:00","","https://cdn.e.test/a.png,https://cdn.e.test/b.png",""\n'
        b'"100","bob","2024-05-13T21:06:00.1230000+02:00","","",""\n',
        {"mapped": 2, "empty_record": 1},
    ),
    (
        "youtube-data-tools",
        "one comment",
        b"id,replyCount,likeCount,publishedAt,authorName,text,authorChannelId,isReply,isReplyTo,isReplyToName\n"
        b'c1,0,3,2026-10-01 10:00:00,Ada,"dit ""oui""",UCa,0,,\n',
        {"mapped": 1},
    ),
    *generated_social.CASES,
    *generated_chats.CASES,
    *generated_tables.CASES,
    *generated_harvests.CASES,
    ("ytdlp", "a page, a comment and its reply", _json(test_ytdlp.PAGE), {"mapped": 3}),
    (
        "youtube-livechat",
        "lines of yt-dlp, one deleted",
        test_youtube_livechat.CHAT,
        {"mapped": 2, "system_line": 1},
    ),
    ("youtube-livechat-api", "one page", _json(test_youtube_livechat.API_PAGE), {"mapped": 2}),
    ("takeout", "comments, English headers", test_takeout.COMMENTS, {"mapped": 2}),
    ("takeout", "a page from before 2023", test_takeout.PAGE, {"mapped": 2}),
    (
        "har",
        "one answer of each platform",
        captures.har(*(captures.entry(address, answer) for address, answer, _ in captures.ANSWERS)),
        {"mapped": captures.COUNT, "not_a_message": 1},
    ),
    (
        "warc",
        "one answer of each platform, compressed",
        captures.warc(
            *(
                captures.answer_record(address, answer, n)
                for n, (address, answer, _) in enumerate(captures.ANSWERS)
            ),
            packed=True,
        ),
        {"mapped": captures.COUNT, "not_a_message": 1},
    ),
]
