"""Telegram Desktop: `result.json`, of one chat or of the whole account.

A text is a string, or a list of pieces (plain text, links, mentions). `date_unixtime` is exact; files made
before 2021 hold only `date`, in the local time of the computer that exported. Message numbers are unique
within one chat alone, so ours are `<chat>/<message>`.

Source: Telegram Desktop, "Export chat history" and "Export Telegram data", machine-readable JSON.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from saisine.messages.formats.contract import (
    Context,
    Format,
    Message,
    Note,
    RawRecord,
    Skip,
    Sniff,
    json_array,
)
from saisine.messages.formats.json_values import dict_at, list_at, word_at
from saisine.messages.formats.links import unique
from saisine.messages.formats.shapes import score_keys
from saisine.texts import utc_from_s

CHAT: Final = ("messages", "type", "from", "text", "date_unixtime")
OLD_CHAT: Final = ("messages", "type", "from", "from_id", "text", "date")
# A whole-account export may open with contacts that fill the first 64 KiB before any chat is seen.
ACCOUNT: Final = ("about", "personal_information", "contacts", "frequent_contacts")
# Every other type of chat is a group.
KINDS: Final = {
    **dict.fromkeys(("personal_chat", "bot_chat", "saved_messages"), "dm"),
    **dict.fromkeys(("private_channel", "public_channel"), "post"),
}
NOT_EXPORTED: Final = "(File "  # "(File not included. Change data exporting settings to download.)"


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a chat or of a whole account; the name `result.json` says nothing."""
    return score_keys(head, CHAT, OLD_CHAT, ACCOUNT)


def map_entry(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip | Note]:
    """A message with its chat's name and id; calls, arrivals and other service lines are set aside."""
    raw = record.obj
    if raw["type"] != "message":
        return Skip("system_line" if raw["type"] == "service" else "unsupported_variant")
    chat = record.outer[-1] if record.outer else {}
    message = _message(raw, chat, record, ctx)
    return message if raw.get("date_unixtime") else [message, Note("zone_assumed", record.locator)]


def _message(raw: dict[str, Any], chat: Mapping[str, Any], record: RawRecord, ctx: Context) -> Message:
    chat_id, chat_name, chat_type = _word(chat.get("id")), chat.get("name"), str(chat.get("type") or "")
    author_id, author_name = _word(raw.get("from_id")), raw.get("from")
    author = author_id or author_name or ""
    message_id = _unique_id(chat_id, raw.get("id"))
    pieces = _pieces(raw.get("text"))
    text = "".join(piece["text"] for piece in pieces) or _shown(raw)
    stated = str(raw.get("date_unixtime") or raw["date"])
    created_at, precision = _time(raw, ctx.zone)
    links = _links(pieces)
    return Message.of(
        record,
        ctx,
        platform="telegram",
        kind=KINDS.get(chat_type, "chat"),
        message_id=message_id or ctx.derive_id("telegram", chat_id or chat_name or "", stated, author, text),
        author_id=author_id,
        author_name=author_name,
        text=text,
        created_at=created_at,
        created_at_raw=stated,
        created_at_precision=precision,
        created_at_source="field",
        edited_at=_edited_at(raw, ctx.zone),
        # an answer may be to a message of another chat, whose identifier is then given
        parent_id=_unique_id(_word(raw.get("reply_to_peer_id")) or chat_id, raw.get("reply_to_message_id")),
        conversation_id=chat_id or chat_name,
        target_id=chat_id,
        target_kind="channel" if chat_type.endswith("channel") else "thread",
        target_handle=chat_name,
        visibility=chat_type.partition("_")[0] if chat_type.startswith(("public_", "private_")) else None,
        media_urls=[path for path in (raw.get("photo"), raw.get("file")) if _is_exported(path)],
        missing=_missing(
            message_id=message_id,
            author_id=author_id,
            author_name=author_name,
            target_id=chat_id,
            # words of somebody else, who is named unless the account is gone, and whose message is not
            repost_of_id=None if "forwarded_from" in raw else "none",
        ),
        urls=links["urls"],
        mentions=unique(
            [
                # who wrote first, who signed a post of a channel
                *filter(None, [_word(raw.get("forwarded_from")), _word(raw.get("author"))]),
                *links["mentions"],
            ]
        ),
        hashtags=links["hashtags"],
    )


