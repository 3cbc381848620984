"""Bluesky: answers of the public API (threads, searches, feeds, notifications) and records of a repository.

The post a person asked for and its replies are messages; quoted posts, and the posts above a reply, are
context. A post that is gone or blocked keeps its address, and so the time inside it. Places of links and
mentions count UTF-8 bytes, not signs. `createdAt` is the clock of the author's application: it is compared
with the time in the record key and with `indexedAt`. Exports made with Python write snake_case and `py_type`.

Sources: lexicons `app.bsky.feed.*` (bluesky-social/atproto @ d6296a1c); MarshalX/atproto @ 568529bb.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec

from saisine.messages.formats.bluesky_records import (
    as_lexicon,
    facets_of,
    is_joined,
    kind_of_record,
    media_of,
    quoted_in,
    text_of,
    time_fields,
)
from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Format,
    Member,
    Message,
    Note,
    RawRecord,
    RecordError,
    Skip,
    Sniff,
    json_array,
    json_documents,
)
from saisine.messages.formats.json_cuts import kept_to_the_cut
from saisine.messages.formats.links import unique
from saisine.messages.formats.shapes import score_keys

VIEW: Final = ("uri", "cid", "author", "record", "indexedAt", "did", "handle")
SNAKE_VIEW: Final = ("uri", "cid", "author", "record", "indexed_at", "did", "handle")
RECORD: Final = ("uri", "cid", "value", "$type", "createdAt")
BARE: Final = ("$type", "createdAt", "text")
GONE: Final = ("uri", "notFound", "$type")
LISTS: Final = ("posts", "feed", "records", "notifications")
_PAGE: Final = re.compile(
    rb'^[\s\xef\xbb\xbf]*\{(?:\s*"\w+"\s*:\s*(?:"[^"\\]*"|[\d.]+|null|true|false)\s*,)*'
    rb'\s*"(?:posts|feed|records|notifications)"\s*:\s*\['
)
LATE: Final = timedelta(seconds=300)
# Reasons of a notification that carry a post; the others are likes, reposts and follows.
WRITTEN_REASONS: Final = frozenset({"mention", "reply", "quote", "subscribed-post"})
REACTIONS: Final = frozenset({"like", "repost", "like-via-repost", "repost-via-repost"})
Found = Message | Skip


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a post view or of a record, and by the name of the lexicon, which is always there."""
    if b"app.bsky." not in head or b'"subcategory"' in head:  # posts as gallery-dl writes them
        return Sniff(0, [])
    return score_keys(head, VIEW, SNAKE_VIEW, RECORD, BARE, GONE)


# A thread is one document: of one that the file stops inside, the answers that are whole are kept.
_threads: Final = kept_to_the_cut(json_documents, "replies", "thread", ":post")


