"""Facebook Graph API: posts, comments with their replies, and private messages of one's own page.

Without the permission `pages_read_user_content` a comment has no `from`: the author is missing, not unknown to
the platform. A permalink gives the identifiers that the asked fields left out. Nested comments
(`comments{comments}`) are rows of their own, and those announced but not carried are counted.

Source: Graph API v10 to v23, nodes Post, Comment, Message and their edges (paging, summary).
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from saisine.messages.columns import Columns
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
from saisine.messages.formats.facebook_columns import FacebookComment, facebook_columns
from saisine.messages.formats.graph_pages import (
    Owed,
    Raw,
    edge_of,
    edge_of_page,
    inner,
    objects_of,
    read_object_blocks,
    read_objects,
    time_fields,
    total,
)
from saisine.messages.formats.json_cuts import blocks_kept_to_the_cut, kept_to_the_cut
from saisine.messages.formats.links import unique
from saisine.messages.formats.shapes import score_keys

SHAPES: Final = (
    ("message", "created_time", "id", "from"),
    ("message", "created_time", "comment_count", "like_count"),
    ("message", "created_time", "updated_time", "id"),
    ("created_time", "permalink_url", "id", "message"),
    ("story", "created_time", "id", "data"),
)
# Keys of Meta's downloads and of the envelopes of collecting tools.
OTHERS: Final = (b'"string_map_data"', b'"sender_name"', b'"source_platform"', b'"__import_meta"')
OF_A_POST: Final = frozenset(
    {
        "updated_time",
        "story",
        "status_type",
        "full_picture",
        "shares",
        "is_published",
        "icon",
        "promotable_id",
    }
)
OF_A_COMMENT: Final = frozenset(
    {"comment_count", "can_remove", "can_hide", "can_comment", "can_reply_privately", "parent", "is_private"}
)
# The keys by which one meets a page's objects know what they are.
TELLING: Final = tuple(f'"{key}"'.encode() for key in (*OF_A_POST, *OF_A_COMMENT, "permalink_url"))
POST_EDGES: Final = frozenset({"feed", "posts", "published_posts", "visitor_posts", "tagged", "ads_posts"})
COMMENT_EDGES: Final = frozenset({"comments", "replies"})
_POST_PATH: Final = re.compile(r"/(\d+)/posts/(\d+)")
_TOP: Final = re.compile(r"[?&]comment_id=(\d+)")
_REPLY: Final = re.compile(r"[?&]reply_comment_id=(\d+)")
Found = Message | Skip


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a post or of a comment; `created_time` and `message` together are Meta's words."""
    if any(key in head for key in OTHERS):
        return Sniff(score=0, reasons=[])
    return score_keys(head, *SHAPES)


# Of a conversation or a thread that the file stops inside, what is whole is kept.
_OF_MANY: Final = ("messages.data", "comments.data")
_read_alone: Final = kept_to_the_cut(lambda member, ctx: read_objects(member, ctx, TELLING), *_OF_MANY)


def read(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """The objects of the file, then one note for the comments that are announced and not there."""
    ctx.memory["owed"] = owed = Owed()
    yield from _read_alone(member, ctx)
    yield from owed.note()


_read_blocks: Final = blocks_kept_to_the_cut(read_object_blocks(FacebookComment, TELLING), *_OF_MANY)


def read_blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | RawRecord | RecordError | Note]:
    """The same by blocks."""
    ctx.memory["owed"] = owed = Owed()
    yield from _read_blocks(member, ctx)
    yield from owed.note()


def map_comments(block: RecordBlock, ctx: Context) -> Columns:
    """A block of comments. Raises ValueError where another object is met."""
    edge = edge_of_page(block.outer[-1] if block.outer else {})
    return facebook_columns(block, ctx, is_comments=edge in COMMENT_EDGES, links_of=_links, words_of=_words)


def map_object(record: RawRecord, ctx: Context) -> Found | list[Found]:
    """A post, a comment or a private message, then those it carries."""
    edge = edge_of(record)
    found = [one for place, raw in objects_of(record) for one in _branch(raw, place, edge, None, record, ctx)]
    return found[0] if len(found) == 1 else found


