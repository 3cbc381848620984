"""Small invented tables of tools that write CSV, .xlsx and JSON under the same names."""

import json
from typing import Any

FACEBOOK: dict[str, Any] = {
    "facebookUrl": "https://www.facebook.com/exemple/posts/1",
    "commentUrl": "https://www.facebook.com/exemple/posts/1?comment_id=11",
    "id": "Y29tbWVudDox",
    "date": "2026-10-01T10:00:00.000Z",
    "text": "Bonjour à toutes",
    "profileId": "pfbid02Exemple",
    "profileName": "Ada Exemple",
    "likesCount": "2",
    "commentsCount": 1,
    "comments": [],
    "threadingDepth": 0,
    "facebookId": "1234567890",
}
INSTAGRAM: dict[str, Any] = {
    "id": "18000000000000001",
    "postUrl": "https://www.instagram.com/p/Exemple/",
    "commentUrl": "https://www.instagram.com/p/Exemple/c/18000000000000001",
    "text": "Bravo",
    "ownerUsername": "zoe_exemple",
    "owner": {"id": "42", "full_name": "Zoé Exemple"},
    "timestamp": "2026-10-01T10:00:00.000Z",
    "likesCount": 3,
    "repliesCount": 0,
    "replies": [],
}
TIKTOK: dict[str, Any] = {
    "cid": "7000000000000000001",
    "text": "Oui",
    "createTimeISO": "2026-10-01T10:00:00.000Z",
    "createTime": 1790848800,
    "uniqueId": "lou_exemple",
    "uid": "77",
    "diggCount": 4,
    "replyCommentTotal": 0,
    "repliesToId": "7000000000000000000",
    "videoWebUrl": "https://www.tiktok.com/@exemple/video/7",
}
YOUTUBE: dict[str, Any] = {
    "cid": "UgxExemple",
    "comment": "Merci",
    "author": "@noe_exemple",
    "videoId": "abcdefghijk",
    "pageUrl": "https://www.youtube.com/watch?v=abcdefghijk",
    "voteCount": 2,
    "replyCount": 0,
    "replyToCid": None,
    "publishedTimeText": "2 days ago",
    "authorIsChannelOwner": False,
}


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


CASES: list[tuple[str, str, bytes, dict[str, int]]] = [
    (
        "apify-facebook-comments",
        "an array",
        json.dumps([FACEBOOK, FACEBOOK | {"id": "b"}]).encode(),
        {"mapped": 2},
    ),
    ("apify-instagram-comments", "lines", lines(INSTAGRAM), {"mapped": 1}),
    ("apify-tiktok-comments", "lines", lines(TIKTOK), {"mapped": 1}),
    (
        "apify-tiktok-videos",
        "CSV, nested keys",
        b"authorMeta/id,authorMeta/name,authorMeta/nickName,text,createTimeISO,webVideoUrl,id,diggCount,shareCount,"
        b"playCount,commentCount\n"
        b"77,lou_exemple,Lou,Une video,2026-10-01T10:00:00.000Z,https://www.tiktok.com/@lou/video/7,7000000000000000002,"
        b"4,1,200,3\n",
        {"mapped": 1},
    ),
    ("apify-youtube-comments", "an array", json.dumps([YOUTUBE]).encode(), {"mapped": 1}),
]
