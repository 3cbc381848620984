"""Instagram Graph API: media of one's own account with their comments and replies, mentions, hashtag searches.

A comment has `text`, a media has `caption` and `media_type`; a reply is carried under `replies` or names its
`parent_id`. A search asked without `caption` or `timestamp` gives posts without text or date: they are kept and
say so. Identifiers of this API hold no time.

Source: Instagram Graph API v4 to v23, nodes IG Media and IG Comment.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from saisine.messages.formats.blocks import RecordBlock
from saisine.messages.formats.contract import (
    Context,
    Format,
    Member,
    Message,
    Note,
    RawRecord,
    RecordError,
    Skip,
    Sniff,
)
from saisine.messages.formats.graph_pages import (
    Owed,
    Raw,
    inner,
    objects_of,
    read_object_blocks,
    read_objects,
    time_fields,
)
from saisine.messages.formats.instagram_columns import MENTION, TAG, InstagramComment, instagram_columns
from saisine.messages.formats.shapes import score_keys

SHAPES: Final = (
    ("timestamp", "text", "id", "username"),
    ("timestamp", "text", "id", "like_count"),
    ("media_type", "comments_count", "like_count", "id"),
    ("media_type", "permalink", "timestamp", "id"),
    ("media_type", "media_url", "permalink", "id"),
)
PAGE: Final = ("timestamp", "text", "id", "data", "paging", "cursors")
# Other tools' comments and chats have a `text` and a `timestamp` too, beside keys this API never writes.
OTHERS: Final = (
    b'"sender_name"',
    b'"source_platform"',
    b'"__import_meta"',
    b'"cid"',
    b'"node"',
    b'"string_map_data"',
    b'"_id"',
    b'"author"',
    b'"owner":{"id"',
    b'"ownerUsername"',
    b'"author_id"',
    b'"edit_history_tweet_ids"',
)
Found = Message | Skip


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a comment or of a media; the identifiers are long numbers written as text."""
    if any(key in head for key in OTHERS) or not re.search(rb'"id"\s*:\s*"1[78]\d{14,17}"', head):
        return Sniff(score=0, reasons=[])
    return score_keys(head, *SHAPES, PAGE)


def read(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """The objects of the file, then one note for the comments that are announced and not there."""
    ctx.memory["owed"] = owed = Owed()
    yield from read_objects(member, ctx)
    yield from owed.note()


_read_blocks: Final = read_object_blocks(InstagramComment)


def read_blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | RawRecord | RecordError | Note]:
    """The same by blocks."""
    ctx.memory["owed"] = owed = Owed()
    yield from _read_blocks(member, ctx)
    yield from owed.note()


def map_object(record: RawRecord, ctx: Context) -> Found | list[Found]:
    """A media or a comment, then the comments and replies it carries."""
    found = [one for place, raw in objects_of(record) for one in _branch(raw, place, None, record, ctx)]
    return found[0] if len(found) == 1 else found


def _branch(raw: Raw, place: str, above: Message | None, record: RawRecord, ctx: Context) -> Iterator[Found]:
    own = _object(raw, place, above, record, ctx)
    yield own
    if isinstance(own, Skip):
        return
    edge = "replies" if own.kind in ("comment", "reply") else "comments"
    carried = inner(raw, edge)
    if edge in raw:
        # a page of its own is another file: only an edge that was asked for can lack something
        owed: Owed = ctx.memory["owed"]
        owed.owe(own.message_id, (raw.get("comments_count") or 0) - len(carried), record.locator)
    for n, one in enumerate(carried):
        yield from _branch(one, f"{place}/{edge}/data/{n}", own, record, ctx)


def _object(raw: Raw, place: str, above: Message | None, record: RawRecord, ctx: Context) -> Found:
    if not isinstance(raw, dict) or not raw:
        return Skip("empty_record")
    if "text" in raw:
        return _comment(raw, place, above, record, ctx)
    if {"media_type", "caption", "permalink", "comments_count", "media_url"} & raw.keys():
        return _media(raw, place, record, ctx)
    return Skip("not_a_message")


def _comment(raw: Raw, place: str, above: Message | None, record: RawRecord, ctx: Context) -> Message:
    author = raw.get("from") or raw.get("user") or {}
    handle = raw.get("username") or author.get("username")
    media = (raw.get("media") or {}).get("id") if isinstance(raw.get("media"), dict) else None
    comment_id = _text(raw.get("id"))
    parent = _text(raw.get("parent_id"))
    if above is not None and above.kind in ("comment", "reply"):
        parent, media = parent or above.message_id, media or above.target_id
    elif above is not None:
        media = media or above.message_id
    text = raw["text"] or ""
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="instagram",
        kind="reply" if parent else "comment",
        message_id=comment_id or _derived(raw, handle, text, ctx),
        author_id=_text(author.get("id")),
        author_handle=handle,
        text=text,
        parent_id=parent,
        conversation_id=parent or comment_id,
        target_id=_text(media),
        target_kind="post" if media else None,
        visibility="hidden" if raw.get("hidden") else None,
        like_count=raw.get("like_count"),
        reply_count=len(inner(raw, "replies")) if "replies" in raw else None,
        missing=_missing(
            message_id=comment_id,
            author_id=author.get("id"),
            author_handle=handle,
            created_at=raw.get("timestamp"),
            target_id=media,
            like_count="like_count" in raw,
            reply_count="replies" in raw,
            url=None,
        ),
        **time_fields(raw.get("timestamp")),
        **_words(text),
    )


