"""Meta: "Download your information" of Facebook, Instagram and Messenger, in JSON.

Texts are UTF-8 that Meta wrote as if it were Latin-1 (\\u00c3\\u00a9 for é): each string, keys and member
names too, is read again only where that succeeds. Labels are in the account's language. Only the account
holder's own comments and posts are there, and both sides of private messages. Nothing has an identifier.

Sources: exports of 2018 to 2025 described in docs/formats.md; the entry shapes stand in `meta_entries`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Format,
    Member,
    Note,
    RawRecord,
    Reader,
    RecordError,
    Sniff,
    json_array,
    json_documents,
)
from saisine.messages.formats.meta_entries import Found, map_shape
from saisine.messages.formats.meta_entry import Entry
from saisine.messages.formats.meta_values import LabelCounts, labelled, labelled_list, repair
from saisine.messages.formats.shapes import score_keys

ROOTS: Final = (
    *("messages", "media_comments", "comment_information", "comments", "group_comments", "comments_v2"),
    *("group_comments_v2", "comments_v3", "comments_media_comments", "comments_reels_comments"),
    *("comments_story_comments", "posts_v2", "group_posts", "group_posts_v2", "ig_stories", "ig_reels_media"),
    *("ig_other_media", "ig_archived_post_media", "stories", "photos", "videos", "profile", "direct"),
    *(
        "media_likes",
        "comment_likes",
        "likes_media_likes",
        "likes_comment_likes",
        "reactions",
        "reactions_v2",
    ),
    *(
        "story_activities_story_likes",
        "text_post_app_text_posts",
        "ig_igtv_media",
        "ig_recently_deleted_media",
    ),
    *("videos_v2", "other_photos_v2", "archived_stories_v2", "page_comments_v2"),
)
ENVELOPES: Final = (b'"source_platform"', b'"__import_meta"')
SHAPES: Final = (
    ("messages", "sender_name", "timestamp_ms"),
    ("threadName", "messages", "senderName", "timestamp"),
    ("comments_v2", "timestamp", "title"),
    ("group_comments_v2", "timestamp", "title"),
    ("group_posts_v2", "timestamp", "title"),
    ("reactions_v2", "timestamp", "title"),
    ("timestamp", "title", "data", "comment", "author"),
    ("timestamp", "title", "data", "post"),
    ("timestamp", "title", "attachments", "external_context"),
    ("timestamp", "title", "data", "reaction", "actor"),
    ("string_map_data", "value", "timestamp"),
    ("string_list_data", "value", "timestamp"),
    ("label_values", "label", "value", "timestamp"),
    ("media", "uri", "creation_timestamp", "title"),
    ("ig_stories", "uri", "creation_timestamp", "title"),
    ("text_post_app_text_posts", "media", "creation_timestamp", "title"),
    ("other_photos_v2", "uri", "creation_timestamp"),
    ("videos_v2", "uri", "creation_timestamp"),
    ("cover_photo", "photos", "uri", "creation_timestamp"),
    ("media_comments",),
    ("media_likes",),
    ("caption", "taken_at", "path"),
    ("biography", "username", "private_account"),
    ("comment_information", "timestamp", "title"),
    ("post_title", "information", "timestamp"),
)
KNOWN_FILES: Final = 2_000  # an archive may hold 200,000 names; the first ones tell whose it is
_ROOT: Final = re.compile(rb'^[\s\xef\xbb\xbf]*\{\s*"([^"\\]{1,60})"\s*:\s*\[')
_read = json_array("", *ROOTS, look_ahead=True)


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of an entry: the names of files and labels change with the account's language."""
    if any(key in head for key in ENVELOPES):
        return Sniff(0, [])  # Instagram's own objects, which have keys of an export, inside another tool's
    return score_keys(head, *SHAPES)


