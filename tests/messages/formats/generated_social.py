"""One small invented file per format of X, Meta, TikTok and LinkedIn, beside `generated.py`."""

import json
from typing import Any

from tests.messages.formats import (
    test_facebook_graph,
    test_gallery_dl,
    test_instagram_graph,
    test_instaloader,
    test_linkedin_csv,
    test_tiktok,
    test_tiktok_txt,
    test_tiktok_user_data,
    test_x_api_v1,
    test_x_archive,
)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


MCL_FACEBOOK = (
    b"id,creation_time,modified_time,text,lang,post_owner.type,post_owner.id,post_owner.name,surface.id,"
    b"surface.name,statistics.like_count,statistics.comment_count,statistics.reaction_count,"
    b"statistics.share_count,statistics.views,mcl_url\n"
    b'963780012345678,2026-10-01T10:00:00+00:00,,"Bonjour, voisins",fr,page,77,Association,77,Association,3,2,5,1,,'
    b"https://www.facebook.com/transparency-tools/content-library/1\n"
)
MCL_INSTAGRAM = (
    b"id,creation_time,text,lang,post_owner.id,post_owner.username,post_owner.name,statistics.like_count,"
    b"statistics.comment_count,statistics.views\n"
    b"963780012345679,2026-10-01T10:00:00+00:00,Bonjour,fr,78,asso,Association,3,2,\n"
)

# (format, what it shows, bytes, expected counts)
CASES: list[tuple[str, str, bytes, dict[str, int]]] = [
    ("x-api-v1", "a search", _json(test_x_api_v1.SEARCH), {"mapped": 2}),
    (
        "x-api-v1",
        "a repost and a notice, one per line",
        _json(test_x_api_v1.post(1, retweeted_status=test_x_api_v1.INNER)) + b'\n{"limit": {"track": 1}}\n',
        {"mapped": 1, "not_a_message": 1},
    ),
    ("x-archive", "posts", test_x_archive.TWEETS, {"mapped": 2}),
    ("x-archive", "private messages", test_x_archive.CHATS, {"mapped": 2}),
    ("facebook-graph", "a page of comments", _json(test_facebook_graph.THREAD), {"mapped": 3}),
    (
        "facebook-graph",
        "a page of posts",
        _json(test_facebook_graph.page(test_facebook_graph.post(), edge="feed")),
        {"mapped": 1},
    ),
    ("instagram-graph", "a page of comments", _json(test_instagram_graph.PAGE), {"mapped": 3}),
    ("instagram-graph", "one media", _json(test_instagram_graph.media()), {"mapped": 1}),
    ("instaloader", "comments", _json(test_instaloader.COMMENTS), {"mapped": 3}),
    ("instaloader", "a post", _json(test_instaloader.saved(test_instaloader.node())), {"mapped": 1}),
    ("gallery-dl", "a post of X", _json(test_gallery_dl.tweet()), {"mapped": 1}),
    ("gallery-dl", "a post of Instagram", _json(test_gallery_dl.instagram()), {"mapped": 1}),
    ("gallery-dl", "a video of TikTok", _json(test_gallery_dl.TIKTOK), {"mapped": 1}),
    ("tiktok", "a page of comments", _json(test_tiktok.PAGE), {"mapped": 2}),
    ("tiktok", "a list of videos", _json([test_tiktok.video(1)]), {"mapped": 1}),
    (
        "tiktok",
        "the site's own comments",
        _json({"comments": [test_tiktok.own_comment(1)], "cursor": 20}),
        {"mapped": 1},
    ),
    (
        "tiktok-user-data",
        "a recent export",
        _json(test_tiktok_user_data.NEW),
        {"mapped": 6, "like_or_reaction": 1},
    ),
    (
        "tiktok-user-data",
        "an export of before 2024",
        _json(test_tiktok_user_data.OLD),
        {"mapped": 3, "like_or_reaction": 1},
    ),
    ("tiktok-user-data-txt", "comments", test_tiktok_txt.COMMENTS, {"mapped": 3}),
    ("tiktok-user-data-txt", "comments, in Dutch", test_tiktok_txt.DUTCH, {"mapped": 2}),
    ("tiktok-user-data-txt", "private messages", test_tiktok_txt.CHATS, {"mapped": 3}),
    ("linkedin-csv", "posts", test_linkedin_csv.share("Bonjour"), {"mapped": 1}),
    ("linkedin-csv", "private messages", test_linkedin_csv.dm("Bonjour"), {"mapped": 1}),
    ("meta-content-library-facebook", "one post", MCL_FACEBOOK, {"mapped": 1}),
    ("meta-content-library-instagram", "one post", MCL_INSTAGRAM, {"mapped": 1}),
]
