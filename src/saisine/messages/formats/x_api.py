"""X (Twitter) API version 2: pages of results, streams, and the lines that twarc writes.

One line or document is a page `{"data": [...], "includes": {...}}`, a stream event `{"data": {...}}`, or one
flat post with its author inside (`twarc2 flatten`). Posts met only in `includes` become rows of role
`context`. Times are ISO 8601 with `Z`, at the millisecond; ids are strings (X API documentation, v2).
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec

from saisine.messages.formats.blocks import RecordBlock
from saisine.messages.formats.contract import (
    HEAD_BYTES,
    MAX_RECORD_BYTES,
    Context,
    Format,
    Member,
    Note,
    RawRecord,
    RecordError,
    Skip,
    json_array,
    json_documents,
    json_lines_as,
)
from saisine.messages.formats.json_blocks import line_blocks
from saisine.messages.formats.json_cuts import tail_of
from saisine.messages.formats.x_api_posts import (
    Around,
    Attachments,
    Includes,
    Metrics,
    Post,
    User,
    is_repost,
    words_of,
)
from saisine.messages.formats.x_api_shapes import sniff_lines, sniff_page
from saisine.messages.formats.x_columns import map_posts
from saisine.messages.schema import Message
from saisine.texts import utc_from_iso

_OF_PAGE: Final = frozenset({"data", "users", "tweets", "media"})
_ONE_POST: Final = re.compile(rb'\s*\{\s*"data"\s*:\s*\{')  # the answer about a single post
NOTHING_AROUND: Final = Around({}, {})
_post = msgspec.json.Decoder(Post).decode
_includes = msgspec.json.Decoder(Includes).decode
_raws = msgspec.json.Decoder(list[msgspec.Raw] | dict[str, msgspec.Raw]).decode
Found = RawRecord | RecordError | Note


# ------------------------------------------------------------------ records

_lines = json_lines_as(Post)


def read_lines(member: Member, ctx: Context) -> Iterator[Found]:
    """Posts of a file of lines: flat posts as they come, pages opened into their posts."""
    for found in _lines(member, ctx):
        if type(found) is RawRecord and found.obj.data is not msgspec.UNSET:
            yield from _open_page(found)
        else:
            yield from _kept(member, found, ctx)
            yield found


def _kept(member: Member, found: Any, ctx: Context) -> Iterator[Found]:
    """The posts that are whole of a page that the file stops inside: a line of twarc holds a hundred and more."""
    tail = tail_of(member, found, _OF_PAGE) if type(found) is RecordError else None
    if tail is None:
        return
    whole, body, start = tail
    try:
        page = _post(whole)
    except msgspec.MsgspecError:
        return  # the line is told as cut
    if page.data is not msgspec.UNSET:
        locator = f"{ctx.locator_prefix}#byte={start}+{len(body)}"
        yield from _open_page(RawRecord(locator, page, sha256(body).hexdigest(), start, len(body)))


_line_blocks: Final = line_blocks(Post, Post)


def read_line_blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | Found]:
    """The same by blocks of flat posts; pages are opened into their posts."""
    for found in _line_blocks(member, ctx):
        is_block = type(found) is RecordBlock
        if is_block and all(post.data is msgspec.UNSET for post in found.objs):  # type: ignore[union-attr]
            yield found
            continue
        for one in found.records() if is_block else (found,):  # type: ignore[union-attr]
            if type(one) is RawRecord and one.obj.data is not msgspec.UNSET:
                yield from _open_page(one)
            else:
                yield from _kept(member, one, ctx)
                yield one


def _open_page(page: RawRecord) -> Iterator[Found]:
    """Each post of a page as a record of its own, its bytes cut out of the page's."""
    line: Post = page.obj
    try:
        # a page rescued by the standard parser holds values, one decoded at once holds bytes
        around, context = _around(line)
        posts = _raws(line.data)  # type: ignore[arg-type]
    except (msgspec.MsgspecError, TypeError) as error:
        yield RecordError(page.locator, f"unexpected_shape: {error}")
        return
    if isinstance(posts, dict):
        yield _inner(page, line.data, "/data", around)  # type: ignore[arg-type]
    else:
        for number, raw in enumerate(posts):
            yield _inner(page, raw, f"/data/{number}", around)
    beside = msgspec.structs.replace(around, role="context")
    for number, raw in enumerate(context):
        yield _inner(page, raw, f"/includes/tweets/{number}", beside)


def _around(page: Post) -> tuple[Around, Sequence[msgspec.Raw]]:
    included = Includes() if page.includes is msgspec.UNSET else _includes(page.includes)
    around = Around(
        {str(user.id): user for user in included.users},
        {media.media_key: media for media in included.media},
        page.retrieved.retrieved_at if page.retrieved else None,
    )
    around.polls.update({str(one.id): one for one in included.polls})
    return around, included.tweets


