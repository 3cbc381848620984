"""Mastodon: the archive of one's own account (`outbox.json`), an ActivityStreams collection.

Only what the account's owner wrote or boosted is there. Visibility is told by the addressees: the Public
collection in `to` is public, in `cc` unlisted, followers alone private, named accounts direct. Favourites and
bookmarks (`likes.json`, `bookmarks.json`) are lists of addresses.

Sources: ActivityStreams 2.0, ActivityPub section 5.6; Mastodon, "Import and export" (4.4).
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from saisine.messages.formats.contract import Context, Format, Message, RawRecord, Skip, Sniff, json_array
from saisine.messages.formats.json_values import list_at
from saisine.messages.formats.links import plain_of, unique
from saisine.messages.formats.mastodon import repairs_of, with_lines, words_at
from saisine.messages.formats.shapes import score_keys
from saisine.texts import utc_from_iso

OUTBOX: Final = ("orderedItems", "type", "actor", "published", "to", "cc", "object")
MARKS: Final = ("orderedItems", "totalItems", "type")
PUBLIC: Final = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
OBJECTS: Final = frozenset({"Note", "Article", "Question", "Page"})
_NUMBER: Final = re.compile(r"/(?:statuses|@[^/]+)/(\d+)$")


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a collection of activities; an `actor.json` has none."""
    if b'"orderedItems"' not in head:
        return Sniff(0, [])
    return score_keys(head, OUTBOX, MARKS)


def map_activity(record: RawRecord, ctx: Context) -> Message | Skip:
    """A status of the account's owner, or a boost."""
    raw = record.obj
    if isinstance(raw, str):
        return Skip("like_or_reaction")
    if raw["type"] == "Announce":
        return _boost(raw, record, ctx)
    if raw["type"] != "Create" or not isinstance(raw.get("object"), dict):
        return Skip("unsupported_variant")
    if raw["object"].get("type") not in OBJECTS:
        return Skip("unsupported_variant")
    return _status(raw, raw["object"], record, ctx)


def _status(raw: Mapping[str, Any], note: Mapping[str, Any], record: RawRecord, ctx: Context) -> Message:
    content = note.get("content") or ""
    text, links = plain_of(content)
    warning = (note.get("summary") or "").strip()
    said = f"{warning}\n\n{text}" if warning and text else warning or text
    choices = [word for key in ("oneOf", "anyOf") for word in words_at(list_at(note, key), "name")]
    shown, is_joined = with_lines(said, choices, words_at(list_at(note, "attachment"), "name"))
    visibility, parent, edited = _visibility(note), _id(note.get("inReplyTo")), note.get("updated")
    quotes = [note[key] for key in _QUOTED if note.get(key)]
    quoted = next(filter(None, map(_id, quotes)), None)
    tags = [tag for tag in note.get("tag") or () if isinstance(tag, dict)]
    counts = {name: _total(note.get(key)) for name, key in _COUNTS.items()}
    return Message.of(
        record,
        ctx,
        kind="dm" if visibility == "direct" else "reply" if parent else "quote" if quotes else "post",
        message_id=_id(note["id"]),
        text=shown,
        text_raw=content if content != shown else None,
        text_repairs=repairs_of(is_stripped=content != said, is_joined=is_joined),
        lang=next(iter(note.get("contentMap") or ()), None),
        edited_at=utc_from_iso(edited) if edited else None,
        url=_address(note.get("url")) or note["id"],
        parent_id=parent,
        quote_of_id=quoted,
        conversation_id=note.get("conversation") or note.get("context"),
        visibility=visibility,
        mentions=[str(tag["name"]).removeprefix("@") for tag in tags if tag.get("type") == "Mention"],
        urls=unique(link for link in links if link not in {tag.get("href") for tag in tags}),
        hashtags=[str(tag["name"]).removeprefix("#") for tag in tags if tag.get("type") == "Hashtag"],
        media_urls=[one["url"] for one in note.get("attachment") or () if one.get("url")],
        missing=(
            *(name for name, count in counts.items() if count is None),
            *(("quote_of_id",) if quotes and quoted is None else ()),  # the status quoted is gone
        ),
        **counts,
        **_shared(raw, note.get("published") or raw["published"], ctx),
    )