def _links(pieces: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What the typed pieces point to: addresses, accounts, hashtags."""
    return {
        "urls": [one.get("href") or one["text"] for one in pieces if one["type"] in ("link", "text_link")],
        "mentions": [one["text"].removeprefix("@") for one in pieces if one["type"] == "mention"],
        "hashtags": [one["text"].removeprefix("#") for one in pieces if one["type"] == "hashtag"],
    }


def _pieces(text: Any) -> list[dict[str, Any]]:
    """The text as typed pieces: a plain string is one, a list mixes strings and objects."""
    parts = text if isinstance(text, list) else [text or ""]
    return [part if isinstance(part, dict) else {"type": "plain", "text": part} for part in parts]


def _shown(raw: dict[str, Any]) -> str:
    """The words of what is no text: a poll or a list and its lines, a person's card, a place, a game, a bill. A
    telephone number or an address that somebody posts is what a victim must be able to find again."""
    for listed in (dict_at(raw, "poll"), dict_at(raw, "todo_list")):
        if listed:
            answers = [word_at(one, "text") for one in list_at(listed, "answers")]
            return "\n".join(
                filter(None, [word_at(listed, "question") or word_at(listed, "title"), *answers])
            )
    bill = dict_at(raw, "invoice_information")
    offered = [raw.get("game_title"), raw.get("game_description"), bill.get("title"), bill.get("description")]
    card = dict_at(raw, "contact_information")
    names = [word_at(card, key) for key in ("first_name", "last_name", "phone_number")]
    place = dict_at(raw, "location_information")
    point = [str(place[key]) for key in ("latitude", "longitude") if type(place.get(key)) in (int, float)]
    parts = [
        *offered,
        " ".join(filter(None, names)),
        raw.get("place_name"),
        raw.get("address"),
        ", ".join(point),
    ]
    return "\n".join(part for part in parts if isinstance(part, str) and part)


def _word(value: Any) -> str | None:
    """Ids are words ("user123") or, in old files, numbers."""
    return None if value is None else str(value)


def _unique_id(chat_id: str | None, number: Any) -> str | None:
    return None if chat_id is None or number is None else f"{chat_id}/{number}"


def _is_exported(path: Any) -> bool:
    return isinstance(path, str) and bool(path) and not path.startswith(NOT_EXPORTED)


def _missing(**values: str | None) -> tuple[str, ...]:
    return tuple(name for name, value in values.items() if not value)


def _time(raw: dict[str, Any], zone: tzinfo) -> tuple[datetime, str]:
    """(time, precision): the exact seconds when given, else the local date of the computer that exported."""
    if raw.get("date_unixtime"):
        return utc_from_s(raw["date_unixtime"]), "s"
    return utc_from_local(raw["date"], zone)


def utc_from_local(text: str, zone: tzinfo) -> tuple[datetime, str]:
    """(time, precision) of an ISO date without zone; the hour that occurs twice in autumn is not exact."""
    local = datetime.fromisoformat(text).replace(tzinfo=zone)
    is_twice = local.utcoffset() != local.replace(fold=1).utcoffset()
    return local.astimezone(UTC), "hour" if is_twice else "s"


def _edited_at(raw: dict[str, Any], zone: tzinfo) -> datetime | None:
    """Old files write 1970 for a message that was never edited."""
    if raw.get("edited_unixtime"):
        found = utc_from_s(raw["edited_unixtime"])
    elif raw.get("edited"):
        found, _ = utc_from_local(raw["edited"], zone)
    else:
        return None
    return found if found.year > 1970 else None


TELEGRAM: Final = Format(
    id="telegram",
    version=3,
    platforms=("telegram",),
    label_fr="Telegram Desktop : une conversation ou tout le compte (JSON)",
    label_en="Telegram Desktop: one chat or the whole account (JSON)",
    how_to_get_fr="""\
À faire avant que le groupe ou les messages ne soient supprimés : chacun peut effacer pour tout le monde.
1. Installez Telegram Desktop sur un ordinateur (desktop.telegram.org). Le téléphone et le site ne savent \
pas exporter.
2. Ouvrez la conversation, puis le menu « ⋮ » en haut à droite > « Exporter l’historique de la discussion ».
3. À « Format », choisissez « JSON » : la version HTML se lit aussi, mais elle perd les \
identifiants.
4. Les photos ne sont pas nécessaires pour commencer. Lancez, puis attendez : quelques minutes.
5. Déposez le fichier result.json, ou le dossier entier.
Pour tout le compte : Paramètres > Avancés > « Exporter les données de Telegram ». Telegram peut alors faire \
attendre 24 heures.
Le fichier ne contient ni les messages déjà effacés, ni les discussions secrètes. Les fichiers d’avant 2021 \
n’ont que l’heure locale de l’ordinateur. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the group or the messages are deleted: anyone may delete for everyone.
1. Install Telegram Desktop on a computer (desktop.telegram.org). The phone and the web site cannot export.
2. Open the chat, then the menu "⋮" at the top right > "Export chat history".
3. At "Format", choose "JSON": the HTML version is read too, but it loses the identifiers.
4. Photos are not needed to begin. Start it and wait: a few minutes.
5. Drop the file result.json, or the whole folder.
For the whole account: Settings > Advanced > "Export Telegram data". Telegram may ask you to wait 24 hours.
The file holds neither deleted messages nor secret chats. Files from before 2021 have the computer's local \
time only. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=json_array("messages", "chats.list.*.messages", "left_chats.list.*.messages"),
    map=map_entry,
    cannot_give=("author_handle", "lang", "url", "like_count", "share_count", "reply_count", "view_count"),
    samples=(
        ("samples/telegram-desktop/DM_2A_7M.json", {"mapped": 6, "system_line": 2}),
        ("samples/telegram-desktop/test_single_export.json", {"mapped": 2}),
        ("samples/telegram-desktop/test_batch_export.json", {"mapped": 2}),
    ),
)