def read_items(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Each post of a page or of a list by itself; a thread, a record or a line whole."""
    head = member.read(HEAD_BYTES)
    is_list = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["
    reader = json_array(*LISTS, "") if is_list or _PAGE.match(head) else _threads
    yield from reader(member, ctx)


def map_item(record: RawRecord, ctx: Context) -> Found | list[Found]:
    """The posts of a record, each with the place inside it."""
    raw = as_lexicon(record.obj)
    found = list(_walk(raw, _Place(record, ctx)))
    return found[0] if len(found) == 1 else found


class _Place(msgspec.Struct, frozen=True):
    """Where a post stands: in which record, at which place of it, and in which role."""

    record: RawRecord
    ctx: Context
    path: str = ""
    role: str = "primary"

    def at(self, step: str, role: str | None = None) -> "_Place":
        path = f"{self.path}/{step}" if step else self.path
        return _Place(self.record, self.ctx, path, role or self.role)


def _walk(raw: dict[str, Any], place: _Place) -> Iterator[Found]:
    if isinstance(raw.get("thread"), dict):
        yield from _thread(raw["thread"], place.at("thread"))
        return
    if isinstance(raw.get("thread"), list):
        for number, one in enumerate(raw["thread"]):
            yield from _thread_item(one, place.at(f"thread/{number}"))
        return
    if isinstance(raw.get("commit"), dict) and raw.get("did"):
        yield _commit(raw["did"], raw["commit"], place.at("commit"))
        return
    for key in LISTS:
        if isinstance(raw.get(key), list):
            for number, one in enumerate(raw[key]):
                yield from _walk(one, place.at(f"{key}/{number}"))
            return
    if isinstance(raw.get("post"), dict):
        yield from (_thread if "replies" in raw or "parent" in raw else _feed_item)(raw, place)
    elif raw.get("notFound") or raw.get("blocked"):
        yield _gone(raw, place)
    elif "reason" in raw and "record" in raw:
        yield from _notification(raw, place)
    elif "record" in raw:
        yield from _post(raw, place)
    else:
        yield _repository_record(raw, place)


def _thread(node: dict[str, Any], place: _Place) -> Iterator[Found]:
    """A post, the posts above it as context, the replies below it."""
    if "post" not in node:
        yield _gone(node, place)
        return
    yield from _post(node["post"], place.at("post"))
    parent, steps = node.get("parent"), place
    while isinstance(parent, dict):
        steps = steps.at("parent", "context")
        yield from _post(parent["post"], steps.at("post")) if "post" in parent else [_gone(parent, steps)]
        parent = parent.get("parent")
    for number, reply in enumerate(node.get("replies") or ()):
        yield from _thread(reply, place.at(f"replies/{number}"))


def _feed_item(item: dict[str, Any], place: _Place) -> Iterator[Found]:
    """A post of a feed: by its author, or brought there by someone who reposted it."""
    reason = item.get("reason") or {}
    if str(reason.get("$type", "")).endswith("#reasonRepost"):
        yield _repost(item["post"], reason, place)
        yield from _post(item["post"], place.at("post", "context"))
    else:
        yield from _post(item["post"], place.at("post"))
    reply = item.get("reply") or {}
    for above in ("root", "parent"):
        node = reply.get(above)
        if isinstance(node, dict) and not (
            above == "parent" and node.get("uri") == (reply.get("root") or {}).get("uri")
        ):
            steps = place.at(f"reply/{above}", "context")
            yield from _post(node, steps) if "record" in node else [_gone(node, steps)]


def _notification(raw: dict[str, Any], place: _Place) -> Iterator[Found]:
    if raw["reason"] in WRITTEN_REASONS:
        yield from _post(raw, place)
    else:
        yield Skip("like_or_reaction" if raw["reason"] in REACTIONS else "not_a_message")


# ------------------------------------------------------------------ one post


def _post(view: dict[str, Any], place: _Place) -> Iterator[Found]:
    """The post, then the post it quotes."""
    yield _message(view, view.get("record") or view["value"], place)
    quoted = quoted_in(view.get("embed") or next(iter(view.get("embeds") or ()), None))
    if quoted is not None and "author" in quoted and "value" in quoted:
        yield from _post(quoted, place.at("embed", "context"))


def _message(view: Mapping[str, Any], record: Mapping[str, Any], place: _Place) -> Message:
    """A post with what stands around it: `record` is what its author signed."""
    uri = view["uri"]
    did, _, key = uri.removeprefix("at://").partition("/app.bsky.feed.post/")
    author = view.get("author") or {}
    links = facets_of(record)
    quoted = quoted_in(record.get("embed"))
    reply = record.get("reply") or {}
    kind = "reply" if reply else "quote" if quoted else "post"
    langs, shares = record.get("langs") or [None], _shares(view)
    built = Message.of(
        place.record,
        place.ctx,
        sub_locator=place.path,
        platform="bluesky",
        kind=kind,
        role=place.role,
        message_id=uri,
        author_id=author.get("did") or did,
        author_handle=author.get("handle"),
        author_name=author.get("displayName"),
        author_created_at=time_fields(author.get("createdAt")).get("created_at"),
        text=text_of(record),
        text_repairs=("fragments_joined",) if is_joined(record) else (),
        lang=langs[0],
        url=f"https://bsky.app/profile/{did}/post/{key}" if key else None,
        parent_id=(reply.get("parent") or {}).get("uri"),
        conversation_id=(reply.get("root") or {}).get("uri") or uri,
        target_id=(reply.get("parent") or {}).get("uri"),
        target_kind="post" if reply else None,
        visibility="public",
        mentions=links["mentions"],
        urls=unique([*links["urls"], *_cards(record)]),
        hashtags=unique([*links["hashtags"], *(record.get("tags") or ())]),
        media_urls=media_of(view.get("embed")),
        quote_of_id=quoted.get("uri") if quoted else None,
        like_count=view.get("likeCount"),
        share_count=shares,
        reply_count=view.get("replyCount"),
        missing=_missing(author, view, shares),
        **time_fields(record.get("createdAt")),
    )
    return _compared(built, view.get("indexedAt"))


def _compared(built: Message, indexed: str | None) -> Message:
    """Flagged as well when the application's clock and the day the network saw the post differ."""
    seen_at = time_fields(indexed).get("created_at")
    if built.time_flag or built.created_at is None or seen_at is None:
        return built
    if abs(seen_at - built.created_at) <= LATE:
        return built
    return msgspec.structs.replace(built, time_flag="differs")


def _cards(record: Mapping[str, Any]) -> list[str]:
    """The address of the page shown as a card under the text."""
    embed = record.get("embed") or {}
    carried = (embed, embed.get("media") or {})
    return [one["external"]["uri"] for one in carried if isinstance(one.get("external"), dict)]


def _shares(view: Mapping[str, Any]) -> int | None:
    reposts, quotes = view.get("repostCount"), view.get("quoteCount")
    return None if reposts is None and quotes is None else (reposts or 0) + (quotes or 0)


def _missing(author: Mapping[str, Any], view: Mapping[str, Any], shares: int | None) -> tuple[str, ...]:
    values = {
        "author_handle": author.get("handle") or None,
        "author_name": author.get("displayName") or None,
        "like_count": view.get("likeCount"),
        "share_count": shares,
        "reply_count": view.get("replyCount"),
    }
    return tuple(name for name, value in values.items() if value is None)


def _thread_item(item: Mapping[str, Any], place: _Place) -> Iterator[Found]:
    """A line of `app.bsky.unspecced.getPostThreadV2`: the posts of a thread one after the other; those above the one
    that was asked for have a depth below zero."""
    value = item.get("value")
    if not isinstance(value, dict):
        yield Skip("unsupported_variant")
        return
    above = place.at("value", "context" if (item.get("depth") or 0) < 0 else None)
    if isinstance(value.get("post"), dict):
        yield from _post(value["post"], above.at("post"))
    elif str(value.get("$type")).endswith(("NotFound", "Blocked")):
        # context: it takes the place of no observation of before, in which the text still stands
        node = {"uri": item.get("uri"), "blocked": str(value["$type"]).endswith("Blocked")}
        yield _gone(node, above.at("", "context"))
    else:  # what only who is signed in may see
        yield Skip("unsupported_variant")


def _commit(did: str, commit: Mapping[str, Any], place: _Place) -> Found:
    """A line of Jetstream: `{"did", "commit": {"operation", "collection", "rkey", "record"}}`. Of what was deleted
    its address is left."""
    uri = f"at://{did}/{commit.get('collection')}/{commit.get('rkey')}"
    if isinstance(commit.get("record"), dict):
        return _repository_record({"uri": uri, "cid": commit.get("cid"), "value": commit["record"]}, place)
    is_post = commit.get("collection") == "app.bsky.feed.post" and commit.get("operation") == "delete"
    return _gone({"uri": uri}, place.at("", "context")) if is_post else Skip("not_a_message")


# ------------------------------------------------------------------ what is no ordinary post


def _gone(node: Mapping[str, Any], place: _Place) -> Found:
    """A post that is deleted, or hidden by a block: its address remains, and dates it."""
    if not node.get("uri"):
        return Skip("unsupported_variant")
    uri = str(node["uri"])
    did, _, key = uri.removeprefix("at://").partition("/app.bsky.feed.post/")
    return Message.of(
        place.record,
        place.ctx,
        sub_locator=place.path,
        platform="bluesky",
        kind="post",
        role=place.role,
        message_id=uri,
        author_id=did,
        url=f"https://bsky.app/profile/{did}/post/{key}" if key else None,
        deleted="withheld" if node.get("blocked") else "tombstone",
        visibility="public",
        missing=("author_handle", "author_name", "text", "like_count", "share_count", "reply_count"),
    )


def _repost(post: Mapping[str, Any], reason: Mapping[str, Any], place: _Place) -> Message:
    """Someone's repost; old answers do not give its own address."""
    by, stated = reason["by"], str(reason.get("indexedAt") or "")
    record, uri = post.get("record") or {}, reason.get("uri")
    text = record.get("text") or ""
    said = {**record, "text": text}
    return Message.of(
        place.record,
        place.ctx,
        sub_locator=place.path + "/reason",
        platform="bluesky",
        kind="repost",
        role=place.role,
        message_id=uri or place.ctx.derive_id("bluesky", post["uri"], stated, by["did"], text),
        author_id=by["did"],
        author_handle=by.get("handle"),
        author_name=by.get("displayName"),
        text=text_of(said),
        text_repairs=("fragments_joined",) if is_joined(said) else (),
        url=f"https://bsky.app/profile/{by['did']}",
        repost_of_id=post["uri"],
        visibility="public",
        missing=("like_count", "share_count", "reply_count", *(() if uri else ("message_id",))),
        **time_fields(reason.get("indexedAt")),
    )


def _repository_record(raw: dict[str, Any], place: _Place) -> Found:
    """A record as it lies in its author's repository, with its address or (exported alone) without."""
    value = raw["value"] if isinstance(raw.get("value"), dict) else raw
    kind = kind_of_record(value)
    if kind == "post":
        return _message(raw, value, place) if raw.get("uri") else _bare(value, place)
    if kind == "repost" and raw.get("uri"):
        return _own_repost(raw, value, place)
    return Skip("like_or_reaction" if kind in ("like", "repost") else "not_a_message")


def _bare(value: Mapping[str, Any], place: _Place) -> Message:
    """A post record without address: neither author nor record key are known."""
    stated = str(value.get("createdAt") or "")
    derived = place.ctx.derive_id("bluesky", "", stated, "", value["text"])
    built = _message({"uri": derived}, value, place)
    missing = ("message_id", "author_id", *built.missing)
    return msgspec.structs.replace(built, author_id=None, conversation_id=None, url=None, missing=missing)


def _own_repost(raw: Mapping[str, Any], value: Mapping[str, Any], place: _Place) -> Message:
    return Message.of(
        place.record,
        place.ctx,
        sub_locator=place.path,
        platform="bluesky",
        kind="repost",
        role=place.role,
        message_id=raw["uri"],
        author_id=raw["uri"].removeprefix("at://").partition("/")[0],
        repost_of_id=(value.get("subject") or {}).get("uri"),
        visibility="public",
        missing=("text", "author_handle", "author_name", "url", "like_count", "share_count", "reply_count"),
        **time_fields(value.get("createdAt")),
    )


BLUESKY: Final = Format(
    id="bluesky",
    version=2,
    platforms=("bluesky",),
    label_fr="Bluesky : fils, recherches et publications obtenus par l’API (JSON)",
    label_en="Bluesky: threads, searches and posts obtained through the API (JSON)",
    how_to_get_fr="""\
À faire avant que l’auteur ne supprime : une publication effacée disparaît aussitôt.
1. Copiez l’adresse de la publication : bsky.app/profile/NOM/post/CLÉ.
2. Dans un navigateur, ouvrez https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?\
uri=at://NOM/app.bsky.feed.post/CLÉ&depth=100 (aucun compte n’est nécessaire).
3. Enregistrez la page (Ctrl+S) en .json. Pour un compte entier : \
https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=NOM&limit=100.
4. Si la page contient « cursor », ajoutez &cursor=… et recommencez, un fichier par page.
5. Déposez tous les fichiers ici.
Les publications effacées ou masquées par un blocage y gardent leur adresse, sans leur texte. Les messages privés \
n’y sont pas. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the author deletes: a deleted post disappears at once.
1. Copy the address of the post: bsky.app/profile/NAME/post/KEY.
2. In a browser open https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?\
uri=at://NAME/app.bsky.feed.post/KEY&depth=100 (no account is needed).
3. Save the page (Ctrl+S) as .json. For a whole account: \
https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=NAME&limit=100.
4. If the page holds "cursor", add &cursor=… and do it again, one file per page.
5. Drop all the files here.
Posts deleted or hidden by a block keep their address there, without their text. Private messages are not there. \
As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read_items,
    map=map_item,
    cannot_give=("edited_at", "view_count"),
    samples=(
        ("samples/bluesky/thread_view_post_with_embed_media.json", {"mapped": 1, "context": 1}),
        ("samples/bluesky/post_record.json", {"mapped": 1}),
    ),
)
