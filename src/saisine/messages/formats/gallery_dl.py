"""gallery-dl: the metadata that `--write-metadata` writes beside each picture, for X, Instagram and TikTok.

One object per file, `category` naming the site; a post with four pictures leaves four files, which give four
observations of one post. `--dump-json` gives a list of [2, post] and [3, address, picture] instead: the
pictures repeat their post and are counted as such. Dates are UTC without a zone; the identifiers of X are numbers.

Followed: gallery-dl 1.30 to 1.31 (extractor/twitter.py `_transform_tweet`, instagram.py `_parse_post_rest` and
`_parse_post_graphql`, tiktok.py). Other sites are `unsupported_variant`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from saisine.messages.formats.blocks import RecordBlock
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
from saisine.messages.formats.gallery_columns import PICTURE, POST, Entry, map_entries
from saisine.messages.formats.json_blocks import array_blocks
from saisine.messages.formats.json_values import (
    TOP,
    absent,
    as_count,
    as_id,
    dict_at,
    distinct,
    list_at,
    word_at,
)
from saisine.messages.formats.shapes import keys_of
from saisine.messages.formats.tiktok_items import map_item

OWN: Final = frozenset({"category", "subcategory"})
SITES: Final = {
    "twitter": frozenset({"tweet_id", "date", "author", "content"}),
    "instagram": frozenset({"post_shortcode", "post_url", "description", "username"}),
    "tiktok": frozenset({"desc", "createTime", "author", "stats"}),
}
_array_blocks: Final = array_blocks(Entry, "", needs_outer=False, openings="{[")
Found = Message | Skip
Mapped = Found | list[Found]


def sniff(head: bytes, name: str) -> Sniff:
    """`category` and `subcategory`, with the keys of one of the three sites."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        return Sniff(score=0, reasons=[])
    keys = keys_of(head)
    if not keys >= OWN:
        return Sniff(score=0, reasons=[])
    site, found = max(((site, keys & own) for site, own in SITES.items()), key=lambda pair: len(pair[1]))
    score = 95 if len(found) == len(SITES[site]) else 25 * len(found)
    return Sniff(score=score, reasons=["category", "subcategory", *sorted(found)])


def read(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """The object of a metadata file, several of them, or the entries of a dump."""
    yield from (json_array("") if _is_list(member) else json_documents)(member, ctx)


def read_blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | RawRecord | RecordError | Note]:
    """The same, posts of X in a list by blocks."""
    yield from (_array_blocks if _is_list(member) else json_documents)(member, ctx)