def _inner(page: RawRecord, raw: msgspec.Raw, place: str, around: Around) -> RawRecord | RecordError:
    body = bytes(raw).strip()
    locator = page.locator + place
    try:
        post = _post(body)
    except msgspec.MsgspecError as error:
        return RecordError(locator, f"unexpected_shape: {error}")
    return RawRecord(
        locator, (post, around), sha256(body).hexdigest(), page.offset, len(body), (), page.is_suspect
    )


# A page of any size: its posts one by one, what stands beside them read ahead; then the posts of `includes`.
_posts_of_page = json_array("data", "", look_ahead=True, keep_bytes=MAX_RECORD_BYTES)
_context_of_page = json_array("includes.tweets")


def read_page(member: Member, ctx: Context) -> Iterator[Found]:
    """Posts of one or several JSON documents, each a page, a list of posts, or the answer about one post."""
    if _ONE_POST.match(member.read(HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")):
        yield from _answers(member, ctx)
        return
    around, seen = Around({}, {}), 0
    for found in _posts_of_page(member, ctx):
        if type(found) is not RawRecord:
            yield found
            continue
        if found.outer and id(found.outer[0]) != seen:
            seen = id(found.outer[0])
            _learn(found.outer[0].get("includes"), around)
        yield _converted(found, around)
    beside = msgspec.structs.replace(around, role="context")
    for found in _context_of_page(member, ctx):
        # what is wrong with the file was said by the first reading
        if type(found) is RawRecord:
            yield _converted(found, beside)


def _answers(member: Member, ctx: Context) -> Iterator[Found]:
    """Documents `{"data": {…}, "includes": {…}}`, each opened like a line of the stream."""
    with member.open() as stream:
        at = 0
        for found in json_documents(member, ctx):
            if type(found) is not RawRecord:
                yield found
                continue
            stream.read(found.offset - at)
            body, at = stream.read(found.length), found.offset + found.length
            try:
                post = _post(body)
            except msgspec.MsgspecError as error:
                yield RecordError(found.locator, f"unexpected_shape: {error}")
                continue
            page = msgspec.structs.replace(found, obj=post)
            yield from (page,) if post.data is msgspec.UNSET else _open_page(page)


def _learn(includes: Any, around: Around) -> None:
    """Remember the authors and pictures of one page."""
    if not isinstance(includes, dict):
        return
    try:
        known = msgspec.convert(
            {key: includes[key] for key in ("users", "media", "polls") if key in includes}, Includes
        )
    except msgspec.ValidationError:
        return
    around.users.update({str(user.id): user for user in known.users})
    around.media.update({one.media_key: one for one in known.media})
    around.polls.update({str(one.id): one for one in known.polls})


def _converted(found: RawRecord, around: Around) -> RawRecord | RecordError:
    try:
        post = msgspec.convert(found.obj, Post)
    except msgspec.ValidationError as error:
        return RecordError(found.locator, f"unexpected_shape: {error}")
    return msgspec.structs.replace(found, obj=(post, around))


# ------------------------------------------------------------------ mapping


def map_post(record: RawRecord, ctx: Context) -> Message | Skip:
    """One post. A compliance event (`action`) or an object without id and text is no message."""
    obj = record.obj
    post, around = obj if type(obj) is tuple else (obj, NOTHING_AROUND)
    if post.action is not None or post.id is None:
        return Skip("not_a_message")
    if post.text is None:
        return Skip("empty_record")
    entities = post.entities
    if post.note_tweet is not None and post.note_tweet.text:
        entities = post.note_tweet.entities or entities
    text, raw, repairs = words_of(post, around)
    author_id = None if post.author_id is None else str(post.author_id)
    author = post.author or around.users.get(author_id or "")
    handle = author.username if author else None
    metrics = None if is_repost(post) else post.public_metrics
    kind, parent, repost, quote = _relations(post)
    stated = post.created_at
    message_id = str(post.id)
    created_at = None if stated is None else utc_from_iso(stated)
    history = post.edit_history_tweet_ids
    target = post.in_reply_to_user_id
    return Message.of(
        record,
        ctx,
        platform="x",
        kind=kind,
        role=around.role,
        message_id=message_id,
        author_id=author_id,
        author_handle=handle,
        author_name=author.name if author else None,
        author_created_at=author.created_at if author else None,
        text=text,
        text_raw=raw,
        text_repairs=repairs,
        lang=post.lang,
        created_at=created_at,
        created_at_raw=stated,
        created_at_precision="ms" if stated else "none",
        created_at_source="field" if stated else None,
        edited_at=created_at if history and len(history) > 1 and str(history[0]) != message_id else None,
        collected_at=around.collected_at or (post.retrieved.retrieved_at if post.retrieved else None),
        url=f"https://x.com/{handle or 'i/web'}/status/{message_id}",
        parent_id=parent,
        conversation_id=None if post.conversation_id is None else str(post.conversation_id),
        target_id=None if target is None else str(target),
        target_kind=None if target is None else "account",
        target_handle=_target_handle(post, around),
        mentions=[one.username for one in entities.mentions] if entities and entities.mentions else (),
        urls=[one.expanded_url or one.url for one in entities.urls] if entities and entities.urls else (),
        hashtags=[one.tag for one in entities.hashtags] if entities and entities.hashtags else (),
        media_urls=_media_urls(post.attachments, around) if post.attachments else (),
        repost_of_id=repost,
        quote_of_id=quote,
        like_count=metrics.like_count if metrics else None,
        share_count=_shares(metrics) if metrics else None,
        reply_count=metrics.reply_count if metrics else None,
        view_count=metrics.impression_count if metrics else None,
        deleted="withheld" if post.withheld else "none",
        missing=_missing(author, metrics),
    )


_NO_AUTHOR: Final = ("author_handle", "author_name")
_NO_COUNTS: Final = ("like_count", "share_count", "reply_count")


def _missing(author: User | None, metrics: Metrics | None) -> tuple[str, ...]:
    missing = () if author else _NO_AUTHOR
    if metrics is None:
        return (*missing, *_NO_COUNTS, "view_count")
    # views came to the API in December 2022: older files have none, which is not zero
    return (*missing, "view_count") if metrics.impression_count is None else missing


def _relations(post: Post) -> tuple[str, str | None, str | None, str | None]:
    """(kind, parent, reposted, quoted) from the posts it refers to; a reply that quotes is a reply."""
    if not post.referenced_tweets:
        # a reply to a post that no longer exists keeps only the account it answered
        return ("reply" if post.in_reply_to_user_id is not None else "post"), None, None, None
    ids = {one.type: str(one.id) for one in post.referenced_tweets}
    parent, repost, quote = ids.get("replied_to"), ids.get("retweeted"), ids.get("quoted")
    kind = "repost" if repost else "reply" if parent else "quote" if quote else "post"
    return kind, parent, repost, quote


def _shares(metrics: Metrics) -> int | None:
    if metrics.retweet_count is None and metrics.quote_count is None:
        return None
    return (metrics.retweet_count or 0) + (metrics.quote_count or 0)


def _target_handle(post: Post, around: Around) -> str | None:
    if post.in_reply_to_user_id is None:
        return None
    user = post.in_reply_to_user or around.users.get(str(post.in_reply_to_user_id))
    return user.username if user else None


def _media_urls(attachments: Attachments, around: Around) -> list[str]:
    media = attachments.media or [around.media[key] for key in attachments.media_keys if key in around.media]
    return [url for one in media if (url := one.url or one.preview_image_url)]


_HOW_FR: Final = """\
1. Cette interface est réservée aux personnes qui ont un accès (payant) à l’API de X, souvent une équipe de \
recherche.
2. Demandez-lui le résultat brut, avec les champs author_id, created_at, conversation_id, public_metrics et \
les auteurs (expansions).
3. Gardez le fichier tel que reçu.
Sans cet accès : capturez la page, ou utilisez l’export de l’extension Zeeschuimer.
État au 1er juin 2025 ; les conditions changent."""
_HOW_EN: Final = """\
1. This interface is for people who have (paid) access to X's API, often a research team.
2. Ask for the raw result with author_id, created_at, conversation_id, public_metrics and the authors \
(expansions).
3. Keep the file as received.
Without that access: capture the page, or use the Zeeschuimer extension.
As of 1 June 2025; terms change."""
_CANNOT: Final = ("visibility",)

X_API_V2: Final = Format(
    id="x-api-v2",
    version=2,
    platforms=("x",),
    label_fr="X (Twitter) : réponses de l’API, version 2",
    label_en="X (Twitter): answers of the API, version 2",
    how_to_get_fr=_HOW_FR,
    how_to_get_en=_HOW_EN,
    sniff=sniff_page,
    records=read_page,
    map=map_post,
    cannot_give=_CANNOT,
    samples=(
        ("samples/x-api-v2/search_tweets_query.json", {"mapped": 4}),
        ("samples/x-api-v2/tweet_quote_tweets_resp.json", {"mapped": 15}),
    ),
)

X_TWARC: Final = Format(
    id="x-twarc",
    version=2,
    platforms=("x",),
    label_fr="X (Twitter) : lignes JSON (twarc, flux de l’API)",
    label_en="X (Twitter): JSON lines (twarc, API stream)",
    how_to_get_fr=_HOW_FR,
    how_to_get_en=_HOW_EN,
    sniff=sniff_lines,
    records=read_lines,
    map=map_post,
    blocks=read_line_blocks,
    map_block=map_posts,
    cannot_give=_CANNOT,
    samples=(
        ("samples/x-twarc-jsonl/kpop.jsonl", {"mapped": 100, "context": 23}),
        ("samples/x-twarc-jsonl/streaming_output_with_error.jsonl", {"mapped": 7, "failed": 1}),
        ("samples/x-twarc-jsonl/tweets_compliance.jsonl", {"mapped": 0, "not_a_message": 2}),
    ),
)
