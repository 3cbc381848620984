"""Invented answers of the platforms' own pages, and the captures (HAR, WARC, WACZ) that hold them."""

import base64
import gzip
import json
from typing import Any

AT = "2026-10-02T12:00:00.000Z"


def coded(post: str, comment: str) -> str:
    return base64.b64encode(f"comment:{post}_{comment}".encode()).decode()


def facebook_comment(comment: str, text: str, *replies: Any, **fields: Any) -> dict[str, Any]:
    return {
        "__typename": "Comment",
        "id": coded("900", comment),
        "legacy_fbid": comment,
        "depth": 0,
        "body": {"text": text},
        "author": {
            "__typename": "User",
            "id": "61",
            "name": "Ada",
            "url": "https://www.facebook.com/ada.voisine",
        },
        "created_time": 1_790_000_000,
        "comment_action_links": [
            {
                "comment": {
                    "id": "x",
                    "url": f"https://www.facebook.com/asso/posts/900?comment_id={comment}&__tn__=R",
                    "created_time": 1_790_000_000,
                }
            }
        ],
        "feedback": {
            "reactors": {"count": 4},
            "total_comment_count": len(replies),
            "replies_connection": {"edges": [{"node": reply} for reply in replies]},
        },
        **fields,
    }


FACEBOOK_REPLY = facebook_comment("12", "Oui", depth=1, comment_parent={"id": coded("900", "11")})
FACEBOOK_STORY = {
    "__typename": "Story",
    "post_id": "900",
    "comet_sections": {
        "content": {
            "story": {
                "message": {"text": "Réunion publique"},
                "actors": [
                    {
                        "__typename": "Page",
                        "id": "60",
                        "name": "Les Voisins",
                        "url": "https://www.facebook.com/voisins",
                    }
                ],
                "wwwURL": "https://www.facebook.com/voisins/posts/900?__cft__=z",
            }
        },
        "context_layout": {
            "story": {"comet_sections": {"metadata": [{"story": {"creation_time": 1_789_990_000}}]}}
        },
        "feedback": {
            "story": {"comments": {"edges": [{"node": facebook_comment("13", "Sous la publication")}]}}
        },
    },
}
FACEBOOK = {
    "data": {
        "node": {"display_comments": {"edges": [{"node": facebook_comment("11", "Été", FACEBOOK_REPLY)}]}}
    }
}
INSTAGRAM = {
    "caption": {"pk": "1", "text": "La légende", "user": {"pk": "60"}, "created_at": 1_790_000_000},
    "comments": [
        {
            "pk": "17900000000000001",
            "text": "Bravo",
            "user": {"pk": "61", "username": "ada", "full_name": "Ada"},
            "created_at": 1_790_000_000,
            "comment_like_count": 2,
            "child_comment_count": 1,
            "preview_child_comments": [
                {
                    "pk": "17900000000000002",
                    "text": "Merci",
                    "user": {"pk": "60", "username": "voisins"},
                    "created_at": 1_790_000_100,
                    "parent_comment_id": "17900000000000001",
                }
            ],
        }
    ],
}
_POST = "urn:li:activity:7000000000000000000"


def link_urn(last: int) -> str:
    """A comment's urn as an address writes it."""
    return f"urn%3Ali%3Acomment%3A%28activity%3A7000000000000000000%2C700000000000000{last:04d}%29"


LINKEDIN = {
    "data": {"*elements": []},
    "included": [
        {
            "$type": "com.linkedin.voyager.dash.social.Comment",
            "entityUrn": f"urn:li:fsd_comment:(7000000000000000009,{_POST})",
            "urn": "urn:li:comment:(activity:7000000000000000000,7000000000000000009)",
            "commentary": {"text": "Très juste"},
            "commenter": {
                "title": {"text": "Ada"},
                "navigationUrl": "https://www.linkedin.com/in/ada-voisine?trk=x",
                "actor": {"*profileUrn": "urn:li:fsd_profile:ABC"},
            },
            "createdAt": 1_790_000_000_123,
            "permalink": f"https://www.linkedin.com/feed/update/{_POST}/?commentUrn={link_urn(9)}&miniId=1",
        },
        {
            "$type": "com.linkedin.voyager.feed.Unknown",
            "commentary": {"text": "x"},
            "commenter": {},
        },
        {
            "$type": "com.linkedin.voyager.dash.feed.SocialActivityCounts",
            "urn": "urn:li:comment:(activity:7000000000000000000,7000000000000000009)",
            "numLikes": 5,
            "numComments": 0,
        },
        {
            "$type": "com.linkedin.voyager.dash.feed.Update",
            "metadata": {"backendUrn": _POST},
            "actor": {
                "name": {"text": "Les Voisins"},
                "subDescription": {"text": "18 h •"},
                "navigationContext": {"actionTarget": "https://www.linkedin.com/company/voisins/posts"},
            },
            "commentary": {"text": {"text": "Notre rapport"}},
        },
    ],
}
X = {
    "data": {
        "entries": [
            {
                "tweet_results": {
                    "result": {
                        "rest_id": "1700000000000000000",
                        "core": {
                            "user_results": {
                                "result": {
                                    "rest_id": "12",
                                    "core": {"screen_name": "ada", "name": "Ada"},
                                    "legacy": {},
                                }
                            }
                        },
                        "legacy": {
                            "full_text": "Bonjour",
                            "created_at": "Fri Sep 08 04:15:59 +0000 2023",
                            "favorite_count": 3,
                        },
                    }
                }
            }
        ]
    }
}
TIKTOK = {
    "comments": [
        {
            "cid": "7000000000000000000",
            "aweme_id": "6999999999999999999",
            "reply_id": "0",
            "text": "Joli",
            "create_time": 1_629_814_505,
            "digg_count": 1,
            "user": {"uid": "61", "unique_id": "ada", "nickname": "Ada"},
        }
    ]
}