def _is_list(member: Member) -> bool:
    return member.read(HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["


def map_object(record: RawRecord, ctx: Context) -> Mapped:
    """One post, by the site it comes from."""
    raw, place = record.obj, ""
    if isinstance(raw, list):
        if not raw or raw[0] not in (POST, PICTURE):
            return Skip("not_a_message")
        if raw[0] == PICTURE:
            return Skip("duplicate_older_observation")
        raw, place = raw[1], "/1"
    if not isinstance(raw, dict) or not raw:
        return Skip("empty_record" if not raw else "unsupported_variant")
    builder = BUILDERS.get(str(raw.get("category")))
    return builder(raw, place, record, ctx) if builder else Skip("unsupported_variant")


def _tweet(raw: dict[str, Any], place: str, record: RawRecord, ctx: Context) -> Mapped:
    """A post of X. `user` is whose page was read; `author` wrote it, or what it reposts (twitter.py @ 1.30)."""
    tweet_id, author = _known(raw.get("tweet_id")), dict_at(raw, "author")
    if tweet_id is None:
        return Skip("not_a_message")
    if _known(raw.get("retweet_id")):
        # outside the page of an account, as in a search, both are who wrote the original
        page = dict_at(raw, "user")
        author = page if page.get("id") != author.get("id") else {}
    repost, parent, quoted_by = (_known(raw.get(key)) for key in ("retweet_id", "reply_id", "quote_id"))
    who = {
        "author_id": as_id(author.get("id")),
        "author_handle": word_at(author, "name"),
        "author_name": word_at(author, "nick"),
    }
    shares, quotes = as_count(raw.get("retweet_count")), as_count(raw.get("quote_count"))
    counts = {
        "like_count": as_count(raw.get("favorite_count")),
        "share_count": None if shares is None else shares + (quotes or 0),
        "reply_count": as_count(raw.get("reply_count")),
        "view_count": as_count(raw.get("view_count")),
    }
    handle, answered = who["author_handle"], word_at(raw, "reply_to")
    protected = author.get("protected")
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="x",
        kind="repost" if repost else "reply" if parent or answered else "post",
        # a post that was only met because another quotes it
        role="context" if quoted_by else "primary",
        message_id=tweet_id,
        **who,
        author_created_at=_utc(author.get("date")),
        text=word_at(raw, "content") or "",
        lang=_language(raw.get("lang")),
        **_times(raw.get("date")),
        url=f"https://x.com/{handle or 'i/web'}/status/{tweet_id}",
        parent_id=parent,
        conversation_id=_known(raw.get("conversation_id")),
        target_kind="account" if answered else None,
        target_handle=answered,
        visibility=None if protected is None else "private" if protected else "public",
        mentions=distinct(*(one.get("name") for one in list_at(raw, "mentions"))),
        hashtags=distinct(*list_at(raw, "hashtags")),
        repost_of_id=repost,
        **counts,
        missing=(
            *absent(**who | counts, created_at=raw.get("date"), text=raw.get("content")),
            *("target_id", "urls"),
        ),
    )


def _instagram(raw: dict[str, Any], place: str, record: RawRecord, ctx: Context) -> Mapped:
    """A post of Instagram. Comments were not seen in its metadata: a list of them is said, not guessed."""
    post_id = _known(raw.get("post_id"))
    if post_id is None:
        return Skip("not_a_message")
    who = {
        "author_id": as_id(raw.get("owner_id")),
        "author_handle": word_at(raw, "username"),
        "author_name": word_at(raw, "fullname"),
    }
    likes, url = as_count(raw.get("likes")), word_at(raw, "post_url")
    files = (word_at(raw, "video_url") or word_at(raw, "display_url"),)
    row = Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="instagram",
        kind="story" if "/stories/" in (url or "") else "post",
        message_id=post_id,
        **who,
        text=word_at(raw, "description") or "",
        **_times(raw.get("post_date") or raw.get("date")),
        url=url,
        conversation_id=post_id,
        mentions=distinct(*(one.get("username") for one in list_at(raw, "tagged_users"))),
        hashtags=[tag.removeprefix("#") for tag in distinct(*list_at(raw, "tags"))],
        media_urls=distinct(*files),
        like_count=likes,
        missing=(
            *absent(**who, url=url, like_count=likes, text=raw.get("description")),
            *("lang", "share_count", "reply_count", "view_count"),
        ),
    )
    return [row, Skip("unsupported_variant")] if list_at(raw, "comments") else row


def _tiktok(raw: dict[str, Any], place: str, record: RawRecord, ctx: Context) -> Mapped:
    """A video or a set of pictures: TikTok's own object, with a few keys beside."""
    found = map_item(raw, record, ctx, TOP.below(place))
    return found[0] if len(found) == 1 else list(found)


BUILDERS: Final = {"twitter": _tweet, "instagram": _instagram, "tiktok": _tiktok}


def _known(value: Any) -> str | None:
    """An identifier; gallery-dl writes 0 for none."""
    found = as_id(value)
    return None if found in (None, "0") else found


def _language(code: Any) -> str | None:
    return code if isinstance(code, str) and code not in ("", "und") else None


def _utc(text: Any) -> datetime | None:
    if not isinstance(text, str) or not text:
        return None
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _times(text: Any) -> dict[str, Any]:
    at = _utc(text)
    if at is None:
        return {}
    return {
        "created_at": at,
        "created_at_raw": text,
        "created_at_precision": "s",
        "created_at_source": "field",
    }


GALLERY_DL: Final = Format(
    id="gallery-dl",
    version=2,
    platforms=("x", "instagram", "tiktok"),
    label_fr="gallery-dl : publications X, Instagram et TikTok (métadonnées JSON)",
    label_en="gallery-dl: posts of X, Instagram and TikTok (JSON metadata)",
    how_to_get_fr="""\
À faire avant que la publication ne soit supprimée. Il faut savoir ouvrir un terminal.
1. Installez gallery-dl, puis lancez : gallery-dl --write-metadata ADRESSE_DE_LA_PUBLICATION
2. Pour les posts sans image de X, ajoutez : -o text-tweets=true
3. Gardez le dossier entier, avec les fichiers .json à côté des images.
Le fichier contient les publications et leurs images, pas les commentaires des autres : capturez la page, ou \
utilisez l’extension Zeeschuimer. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the post is deleted. You need to know how to open a terminal.
1. Install gallery-dl, then run: gallery-dl --write-metadata ADDRESS_OF_THE_POST
2. For posts of X without pictures, add: -o text-tweets=true
3. Keep the whole folder, with the .json files beside the pictures.
The file holds posts and their pictures, not other people's comments: capture the page, or use the Zeeschuimer \
extension. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read,
    map=map_object,
    blocks=read_blocks,
    map_block=map_entries,
)
