"""LinkedIn's own pages (Voyager): posts, comments and replies, as captures hold their answers.

A comment is `{"$type": "…voyager.dash.social.Comment", "urn", "commentary", "commenter", "createdAt", …}` in the
list `included`; its counts stand beside it, in `SocialActivityCounts`. A post is a `…dash.feed.Update` and names no
time: its number holds it (docs/messages.md). LinkedIn has no export of what others wrote.

Followed: FORMATS of Zeeschuimer's LinkedIn module (removed in June 2026), and published readers of
`voyagerSocialDashComments`. To be checked on a real capture of 2026.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from saisine.messages.formats import linkedin_updates
from saisine.messages.formats.captured import Around, Mapped, Shape, Site
from saisine.messages.formats.contract import Context, Message, RawRecord, Skip
from saisine.messages.formats.json_values import absent, as_count, dict_at, inside, list_at, word_at
from saisine.messages.formats.links import urls_in
from saisine.texts import utc_from_ms

COMMENT_TYPE: Final = "com.linkedin.voyager.dash.social.Comment"
UPDATE_TYPE: Final = "com.linkedin.voyager.dash.feed.Update"
_COUNTS_OF: Final = "urn:li:fsd_socialActivityCounts:"
COUNTS_TYPE: Final = "com.linkedin.voyager.dash.feed.SocialActivityCounts"
# urn:li:comment:(activity:7,9), urn:li:comment:(urn:li:activity:7,9), urn:li:fsd_comment:(9,urn:li:activity:7)
_URN: Final = re.compile(r"urn:li:comment:\((?:urn:li:)?(\w+):(\d+),(\d+)\)")
_DASH_URN: Final = re.compile(r"urn:li:fsd_comment:\((\d+),urn:li:(\w+):(\d+)\)")


def is_comment(value: dict[str, Any]) -> bool:
    """Whether this object is a comment; answers that are not normalised write no `$type`."""
    if "commentary" not in value or "commenter" not in value:
        return False
    return bool(value.get("$type", COMMENT_TYPE) == COMMENT_TYPE)


def is_update(value: dict[str, Any]) -> bool:
    """Whether this object is a post as the feed shows it."""
    return value.get("$type", UPDATE_TYPE) == UPDATE_TYPE and linkedin_updates.is_update(_named(value))


def comment_urn(*written: Any) -> tuple[str, str] | None:
    """(the comment's urn in its public form, its post's urn), of the first that is one in any form."""
    for one in written:
        text = unquote(one) if isinstance(one, str) else ""
        if found := _URN.search(text):
            kind, post, comment = found.groups()
        elif found := _DASH_URN.search(text):
            comment, kind, post = found.groups()
        else:
            continue
        return f"urn:li:comment:({kind}:{post},{comment})", f"urn:li:{kind}:{post}"
    return None


def around(document: Any, text: str) -> Around:
    """urn -> object, from the list beside the posts and comments; comment -> its counts."""
    included = [one for one in list_at(document, "included") if isinstance(one, dict)]
    counts = (one for one in included if one.get("$type") == COUNTS_TYPE)
    return {
        "objects": {str(one.get("entityUrn")): one for one in included},
        "counts": {_counted(one): one for one in counts},
    }


def _counted(one: Mapping[str, Any]) -> str:
    """The comment that these counts are of, in its public form; else the urn as it is."""
    urn = str(one.get("urn") or one.get("entityUrn") or "").removeprefix(_COUNTS_OF)
    found = comment_urn(urn)
    return found[0] if found else urn


def _counts(urn: str, about: Around) -> dict[str, int | None]:
    found = about.get("counts", {}).get(urn, {})
    given = [as_count(inside(one, "count")) for one in list_at(found, "reactionTypeCounts")]
    reactions = [count for count in given if count is not None]
    likes = as_count(found.get("numLikes"))
    return {
        "like_count": likes if likes is not None else sum(reactions) if reactions else None,
        "reply_count": as_count(found.get("numComments")),
        "share_count": as_count(found.get("numShares")),
    }


def map_comment(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    """One comment or reply."""
    named = comment_urn(raw.get("urn"), raw.get("entityUrn"), raw.get("dashEntityUrn"))
    text = word_at(raw, "commentary", "text") or word_at(raw, "commentary", "text", "text")
    if named is None:
        return [Skip("unsupported_variant")]
    urn, post_urn = named
    permalink = word_at(raw, "permalink") or ""
    parent = _parent(raw, permalink, urn)
    author = _commenter(dict_at(raw, "commenter"))
    counts, stamp = _counts(urn, about), as_count(raw.get("createdAt"))
    is_edited = raw.get("edited") is True
    return [
        Message.of(
            record,
            ctx,
            platform="linkedin",
            kind="reply" if parent else "comment",
            message_id=urn,
            **author,
            text=text or "",
            **_times(stamp),
            url=clean_permalink(permalink, post_urn),
            parent_id=parent,
            conversation_id=parent or urn,
            target_id=post_urn,
            target_kind="post",
            urls=urls_in(text or ""),
            **counts,
            missing=(*absent(**author, **counts, created_at=stamp), *(("edited_at",) if is_edited else ())),
        )
    ]


def _times(stamp: int | None) -> dict[str, Any]:
    if not stamp:
        return {}
    return {
        "created_at": utc_from_ms(stamp),
        "created_at_raw": str(stamp),
        "created_at_precision": "ms",
        "created_at_source": "field",
    }


def _parent(raw: dict[str, Any], permalink: str, urn: str) -> str | None:
    """The comment answered: named by the object, else by its address, which names both for a reply."""
    named = comment_urn(raw.get("*parentComment"), raw.get("parentCommentUrn"))
    if named is None and "replyUrn=" in permalink:
        query = permalink.partition("?")[2]
        of = next((part for part in query.split("&") if part.startswith("commentUrn=")), None)
        named = comment_urn(of)
    return named[0] if named and named[0] != urn else None


def _commenter(raw: dict[str, Any]) -> dict[str, str | None]:
    actor = dict_at(raw, "actor")
    urn = next(
        (
            found
            for name in ("*profileUrn", "profileUrn", "*companyUrn", "companyUrn")
            if (found := word_at(actor, name))
        ),
        None,
    )
    return {
        "author_id": urn or word_at(raw, "urn") or word_at(raw, "commenterProfileId"),
        "author_handle": linkedin_updates.handle_in(word_at(raw, "navigationUrl")),
        "author_name": word_at(raw, "title", "text"),
    }


def clean_permalink(address: str, post_urn: str) -> str:
    """The public address of a comment, or of its post, without what tells who looked at it."""
    page = f"https://www.linkedin.com/feed/update/{post_urn}/"
    query = address.partition("?")[2]
    kept = [part for part in query.split("&") if part.startswith(("commentUrn=", "replyUrn="))]
    return f"{page}?{'&'.join(kept)}" if kept else page


def map_update(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    """One post, its references resolved as the page does; its time is that of its number."""
    objects = about.get("objects", {})
    resolved = _named(raw)
    for name in ("*socialDetail", "*resharedUpdate"):
        resolved = _resolved(resolved, name, objects)
    resolved["*socialDetail"] = _resolved(
        dict_at(resolved, "*socialDetail"), "*totalSocialActivityCounts", objects
    )
    return linkedin_updates.map_update(resolved, record, ctx)


def _named(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The post with its number where the reader of exports looks for it."""
    urn = inside(raw, "metadata", "backendUrn")
    return {**raw, "updateMetadata": {"urn": urn}} if isinstance(urn, str) else dict(raw)


def _resolved(raw: dict[str, Any], name: str, objects: Mapping[str, Any]) -> dict[str, Any]:
    """The object with what this reference names, instead of its urn; without it when it is not there."""
    urn = raw.get(name)
    if not isinstance(urn, str):
        return raw
    return {**raw, name: objects.get(urn)}


LINKEDIN_SITE: Final = Site(
    platform="linkedin",
    hosts=("linkedin.com",),
    marks=(b"social.Comment", b"feed.Update", b'"commentary"'),
    keys=frozenset({"commenter", "actor"}),
    shapes=(Shape(is_comment, map_comment), Shape(is_update, map_update)),
    around=around,
    cannot_give=("lang", "view_count"),
)
