"""Posts of the X API by blocks: what `x_api.map_post` says of each flat post, column by column."""

from datetime import datetime
from typing import Any

import numpy as np

from saisine.messages.columns import Column, Columns, Same
from saisine.messages.formats.blocks import Fields, RecordBlock, columns_of, lacking
from saisine.messages.formats.raw import Context
from saisine.messages.formats.table_columns import iso_times, stated
from saisine.messages.formats.x_api_posts import Metrics, is_repost, words_of
from saisine.messages.idtime import UNKNOWN

Posts = list[Any]


def map_posts(block: RecordBlock, ctx: Context) -> Columns:
    """The rows of posts that carry their author. Raises what a damaged time or count does."""
    kept = [post.action is None and post.id is not None and post.text is not None for post in block.objs]
    skipped: list[tuple[str, str]] = []
    if not all(kept):
        for post, place, is_kept in zip(block.objs, block.locators, kept, strict=True):
            if not is_kept:
                is_none = post.action is not None or post.id is None
                skipped.append(("not_a_message" if is_none else "empty_record", place))
        block = block.only(kept)
    if not len(block):
        return Columns(0, {}, skipped)
    posts: Posts = block.objs
    fields = {"platform": Same("x"), **_own(posts), **_relations(posts), **_words(posts), **_counts(posts)}
    return columns_of(block, ctx, fields, _missing(posts, fields), skipped=skipped)


def _own(posts: Posts) -> Fields:
    """Whose it is, when it was written and where it stands."""
    ids = [str(post.id) for post in posts]
    authors = [post.author for post in posts]
    handles = [one.username if one else None for one in authors]
    said = [post.created_at for post in posts]
    at = iso_times(said, datetime.fromisoformat)
    seen = [post.retrieved.retrieved_at if post.retrieved else None for post in posts]
    targets = [None if post.in_reply_to_user_id is None else str(post.in_reply_to_user_id) for post in posts]
    fields: Fields = {
        "message_id": ids,
        "author_id": [None if post.author_id is None else str(post.author_id) for post in posts],
        "author_handle": handles,
        "author_name": [one.name if one else None for one in authors],
        "author_created_at": [one.created_at if one else None for one in authors],
        "lang": [post.lang for post in posts],
        **stated(at, said, Same("ms")),
        "collected_at": seen if any(seen) else Same(None),
        "url": [
            f"https://x.com/{handle or 'i/web'}/status/{own}"
            for handle, own in zip(handles, ids, strict=True)
        ],
        "conversation_id": [
            None if post.conversation_id is None else str(post.conversation_id) for post in posts
        ],
        "target_id": targets,
        "target_kind": [None if one is None else "account" for one in targets],
        "target_handle": [
            post.in_reply_to_user.username
            if post.in_reply_to_user_id is not None and post.in_reply_to_user
            else None
            for post in posts
        ],
        "deleted": ["withheld" if post.withheld else "none" for post in posts],
    }
    edited = [
        bool(history) and len(history) > 1 and str(history[0]) != own
        for history, own in zip([post.edit_history_tweet_ids for post in posts], ids, strict=True)
    ]
    if any(edited):
        fields["edited_at"] = np.where(np.array(edited), at, UNKNOWN)
    return fields


def _relations(posts: Posts) -> Fields:
    """Kind, parent, reposted and quoted; a reply that quotes is a reply."""
    kinds: list[str] = []
    parents: list[str | None] = []
    reposts: list[str | None] = []
    quotes: list[str | None] = []
    for post in posts:
        parent = repost = quote = None
        for one in post.referenced_tweets or ():
            if one.type == "replied_to":
                parent = str(one.id)
            elif one.type == "retweeted":
                repost = str(one.id)
            elif one.type == "quoted":
                quote = str(one.id)
        if not post.referenced_tweets:
            kinds.append("reply" if post.in_reply_to_user_id is not None else "post")
        else:
            kinds.append("repost" if repost else "reply" if parent else "quote" if quote else "post")
        parents.append(parent)
        reposts.append(repost)
        quotes.append(quote)
    return {"kind": kinds, "parent_id": parents, "repost_of_id": reposts, "quote_of_id": quotes}


def _words(posts: Posts) -> Fields:
    """The whole text, and what it names: those of the note when there is one."""
    notes = [
        post.note_tweet if post.note_tweet is not None and post.note_tweet.text else None for post in posts
    ]
    entities = [
        (note.entities or post.entities) if note else post.entities
        for post, note in zip(posts, notes, strict=True)
    ]
    return {
        **_texts(posts, [note.text if note else post.text for post, note in zip(posts, notes, strict=True)]),
        "mentions": [[one.username for one in said.mentions] if said else () for said in entities],
        "urls": [
            [one.expanded_url or one.url for one in said.urls] if said and said.urls else ()
            for said in entities
        ],
        "hashtags": [[one.tag for one in said.hashtags] if said else () for said in entities],
        "media_urls": [
            [url for one in post.attachments.media if (url := one.url or one.preview_image_url)]
            if post.attachments
            else ()
            for post in posts
        ],
    }


def _texts(posts: Posts, written: list[str]) -> Fields:
    """The texts; only those that are not as they stand are looked at one by one."""
    odd = [
        rank
        for rank, (post, text) in enumerate(zip(posts, written, strict=True))
        if "&" in text or post.referenced_tweets or post.attachments
    ]
    if not odd:
        return {"text": written}
    texts, raws = list(written), list[str | None]([None]) * len(posts)
    repairs = list[tuple[str, ...]]([()]) * len(posts)
    for rank in odd:
        texts[rank], raws[rank], repairs[rank] = words_of(posts[rank])
    return {"text": texts, "text_raw": raws, "text_repairs": repairs}


def _metrics(posts: Posts) -> list[Metrics | None]:
    return [None if post.referenced_tweets and is_repost(post) else post.public_metrics for post in posts]


def _counts(posts: Posts) -> Fields:
    metrics = _metrics(posts)
    return {
        "like_count": [one.like_count if one else None for one in metrics],
        "share_count": [
            None
            if one is None or (one.retweet_count is None and one.quote_count is None)
            else (one.retweet_count or 0) + (one.quote_count or 0)
            for one in metrics
        ],
        "reply_count": [one.reply_count if one else None for one in metrics],
        "view_count": [one.impression_count if one else None for one in metrics],
    }


def _missing(posts: Posts, fields: Fields) -> Column:
    """What a post lacks: its author, its counts, or its views alone, which came to the API in December 2022."""
    no_author = [not post.author for post in posts]
    no_counts = [one is None for one in _metrics(posts)]
    views = fields["view_count"]
    assert isinstance(views, list)
    return lacking(
        author_handle=no_author,
        author_name=no_author,
        like_count=no_counts,
        share_count=no_counts,
        reply_count=no_counts,
        view_count=[one is None for one in views],
    )
