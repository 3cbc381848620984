"""X (Twitter): the posts of its own web pages (GraphQL), as Zeeschuimer, bookmark exporters and captures hold them.

A post is `{"rest_id", "legacy": {...}, "core": {"user_results": ...}}`; a visibility wrapper puts it one level
deeper under `tweet`. Since 2025 the names of the account stand under `core` of the user instead of `legacy`.
Old searches (`adaptive.json`) gave `{"type": "adaptive", "legacy", "user"}`. Reposted and quoted posts inside
become rows of role `context`.

Field names as in the public sources of Zeeschuimer (modules/twitter.js) and of 4CAT (datasources/twitter-import),
2024-2026.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from saisine.messages.formats.contract import (
    Context,
    Format,
    Member,
    Note,
    RawRecord,
    RecordError,
    Sniff,
    json_documents,
)
from saisine.messages.formats.json_cuts import kept_to_the_cut
from saisine.messages.formats.json_values import (
    TOP,
    Mapped,
    Place,
    absent,
    as_count,
    as_id,
    dict_at,
    distinct,
    find_objects,
    inside,
    list_at,
    word_at,
)
from saisine.messages.schema import Message, Skip
from saisine.texts import unescape_html

# "Wed Oct 10 20:19:24 +0000 2018": read by hand, since strptime follows the computer's language and is slow.
X_DATE: Final = re.compile(r"\w{3} (\w{3}) (\d\d) (\d\d):(\d\d):(\d\d) \+0000 (\d{4})")
MONTHS: Final = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)
}
UNAVAILABLE: Final = frozenset({"TweetTombstone", "TweetUnavailable"})
_LIMITED: Final = "TweetWithVisibilityResults"


def is_tweet(value: Any) -> bool:
    """Whether this object is a post of X: its number, and the part that holds its text."""
    if not isinstance(value, dict) or not isinstance(value.get("legacy"), dict):
        return False
    return "full_text" in value["legacy"] and ("rest_id" in value or "id_str" in value["legacy"])


def utc_from_x(text: str) -> datetime:
    """An aware time from X's own writing. Raises ValueError for any other."""
    found = X_DATE.fullmatch(text)
    if found is None or found[1] not in MONTHS:
        raise ValueError("a time in another writing")
    day, hour, minute, second, year = map(int, found.group(2, 3, 4, 5, 6))
    return datetime(year, MONTHS[found[1]], day, hour, minute, second, tzinfo=UTC)