def _branch(
    raw: Raw, place: str, edge: str | None, above: Message | None, record: RawRecord, ctx: Context
) -> Iterator[Found]:
    """One object and what hangs under it, in the order of the file."""
    own = _object(raw, place, edge, above, record, ctx)
    if own is not None:
        yield own
    parent = own if isinstance(own, Message) else None
    carried = inner(raw, "comments")
    _count(raw, parent, len(carried), record.locator, ctx)
    for n, one in enumerate(carried):
        yield from _branch(one, f"{place}/comments/data/{n}", "comments", parent, record, ctx)
    for n, one in enumerate(inner(raw, "messages")):
        yield _direct(one, raw, f"{place}/messages/data/{n}", record, ctx)


def _count(raw: Raw, own: Message | None, carried: int, locator: str, ctx: Context) -> None:
    owed: Owed = ctx.memory["owed"]
    if own is None:
        return
    announced = total(raw, "comments")
    if announced is None and isinstance(raw.get("comment_count"), int):
        announced = raw["comment_count"]
    owed.owe(own.message_id, (announced or 0) - carried, locator)
    # a reply met on the page itself was announced by its parent; one carried inside was never owed
    if edge_is_flat(own) and own.parent_id:
        owed.met(own.parent_id)


def edge_is_flat(own: Message) -> bool:
    return "/comments/data/" not in own.locator


def _object(
    raw: Raw, place: str, edge: str | None, above: Message | None, record: RawRecord, ctx: Context
) -> Found | None:
    """The object as a row; None for a conversation, whose messages follow."""
    if not isinstance(raw, dict) or not raw:
        return Skip("empty_record")
    if inner(raw, "messages"):
        return None
    if isinstance(raw.get("to"), dict) and "created_time" in raw:
        return _direct(raw, {}, place, record, ctx)
    if "created_time" not in raw and "message" not in raw:
        return Skip("like_or_reaction" if {"type", "reaction_type"} & raw.keys() else "not_a_message")
    kind = _kind(raw, edge)
    if kind == "post":
        return _post(raw, place, record, ctx)
    return _comment(raw, place, kind is None, above, record, ctx)


def _kind(raw: Raw, edge: str | None) -> str | None:
    """`post`, `comment`, or None when neither its own fields nor its page say."""
    link = str(raw.get("permalink_url") or "")
    if "comment_id=" in link or OF_A_COMMENT & raw.keys() or edge in COMMENT_EDGES:
        return "comment"
    return "post" if link or OF_A_POST & raw.keys() or edge in POST_EDGES else None


def _post(raw: Raw, place: str, record: RawRecord, ctx: Context) -> Message:
    author = raw.get("from") or {}
    post_id = _text(raw.get("id"))
    page = (post_id or "").partition("_")[0] if "_" in (post_id or "") else None
    likes = total(raw, "reactions")
    text, repairs = _shown(raw, raw.get("story"))
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="facebook",
        kind="post",
        message_id=post_id or _post_of(raw) or _derived(raw, ctx),
        author_id=_text(author.get("id")),
        author_name=author.get("name"),
        text=text,
        text_repairs=repairs,
        url=raw.get("permalink_url"),
        conversation_id=post_id,
        target_id=page if page and page != _text(author.get("id")) else None,
        target_kind="account" if page and page != _text(author.get("id")) else None,
        visibility=_visibility(raw),
        like_count=total(raw, "likes") if likes is None else likes,
        share_count=(raw.get("shares") or {}).get("count"),
        reply_count=total(raw, "comments"),
        missing=_missing(raw, author, post_id or _post_of(raw), text, is_comment=False),
        **time_fields(raw.get("created_time")),
        **_links(raw),
    )


def _comment(
    raw: Raw, place: str, is_unsure: bool, above: Message | None, record: RawRecord, ctx: Context
) -> Message:
    author = raw.get("from") or {}
    comment_id, parent_id, post_id = _ids(raw, above)
    text, repairs = _shown(raw)
    missing = _missing(raw, author, comment_id, text, is_comment=True)
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="facebook",
        kind="reply" if parent_id else "comment",
        message_id=comment_id or _derived(raw, ctx),
        author_id=_text(author.get("id")),
        author_name=author.get("name"),
        text=text,
        text_repairs=repairs,
        url=raw.get("permalink_url"),
        parent_id=parent_id,
        conversation_id=parent_id or comment_id,
        target_id=post_id,
        target_kind="post" if post_id else None,
        visibility="hidden" if raw.get("is_hidden") else "private" if raw.get("is_private") else None,
        like_count=raw.get("like_count", total(raw, "likes")),
        reply_count=raw.get("comment_count", total(raw, "comments")),
        missing=(*missing, *(("kind",) if is_unsure else ()), *(() if post_id else ("target_id",))),
        **time_fields(raw.get("created_time")),
        **_links(raw),
    )


