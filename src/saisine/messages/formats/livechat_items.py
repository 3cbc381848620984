"""The lines of a YouTube live chat as its page receives them: one `…Renderer` per kind of line.

Kinds follow chat-downloader @ 94ed3fe9dd2a (`_KNOWN_ADD_ACTION_TYPES`) and the page's own names. A text is what
was read on screen; an amount of money has no column and stays in the source, at the locator.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from saisine.messages.formats.contract import Context, Message, RawRecord, Skip
from saisine.messages.formats.youtube_words import handle_of, links_of, text_of
from saisine.texts import utc_from_us

Renderer = Mapping[str, Any]


class Line(NamedTuple):
    """How a kind of line becomes a message: its `kind`, and where its text and its author's fields are."""

    kind: str
    texts: Callable[[Renderer], list[Any]]
    author: Callable[[Renderer], Renderer] = lambda renderer: renderer


def _label(node: Any) -> str:
    """The words that describe a picture to those who do not see it."""
    inner = ((node or {}).get("accessibility") or {}).get("accessibilityData") or {}
    return str(inner.get("label") or "")


def _gift_header(renderer: Renderer) -> Renderer:
    header: Renderer = (renderer.get("header") or {}).get("liveChatSponsorshipsHeaderRenderer") or {}
    return header


def _written_or(*keys: str) -> Callable[[Renderer], list[Any]]:
    """What the person wrote; without it, what the platform shows in its place."""
    return lambda renderer: (
        [renderer["message"]] if renderer.get("message") else [renderer.get(key) for key in keys]
    )


LINES: Final[Mapping[str, Line]] = {
    "liveChatTextMessageRenderer": Line("chat", lambda one: [one.get("message")]),
    "liveChatPaidMessageRenderer": Line("live", lambda one: [one.get("message")]),
    "liveChatLegacyPaidMessageRenderer": Line(
        "live", lambda one: [one.get("eventText"), one.get("detailText")]
    ),
    "liveChatPaidStickerRenderer": Line("live", lambda one: [_label(one.get("sticker"))]),
    "liveChatMembershipItemRenderer": Line("live", _written_or("headerPrimaryText", "headerSubtext")),
    "liveChatDonationAnnouncementRenderer": Line("live", lambda one: [one.get("text"), one.get("subtext")]),
    "liveChatSponsorshipsGiftPurchaseAnnouncementRenderer": Line(
        "live", lambda one: [_gift_header(one).get("primaryText")], lambda one: {**one, **_gift_header(one)}
    ),
    "liveChatSponsorshipsGiftRedemptionAnnouncementRenderer": Line("live", lambda one: [one.get("message")]),
}
# What the platform itself writes, and what is only a place kept for a line.
SYSTEM_LINES: Final = frozenset(
    {"liveChatViewerEngagementMessageRenderer", "liveChatModeChangeMessageRenderer",
     "liveChatModerationMessageRenderer", "liveChatPlaceholderItemRenderer", "liveChatPollRenderer",
     "liveChatRestrictedParticipationRenderer"}
)  # fmt: skip
ADVERTISEMENTS: Final = frozenset({"liveChatProductItemRenderer", "liveChatPurchasedProductMessageRenderer"})
HELD: Final = "liveChatAutoModMessageRenderer"  # a line held back until a moderator decides


def is_line(item: Mapping[str, Any]) -> bool:
    """Whether this item holds a line that someone wrote."""
    return any(key in LINES or key == HELD for key in item)


def map_item(
    item: Mapping[str, Any], place: str, record: RawRecord, ctx: Context, **state: Any
) -> Message | Skip:
    """The line of an item; `state` holds columns known from around it (`deleted`, `role`, `visibility`)."""
    for name, renderer in item.items():
        if name == HELD:
            inner = renderer.get("autoModeratedItem") or {}
            return map_item(inner, place, record, ctx, **{**state, "visibility": "held"})
        if name in LINES:
            return _message(LINES[name], renderer, place, record, ctx, state)
        if name in SYSTEM_LINES:
            return Skip("system_line")
        if name in ADVERTISEMENTS:
            return Skip("advertisement")
    return Skip("unsupported_variant" if item else "empty_record")


def _message(
    line: Line, renderer: Renderer, place: str, record: RawRecord, ctx: Context, state: Mapping[str, Any]
) -> Message:
    author = line.author(renderer)
    parts = [part for part in line.texts(renderer) if part]
    texts = [text for part in parts if (text := text_of(part))]
    name = text_of(author.get("authorName")) or None
    stamp = renderer.get("timestampUsec")
    author_id = author.get("authorExternalChannelId")
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="youtube",
        kind=line.kind,
        message_id=renderer["id"],
        author_id=author_id,
        author_handle=handle_of(name),
        author_name=name,
        text=" ".join(text.strip() for text in texts) if len(texts) > 1 else "".join(texts),
        text_repairs=("fragments_joined",) if len(texts) > 1 else (),
        urls=[link for part in parts for link in links_of(part)],
        created_at=utc_from_us(stamp) if stamp else None,
        created_at_raw=stamp,
        created_at_precision="us" if stamp else "none",
        created_at_source="field" if stamp else None,
        missing=_missing(author_id=author_id, author_name=name, created_at=stamp),
        **state,
    )


def _missing(**values: str | None) -> tuple[str, ...]:
    return tuple(name for name, value in values.items() if not value)