# FEP-044f (Mastodon since 4.4), FEP-e232's and Misskey's names of the same
_QUOTED: Final = ("quote", "quoteUri", "quoteUrl", "_misskey_quote")
_COUNTS: Final = {"like_count": "likes", "share_count": "shares", "reply_count": "replies"}


def _boost(raw: Mapping[str, Any], record: RawRecord, ctx: Context) -> Message:
    """A boost names the status it repeats, without its text."""
    target = _address(raw["object"])
    return Message.of(
        record,
        ctx,
        kind="repost",
        message_id=raw["id"],
        url=target,
        repost_of_id=_id(target),
        visibility=_visibility(raw),
        missing=("text", *_COUNTS),
        **_shared(raw, raw["published"], ctx),
    )


def _shared(raw: Mapping[str, Any], stated: str, ctx: Context) -> dict[str, Any]:
    """Who and when: the same for a status and for a boost."""
    actor, owner = str(raw["actor"]), _owner(ctx)
    account = owner.get("preferredUsername") or actor.rpartition("/")[2].removeprefix("@")
    return {
        "platform": "mastodon",
        "author_id": actor,
        "author_handle": f"{account}@{urlsplit(actor).hostname}",
        "author_name": owner.get("name") or None,
        "owner_is_author": True,
        "created_at": utc_from_iso(stated),
        "created_at_raw": stated,
        "created_at_precision": "ms" if "." in stated else "s",
        "created_at_source": "field",
    }


def _owner(ctx: Context) -> dict[str, Any]:
    """`actor.json` of the same archive; empty when absent or damaged."""
    if "actor" not in ctx.memory:
        ctx.memory["actor"] = {}
        folder = ctx.path.rpartition("!")[2].rpartition("/")[0]
        member = ctx.members.get(f"{folder}/actor.json" if folder else "actor.json")
        if member is not None:
            try:
                found = json.loads(member.read(1 << 20))
            except (ValueError, RecursionError):
                found = None  # a damaged neighbour only leaves the name unknown
            ctx.memory["actor"] = found if isinstance(found, dict) else {}
    actor: dict[str, Any] = ctx.memory["actor"]
    return actor


def _id(address: Any) -> str | None:
    """The status number of an address when it shows one (the API's identifier), else the address."""
    found = _address(address)
    number = _NUMBER.search(found) if found else None
    return number.group(1) if number else found


def _address(value: Any) -> str | None:
    """An address written plainly, or as an object or a list of links."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("href") or value.get("id")
    return value if isinstance(value, str) else None


def _total(value: Any) -> int | None:
    total = value.get("totalItems") if isinstance(value, dict) else None
    return total if isinstance(total, int) else None


def _visibility(raw: Mapping[str, Any]) -> str:
    to, copy = _listed(raw.get("to")), _listed(raw.get("cc"))
    if PUBLIC & to:
        return "public"
    if PUBLIC & copy:
        return "unlisted"
    return "private" if any(one.endswith("/followers") for one in to | copy) else "direct"


def _listed(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else {str(one) for one in value or ()}


MASTODON_ARCHIVE: Final = Format(
    id="mastodon-archive",
    version=3,
    platforms=("mastodon",),
    label_fr="Mastodon : l’archive de votre propre compte (outbox.json)",
    label_en="Mastodon: the archive of your own account (outbox.json)",
    how_to_get_fr="""\
1. Sur le site de votre instance : Préférences > « Importer et exporter » > « Exportation de données ».
2. Choisissez « Demandez vos archives » ; c’est possible une fois par semaine.
3. Attendez le courriel, de quelques minutes à quelques heures, puis téléchargez l’archive.
4. Déposez-la telle quelle (.zip ou .tar.gz) : le nom du compte se trouve dans un fichier voisin.
L’archive ne contient que ce que vous avez écrit ou partagé, jamais ce que d’autres vous ont écrit. Pour cela, \
enregistrez les fils par l’API ou capturez la page. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
1. On the site of your instance: Preferences > "Import and export" > "Data export".
2. Choose "Request your archive"; it is possible once a week.
3. Wait for the e-mail, from minutes to hours, then download the archive.
4. Drop it as it is (.zip or .tar.gz): the name of the account is in a neighbouring file.
The archive holds only what you wrote or boosted, never what others wrote to you. For that, save the threads \
through the API or capture the page. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=json_array("orderedItems"),
    map=map_activity,
    cannot_give=("target_id", "target_handle", "view_count"),
)