def _direct(raw: Raw, conversation: Raw, place: str, record: RawRecord, ctx: Context) -> Message:
    """A message of the page's inbox (edges `conversations` and `messages`)."""
    author = raw.get("from") or {}
    to = [one for one in inner(raw, "to") if one.get("id") != author.get("id")]
    other = to[0] if len(to) == 1 else {}
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="facebook",
        kind="dm",
        message_id=_text(raw.get("id")) or _derived(raw, ctx),
        author_id=_text(author.get("id")),
        author_name=author.get("name"),
        text=raw.get("message") or "",
        conversation_id=_text(conversation.get("id")),
        target_id=_text(other.get("id")),
        target_kind="account" if other else None,
        target_handle=other.get("name"),
        visibility="private",
        missing=("like_count", *_missing(raw, author, _text(raw.get("id")), "", is_comment=False)),
        **time_fields(raw.get("created_time")),
        **_links(raw),
    )


# ------------------------------------------------------------------ fields


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _derived(raw: Raw, ctx: Context) -> str:
    """An identifier for an object whose request asked for none."""
    author = (raw.get("from") or {}).get("id") or ""
    return ctx.derive_id(
        "facebook", "", str(raw.get("created_time") or ""), str(author), raw.get("message") or ""
    )


def _post_of(raw: Raw) -> str | None:
    """`<page>_<post>` from a permalink such as /19292868552/posts/10158407654328553/."""
    found = _POST_PATH.search(str(raw.get("permalink_url") or ""))
    return f"{found.group(1)}_{found.group(2)}" if found else None


def _ids(raw: Raw, above: Message | None) -> tuple[str | None, str | None, str | None]:
    """(comment, comment it answers, post): from its fields, its permalink, then what it hangs under.

    A comment's identifier is `<post>_<comment>`, and its permalink names both.
    """
    link = str(raw.get("permalink_url") or "")
    post = _post_of(raw)
    number = post.partition("_")[2] if post else None
    top, reply = (found.group(1) if (found := one.search(link)) else None for one in (_TOP, _REPLY))
    own = _text(raw.get("id")) or (f"{number}_{reply or top}" if number and top else None)
    parent = _text((raw.get("parent") or {}).get("id")) if isinstance(raw.get("parent"), dict) else None
    if parent is None and number and top and reply:
        parent = f"{number}_{top}"
    if above is not None and above.kind in ("comment", "reply"):
        return own, parent or above.message_id, post or above.target_id
    if above is not None:
        return own, parent, above.message_id
    return own, parent, post or (own.partition("_")[0] if own and "_" in own else None)


def _visibility(raw: Raw) -> str | None:
    """Who may see a post: not published, hidden from the page, or what its privacy says."""
    if raw.get("is_published") is False:
        return "unpublished"
    if raw.get("is_hidden"):
        return "hidden"
    value = (raw.get("privacy") or {}).get("value") if isinstance(raw.get("privacy"), dict) else None
    return "public" if value == "EVERYONE" else "private" if value else None


def _shown(raw: Raw, story: Any = None) -> tuple[str, tuple[str, ...]]:
    """(what a person read, repairs): the message; without one, what Facebook wrote above and what was shared."""
    if raw.get("message"):
        return raw["message"], ()
    parts = unique([*([story] if isinstance(story, str) and story else ()), *_words(raw)])
    return "\n".join(parts), ("fragments_joined",) if len(parts) > 1 else ()


def _words(raw: Raw) -> list[str]:
    """The titles and the descriptions of what is shared."""
    said = [one.get(key) for one in _attached(raw) for key in ("title", "description")]
    return unique(one for one in said if isinstance(one, str) and one)


def _attached(raw: Raw) -> list[Raw]:
    """What a comment carries alone, or a post in a list."""
    alone = raw.get("attachment")
    return [*([alone] if isinstance(alone, dict) else []), *inner(raw, "attachments")]


