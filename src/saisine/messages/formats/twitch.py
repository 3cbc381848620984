"""Twitch: the chat of a past stream, saved by TwitchDownloader as JSON (also `.json.gz`).

A commenter may be null (closed or banned account, TwitchDownloader #127); a date in year 1 means unknown
(#479); the pictures embedded after the messages can be most of the file and are stepped over; a download
that was stopped leaves a cut file (#273), whose messages before the cut are kept.

Source: TwitchDownloaderCore, `ChatRoot`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from saisine.messages.formats.contract import Context, Format, Message, RawRecord, Skip, Sniff, json_array
from saisine.messages.formats.shapes import score_keys

CHAT: Final = ("comments", "content_offset_seconds", "commenter", "message", "body", "fragments")
UNKNOWN: Final = "0001-"
# Messages that Twitch writes around a gift, a subscription or a raid (`user_notice_params.msg-id`).
LIVE_NOTICES: Final = frozenset(
    {"sub", "resub", "subgift", "submysterygift", "giftpaidupgrade", "anongiftpaidupgrade", "raid",
     "bitsbadgetier", "charitydonation", "viewermilestone"}
)  # fmt: skip


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of the chat's messages."""
    return score_keys(head, CHAT)


def map_comment(record: RawRecord, ctx: Context) -> Message | Skip:
    """One chat message, tied to its video; the author stays unknown when Twitch no longer names one."""
    raw, chat = record.obj, record.outer[-1] if record.outer else {}
    body = raw["message"]
    author = raw.get("commenter") or {}
    video_id = _word(raw.get("content_id")) or _word((chat.get("video") or {}).get("id"))
    offset_s = raw.get("content_offset_seconds")
    streamer = chat.get("streamer") or {}
    return Message.of(
        record,
        ctx,
        platform="twitch",
        kind=_kind(body),
        message_id=raw["_id"],
        author_id=_word(author.get("_id")),
        author_handle=author.get("name"),
        author_name=author.get("display_name"),
        author_created_at=_known(author.get("created_at")),
        text=_text(body),
        url=_url(video_id, offset_s) if raw.get("content_type") == "video" else None,
        conversation_id=video_id,
        target_id=_word(raw.get("channel_id")) or _word(streamer.get("id")),
        target_kind="channel",
        target_handle=streamer.get("login") or streamer.get("name"),
        visibility="public",
        missing=_missing(author),
        **_time(raw, chat, offset_s),
    )


def _kind(body: Mapping[str, Any]) -> str:
    notice = body.get("user_notice_params") or {}
    return "live" if notice.get("msg-id") in LIVE_NOTICES else "chat"


def _text(body: Mapping[str, Any]) -> str:
    """The whole message; its fragments only when the body is absent."""
    whole = body.get("body")
    if whole is None:
        return "".join(part["text"] for part in body.get("fragments") or [])
    return str(whole)


def _word(value: Any) -> str | None:
    return None if value is None else str(value)


def _known(text: str | None) -> datetime | None:
    """A time, unless it is year 1, which .NET writes for "unknown". It writes UTC times without zone too."""
    if not text or text.startswith(UNKNOWN):
        return None
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _time(raw: Mapping[str, Any], chat: Mapping[str, Any], offset_s: float | None) -> dict[str, Any]:
    """The stated time; failing that, the start of the video plus the message's place in it."""
    stated = raw.get("created_at")
    found = _known(stated)
    precision, source = ("ms" if "." in (stated or "") else "s"), "field"
    if found is None:
        begun = _known((chat.get("video") or {}).get("created_at"))
        if begun is not None and offset_s is not None:
            found, precision, source = begun + timedelta(seconds=offset_s), "s", "relative"
    if found is None:
        return {"created_at_raw": stated}
    return {
        "created_at": found,
        "created_at_raw": stated,
        "created_at_precision": precision,
        "created_at_source": source,
    }


def _url(video_id: str | None, offset_s: float | None) -> str | None:
    """The video at the second of the message."""
    if video_id is None:
        return None
    return f"https://www.twitch.tv/videos/{video_id}?t={int(offset_s or 0)}s"


def _missing(author: Mapping[str, Any]) -> tuple[str, ...]:
    columns = {"author_id": "_id", "author_handle": "name", "author_name": "display_name"}
    return tuple(column for column, key in columns.items() if not author.get(key))


TWITCH: Final = Format(
    id="twitch",
    version=1,
    platforms=("twitch",),
    label_fr="Twitch : tchat d’une rediffusion (TwitchDownloader, JSON)",
    label_en="Twitch: chat of a past stream (TwitchDownloader, JSON)",
    how_to_get_fr="""\
À faire avant que la rediffusion n’expire : 7 jours pour la plupart des chaînes, 14 ou 60 pour d’autres.
1. Installez TwitchDownloader (logiciel libre : github.com/lay295/TwitchDownloader), sur l’ordinateur.
2. Copiez l’adresse de la rediffusion ou du clip.
3. Ouvrez « Chat Download », collez l’adresse, choisissez le format « JSON ». Laissez « Embed Images » \
décoché : les images alourdissent le fichier sans rien prouver de plus.
4. Attendez la fin : quelques minutes par heure de direct. Un fichier arrêté en chemin reste lisible jusqu’à \
la coupure.
5. Déposez le fichier .json ou .json.gz.
Le fichier ne contient ni les messages retirés par la modération avant le téléchargement, ni les messages \
privés. Certains comptes fermés y sont sans nom. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the past stream expires: 7 days for most channels, 14 or 60 for others.
1. Install TwitchDownloader (free software: github.com/lay295/TwitchDownloader) on the computer.
2. Copy the address of the past stream or of the clip.
3. Open "Chat Download", paste the address, choose "JSON". Leave "Embed Images" off: pictures make the file \
heavy and prove nothing more.
4. Wait for the end: a few minutes per hour of stream. A file stopped on the way is still read up to the cut.
5. Drop the .json or .json.gz file.
The file holds neither messages removed by moderators before the download nor whispers. Some closed accounts \
have no name in it. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=json_array("comments"),
    map=map_comment,
    cannot_give=("lang", "parent_id", "like_count", "share_count", "reply_count", "view_count"),
    samples=(("samples/twitch-downloader/chat.json", {"mapped": 28}),),
)
