"""Mastodon: answers of the API (statuses, contexts, notifications, searches), the same for its relatives.

A status is HTML: its text is what a person reads, with its content warning first. A boost carries the boosted
status, a quote the quoted one: both are context, and so are the statuses above a reply (`ancestors`). The
answer to a deletion gives the typed source without `content`, and the history of edits gives versions without
identifier: both are told as variants, not read.

Sources: Mastodon API, entities Status, Context, Notification, Quote (4.5); halcy/Mastodon.py @ b9f2effb.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

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
from saisine.messages.formats.json_values import list_at, word_at
from saisine.messages.formats.links import plain_of, unique
from saisine.messages.formats.shapes import score_keys
from saisine.texts import utc_from_iso

STATUS: Final = (
    *("id", "created_at", "content", "account", "acct", "visibility"),
    *("replies_count", "reblogs_count", "favourites_count"),
)
CONTEXT: Final = ("ancestors", "descendants")
_PAGE: Final = re.compile(
    rb'^[\s\xef\xbb\xbf]*\{(?:\s*"(?:accounts|hashtags)"\s*:\s*\[\s*\]\s*,)*'
    rb'\s*"(?:ancestors|descendants|statuses|accounts)"\s*:\s*\['
)
# Notifications whose status was written to or about the account; the others are reactions or accounts.
WRITTEN: Final = frozenset({"mention", "status", "update", "quote", "quoted_update", "poll"})
REACTIONS: Final = frozenset({"favourite", "reblog", "emoji_reaction", "pleroma:emoji_reaction"})
Found = Message | Skip


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a status, or by the two lists of a context that may both be empty.

    Truth Social writes the same statuses: inside an envelope of Zeeschuimer they are that format's.
    """
    if b'"source_platform"' in head:
        return Sniff(score=0, reasons=[])
    return score_keys(head, STATUS, CONTEXT)


