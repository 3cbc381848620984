"""The platforms that a capture is searched for: one line each, as in the table of formats."""

import re
from collections.abc import Sequence
from typing import Any, Final

from saisine.messages.formats import instagram_media, threads_posts, tiktok_items, x_graphql_tweets
from saisine.messages.formats.captured import Around, Mapped, Shape, Site
from saisine.messages.formats.contract import Context, Message, Note, RawRecord, Skip
from saisine.messages.formats.facebook_web import FACEBOOK_SITE
from saisine.messages.formats.linkedin_voyager import LINKEDIN_SITE
from saisine.messages.formats.youtube_web import YOUTUBE_SITE

_INSTAGRAM_POST: Final = re.compile(r"/media/(\d+)(?:_\d+)?/comments/")


def _tweet(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    return x_graphql_tweets.map_tweet(raw, record, ctx)


def _gone_tweet(
    raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around
) -> Sequence[Message | Skip | Note]:
    return x_graphql_tweets.map_gone(raw, record, ctx)


def _is_gone_tweet(value: dict[str, Any]) -> bool:
    return x_graphql_tweets.gone_id(value) is not None


def _media(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    return instagram_media.map_media(raw, record, ctx)


def _instagram_comment(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    """A comment; the post's own caption, written like one beside the comments, is none."""
    if about["steps"][-1:] == ("caption",):
        return [Skip("not_a_message")]
    post = _INSTAGRAM_POST.search(about["address"])
    return instagram_media.map_comment(raw, record, ctx, target_id=post[1] if post else None)


def _video(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    return tiktok_items.map_item(raw, record, ctx)


def _app_video(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    return tiktok_items.map_app_item(raw, record, ctx)


def _tiktok_comment(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    return tiktok_items.map_comment(raw, record, ctx)


def _thread(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    return threads_posts.map_post(raw, record, ctx)


_GONE: Final = (b'"TweetTombstone"', b'"TweetUnavailable"')
X_SITE: Final = Site(
    platform="x",
    hosts=("x.com", "twitter.com"),
    marks=(b'"full_text"', *_GONE),
    keys=frozenset({"legacy", "promotedMetadata"}),
    shapes=(Shape(x_graphql_tweets.is_shown, _tweet), Shape(_is_gone_tweet, _gone_tweet)),
    cannot_give=("visibility",),
    rare_marks=_GONE,
    rare_keys=frozenset({"entryId"}),
    quotes=True,
)
INSTAGRAM_SITE: Final = Site(
    platform="instagram",
    hosts=("instagram.com",),
    marks=(b'"taken_at"', b'"created_at"', b'"created_at_utc"', b'"taken_at_timestamp"', b'"XIGPolaris'),
    keys=frozenset({"user", "owner"}),
    shapes=(
        Shape(instagram_media.is_media, _media),
        Shape(instagram_media.is_comment, _instagram_comment),
    ),
    quotes=True,
)
TIKTOK_SITE: Final = Site(
    platform="tiktok",
    hosts=("tiktok.com", "tiktokv.com", "tiktokv.eu"),
    marks=(b'"aweme_id"', b'"createTime"'),
    keys=frozenset({"cid", "createTime"}),
    shapes=(
        Shape(tiktok_items.is_comment, _tiktok_comment),
        Shape(tiktok_items.is_item, _video),
        Shape(tiktok_items.is_app_item, _app_video),
    ),
    rare_marks=(b'"statistics"',),
    rare_keys=frozenset({"create_time"}),
)
THREADS_SITE: Final = Site(
    platform="threads",
    hosts=("threads.net", "threads.com"),
    marks=(b'"text_post_app_info"',),
    keys=frozenset({"text_post_app_info"}),
    shapes=(Shape(threads_posts.is_post, _thread),),
    quotes=True,
)

SITES: Final[tuple[Site, ...]] = (
    FACEBOOK_SITE,
    INSTAGRAM_SITE,
    LINKEDIN_SITE,
    X_SITE,
    TIKTOK_SITE,
    THREADS_SITE,
    YOUTUBE_SITE,
)
CAPTURED_PLATFORMS: Final = tuple(site.platform for site in SITES)
