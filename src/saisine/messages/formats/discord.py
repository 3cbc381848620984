"""Discord: a channel saved by DiscordChatExporter, and the data package that Discord sends to its own users.

DiscordChatExporter writes one JSON document per channel. Calls, arrivals, pins and other system messages are
set aside; a type it does not know is written as its number. A forwarded message keeps its words apart
(`forwardedMessage`, since 2024). The official package holds only what its owner wrote: times without zone
are UTC there, and the identifier confirms them.

Sources: DiscordChatExporter @ 08524e94, `JsonMessageWriter.cs`; Discord data package, `Messages/c…/messages.json`.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from saisine.messages.columns import Columns
from saisine.messages.formats.blocks import RecordBlock
from saisine.messages.formats.chat_columns import (
    NO_DISCRIMINATOR,
    DiscordMessage,
    discord_columns,
    exported_at,
    poll_lines,
)
from saisine.messages.formats.contract import Context, Format, Message, RawRecord, Skip, Sniff, json_array
from saisine.messages.formats.json_blocks import array_blocks
from saisine.messages.formats.json_values import list_at, word_at
from saisine.messages.formats.links import unique, urls_in
from saisine.messages.formats.shapes import score_keys
from saisine.texts import utc_from_iso

CHANNEL: Final = (
    "guild",
    "channel",
    "messages",
    "timestamp",
    "timestampEdited",
    "isPinned",
    "content",
    "author",
)
EMPTY_CHANNEL: Final = ("guild", "channel", "dateRange", "messages", "messageCount")
PACKAGE: Final = ("ID", "Timestamp", "Contents", "Attachments")

# MessageKind of the exporter; 20 and 23 are answers to a bot's command, which the exporter leaves as numbers.
WRITTEN: Final = frozenset({"Default", "Reply", "20", "23"})
SYSTEM: Final = frozenset(
    {"RecipientAdd", "RecipientRemove", "Call", "ChannelNameChange", "ChannelIconChange", "ThreadCreated",
     "ChannelPinnedMessage", "GuildMemberJoin", *map(str, range(1, 19)), "21", "22", "24", "25", "46"}
)  # fmt: skip
DIRECT: Final = frozenset({"DirectTextChat", "DirectGroupTextChat"})


def sniff_channel(head: bytes, name: str) -> Sniff:
    """Judge by the keys around a channel and its messages."""
    return score_keys(head, CHANNEL, EMPTY_CHANNEL)


def map_message(record: RawRecord, ctx: Context) -> Message | Skip:
    """One written message of a channel; what Discord itself wrote is set aside."""
    raw = record.obj
    kind = raw["type"]
    if kind not in WRITTEN:
        return Skip("system_line" if kind in SYSTEM else "unsupported_variant")
    around = record.outer[-1] if record.outer else {}
    channel, guild = around.get("channel") or {}, around.get("guild") or {}
    channel_id, is_direct = channel.get("id"), channel.get("type") in DIRECT
    author, stated, edited = raw.get("author") or {}, raw["timestamp"], raw.get("timestampEdited")
    text, repairs = _text(raw)
    parent, forwarded = _references(raw)
    return Message.of(
        record,
        ctx,
        platform="discord",
        kind="dm" if is_direct else "chat",
        message_id=raw["id"],
        author_id=author.get("id"),
        author_handle=_handle(author),
        author_name=author.get("nickname") or author.get("name"),
        text=text,
        text_repairs=repairs,
        created_at=utc_from_iso(stated),
        created_at_raw=stated,
        created_at_precision="ms" if "." in stated else "s",
        created_at_source="field",
        edited_at=utc_from_iso(edited) if edited else None,
        url=_url(guild.get("id"), channel_id, raw["id"], is_direct=is_direct),
        parent_id=parent,
        repost_of_id=forwarded,
        conversation_id=channel_id,
        target_id=channel_id,
        target_kind="channel",
        target_handle=channel.get("name"),
        visibility="private" if is_direct else None,
        collected_at=exported_at(around, ctx.now),
        mentions=[one["name"] for one in raw.get("mentions") or () if one.get("name")],
        urls=unique([*urls_in(text), *(one["url"] for one in _embeds(raw) if one.get("url"))]),
        media_urls=_media(raw),
        missing=_missing(author, channel_id, is_direct=is_direct),
    )


def map_messages(block: RecordBlock, ctx: Context) -> Columns:
    """The same for a block of them."""
    around = block.outer[-1] if block.outer else {}
    channel, guild = around.get("channel") or {}, around.get("guild") or {}
    skipped = [
        ("system_line" if one.type in SYSTEM else "unsupported_variant", place)
        for one, place in zip(block.objs, block.locators, strict=True)
        if one.type not in WRITTEN
    ]
    if skipped:
        block = block.only([one.type in WRITTEN for one in block.objs])
    if not len(block):
        return Columns(0, {}, skipped)
    is_direct = channel.get("type") in DIRECT
    address = _url(guild.get("id"), channel.get("id"), "", is_direct=is_direct)
    found = discord_columns(block, ctx, is_direct=is_direct, address=address)
    return replace(found, skipped=skipped)


def _text(raw: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """(what a person read, repairs): the words, or those of the forwarded message, and the cards of a bot below; where
    there are none, any card, then a poll. A card with an address below words is the preview of somebody else's page.
    """
    text = next((part["content"] for part in _carried(raw) if part.get("content")), "")
    cards = [part for one in _embeds(raw) if not text or not one.get("url") for part in _card(one)]
    added = cards if text else [*cards, *poll_lines(raw.get("poll"))]
    return "\n".join([text, *added] if text else added), ("fragments_joined",) if added else ()


def _carried(raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A message and the one that it forwards."""
    return raw, raw.get("forwardedMessage") or {}