def read_items(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Each status of a list or of a page by itself, the statuses above a reply apart; else whole documents."""
    head = member.read(HEAD_BYTES)
    ctx.memory["role"] = "primary"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[":
        yield from json_array("")(member, ctx)
    elif _PAGE.match(head):
        said: set[str] = set()
        for found in json_array("descendants", "statuses")(member, ctx):
            if isinstance(found, RecordError):
                said.add(found.locator)
            yield found
        ctx.memory["role"] = "context"
        for found in json_array("ancestors")(member, ctx):
            # what is wrong with the file as a whole was said by the first reading
            if isinstance(found, RawRecord) or (isinstance(found, RecordError) and found.locator not in said):
                yield found
    else:
        yield from json_documents(member, ctx)


def map_item(record: RawRecord, ctx: Context) -> Found | list[Found]:
    """The status of the record, with those it carries."""
    found = list(_walk(record.obj, record, ctx, "", ctx.memory.get("role", "primary")))
    return found[0] if len(found) == 1 else found


def _walk(raw: dict[str, Any], record: RawRecord, ctx: Context, path: str, role: str) -> Iterator[Found]:
    if "type" in raw and ("status" in raw or "account" in raw) and "content" not in raw:
        yield from _notification(raw, record, ctx, path, role)
    elif "last_status" in raw:
        inner = raw["last_status"]
        yield from _walk(inner, record, ctx, f"{path}/last_status", role) if inner else [Skip("empty_record")]
    elif "ancestors" in raw or "descendants" in raw or "statuses" in raw:
        yield from _page(raw, record, ctx, path)
    elif "visibility" in raw and "account" in raw and "content" in raw:
        yield from _status(raw, record, ctx, path, role)
    else:
        is_variant = "account" in raw and ("text" in raw or "content" in raw)
        yield Skip("unsupported_variant" if is_variant else "not_a_message")


def _page(raw: dict[str, Any], record: RawRecord, ctx: Context, path: str) -> Iterator[Found]:
    """A page met as one line among others."""
    for key, role in (("ancestors", "context"), ("descendants", "primary"), ("statuses", "primary")):
        for number, one in enumerate(raw.get(key) or ()):
            yield from _walk(one, record, ctx, f"{path}/{key}/{number}", role)


def _notification(
    raw: dict[str, Any], record: RawRecord, ctx: Context, path: str, role: str
) -> Iterator[Found]:
    """A mention or a reply is a message; a favourite or a boost is a reaction to the status it carries."""
    status, kind = raw.get("status"), raw["type"]
    if kind in WRITTEN and status:
        yield from _walk(status, record, ctx, f"{path}/status", role)
        return
    yield Skip("like_or_reaction" if kind in REACTIONS else "not_a_message")
    if status:
        yield from _walk(status, record, ctx, f"{path}/status", "context")


def _status(raw: dict[str, Any], record: RawRecord, ctx: Context, path: str, role: str) -> Iterator[Found]:
    boosted, quoted = raw.get("reblog"), _quoted(raw)
    yield _message(raw, boosted, quoted, record, ctx, path, role)
    if boosted:
        yield from _status(boosted, record, ctx, f"{path}/reblog", "context")
    elif quoted and "content" in quoted:
        place = "/quote/quoted_status" if "quoted_status" in raw["quote"] else "/quote"
        yield from _status(quoted, record, ctx, path + place, "context")


def _quoted(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """The quoted status: whole, or only its identifier where the quote is shallow; relatives put it bare."""
    quote = raw.get("quote")
    if not isinstance(quote, dict):
        return None
    if isinstance(quote.get("quoted_status"), dict):
        found: dict[str, Any] = quote["quoted_status"]
        return found
    if quote.get("quoted_status_id"):
        return {"id": quote["quoted_status_id"]}
    return quote if "id" in quote and "content" in quote else None


def _message(
    raw: Mapping[str, Any],
    boosted: Mapping[str, Any] | None,
    quoted: Mapping[str, Any] | None,
    record: RawRecord,
    ctx: Context,
    path: str,
    role: str,
) -> Message:
    shown = boosted or raw
    text, links = _text(shown)
    is_stripped = shown["content"] != text
    text, is_joined = with_lines(text, _choices(shown), _alts(shown))
    account, visibility, edited = raw["account"], raw["visibility"], raw.get("edited_at")
    stated, target = raw["created_at"], raw.get("in_reply_to_account_id")
    named = shown.get("mentions") or ()
    return Message.of(
        record,
        ctx,
        sub_locator=path,
        platform="mastodon",
        kind=_kind(raw, boosted, quoted),
        role=role,
        message_id=str(raw["id"]),
        author_id=_word(account.get("id")),
        author_handle=account.get("acct"),
        author_name=account.get("display_name") or None,
        author_created_at=_time(account.get("created_at")),
        text=text,
        text_raw=shown["content"] if shown["content"] != text else None,
        text_repairs=repairs_of(is_stripped=is_stripped, is_joined=is_joined),
        lang=shown.get("language"),
        created_at=utc_from_iso(stated),
        created_at_raw=stated,
        created_at_precision="ms" if "." in stated else "s",
        created_at_source="field",
        edited_at=_time(edited),
        url=raw.get("url") or raw.get("uri"),
        parent_id=_word(raw.get("in_reply_to_id")),
        target_id=_word(target),
        target_kind="account" if target else None,
        target_handle=next((one.get("acct") for one in named if one.get("id") == target), None)
        if target
        else None,
        visibility=visibility,
        mentions=[one["acct"] for one in named],
        urls=_urls(shown, links),
        hashtags=[one["name"] for one in shown.get("tags") or ()],
        media_urls=[url for one in shown.get("media_attachments") or () if (url := _media(one))],
        repost_of_id=_word(boosted["id"]) if boosted else None,
        quote_of_id=_word(quoted["id"]) if quoted else None,
        like_count=raw.get("favourites_count"),
        share_count=_shares(raw),
        reply_count=raw.get("replies_count"),
        missing=() if account.get("display_name") else ("author_name",),
    )


def _kind(raw: Mapping[str, Any], boosted: Any, quoted: Any) -> str:
    if boosted:
        return "repost"
    if raw["visibility"] == "direct":
        return "dm"
    return "reply" if raw.get("in_reply_to_id") else "quote" if quoted else "post"


def _text(shown: Mapping[str, Any]) -> tuple[str, list[str]]:
    """(what a person reads, link addresses): the content warning stands above the text, as on screen."""
    text, links = plain_of(shown["content"])
    warning = (shown.get("spoiler_text") or "").strip()
    return f"{warning}\n\n{text}" if warning and text else warning or text, links


def with_lines(text: str, choices: list[str], alts: list[str]) -> tuple[str, bool]:
    """(the text with the choices of its poll below, whether pieces were joined); a status that says nothing at all
    has the descriptions of what is attached."""
    lines = [line for line in (text, *choices) if line] or alts
    return "\n".join(lines), len(lines) > 1


def repairs_of(*, is_stripped: bool, is_joined: bool) -> tuple[str, ...]:
    return (*(("html_stripped",) if is_stripped else ()), *(("fragments_joined",) if is_joined else ()))


def _choices(shown: Mapping[str, Any]) -> list[str]:
    return words_at(list_at(shown, "poll", "options"), "title")


def _alts(shown: Mapping[str, Any]) -> list[str]:
    return words_at(list_at(shown, "media_attachments"), "description")


def words_at(listed: Iterable[Any], key: str) -> list[str]:
    """What each of these objects says under this key, those that say nothing left out."""
    return [word for one in listed if (word := word_at(one, key))]


def _urls(shown: Mapping[str, Any], links: list[str]) -> list[str]:
    """The links of the text that are neither a mention nor a hashtag, then the page of the card."""
    if not links and not shown.get("card"):
        return []
    own = {one.get("url") for key in ("mentions", "tags") for one in shown.get(key) or ()}
    card = (shown.get("card") or {}).get("url")
    return unique([*(link for link in links if link not in own), *([card] if card else ())])


def _media(attached: Mapping[str, Any]) -> str | None:
    return attached.get("url") or attached.get("remote_url")


def _shares(raw: Mapping[str, Any]) -> int | None:
    counts = [raw[key] for key in ("reblogs_count", "quotes_count") if raw.get(key) is not None]
    return sum(counts) if counts else None


def _time(stated: str | None) -> Any:
    return utc_from_iso(stated) if stated else None


def _word(value: Any) -> str | None:
    return None if value is None else str(value)


MASTODON_API: Final = Format(
    id="mastodon-api",
    version=2,
    platforms=("mastodon",),
    label_fr="Mastodon : messages, fils et notifications obtenus par l’API (JSON)",
    label_en="Mastodon: statuses, threads and notifications obtained through the API (JSON)",
    how_to_get_fr="""\
À faire avant que l’auteur ne supprime ou que son instance ne ferme.
1. Copiez l’adresse du message : https://INSTANCE/@NOM/NUMÉRO.
2. Dans un navigateur, ouvrez https://INSTANCE/api/v1/statuses/NUMÉRO et enregistrez la page (Ctrl+S) en .json.
3. Ouvrez https://INSTANCE/api/v1/statuses/NUMÉRO/context et enregistrez-la aussi : ce sont les réponses.
4. Certaines instances ne montrent rien sans compte : passez alors par la capture de la page.
5. Déposez les deux fichiers ici.
Sans compte, la liste des réponses est limitée. Les messages privés et ceux réservés aux abonnements n’y sont pas. \
État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the author deletes or their instance closes.
1. Copy the address of the status: https://INSTANCE/@NAME/NUMBER.
2. In a browser open https://INSTANCE/api/v1/statuses/NUMBER and save the page (Ctrl+S) as .json.
3. Open https://INSTANCE/api/v1/statuses/NUMBER/context and save it too: these are the replies.
4. Some instances show nothing without an account: then capture the page.
5. Drop both files here.
Without an account the list of replies is limited. Private statuses and those for followers only are not there. \
As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read_items,
    map=map_item,
    cannot_give=("conversation_id", "view_count"),
    samples=(
        ("samples/mastodon-api/list_timeline_5.json", {"mapped": 7}),
        ("samples/mastodon-api/notifications_1.json", {"mapped": 1}),
        ("samples/mastodon-api/status_post_with_quote_1.json", {"mapped": 1, "context": 1}),
        ("samples/mastodon-api/status_reply_3.json", {"mapped": 0, "unsupported_variant": 1}),
        ("samples/mastodon-api/status_context_1.json", {"mapped": 0}),
    ),
)
