"""Instaloader: the metadata file of a post (`….json` or `….json.xz`) and its comments (`…_comments.json`).

A post is `{"node": {…}, "instaloader": {"version", "node_type"}}`, the node being Instagram's own object, of the
older or of the newer writing (`iphone_struct`); it may hold the first comments itself. The comments file is a
list with the replies under `answers`, and does not name the post: the metadata file beside it, of the same name,
does.

Followed: instaloader 4 (structures.py `_asdict`, `get_json_structure`; instaloader.py `update_comments`).
"""

import json
import lzma
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from saisine.messages.formats.contract import (
    HEAD_BYTES,
    MAX_RECORD_BYTES,
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
from saisine.messages.formats.instagram_media import map_comment, pk_of_shortcode
from saisine.messages.formats.json_cuts import kept_to_the_cut
from saisine.messages.formats.json_values import (
    HASHTAG,
    MENTION,
    Place,
    absent,
    as_count,
    as_id,
    dict_at,
    distinct,
    inside,
    list_at,
    stated,
    word_at,
)
from saisine.messages.formats.shapes import keys_of, score_keys

COMMENTS: Final = ("id", "created_at", "text", "owner", "likes_count", "answers")
POST: Final = frozenset(
    {"shortcode", "iphone_struct", "edge_media_to_caption", "taken_at_timestamp", "__typename"}
)
_NODE: Final = re.compile(rb'^(?:\xef\xbb\xbf)?\s*\{\s*"node"\s*:\s*\{')
_SAVED: Final = re.compile(rb'^(?:\xef\xbb\xbf)?\s*\{\s*"instaloader"\s*:\s*\{')
# Where a node holds comments: threads first, for a flat list may repeat a reply without naming its parent.
_EDGES: Final = ("edge_media_to_parent_comment", "edge_media_to_comment", "edge_media_preview_comment")
_LISTS: Final = ("comments", "preview_comments")
# Of a comment or of a post that the file stops inside, the answers and comments that are whole are kept.
_comments: Final = kept_to_the_cut(json_array(""), "answers")
_objects: Final = kept_to_the_cut(json_documents, *(f"{name}.edges" for name in _EDGES), *_LISTS)
_HIDDEN: Final = -1  # what Instagram writes for a count that the author hides
Found = Message | Skip
Rows = Found | Sequence[Found | Note]


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the two keys of a metadata file, in either order, or by those of a comment with answers."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"[":
        return score_keys(head, COMMENTS)
    keys = keys_of(head)
    if _SAVED.match(head) and {"node_type", "version"} <= keys:
        return Sniff(score=95, reasons=["instaloader", "node_type", "version"])
    if _NODE.match(head):
        found = sorted(POST & keys)
        if found and ("instaloader" in keys or len(found) > 1):
            return Sniff(score=95 if "instaloader" in keys else 80, reasons=["node", *found])
    return Sniff(score=0, reasons=[])


def read(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """The comments one by one, or the one object of a metadata file."""
    is_list = member.read(HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["
    yield from (_comments if is_list else _objects)(member, ctx)


def map_object(record: RawRecord, ctx: Context) -> Rows:
    """A post with the comments it holds, or a comment and the replies under it. Profiles and hashtags are no
    messages."""
    raw = record.obj
    if not isinstance(raw, dict) or not raw:
        return Skip("empty_record" if not raw else "unsupported_variant")
    if "node" in raw:
        return _saved(raw, record, ctx)
    if not {"text", "created_at", "id"} <= raw.keys():
        return Skip("unsupported_variant")
    post = _post_beside(ctx)
    top = _comment(raw, "", None, post, record, ctx)
    below = [
        _comment(one, f"/answers/{n}", top.message_id, post, record, ctx)
        for n, one in enumerate(list_at(raw, "answers"))
    ]
    return [top, *below]


def _saved(raw: dict[str, Any], record: RawRecord, ctx: Context) -> Rows:
    kind = inside(raw, "instaloader", "node_type")
    if kind in ("Profile", "Hashtag", "Highlight", "TopSearchResults", "FrozenNodeIterator"):
        return Skip("not_a_message")
    node = raw["node"]
    if kind not in ("Post", "StoryItem", None) or not isinstance(node, dict) or not POST & node.keys():
        return Skip("unsupported_variant")
    post = _post(node, kind == "StoryItem", record, ctx)
    lists = list(_lists_of(node))
    if not lists:
        return post
    rows = _carried(lists, post, record, ctx)
    lacking = 0 if _comments_beside(ctx) else _lacking(post, rows)
    notes = [Note("replies_missing", record.locator, count=lacking)] if lacking else []
    return [post, *rows, *notes]


def _post(node: dict[str, Any], is_story: bool, record: RawRecord, ctx: Context) -> Message:
    phone = dict_at(node, "iphone_struct")
    owner = dict_at(node, "owner") or dict_at(phone, "user")
    code = word_at(node, "shortcode") or word_at(phone, "code")
    post_id = as_id(node.get("id")) or as_id(phone.get("pk")) or (pk_of_shortcode(code) if code else None)
    author = {
        "author_id": as_id(owner.get("id")) or as_id(owner.get("pk")),
        "author_handle": word_at(owner, "username") or word_at(phone, "user", "username"),
        "author_name": word_at(owner, "full_name") or word_at(phone, "user", "full_name"),
    }
    counts = {
        "like_count": _likes(node, phone),
        "reply_count": _replies(node, phone),
        "view_count": _views(node),
    }
    text = _caption(node, phone)
    tagged = (
        inside(one, "node", "user", "username") for one in list_at(node, "edge_media_to_tagged_user", "edges")
    )
    return Message.of(
        record,
        ctx,
        platform="instagram",
        kind="story" if is_story else "post",
        message_id=(post_id or "").partition("_")[0] or None,
        **author,
        text=text or "",
        **stated(node.get("taken_at_timestamp") or node.get("date") or phone.get("taken_at")),
        url=f"https://www.instagram.com/p/{code}/" if code and not is_story else None,
        conversation_id=post_id,
        mentions=distinct(*MENTION.findall(text or ""), *tagged),
        hashtags=HASHTAG.findall(text or ""),
        media_urls=_media(node, phone),
        **counts,
        missing=(*absent(**author | counts, message_id=post_id), *(("text",) if text is None else ())),
    )


def _caption(node: dict[str, Any], phone: dict[str, Any]) -> str | None:
    """The caption; "" for a post that has none, None where the node does not hold the field."""
    edges = inside(node, "edge_media_to_caption", "edges")
    if isinstance(edges, list):
        return word_at(edges, 0, "node", "text") or ""
    if "caption" in node:
        return word_at(node, "caption") or word_at(node, "caption", "text") or ""
    return (word_at(phone, "caption", "text") or "") if "caption" in phone else None


def _likes(node: dict[str, Any], phone: dict[str, Any]) -> int | None:
    for found in (
        inside(node, "edge_media_preview_like", "count"),
        inside(node, "edge_liked_by", "count"),
        phone.get("like_count"),
    ):
        if found not in (None, _HIDDEN):
            return as_count(found)
    return None


def _replies(node: dict[str, Any], phone: dict[str, Any]) -> int | None:
    for found in (
        inside(node, "edge_media_to_parent_comment", "count"),
        inside(node, "edge_media_to_comment", "count"),
        node.get("comments"),
        phone.get("comment_count"),
    ):
        if (count := as_count(found)) is not None:
            return count
    return None


def _views(node: dict[str, Any]) -> int | None:
    return as_count(node.get("video_view_count"))


def _media(node: dict[str, Any], phone: dict[str, Any]) -> list[str]:
    parts = [inside(one, "node") for one in list_at(node, "edge_sidecar_to_children", "edges")] or [node]
    found = distinct(*(word_at(one, "video_url") or word_at(one, "display_url") for one in parts))
    return found or distinct(word_at(phone, "image_versions2", "candidates", 0, "url"))


# ------------------------------------------------------------------ comments


def _lists_of(node: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """(place, list) of the lists of comments that a node holds; in many files it holds their number only."""
    for name in _EDGES:
        if isinstance(edges := inside(node, name, "edges"), list):
            yield f"/{name}/edges", edges
    for place, holder in (("", node), ("/iphone_struct", dict_at(node, "iphone_struct"))):
        for name in _LISTS:
            if isinstance(holder.get(name), list):
                yield f"{place}/{name}", holder[name]


def _carried(
    lists: list[tuple[str, list[Any]]], post: Message, record: RawRecord, ctx: Context
) -> list[Found]:
    """The rows of these comments and of their replies, each once."""
    rows: list[Found] = []
    seen: set[str] = set()
    for path, listed in lists:
        is_edges = path.endswith("/edges")
        for number, one in enumerate(listed):
            comment = inside(one, "node") if is_edges else one
            place = Place(f"/node{path}/{number}/node" if is_edges else f"/node{path}/{number}")
            for row in map_comment(comment, record, ctx, place, target_id=post.message_id):
                if isinstance(row, Skip) or row.message_id is None:
                    rows.append(row)
                elif row.message_id not in seen:
                    seen.add(row.message_id)
                    rows.append(_addressed(row, post.url))
    return rows


def _addressed(row: Message, url: str | None) -> Message:
    """The same comment with its address, which only its post can tell."""
    address = f"{url}c/{row.message_id}/" if url else None
    missing = dict.fromkeys(name for name in row.missing if name != "url" or address is None)
    return msgspec.structs.replace(row, url=address, missing=tuple(missing))


def _lacking(post: Message, rows: list[Found]) -> int:
    """How many comments and replies are announced, by the post or by its comments, and are not here."""
    comments = [row for row in rows if isinstance(row, Message)]
    answers = Counter(row.conversation_id for row in comments if row.kind == "reply")
    owed = sum(max(0, (row.reply_count or 0) - answers[row.message_id]) for row in comments)
    return max((post.reply_count or 0) - len(rows), owed)


def _comments_beside(ctx: Context) -> bool:
    """Whether Instaloader was asked for the comments too: they are all in a file of their own."""
    stem = re.sub(r"\.json(?:\.xz)?$", "", ctx.path.rpartition("!")[2])
    return any(f"{stem}_comments.json{end}" in ctx.members for end in ("", ".xz"))


def _comment(
    raw: dict[str, Any],
    place: str,
    parent: str | None,
    post: dict[str, Any],
    record: RawRecord,
    ctx: Context,
) -> Message:
    owner, comment_id = dict_at(raw, "owner"), as_id(raw["id"])
    author = {
        "author_id": as_id(owner.get("id")),
        "author_handle": word_at(owner, "username"),
    }
    likes, text = as_count(raw.get("likes_count")), raw["text"] or ""
    post_id = (as_id(post.get("id")) or "").partition("_")[0] or None
    code = word_at(post, "shortcode")
    answers = raw.get("answers")
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="instagram",
        kind="reply" if parent else "comment",
        message_id=comment_id,
        **author,
        author_name=word_at(owner, "full_name"),
        text=text,
        **stated(raw["created_at"]),
        url=f"https://www.instagram.com/p/{code}/c/{comment_id}/" if code else None,
        parent_id=parent,
        conversation_id=parent or comment_id,
        target_id=post_id,
        target_kind="post" if post_id else None,
        mentions=distinct(*MENTION.findall(text)) if "@" in text else (),
        hashtags=HASHTAG.findall(text) if "#" in text else (),
        like_count=likes,
        reply_count=len(answers) if isinstance(answers, list) and not parent else None,
        missing=(
            *absent(
                **author, author_name=owner.get("full_name"), like_count=likes, target_id=post_id, url=code
            ),
            "view_count",
        ),
    )


def _post_beside(ctx: Context) -> dict[str, Any]:
    """The post that a comments file belongs to: the metadata file of the same name, where it lies beside."""
    if "post" not in ctx.memory:
        ctx.memory["post"] = _read_beside(ctx)
    post: dict[str, Any] = ctx.memory["post"]
    return post


def _read_beside(ctx: Context) -> dict[str, Any]:
    stem = re.sub(r"_comments\.json(?:\.xz)?$", "", ctx.path.rpartition("!")[2])
    for name in (f"{stem}.json", f"{stem}.json.xz"):
        member = ctx.members.get(name)
        if member is None:
            continue
        try:
            body = member.read(MAX_RECORD_BYTES)
            if name.endswith(".xz"):
                body = lzma.LZMADecompressor().decompress(body, MAX_RECORD_BYTES)
            return dict_at(json.loads(body), "node")
        except (ValueError, RecursionError, lzma.LZMAError):
            continue  # a damaged neighbour is told where it is read itself
    return {}


INSTALOADER: Final = Format(
    id="instaloader",
    version=3,
    platforms=("instagram",),
    label_fr="Instaloader : publications et commentaires Instagram (JSON)",
    label_en="Instaloader: Instagram posts and comments (JSON)",
    how_to_get_fr="""\
À faire avant que la publication ou les commentaires ne soient supprimés. Il faut savoir ouvrir un terminal.
1. Installez Instaloader, puis connectez-vous avec un compte : instaloader --login VOTRE_COMPTE
2. Pour une publication et ses commentaires : instaloader --login VOTRE_COMPTE --comments -- -CODE (le code est ce \
qui suit /p/ dans l’adresse).
3. Gardez le dossier entier : le fichier « …_comments.json » ne dit pas de quelle publication il vient, le fichier \
« ….json.xz » à côté le dit.
Instagram peut bloquer un moment le compte qui demande beaucoup. Le fichier ne contient ni les commentaires déjà \
supprimés, ni ceux qu’un compte privé cache. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the post or the comments are deleted. You need to know how to open a terminal.
1. Install Instaloader, then log in with an account: instaloader --login YOUR_ACCOUNT
2. For a post and its comments: instaloader --login YOUR_ACCOUNT --comments -- -CODE (the code is what follows /p/ \
in the address).
3. Keep the whole folder: the file "…_comments.json" does not say which post it comes from, the file "….json.xz" \
beside it does.
Instagram may block for a while an account that asks much. The file holds neither comments already deleted nor \
those that a private account hides. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read,
    map=map_object,
    cannot_give=("author_created_at", "lang", "share_count"),
)