def _embeds(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for part in _carried(raw) for one in part.get("embeds") or ()]


def _card(embed: Mapping[str, Any]) -> list[str]:
    """The lines of a card: title, description, then each field with its name."""
    fields = list_at(embed, "fields")
    lines = [": ".join(filter(None, (word_at(one, "name"), word_at(one, "value")))) for one in fields]
    return [part for part in (embed.get("title"), embed.get("description"), *lines) if part]


def _references(raw: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """(message answered, message forwarded)."""
    reference = raw.get("reference") or {}
    message_id = reference.get("messageId")
    if reference.get("type") == "Forward" or raw.get("forwardedMessage"):
        return None, message_id
    return message_id, None


def _handle(author: Mapping[str, Any]) -> str | None:
    """Old accounts are told apart by four digits after the name; `0000` stands for none."""
    name, digits = author.get("name"), author.get("discriminator")
    return name if not name or digits in NO_DISCRIMINATOR else f"{name}#{digits}"


def _url(guild_id: str | None, channel_id: str | None, message_id: str, *, is_direct: bool) -> str | None:
    place = "@me" if is_direct else guild_id
    if not place or not channel_id:
        return None
    return f"https://discord.com/channels/{place}/{channel_id}/{message_id}"


def _media(raw: Mapping[str, Any]) -> list[str]:
    files = [one["url"] for part in _carried(raw) for one in part.get("attachments") or () if one.get("url")]
    stickers = [one for part in _carried(raw) for one in part.get("stickers") or ()]
    return files + [one["sourceUrl"] for one in stickers if one.get("sourceUrl")]


def _missing(author: Mapping[str, Any], channel_id: str | None, *, is_direct: bool) -> tuple[str, ...]:
    absent = {
        "author_id": not author.get("id"),
        "author_handle": not author.get("name"),
        "target_id": not channel_id,
        "visibility": not is_direct,
    }
    return tuple(name for name, is_absent in absent.items() if is_absent)


# ------------------------------------------------------------------ the official data package


def sniff_package(head: bytes, name: str) -> Sniff:
    """Judge by the four capitalised keys of a message; they exist nowhere else."""
    return score_keys(head, PACKAGE)


def map_own(record: RawRecord, ctx: Context) -> Message:
    """One message of the account's owner; channel and account are in neighbouring files."""
    raw, channel, user = record.obj, _neighbour(ctx, "channel"), _neighbour(ctx, "user")
    stated, channel_id = str(raw["Timestamp"]), _word(channel.get("id"))
    found = datetime.fromisoformat(stated)
    text, message_id = raw["Contents"] or "", str(raw["ID"])
    guild = channel.get("guild") or {}
    is_direct = bool(channel) and not guild
    return Message.of(
        record,
        ctx,
        platform="discord",
        kind="dm" if is_direct else "chat",
        message_id=message_id,
        author_id=_word(user.get("id")),
        author_handle=user.get("username"),
        author_name=user.get("global_name") or user.get("username"),
        owner_is_author=True,
        text=text,
        created_at=found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC),
        created_at_raw=stated,
        created_at_precision="ms" if "." in stated else "s",
        created_at_source="field",
        url=_url(_word(guild.get("id")), channel_id, message_id, is_direct=is_direct),
        conversation_id=channel_id,
        target_id=channel_id,
        target_kind="channel" if channel_id else None,
        target_handle=channel.get("name") or guild.get("name"),
        visibility="private" if is_direct else None,
        urls=urls_in(text),
        media_urls=str(raw.get("Attachments") or "").split(),
        missing=_missing(
            {"id": user.get("id"), "name": user.get("username")}, channel_id, is_direct=is_direct
        ),
    )


def _word(value: Any) -> str | None:
    return None if value is None else str(value)