def read_entries(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """The entries of the file's lists; failing any, those of the list of an unknown kind that it begins with,
    failing that the file itself: all is counted."""
    ctx.memory["path"] = repair(ctx.path or member.name, set())
    root = _ROOT.match(member.read(HEAD_BYTES))
    name = root.group(1).decode("utf-8", "replace") if root else ""
    ctx.memory["root"] = name.lower()
    ctx.memory["comment_label"] = _comment_label(member, ctx)
    others = [_read_of(name)] if name else []
    for read in (_read, *others, json_documents):
        is_empty = True
        for found in read(member, ctx):
            is_empty = False
            yield found
        if not is_empty:
            return


@lru_cache(maxsize=64)
def _read_of(root: str) -> Reader:
    """The entries of a list of a kind that is not known: each is counted."""
    return json_array("", root, look_ahead=True)


def _comment_label(member: Member, ctx: Context) -> str | None:
    """The label under which the comments of this file stand, where it is in a language that is not known here."""
    head = member.read(HEAD_BYTES)
    if b'"string_map_data"' not in head and b'"label_values"' not in head:
        return None
    counts = LabelCounts()
    for found in _read(member, ctx):
        if isinstance(found, RawRecord) and isinstance(found.obj, dict):
            raw = repair(found.obj, set())
            mapped, listed = raw.get("string_map_data"), raw.get("label_values")
            counts.add(labelled(mapped) if isinstance(mapped, dict) else [])
            counts.add(labelled_list(listed) if isinstance(listed, list) else [])
    return counts.comment_label()


def map_entry(record: RawRecord, ctx: Context) -> Found:
    """The entry as a message, its strings repaired first."""
    repaired: set[str] = set()
    if "owner" not in ctx.memory:
        ctx.memory["owner"] = ctx.owner or _owner(ctx)
    around = ctx.memory.get("around")
    outer = record.outer[-1] if record.outer else {}
    if around is None or around[0] is not outer:
        around = ctx.memory["around"] = (outer, repair(dict(outer), set()))
    entry = Entry(
        raw=repair(record.obj, repaired),
        record=record,
        ctx=ctx,
        platform=_platform(record.obj, ctx),
        root=ctx.memory.get("root", ""),
        path=ctx.memory.get("path", ""),
        owner=ctx.memory["owner"],
        around=around[1],
        repaired=repaired,
    )
    return map_shape(entry)


def _platform(raw: Any, ctx: Context) -> str | None:
    """The platform, when the file's place, its pictures' places or its neighbours name it."""
    if "platform" not in ctx.memory:
        ctx.memory["platform"] = _named((ctx.memory.get("path", ""),)) or _named(_neighbours(ctx))
    if ctx.memory["platform"] is None and isinstance(raw, dict) and "sender_name" in raw:
        return _named((json.dumps(raw.get("photos") or raw.get("videos") or ""),))
    found: str | None = ctx.memory["platform"]
    return found


def _neighbours(ctx: Context) -> list[str]:
    """The files of the same export: one archive, or one unpacked folder, never the whole deposit."""
    path = str(ctx.memory.get("path", ""))
    top = path.partition("/messages/")[0] if "/messages/" in path else path.rpartition("/")[0]
    first = [name for name, _ in zip(ctx.members, range(KNOWN_FILES), strict=False)]
    return first if "!" in path else [name for name in first if name.startswith(f"{top}/")]


def _named(places: Iterable[str]) -> str | None:
    for place in places:
        low = place.lower()
        if "instagram" in low or "followers_and_following" in low:
            return "instagram"
        if "facebook" in low or "profile_information" in low or "comments_and_reactions" in low:
            return "facebook"
    return None


def _owner(ctx: Context) -> str | None:
    """Whose export this is, from `profile.json` (Instagram) or `profile_information.json` (Facebook)."""
    for path in _neighbours(ctx):
        if path.rpartition("/")[2] in ("profile.json", "profile_information.json"):
            try:
                profile = repair(json.loads(ctx.members[path].read(1 << 20)), set())
            except (ValueError, RecursionError):
                continue  # a damaged profile only leaves the owner unknown
            return _name_in(profile)
    return None


def _name_in(profile: Any) -> str | None:
    if not isinstance(profile, dict):
        return None
    inner = profile.get("profile_v2")
    name = inner.get("name") if isinstance(inner, dict) else None
    found = name.get("full_name") if isinstance(name, dict) else profile.get("username")
    return found if isinstance(found, str) else None


META_DYI: Final = Format(
    id="meta-dyi",
    version=3,
    platforms=("facebook", "instagram", "threads"),
    label_fr="Facebook, Instagram, Messenger : « Télécharger vos informations » (JSON)",
    label_en="Facebook, Instagram, Messenger: “Download your information” (JSON)",
    how_to_get_fr="""\
À faire avant que la plateforme ou l’auteur ne supprime les messages.
1. Ouvrez accountscenter.facebook.com (Espace Comptes), le même pour Facebook et Instagram.
2. « Vos informations et autorisations » > « Exporter vos informations » (ou \
« Télécharger vos informations »).
3. Choisissez le profil, puis « Exporter vers l’appareil ».
4. Choisissez vos informations : cochez au moins « Messages », « Commentaires » et « Publications ». \
Réglez la période sur « Depuis le début ».
5. Format : choisissez « JSON », et non « HTML », qui se lit à l’écran mais dont les données ne se \
reprennent pas. Qualité des fichiers : « Basse » suffit pour commencer.
6. Meta prépare le fichier : de quelques minutes à quelques jours. Un message vous prévient ; le lien reste \
ouvert quatre jours environ. Gardez le zip tel quel.
7. Messenger chiffré de bout en bout : sur messenger.com, Paramètres > « Confidentialité et sécurité » > \
« Messages chiffrés de bout en bout » > « Stockage des messages » > « Télécharger les données du stockage ».
Le fichier ne contient pas ce que d’autres ont écrit sous vos publications : seulement vos commentaires et \
vos messages privés, reçus et envoyés. Pour les commentaires des autres, capturez la page. \
État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the platform or the author deletes the messages.
1. Open accountscenter.facebook.com (Accounts Center), the same for Facebook and Instagram.
2. "Your information and permissions" > "Export your information" (or "Download your information").
3. Choose the profile, then "Export to device".
4. Choose the information: at least "Messages", "Comments" and "Posts". Set the date range to "All time".
5. Format: choose "JSON", not "HTML", which is for the screen and whose data cannot be taken up. Media \
quality: "Lower" is enough to begin.
6. Meta prepares the file: from minutes to days. A message tells you; the link stays open about four days. \
Keep the zip as it is.
7. End-to-end encrypted Messenger: on messenger.com, Settings > "Privacy & safety" > "End-to-end encrypted \
chats" > "Message storage" > "Download secure storage data".
The file does not hold what others wrote under your posts: only your own comments, and your private \
messages, received and sent. For other people's comments, capture the page. \
As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read_entries,
    map=map_entry,
    cannot_give=(
        *("message_id", "author_id", "lang", "url", "parent_id", "target_id"),
        *("like_count", "share_count", "reply_count", "view_count"),
    ),
    samples=(
        ("samples/meta-dyi-messages/instagram_message_1.json", {"mapped": 2}),
        ("samples/instagram-dyi-2020/comments.json", {"mapped": 16}),
        ("samples/instagram-dyi-2020/likes.json", {"mapped": 0, "like_or_reaction": 219}),
        ("samples/instagram-dyi-2020/media.json", {"mapped": 106, "not_a_message": 1}),
        ("samples/instagram-dyi-2020/profile.json", {"mapped": 0, "not_a_message": 1}),
        ("samples/ddp-mock-nested/comments.json", {"mapped": 50}),
        ("samples/ddp-mock-nested/posts_0.json", {"mapped": 100}),
    ),
)
