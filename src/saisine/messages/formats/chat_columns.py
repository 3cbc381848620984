"""Discord messages and comments of yt-dlp by blocks: what their mappers of one record say, column by column."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Final

import msgspec
import numpy as np

from saisine.messages.columns import Columns, Same
from saisine.messages.formats.blocks import Fields, RecordBlock, Unfit, columns_of, lacking
from saisine.messages.formats.graph_columns import answering
from saisine.messages.formats.json_values import list_at, word_at
from saisine.messages.formats.links import unique, urls_in
from saisine.messages.formats.raw import Context
from saisine.messages.formats.table_columns import iso_times, stated
from saisine.messages.formats.youtube_words import watch_url
from saisine.messages.idtime import UNKNOWN
from saisine.texts import utc_from_iso, utc_us


class Author(msgspec.Struct, gc=False):
    id: str | None = None
    name: str | None = None
    nickname: str | None = None
    discriminator: str | None = None


class Named(msgspec.Struct, gc=False):
    name: str | None = None


class EmbedField(msgspec.Struct, gc=False):
    name: str | None = None
    value: str | None = None


class Embed(msgspec.Struct, gc=False):
    url: str | None = None
    title: str | None = None
    description: str | None = None
    fields: list[EmbedField] | None = None


class Shown(msgspec.Struct, gc=False, rename="camel"):
    url: str | None = None
    source_url: str | None = None


class Reference(msgspec.Struct, gc=False, rename="camel"):
    message_id: str | None = None
    type: str | None = None


class DiscordMessage(msgspec.Struct, gc=False, rename="camel"):
    id: str
    type: str
    timestamp: str
    timestamp_edited: str | None = None
    content: str | None = None
    author: Author | None = None
    mentions: list[Named] | None = None
    embeds: list[Embed] | None = None
    attachments: list[Shown] | None = None
    stickers: list[Shown] | None = None
    reference: Reference | None = None
    poll: Any = None
    forwarded_message: msgspec.Raw | None = None


_AHEAD: Final = timedelta(days=1)
NO_DISCRIMINATOR: Final = frozenset({"", "0", "0000", None})


def discord_columns(block: RecordBlock, ctx: Context, *, is_direct: bool, address: str | None) -> Columns:
    """The rows of messages that people wrote in one channel; `address` is what comes before their number. Raises
    `Unfit` for forwarded ones."""
    said: Sequence[DiscordMessage] = block.objs
    forwarded = [rank for rank, one in enumerate(said) if one.forwarded_message is not None]
    if forwarded:
        raise Unfit(forwarded)
    around: Mapping[str, Any] = block.outer[-1] if block.outer else {}
    channel = around.get("channel") or {}
    authors = [one.author or NOBODY for one in said]
    texts, repairs = _discord_texts(said)
    edited = [one.timestamp_edited or None for one in said]
    given = [one.timestamp for one in said]
    answers = [one.reference or NO_REFERENCE for one in said]
    ids = [one.id for one in said]
    fields: Fields = {
        "platform": Same("discord"),
        "kind": Same("dm" if is_direct else "chat"),
        "message_id": ids,
        "author_id": [one.id for one in authors],
        "author_handle": [
            one.name
            if not one.name or one.discriminator in NO_DISCRIMINATOR
            else f"{one.name}#{one.discriminator}"
            for one in authors
        ],
        "author_name": [one.nickname or one.name for one in authors],
        "text": texts,
        "text_repairs": repairs,
        **stated(iso_times(given, utc_from_iso), given, ["ms" if "." in one else "s" for one in given]),
        "edited_at": iso_times(edited, utc_from_iso) if any(edited) else Same(None),
        "url": [f"{address}{one}" for one in ids] if address is not None else Same(None),
        "parent_id": [None if one.type == "Forward" else one.message_id for one in answers],
        "repost_of_id": [one.message_id if one.type == "Forward" else None for one in answers],
        "conversation_id": Same(channel.get("id")),
        "target_id": Same(channel.get("id")),
        "target_kind": Same("channel"),
        "target_handle": Same(channel.get("name")),
        "visibility": Same("private" if is_direct else None),
        "mentions": [[who.name for who in one.mentions if who.name] if one.mentions else [] for one in said],
        "urls": [_discord_urls(text, one.embeds) for text, one in zip(texts, said, strict=True)],
        "media_urls": [_discord_media(one) for one in said],
        "collected_at": Same(exported_at(around, ctx.now)),
    }
    missing = lacking(
        author_id=[not one.id for one in authors],
        author_handle=[not one.name for one in authors],
        target_id=not channel.get("id"),
        visibility=not is_direct,
    )
    return columns_of(block, ctx, fields, missing)


def exported_at(around: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the channel was saved, which is what tells the newer of two exports; files before 2023 do not say it, and a
    clock that is ahead says nothing."""
    stated = word_at(around, "exportedAt")
    try:
        found = utc_from_iso(stated) if stated else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and found <= now + _AHEAD else None


NOBODY: Final = Author()
NO_REFERENCE: Final = Reference()