def _neighbour(ctx: Context, wanted: str) -> dict[str, Any]:
    """`channel.json` of the same folder, or `user.json` of the package; empty when absent or damaged."""
    if wanted not in ctx.memory:
        ctx.memory[wanted] = _read_neighbour(ctx, wanted)
    found: dict[str, Any] = ctx.memory[wanted]
    return found


def _read_neighbour(ctx: Context, wanted: str) -> dict[str, Any]:
    own = ctx.path.rpartition("!")[2]
    folder = own.rpartition("/")[0]
    top = folder.lower().partition("messages/")[0] if "messages/" in folder.lower() else ""
    for path, member in ctx.members.items():
        place, _, name = path.rpartition("/")
        is_near = place == folder if wanted == "channel" else path.lower().startswith(top) and bool(folder)
        if name.lower() == f"{wanted}.json" and is_near:
            try:
                found = json.loads(member.read(1 << 20))
            except (ValueError, RecursionError):
                continue  # a damaged neighbour only leaves its facts unknown
            return found if isinstance(found, dict) else {}
    return {}


DISCORD: Final = Format(
    id="discord",
    version=3,
    platforms=("discord",),
    label_fr="Discord : un salon ou une conversation (DiscordChatExporter, JSON)",
    label_en="Discord: a channel or a conversation (DiscordChatExporter, JSON)",
    how_to_get_fr="""\
À faire avant que les messages ou le serveur ne soient supprimés : un message effacé ne s’exporte plus.
1. Installez DiscordChatExporter (logiciel libre : github.com/Tyrrrz/DiscordChatExporter) sur l’ordinateur.
2. Suivez sa page « Token » pour l’autoriser. Gardez ce code pour vous : il ouvre votre compte.
3. Choisissez le serveur puis le salon, ou « Direct Messages » pour une conversation privée.
4. Au format, choisissez « JSON » : les versions HTML, texte et CSV perdent les identifiants. Les images ne \
sont pas nécessaires pour commencer.
5. Attendez : quelques minutes pour dix mille messages. Déposez le fichier .json.
Les règles de Discord limitent les outils tiers ; demandez plutôt à la personne qui administre le serveur. \
Le fichier ne contient pas les messages déjà effacés. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the messages or the server are deleted: a deleted message can no longer be exported.
1. Install DiscordChatExporter (free software: github.com/Tyrrrz/DiscordChatExporter) on the computer.
2. Follow its "Token" page to let it in. Keep that code to yourself: it opens your account.
3. Choose the server then the channel, or "Direct Messages" for a private conversation.
4. As format choose "JSON": HTML, text and CSV lose the identifiers. Pictures are not needed to begin.
5. Wait: a few minutes for ten thousand messages. Drop the .json file.
The rules of Discord limit third-party tools; better ask the person who runs the server. \
The file does not hold messages already deleted. As of 1 June 2025; screens change.""",
    sniff=sniff_channel,
    records=json_array("messages"),
    map=map_message,
    blocks=array_blocks(DiscordMessage, "messages"),
    map_block=map_messages,
    cannot_give=("lang", "hashtags", "like_count", "share_count", "reply_count", "view_count"),
    samples=(
        ("samples/discord-export/DM_2A_2M.json", {"mapped": 2, "system_line": 1}),
        ("samples/discord-export/SV_5A_5M.json", {"mapped": 5}),
    ),
)

DISCORD_PACKAGE: Final = Format(
    id="discord-package",
    version=1,
    platforms=("discord",),
    label_fr="Discord : vos propres messages (« Demander mes données », JSON)",
    label_en="Discord: your own messages (“Request my data”, JSON)",
    how_to_get_fr="""\
1. Dans Discord : Paramètres utilisateur > « Données et confidentialité » > « Demander mes données ».
2. Cochez « Messages », puis confirmez.
3. Attendez le courriel : jusqu’à 30 jours. Le lien reste ouvert quelques jours ; gardez le zip tel quel.
4. Déposez le zip entier : le nom des salons se trouve dans les fichiers voisins.
Ce fichier ne contient que ce que vous avez écrit, jamais ce que d’autres vous ont écrit. Pour cela, exportez le \
salon avec DiscordChatExporter ou capturez la page. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
1. In Discord: User settings > "Data & privacy" > "Request all of my data".
2. Tick "Messages", then confirm.
3. Wait for the e-mail: up to 30 days. The link stays open a few days; keep the zip as it is.
4. Drop the whole zip: the names of channels are in neighbouring files.
This file holds only what you wrote, never what others wrote to you. For that, export the channel with \
DiscordChatExporter or capture the page. As of 1 June 2025; screens change.""",
    sniff=sniff_package,
    records=json_array(""),
    map=map_own,
    cannot_give=(
        *("lang", "parent_id", "mentions", "hashtags", "edited_at"),
        *("like_count", "share_count", "reply_count", "view_count"),
    ),
)