def _links(raw: Raw) -> dict[str, list[str]]:
    """Addresses shared, pictures shown (an album holds its own below), accounts named."""
    attached = _attached(raw)
    pictures = [_picture(one) for above in attached for one in (above, *inner(above, "subattachments"))]
    shared = [
        one.get("unshimmed_url") or one.get("url")
        for one in attached
        if one.get("type") in ("share", "link") or one.get("media_type") == "link"
    ]
    tags = [one for one in raw.get("message_tags") or () if isinstance(one, dict)]
    return {
        "urls": [url for url in shared if url],
        "media_urls": unique(url for url in pictures if url)
        or [url for url in [raw.get("full_picture")] if url],
        "mentions": [one["name"] for one in tags if one.get("name") and one.get("type") != "hashtag"],
    }


def _picture(attachment: Raw) -> str | None:
    media = attachment.get("media") or attachment.get("image_data") or {}
    source = media.get("source") or (media.get("image") or {}).get("src") or media.get("url")
    return source if isinstance(source, str) else None


def _missing(raw: Raw, author: Raw, own_id: str | None, text: str, *, is_comment: bool) -> tuple[str, ...]:
    given = {
        "message_id": own_id,
        "author_id": author.get("id"),
        "author_name": author.get("name"),
        "text": "message" in raw or text,
        "created_at": raw.get("created_time"),
        "url": raw.get("permalink_url"),
        **({"like_count": "like_count" in raw or "likes" in raw} if is_comment else {}),
        "reply_count": "comment_count" in raw or "comments" in raw,
    }
    return tuple(name for name, value in given.items() if not value)


FACEBOOK_GRAPH: Final = Format(
    id="facebook-graph",
    version=2,
    platforms=("facebook",),
    label_fr="Facebook : posts, commentaires et messages de votre page (API Graph)",
    label_en="Facebook: posts, comments and messages of your page (Graph API)",
    how_to_get_fr="""\
À faire avant que la page, le post ou les commentaires ne soient supprimés. Il faut administrer la page.
1. Ouvrez developers.facebook.com/tools/explorer, connectez-vous, puis choisissez « Obtenir un token de Page ».
2. Acceptez pages_read_engagement et pages_read_user_content : sans la seconde, les commentaires viennent sans \
leur auteur ou autrice.
3. Dans le champ de requête, écrivez : IDENTIFIANT_DU_POST/comments?filter=stream&limit=100&fields=id,message,\
created_time,from,parent,permalink_url,like_count,comment_count,is_hidden,attachment
4. Copiez la réponse dans un fichier .json. Tant qu’elle finit par « next », ouvrez ce lien et gardez aussi la \
page suivante, un fichier par page.
5. Effacez de chaque fichier le texte qui suit « access_token= » : c’est un mot de passe. Saisine ne le recopie \
nulle part.
Le fichier ne contient ni les commentaires déjà supprimés, ni ceux des pages des autres : capturez-les. \
État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the page, the post or the comments are deleted. You must manage the page.
1. Open developers.facebook.com/tools/explorer, log in, then choose "Get Page Access Token".
2. Accept pages_read_engagement and pages_read_user_content: without the second, comments come without their \
authors.
3. In the request field, write: POST_ID/comments?filter=stream&limit=100&fields=id,message,created_time,from,\
parent,permalink_url,like_count,comment_count,is_hidden,attachment
4. Copy the answer into a .json file. As long as it ends with "next", open that link and keep the next page as \
well, one file per page.
5. Remove from each file the text after "access_token=": it is a password. Saisine copies it nowhere.
The file holds neither comments already deleted nor those of other people's pages: capture them. As of 1 June \
2025; screens change.""",
    sniff=sniff,
    records=read,
    map=map_object,
    blocks=read_blocks,
    map_block=map_comments,
    cannot_give=("author_handle", "author_created_at", "lang", "view_count"),
    samples=(
        ("samples/facebook-graph-api/comments_p1.json", {"mapped": 10}),
        ("samples/facebook-graph-api/feed_p1.json", {"mapped": 5}),
        ("samples/facebook-graph-api/feeds_default_fields_p1.json", {"mapped": 5}),
        ("samples/facebook-graph-api/comment.json", {"mapped": 1}),
    ),
)
