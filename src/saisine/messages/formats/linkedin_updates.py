"""LinkedIn: the posts of its own pages ("Voyager V2" updates), as old Zeeschuimer files and captures hold them.

An update is `{"updateMetadata": {"urn"}, "actor", "commentary": {"text": {"text"}}, "content",
"*socialDetail": {...}}` with its references resolved. It says no date, only "18 h" in the language of the
screen: the time comes from the number in its urn. A shared update inside becomes a row of role `context`.

Field names as in the public sources of Zeeschuimer (modules/linkedin.js, before its removal in June 2026) and of
4CAT (datasources/linkedin), 2024-2026.
"""

import re
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from saisine.messages.formats.contract import Context, RawRecord
from saisine.messages.formats.json_values import (
    TOP,
    Mapped,
    Place,
    absent,
    as_count,
    as_id,
    dict_at,
    distinct,
    inside,
    list_at,
    word_at,
)
from saisine.messages.schema import Message, Skip

_PROFILE: Final = re.compile(r"/(?:in|company|school|showcase)/([^/?#]+)")
_ACTIVITY: Final = re.compile(r"urn:li:activity:(\d+)")
# What stands in place of "18 h" over an advertisement, by language of the screen.
PROMOTED: Final = frozenset({"promoted", "sponsorisé", "post sponsorisé", "gesponsord", "anzeige"})


def activity_of(raw: dict[str, Any]) -> str | None:
    """`urn:li:activity:<number>` of an update; an aggregate names several, the first one is the post."""
    for urn in (inside(raw, "updateMetadata", "urn"), raw.get("preDashEntityUrn"), raw.get("entityUrn")):
        found = _ACTIVITY.search(urn) if isinstance(urn, str) else None
        if found:
            return found[0]
    return None


def is_update(value: Any) -> bool:
    """Whether this object is a post with its author and its number."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("actor"), dict)
        and "commentary" in value
        and activity_of(value) is not None
    )


def map_update(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Mapped:
    """One update, then the update it shares."""
    if not is_update(raw):
        return [Skip("unsupported_variant")]
    ago = (word_at(raw, "actor", "subDescription", "text") or "").partition("•")[0].strip()
    if ago.casefold() in PROMOTED:
        return [Skip("advertisement")]
    name = next((n for n in ("*resharedUpdate", "resharedUpdate") if is_update(raw.get(n))), None)
    shared = raw[name] if name else None
    rows: Mapped = [_message(raw, shared, ago, record, ctx, place)]
    if shared is not None:
        found = map_update(shared, record, ctx, place.below(f"/{name}", "context"))
        rows += [one for one in found if isinstance(one, Message)]
    return rows


def _message(
    raw: dict[str, Any],
    shared: dict[str, Any] | None,
    ago: str,
    record: RawRecord,
    ctx: Context,
    place: Place,
) -> Message:
    urn, text = activity_of(raw), word_at(raw, "commentary", "text", "text") or ""
    author, counts = _author(raw["actor"]), _counts(raw)
    shared_id = activity_of(shared) if shared else None
    return Message.of(
        record,
        ctx,
        sub_locator=place.path,
        platform="linkedin",
        kind="post" if not shared else "quote" if text else "repost",
        role=place.role,
        message_id=urn,
        **author,
        text=text,
        created_at_raw=ago or None,  # "18 h": too coarse beside the time of the number
        collected_at=place.collected_at,
        url=f"https://www.linkedin.com/feed/update/{urn}",
        conversation_id=urn,
        hashtags=_hashtags(raw),
        mentions=_mentions(raw),
        urls=_links(raw),
        media_urls=_pictures(raw),
        repost_of_id=None if text else shared_id,
        quote_of_id=shared_id if text else None,
        **counts,
        missing=(*absent(**author | counts), "view_count", "lang", "visibility"),
    )


def handle_in(address: str | None) -> str | None:
    """The handle in the address of a person's, company's or school's page."""
    found = _PROFILE.search(urlsplit(address or "").path)
    return unquote(found[1]) if found else None


def _author(actor: dict[str, Any]) -> dict[str, Any]:
    return {
        "author_id": word_at(actor, "urn") or word_at(actor, "backendUrn"),
        "author_handle": handle_in(word_at(actor, "navigationContext", "actionTarget")),
        "author_name": word_at(actor, "name", "text"),
    }


def _counts(raw: dict[str, Any]) -> dict[str, int | None]:
    """Reactions, shares and comments, in the newer or the older place."""
    social = dict_at(raw, "*socialDetail") or dict_at(raw, "socialDetail")
    totals = dict_at(social, "*totalSocialActivityCounts") or dict_at(social, "totalSocialActivityCounts")
    if totals:
        found = totals.get("numLikes"), totals.get("numShares"), totals.get("numComments")
    else:
        found = (
            inside(social, "likes", "paging", "total"),
            social.get("totalShares"),
            inside(social, "comments", "paging", "total"),
        )
    likes, shares, comments = map(as_count, found)
    return {"like_count": likes, "share_count": shares, "reply_count": comments}


def _attributes(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """What the text refers to: the older list, and the details of the newer one."""
    newer = (dict_at(one, "detailData") for one in list_at(raw, "commentary", "text", "attributesV2"))
    return [*list_at(raw, "commentary", "text", "attributes"), *newer]


def _hashtags(raw: dict[str, Any]) -> list[str]:
    urns = []
    for one in _attributes(raw):
        older = one.get("trackingUrn") if one.get("type") == "HASHTAG" else None
        urns.append(older or inside(one, "*hashtag", "trackingUrn"))
    return distinct(*(urn.rpartition(":")[2] for urn in urns if isinstance(urn, str)))


def _mentions(raw: dict[str, Any]) -> list[str]:
    found = []
    for one in _attributes(raw):
        found.append(word_at(one, "*miniProfile", "publicIdentifier"))
        found.append(word_at(one, "*miniCompany", "universalName"))
        found.append(word_at(one, "*profileMention", "publicIdentifier"))
        found.append(word_at(one, "*companyName", "universalName"))
    return distinct(*found)


def _links(raw: dict[str, Any]) -> list[str]:
    return distinct(
        inside(raw, "content", "navigationContext", "actionTarget"),
        inside(raw, "content", "articleComponent", "navigationContext", "actionTarget"),
    )


def _pictures(raw: dict[str, Any]) -> list[str]:
    """The largest version of each picture."""
    vectors = [inside(one, "attributes", 0, "vectorImage") for one in list_at(raw, "content", "images")]
    vectors += [
        inside(one, "attributes", 0, "detailData", "vectorImage")
        for one in [
            *list_at(raw, "content", "imageComponent", "images"),
            dict_at(raw, "content", "articleComponent", "largeImage"),
        ]
    ]
    return distinct(*map(_largest, vectors))


def _largest(vector: Any) -> str | None:
    versions = [one for one in list_at(vector, "artifacts") if isinstance(one, dict)]
    if not versions:
        return None
    best = max(versions, key=lambda one: as_count(one.get("width")) or 0)
    part = as_id(best.get("fileIdentifyingUrlPathSegment"))
    return f"{vector.get('rootUrl') or ''}{part}" if part else None