def map_tweet(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Mapped:
    """One post, then the posts it carries. `raw` is the object itself or the wrapper around it."""
    tweet, place = _unwrapped(raw, place)
    if raw.get("promoted") is True or tweet.get("promoted") is True or "promotedMetadata" in raw:
        return [Skip("advertisement")]
    if tweet.get("__typename") in UNAVAILABLE or tweet.get("tombstone") is not None:
        return [Skip("empty_record")]
    if not is_tweet(tweet):
        return [Skip("unsupported_variant")]
    repost, quote = _inner(tweet, "retweeted_status_result"), _inner(tweet, "quoted_status_result")
    rows: Mapped = [_message(tweet, repost, quote, record, ctx, place)]
    for carried, path in (repost, quote):
        if carried:
            rows += _carried(carried, tweet, record, ctx, place.below(path, "context"))
    return rows


def _unwrapped(raw: dict[str, Any], place: Place) -> tuple[dict[str, Any], Place]:
    if isinstance(raw.get("tweet"), dict) and "legacy" not in raw:
        return raw["tweet"], place.below("/tweet")
    return raw, place


def _inner(tweet: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
    """(the post carried under this name, its place); the reposted one lies in `legacy`, the quoted beside."""
    for above, path in ((tweet, ""), (tweet["legacy"], "/legacy")):
        found = inside(above, name, "result")
        if isinstance(found, dict):
            return found, f"{path}/{name}/result"
    return {}, ""


def _carried(
    raw: dict[str, Any], tweet: dict[str, Any], record: RawRecord, ctx: Context, place: Place
) -> Mapped:
    """The rows of a carried post; one that X no longer shows leaves its number and nothing else."""
    if raw.get("__typename") in UNAVAILABLE or "tombstone" in raw:
        message_id = as_id(tweet["legacy"].get("quoted_status_id_str"))
        return [] if message_id is None else [tombstone(message_id, record, ctx, place)]
    return [one for one in map_tweet(raw, record, ctx, place) if isinstance(one, Message)]


def tombstone(message_id: str, record: RawRecord, ctx: Context, place: Place) -> Message:
    """A post that existed and of which only the number is left."""
    return Message.of(
        record,
        ctx,
        sub_locator=place.path,
        platform="x",
        kind="post",
        role=place.role,
        message_id=message_id,
        collected_at=place.collected_at,
        url=f"https://x.com/i/web/status/{message_id}",
        deleted="tombstone",
        missing=("text", "author_id", "author_handle", "author_name", *_COUNTS),
    )


_COUNTS: Final = ("like_count", "share_count", "reply_count", "view_count")


def _message(
    tweet: dict[str, Any],
    repost: tuple[dict[str, Any], str],
    quote: tuple[dict[str, Any], str],
    record: RawRecord,
    ctx: Context,
    place: Place,
) -> Message:
    legacy = tweet["legacy"]
    message_id = as_id(tweet.get("rest_id")) or as_id(legacy.get("id_str"))
    author = _author(tweet)
    handle = author["author_handle"]
    reposted = _unwrapped(repost[0], TOP)[0]
    parent = as_id(legacy.get("in_reply_to_status_id_str"))
    target = as_id(legacy.get("in_reply_to_user_id_str"))
    repost_id = as_id(reposted.get("rest_id"))
    quote_id = _quoted_id(tweet, quote[0])
    counts = dict.fromkeys(_COUNTS) if reposted else _counts(tweet)
    shown = reposted if is_tweet(reposted) else tweet
    return Message.of(
        record,
        ctx,
        sub_locator=place.path,
        platform="x",
        kind="repost" if reposted else "reply" if parent or target else "quote" if quote_id else "post",
        role=place.role,
        message_id=message_id,
        **author,
        **_texts(tweet, reposted),
        **_times(tweet, message_id),
        lang=legacy.get("lang"),
        collected_at=place.collected_at,
        url=f"https://x.com/{handle or 'i/web'}/status/{message_id}",
        parent_id=parent,
        conversation_id=as_id(legacy.get("conversation_id_str")),
        target_id=target,
        target_kind="account" if target else None,
        target_handle=legacy.get("in_reply_to_screen_name"),
        media_urls=media_urls(
            list_at(legacy, "extended_entities", "media") or list_at(legacy, "entities", "media")
        ),
        repost_of_id=repost_id,
        quote_of_id=quote_id,
        **counts,
        deleted="withheld" if _is_withheld(legacy) or _is_withheld(dict_at(reposted, "legacy")) else "none",
        missing=(*(("text",) if lacks_body(shown.get("article")) else ()), *absent(**author | counts)),
    )


def _author(tweet: dict[str, Any]) -> dict[str, Any]:
    """The account: its names stand under `core`, before 2025 under `legacy`, in old searches under `user`."""
    user = dict_at(tweet, "core", "user_results", "result")
    core, legacy, old = dict_at(user, "core"), dict_at(user, "legacy"), dict_at(tweet, "user")
    created = word_at(core, "created_at") or word_at(legacy, "created_at") or word_at(old, "created_at")
    return {
        "author_id": as_id(user.get("rest_id"))
        or as_id(tweet["legacy"].get("user_id_str"))
        or as_id(old.get("id_str")),
        "author_handle": word_at(core, "screen_name")
        or word_at(legacy, "screen_name")
        or word_at(old, "screen_name"),
        "author_name": word_at(core, "name") or word_at(legacy, "name") or word_at(old, "name"),
        "author_created_at": utc_from_x(created) if created and X_DATE.fullmatch(created) else None,
    }


def _texts(tweet: dict[str, Any], reposted: dict[str, Any]) -> dict[str, Any]:
    """The text as people read it, with its links: a repost shows the whole inner post, which X shortens
    behind "RT @…:" in the outer one; a long post has its text in a note."""
    source = reposted if is_tweet(reposted) else tweet
    note = dict_at(source, "note_tweet", "note_tweet_results", "result")
    written = word_at(note, "text") or source["legacy"]["full_text"]
    text, is_unescaped = unescape_html(written)
    outer = tweet["legacy"]["full_text"]
    entities = (dict_at(note, "entity_set") if note else {}) or dict_at(source, "legacy", "entities")
    repairs = ("html_unescaped",) if is_unescaped else ()
    if source is tweet and not note and outer.startswith("RT @") and outer.endswith("…"):
        repairs = (*repairs, "shortened_upstream")
    lines = lines_below(source.get("article"), source.get("card"))
    if lines:
        text, repairs = "\n".join([text, *lines] if text else lines), (*repairs, "fragments_joined")
    return {
        "text": text,
        "text_raw": outer if source is not tweet else written if is_unescaped or lines else None,
        "text_repairs": repairs,
        "mentions": [one["screen_name"] for one in list_at(entities, "user_mentions")],
        "urls": distinct(
            *(one.get("expanded_url") or one.get("url") for one in list_at(entities, "urls")),
        ),
        "hashtags": [one["text"] for one in list_at(entities, "hashtags")],
    }


def lines_below(article: Any, card: Any) -> list[str]:
    """What is shown below the text and is its author's: an article with its title, the choices of a poll."""
    if article is None and card is None:
        return []
    shown = dict_at(article, "article_results", "result")
    title, preview, whole = word_at(shown, "title"), word_at(shown, "preview_text"), _body_of(shown)
    if preview and whole and " ".join(whole.split()).startswith(" ".join(preview.split()).rstrip("…. ")):
        preview = None  # the article begins with it
    labels = {
        word_at(one, "key"): word_at(one, "value", "string_value")
        for one in list_at(card, "legacy", "binding_values")
    }
    choices = (labels.get(f"choice{number}_label") for number in range(1, MAX_CHOICES + 1))
    return [line for line in (title, preview, whole, *choices) if line]


def lacks_body(article: Any) -> bool:
    """Whether a post has an article of which no more than the beginning is there: timelines do not ask for the rest."""
    if not article or not isinstance(article, dict):
        return False
    return _body_of(dict_at(article, "article_results", "result")) is None


def _body_of(shown: dict[str, Any]) -> str | None:
    """The text of an article: plain when it was asked for, else that of its paragraphs (the website asks for those).
    A picture stands among them as a block that holds one space."""
    blocks = (word_at(one, "text") for one in list_at(shown, "content_state", "blocks"))
    return word_at(shown, "plain_text") or "\n".join(one for one in blocks if one and one.strip()) or None


MAX_CHOICES: Final = 4  # a poll of X has two to four


def _times(tweet: dict[str, Any], message_id: str | None) -> dict[str, Any]:
    """When it was written, and edited: each edit has a number of its own, the first one comes first."""
    raw = tweet["legacy"].get("created_at")
    if not raw:
        return {}
    created_at = utc_from_x(raw)
    control = dict_at(tweet, "edit_control")
    history = list_at(control, "edit_tweet_ids") or list_at(control, "edit_control_initial", "edit_tweet_ids")
    is_edit = len(history) > 1 and as_id(history[0]) != message_id
    return {
        "created_at": created_at,
        "created_at_raw": raw,
        "created_at_precision": "s",
        "created_at_source": "field",
        "edited_at": created_at if is_edit else None,
    }


def _quoted_id(tweet: dict[str, Any], quoted: dict[str, Any]) -> str | None:
    """The number of the quoted post; a repost of a quote says it too, but it is not its own."""
    if inside(tweet, "legacy", "retweeted_status_result"):
        return None
    said = as_id(tweet["legacy"].get("quoted_status_id_str"))
    return said or as_id(_unwrapped(quoted, TOP)[0].get("rest_id"))


def _counts(tweet: dict[str, Any]) -> dict[str, int | None]:
    """The four counts. A repost has none of its own: X writes zeros there, which are no measure."""
    legacy = tweet["legacy"]
    shares = [as_count(legacy.get("retweet_count")), as_count(legacy.get("quote_count"))]
    known = [count for count in shares if count is not None]
    views = inside(tweet, "views", "count") or inside(tweet, "ext_views", "count")
    return {
        "like_count": as_count(legacy.get("favorite_count")),
        "share_count": sum(known) if known else None,
        "reply_count": as_count(legacy.get("reply_count")),
        "view_count": as_count(views),
    }


def _is_withheld(legacy: dict[str, Any]) -> bool:
    return bool(
        legacy.get("withheld_scope") or legacy.get("withheld_status") or legacy.get("withheld_in_countries")
    )


def media_urls(media: Sequence[dict[str, Any]]) -> list[str]:
    """Pictures, and of each video the best version that is a single file."""
    return distinct(*(_best_video(one) or one.get("media_url_https") for one in media))


def _best_video(one: dict[str, Any]) -> str | None:
    files = [v for v in list_at(one, "video_info", "variants") if as_count(v.get("bitrate")) is not None]
    return word_at(max(files, key=lambda v: v["bitrate"]), "url") if files else None


# ------------------------------------------------------------------ posts inside an answer


def is_shown(value: Any) -> bool:
    """Whether this object of an answer is a post, or the frame of a promoted one."""
    return is_tweet(value) or (isinstance(value, dict) and "promotedMetadata" in value)


def is_listed(value: Any) -> bool:
    """The same, or what stands in the place of a post that is gone: its tombstone, or an entry that holds nothing."""
    return is_shown(value) or is_gone(value)


def is_gone(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if "entryId" in value:
        return gone_id(value) is not None
    kind, held = value.get("__typename"), value.get("tweet_results")
    is_tombstone = isinstance(value.get("tombstone"), dict) or (isinstance(kind, str) and kind in UNAVAILABLE)
    is_empty = isinstance(held, dict) and not held.get("result")
    # no post that it would hold in some other place is lost with it
    return (is_tombstone or is_empty) and not any(find_objects(value, is_shown))


_ENTRY: Final = re.compile(r"(?:^|-)tweet-(\d{1,20})$")


def gone_id(value: Any) -> str | None:
    """The number of a post of which an answer holds the entry alone: `{"entryId": "tweet-123", "content": …tombstone}`;
    None for any other object."""
    if not isinstance(value, dict) or not isinstance(value.get("entryId"), str):
        return None
    named = _ENTRY.search(value["entryId"])
    item = inside(value, "content", "itemContent") or inside(value, "item", "itemContent")
    if named is None or not isinstance(item, dict) or not isinstance(item.get("tweet_results"), dict):
        return None
    result = item["tweet_results"].get("result")
    return named[1] if is_gone(result if result else item) else None


def map_gone(raw: dict[str, Any], record: RawRecord, ctx: Context) -> list[Message | Skip | Note]:
    """The tombstone of an entry, by its number, and a note. It is context: it takes the place of no observation of
    before, in which the text still stands."""
    message_id = gone_id(raw)
    if message_id is None:
        return [Skip("empty_record")]
    return [tombstone(message_id, record, ctx, TOP.below("", "context")), Note("posts_gone", record.locator)]


# Of an answer that the file stops inside, the entries that are whole are kept.
_answers: Final = kept_to_the_cut(json_documents, "entries", "instructions")


def read_answers(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Each post of each answer as a record of its own, so that an odd one fails alone; its bytes are those
    of the answer. So is what stands in the place of a post that is gone. An answer without any stays whole."""
    for found in _answers(member, ctx):
        posts = list(find_objects(found.obj, is_listed)) if isinstance(found, RawRecord) else []
        for path, post in posts:
            yield msgspec.structs.replace(found, locator=found.locator + path, obj=post)
        if not posts:
            yield found


def map_answer(record: RawRecord, ctx: Context) -> Mapped | Skip | list[Message | Skip | Note]:
    """One post with those it carries; an answer that holds none is no message."""
    if not is_shown(record.obj):
        return map_gone(record.obj, record, ctx) if is_gone(record.obj) else Skip("not_a_message")
    return map_tweet(record.obj, record, ctx)


_SHAPES: Final = (b'"tweet_results"', b'"legacy"', b'"full_text"', b'"rest_id"', b'"itemContent"')


def sniff(head: bytes, name: str) -> Sniff:
    """An answer of X's pages: posts inside `tweet_results`, inside a document and not line by line."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] not in (b"{", b"[") or b'"tweet_results"' not in head:
        return Sniff(0, [])
    if b'"source_platform"' in head or b'"__import_meta"' in head or b'"log"' in start[:200]:
        return Sniff(0, [])  # an item of Zeeschuimer, or a capture
    found = [key.decode().strip('"') for key in _SHAPES if key in head]
    return Sniff(90 * len(found) ** 2 // len(_SHAPES) ** 2, found)


X_GRAPHQL: Final = Format(
    id="x-graphql",
    version=3,
    platforms=("x",),
    label_fr="X (Twitter) : réponses du site lui-même (signets, fil, recherche)",
    label_en="X (Twitter): answers of the site itself (bookmarks, timeline, search)",
    how_to_get_fr="""\
À faire avant que la plateforme ou les auteurs ne suppriment les messages.
1. Sur un ordinateur, ouvrez X dans Firefox ou Chrome, connectez-vous, puis appuyez sur F12 : onglet « Réseau ».
2. Ouvrez la page voulue (un message et ses réponses, une recherche) et défilez jusqu’en bas.
3. Dans la liste, cherchez « TweetDetail » ou « SearchTimeline ». Clic droit > « Enregistrer la réponse ».
4. Déposez chaque fichier .json ici.
Plus simple : l’extension Zeeschuimer enregistre la même chose en un seul fichier.
Le fichier ne contient que ce qui a été affiché. État au 1er juin 2026 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the platform or the authors delete the messages.
1. On a computer, open X in Firefox or Chrome, sign in, then press F12: tab "Network".
2. Open the page (a post and its replies, a search) and scroll to its end.
3. In the list, look for "TweetDetail" or "SearchTimeline". Right click > "Save response as".
4. Drop each .json file here.
Simpler: the Zeeschuimer extension records the same in one file.
The file holds only what was shown. As of 1 June 2026; screens change.""",
    sniff=sniff,
    records=read_answers,
    map=map_answer,
    cannot_give=("visibility",),
    samples=(("samples/x-graphql/x_bookmarks_graphql.json", {"mapped": 2}),),
)