def youtube_entity(key: str, text: str, when: str = "il y a 2 ans (modifié)") -> dict[str, Any]:
    return {
        "payload": {
            "commentEntityPayload": {
                "key": "k",
                "properties": {"commentId": key, "content": {"content": text}, "publishedTime": when},
                "author": {"channelId": "UCada", "displayName": "@ada"},
                "toolbar": {"likeCountNotliked": "1,2 k", "replyCount": "1"},
            }
        }
    }


def youtube_link(video: str, key: str) -> dict[str, Any]:
    url = f"/watch?v={video}&lc={key}"
    command = {"innertubeCommand": {"commandMetadata": {"webCommandMetadata": {"url": url}}}}
    return {"payload": {"commentSurfaceEntityPayload": {"publishedTimeCommand": command}}}


YOUTUBE = {
    "frameworkUpdates": {
        "entityBatchUpdate": {
            "mutations": [
                youtube_entity("UgxA", "Première"),
                youtube_link("vid00000001", "UgxA"),
                youtube_entity("UgxA.r1", "Réponse", "il y a 3 h"),
                youtube_link("vid00000001", "UgxA.r1"),
            ]
        }
    }
}
THREADS = {
    "data": {
        "post": {
            "pk": "3000000000000000000",
            "code": "ABC",
            "taken_at": 1_790_000_000,
            "caption": {"text": "Sur Threads"},
            "user": {"pk": "61", "username": "ada"},
            "text_post_app_info": {"direct_reply_count": 2},
        }
    }
}
# (address, answer, texts of its messages)
ANSWERS: list[tuple[str, Any, list[str]]] = [
    ("https://www.facebook.com/api/graphql/", FACEBOOK, ["Été", "Oui"]),
    (
        "https://www.facebook.com/api/graphql/?p=2",
        {"data": FACEBOOK_STORY},
        ["Réunion publique", "Sous la publication"],
    ),
    (
        "https://www.instagram.com/api/v1/media/3000000000000000000/comments/?a=b",
        INSTAGRAM,
        ["Bravo", "Merci"],
    ),
    ("https://www.linkedin.com/voyager/api/graphql?queryId=x", LINKEDIN, ["Très juste", "Notre rapport"]),
    ("https://x.com/i/api/graphql/a/TweetDetail", X, ["Bonjour"]),
    ("https://www.tiktok.com/api/comment/list/?aweme_id=1", TIKTOK, ["Joli"]),
    ("https://www.threads.com/api/graphql", THREADS, ["Sur Threads"]),
    ("https://www.youtube.com/youtubei/v1/next?prettyPrint=false", YOUTUBE, ["Première", "Réponse"]),
]
COUNT = sum(len(texts) for _, _, texts in ANSWERS)


# ------------------------------------------------------------------ HAR


def entry(address: str, body: Any, media: str = "application/json", **content: Any) -> dict[str, Any]:
    text = body if isinstance(body, str | None) else json.dumps(body, ensure_ascii=False)
    return {
        "startedDateTime": AT,
        "request": {
            "method": "POST",
            "url": address,
            "headers": [
                {"name": "Cookie", "value": "c_user=SECRET"},
                {"name": "Authorization", "value": "SECRET"},
            ],
            "cookies": [{"name": "xs", "value": "SECRET"}],
        },
        "response": {
            "status": 200,
            "headers": [{"name": "set-cookie", "value": "SECRET"}],
            "content": {"mimeType": media, "size": 9} | ({} if text is None else {"text": text}) | content,
        },
    }


def har(*entries: Any) -> bytes:
    log = {
        "version": "1.2",
        "creator": {"name": "test", "version": "1"},
        "pages": [],
        "entries": list(entries),
    }
    return json.dumps({"log": log}, ensure_ascii=False, indent=1).encode()


# ------------------------------------------------------------------ WARC


def http(body: bytes, media: str = "application/json", *headers: str) -> bytes:
    head = ["HTTP/1.1 200 OK", f"Content-Type: {media}", "Set-Cookie: SECRET", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def warc_record(
    kind: str, address: str, block: bytes, number: int = 0, media: str = "application/http; msgtype=response"
) -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
        f"WARC-Target-URI: {address}\r\nWARC-Date: 2026-10-02T12:00:00Z\r\nContent-Type: {media}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def warc(*records: bytes, packed: bool = False) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) if packed else one for one in records)


def answer_record(address: str, answer: Any, number: int = 0, *headers: str) -> bytes:
    return warc_record(
        "response", address, http(json.dumps(answer).encode(), "application/json", *headers), number
    )