def _media(raw: Raw, place: str, record: RawRecord, ctx: Context) -> Message:
    owner = raw.get("owner") or {}
    handle = raw.get("username") or owner.get("username")
    media_id, text = _text(raw.get("id")), raw.get("caption") or ""
    parts = [one.get("media_url") for one in inner(raw, "children")] or [raw.get("media_url")]
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="instagram",
        kind="story" if raw.get("media_product_type") == "STORY" else "post",
        message_id=media_id or _derived(raw, handle, text, ctx),
        author_id=_text(owner.get("id")),
        author_handle=handle,
        text=text,
        url=raw.get("permalink"),
        conversation_id=media_id,
        media_urls=[url for url in parts if url],
        like_count=raw.get("like_count"),
        reply_count=raw.get("comments_count"),
        missing=_missing(
            message_id=media_id,
            author_id=owner.get("id"),
            author_handle=handle,
            text="caption" in raw,
            created_at=raw.get("timestamp"),
            url=raw.get("permalink"),
            like_count="like_count" in raw,
            reply_count="comments_count" in raw,
        ),
        **time_fields(raw.get("timestamp")),
        **_words(text),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _derived(raw: Raw, handle: str | None, text: str, ctx: Context) -> str:
    """An identifier for an object whose request asked for none."""
    return ctx.derive_id("instagram", "", str(raw.get("timestamp") or ""), handle or "", text)


def _words(text: str) -> dict[str, list[str]]:
    """Hashtags and accounts named: this API gives them inside the text only."""
    return {"hashtags": TAG.findall(text), "mentions": MENTION.findall(text)}


def _missing(**values: Any) -> tuple[str, ...]:
    return tuple(name for name, value in values.items() if not value)


INSTAGRAM_GRAPH: Final = Format(
    id="instagram-graph",
    version=1,
    platforms=("instagram",),
    label_fr="Instagram : publications et commentaires de votre compte (API Graph)",
    label_en="Instagram: media and comments of your account (Graph API)",
    how_to_get_fr="""\
À faire avant que la publication ou les commentaires ne soient supprimés. Il faut un compte professionnel relié à \
une page Facebook que vous administrez.
1. Ouvrez developers.facebook.com/tools/explorer et acceptez instagram_basic et instagram_manage_comments.
2. Cherchez l’identifiant de la publication : IDENTIFIANT_DU_COMPTE/media?fields=id,caption,timestamp,permalink
3. Demandez ses commentaires : IDENTIFIANT_DE_LA_PUBLICATION/comments?limit=50&fields=id,text,timestamp,username,\
from,like_count,hidden,media,replies{id,text,timestamp,username,from,like_count,parent_id}
4. Copiez la réponse dans un fichier .json. Tant qu’elle finit par « next », ouvrez ce lien et gardez aussi la \
page suivante, un fichier par page.
5. Effacez de chaque fichier le texte qui suit « access_token= » : c’est un mot de passe. Saisine ne le recopie \
nulle part.
Le fichier ne contient ni les commentaires déjà supprimés, ni ceux des publications des autres : capturez-les. \
État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the media or the comments are deleted. You need a professional account linked to a Facebook \
page that you manage.
1. Open developers.facebook.com/tools/explorer and accept instagram_basic and instagram_manage_comments.
2. Look for the identifier of the media: ACCOUNT_ID/media?fields=id,caption,timestamp,permalink
3. Ask for its comments: MEDIA_ID/comments?limit=50&fields=id,text,timestamp,username,from,like_count,hidden,\
media,replies{id,text,timestamp,username,from,like_count,parent_id}
4. Copy the answer into a .json file. As long as it ends with "next", open that link and keep the next page as \
well, one file per page.
5. Remove from each file the text after "access_token=": it is a password. Saisine copies it nowhere.
The file holds neither comments already deleted nor those of other people's media: capture them. As of 1 June \
2025; screens change.""",
    sniff=sniff,
    records=read,
    map=map_object,
    blocks=read_blocks,
    map_block=instagram_columns,
    cannot_give=("author_name", "author_created_at", "lang", "share_count", "view_count"),
    samples=(
        ("samples/instagram-graph-api/comments_p1.json", {"mapped": 2}),
        ("samples/instagram-graph-api/comments_fields.json", {"mapped": 2}),
        ("samples/instagram-graph-api/medias_fields.json", {"mapped": 2}),
        ("samples/instagram-graph-api/hashtag_recent_medias_p1.json", {"mapped": 5}),
    ),
)