def _discord_texts(said: Sequence[DiscordMessage]) -> tuple[list[str], Any]:
    """(what was read, repairs): the words and the cards of a bot below; where there are none, any card, then a poll."""
    texts = [one.content or "" for one in said]
    cards = {}
    for rank, one in enumerate(said):
        if one.embeds or one.poll:
            text = texts[rank]
            added = [part for card in one.embeds or () if not text or not card.url for part in _card(card)]
            added += () if text else poll_lines(one.poll)
            if added:
                texts[rank] = "\n".join([text, *added] if text else added)
                cards[rank] = ("fragments_joined",)
    return texts, [cards.get(rank, ()) for rank in range(len(said))] if cards else Same(())


def _card(embed: Embed) -> list[str]:
    """The lines of a card: title, description, then each field with its name."""
    lines = [": ".join(filter(None, (one.name, one.value))) for one in embed.fields or ()]
    return [part for part in (embed.title, embed.description, *lines) if part]


def poll_lines(poll: Any) -> list[str]:
    """The question and the answers of a poll. No export with one was seen: another shape gives nothing."""
    question = word_at(poll, "question", "text") or word_at(poll, "question")
    lines = [question, *(word_at(one, "text") for one in list_at(poll, "answers"))]
    return [line for line in lines if line]


def _discord_urls(text: str, embeds: Sequence[Embed] | None) -> list[str]:
    if embeds:
        return unique([*urls_in(text), *(one.url for one in embeds if one.url)])
    return urls_in(text) if "://" in text else []


def _discord_media(one: DiscordMessage) -> list[str]:
    if not one.attachments and not one.stickers:
        return []
    files = [file.url for file in one.attachments or () if file.url]
    return files + [sticker.source_url for sticker in one.stickers or () if sticker.source_url]


# ------------------------------------------------------------------ yt-dlp


class YtdlpComment(msgspec.Struct, gc=False):
    id: str
    parent: str | None = None
    text: str | None = None
    like_count: int | None = None
    author_id: str | None = None
    author: str | None = None
    url: str | None = None
    timestamp: int | None = None
    time_text: str | None = msgspec.field(default=None, name="_time_text")


def ytdlp_columns(
    block: RecordBlock,
    ctx: Context,
    *,
    platform: str,
    video_id: str | None,
    owner: str | None,
    collected_at: datetime | None,
    time_of: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> Columns:
    """The rows of the comments of one page; `time_of` says what a comment of that time is dated."""
    ids, parents, texts, likes, authors, names, links, stamps, words = _cells(block.objs)
    parents = [None if one in (None, "root") else one for one in parents]
    fields: Fields = {
        "platform": Same(platform),
        **answering(ids, parents),
        "message_id": ids,
        "author_id": authors,
        # Instagram's comments are signed with the name of the account; YouTube's, with a name or a handle
        "author_handle": [
            name if name is not None and (name[:1] == "@" or platform == "instagram") else None
            for name in names
        ],
        "author_name": names,
        "text": [one or "" for one in texts] if None in texts else texts,
        "url": _watched(video_id, ids) if platform == "youtube" else links,
        "target_id": Same(video_id),
        "target_kind": Same("post"),
        "target_handle": Same(owner),
        "like_count": likes,
        "collected_at": Same(collected_at),
        **_ytdlp_times(stamps, words, time_of),
    }
    edited = {one for one in set(words) if one and ("(edited)" in one or "(modifi" in one)}
    missing = lacking(
        author_id=_empty(authors),
        like_count=_empty(likes),
        author_name=_empty(names),
        created_at=_empty(stamps),
        edited_at=bool(edited) and [one in edited for one in words],
        reply_count=True,
        view_count=True,
        share_count=True,
        lang=True,
    )
    return columns_of(block, ctx, fields, missing)


def _cells(said: Sequence[YtdlpComment]) -> list[list[Any]]:
    """The columns of these structs, in the order of their fields."""
    return list(map(list, zip(*map(msgspec.structs.astuple, said), strict=True)))


def _empty(cells: list[Any]) -> list[bool] | bool:
    """Which are None; False when none is."""
    return None in cells and [one is None for one in cells]


def _watched(video_id: str | None, ids: list[str]) -> list[str | None]:
    """The address of each comment under that video."""
    page = watch_url(video_id)
    if page is None or "" in ids:
        return [watch_url(video_id, one) for one in ids]
    before = f"{page}&lc="
    return [before + one for one in ids]


def _ytdlp_times(
    stamps: list[int | None],
    words: list[str | None],
    time_of: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> Fields:
    """The time columns: estimates that repeat, each asked once."""
    keys = list(zip(stamps, words, strict=True))
    known = {key: _time_cells(time_of({"timestamp": key[0], "_time_text": key[1]})) for key in set(keys)}
    found = list(map(known.__getitem__, keys))
    fields: Fields = {"created_at": np.fromiter(map(itemgetter(0), found), np.int64, len(found))}
    for rank, name in enumerate(("created_at_raw", "created_at_precision", "created_at_source"), 1):
        alike = {one[rank] for one in known.values()}
        fields[name] = Same(alike.pop()) if len(alike) == 1 else [one[rank] for one in found]
    return fields


def _time_cells(said: Mapping[str, Any]) -> tuple[int, str | None, str, str | None]:
    at = utc_us(said["created_at"]) if "created_at" in said else UNKNOWN
    raw, source = said.get("created_at_raw"), said.get("created_at_source")
    return at, raw, said.get("created_at_precision", "none"), source
