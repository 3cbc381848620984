"""Twitch chat as readable text: logs of Chatterino, of justlog, and of ordinary IRC clients.

Ways of writing a line: `[12:58:11]  ada: text` under a line that says the day (Chatterino), `[2023-10-18 12:58:11]
#channel ada: text` (justlog, UTC), `[12:58:11] <ada> text`, `Oct 18 12:58:11 <ada>\\ttext` or `2023-10-18
12:58:11\\tada\\ttext` (IRC clients). mIRC tells the day and the channel in lines `Session …:`. Months have names
of the computer's language, English or French. A day that only the file's name tells is used and counted like a zone
that was assumed. Without any day the time stays empty: an hour alone is no date.

Sources: Chatterino 2 `LoggingChannel`, justlog README, irssi, WeeChat and HexChat manuals. To be checked on real files:
wordings of events in each client.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from saisine.messages.formats.contract import (
    MAX_RECORD_BYTES,
    NOTES_OF_ENCODING,
    Context,
    Format,
    Member,
    Message,
    Note,
    RawRecord,
    RecordError,
    Skip,
    Sniff,
)
from saisine.messages.formats.links import urls_in
from saisine.messages.formats.word_times import iso_of
from saisine.messages.zones import from_local
from saisine.texts import decode_line

_TIME: Final = r"(?P<h>\d{2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?"
_DAY: Final = r"(?P<day>\d{4}-\d{2}-\d{2})"
# In the language of the computer: « Apr », « avril », « févr. ».
_MONTH: Final = r"[^\W\d_]{3,9}\.?"
# RFC 2812, 2.3.1: a nickname may hold - [ ] \ ` ^ { | }, and those of today letters of any script
_NICK: Final = r"[@+%&~! ]?(?P<nick>[\w\-\[\]\\`^{|}]{1,40})"
_SHAPES: Final = {
    "justlog": re.compile(rf"\[{_DAY} {_TIME}\] #(?P<channel>\w+) (?:(?P<nick>\w{{1,40}}): )?(?P<text>.*)"),
    # a name in another script stands before the login
    "chatterino": re.compile(rf"\[{_TIME}\]  ?(?:[^\x00-\x7f]\S* )?(?P<nick>\w{{1,40}}):(?: (?P<text>.*)|$)"),
    "irc": re.compile(rf"\[?(?:{_DAY}[ T])?{_TIME}\]? <{_NICK}> (?P<text>.*)"),
    # « * bob waves », what /me writes; the events of a log have « -!- » or « *** » there
    "act": re.compile(rf"\[?(?:{_DAY}[ T])?{_TIME}\]? {{1,2}}\* {_NICK} (?P<text>(?!\*).*)"),
    "hexchat": re.compile(rf"(?P<month>{_MONTH}) {{1,2}}(?P<date>[0-3]?\d) {_TIME} <{_NICK}>\t(?P<text>.*)"),
    "weechat_act": re.compile(rf"{_DAY} {_TIME}\t ?\*\t{_NICK} (?P<text>.*)"),
    "weechat_notice": re.compile(
        rf"{_DAY} {_TIME}\t--\t ?Notice\({_NICK}\)(?: -> [^:]{{1,60}})?: (?P<text>.*)"
    ),
    # « -- » stands before what WeeChat says itself: nicknames that change, modes, topics
    "weechat": re.compile(rf"{_DAY} {_TIME}\t(?!--\t){_NICK}\t(?P<text>.*)"),
}
_MARK: Final = re.compile(
    r"(?:# (?:Start|Stop) logging at|--- (?:Log opened|Day changed|Log closed)|\*{4} (?:BEGIN|ENDING) LOGGING AT"
    r"|Session (?:Start|Time|Close):) (?P<stated>.+)"
)
_SESSION: Final = re.compile(r"Session (?:Start|Time|Close|Ident): (?P<stated>.+)")  # mIRC
# What mIRC says itself begins like what `/me` writes.
_SAID_BY_MIRC: Final = re.compile(
    r"\S{1,41} (?:\(\S{1,120}@\S{1,120}\) (?:has joined|has left|Quit)\b.*|sets mode: .*|is now known as \S+"
    r"|changes topic to .*|was kicked by .*)|Now talking (?:in|on) .*|Topic is .*|Set by \S+ on .*|Disconnected"
    r"|Rejoined channel .*|Attempting to rejoin .*|Retrieving #.*"
)
_EVENT: Final = re.compile(
    rf"{_MONTH} {{1,2}}[0-3]?\d [\d:]{{5,8}} \*\t.*|(?:\[?(?:{_DAY}[ T])?{_TIME}\]?\s+\S.*)|#.*|---.*|\*\*\*.*"
    r"|Session (?:Start|Time|Close|Ident): .*"
)
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_CHANNEL: Final = re.compile(r"(?:^|/)#?([A-Za-z0-9_]{3,25})-\d{4}-\d{2}-\d{2}\.(?:log|txt)$")
_LONG_DAY: Final = re.compile(
    rf"(?:[^\W\d_]{{2,9}}\.? )?(?P<month>{_MONTH}) {{1,2}}(?P<date>\d{{1,2}}) (?:[\d:]{{1,8}} )?(?P<year>\d{{4}})"
)
SNIFFED_LINES: Final = 200


class Line(NamedTuple):
    """One line of a log: `shape` is one of the ways of writing, or `event` for what is no message. `day` is 2024-05-13,
    or `May 13` in a log of HexChat."""

    shape: str
    day: str | None
    clock: tuple[int, int, int | None] | None
    nick: str | None
    channel: str | None
    text: str


def parse_line(text: str) -> Line | None:
    """The parts of a line, or None when it is written in no known way."""
    for shape, pattern in _SHAPES.items():
        found = pattern.fullmatch(text)
        if found is not None:
            parts = found.groupdict()
            day = parts.get("day") or " ".join(filter(None, (parts.get("month"), parts.get("date")))) or None
            clock = (int(found["h"]), int(found["m"]), int(found["s"]) if found["s"] else None)
            return Line(shape, day, clock, parts.get("nick"), parts.get("channel"), found["text"] or "")
    return Line("event", None, None, None, None, "") if _EVENT.fullmatch(text) else None


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the share of lines written in one of the known ways."""
    text = decode_line(head)[0].removeprefix("\ufeff")
    lines = [line.rstrip("\r") for line in text.split("\n")[:SNIFFED_LINES]]
    parsed = [parse_line(line) for line in lines if line.strip()]
    shapes = {one.shape for one in parsed if one is not None and one.nick} - {
        "act",
        "weechat_act",
        "weechat_notice",
    }
    written = sum(one is not None and one.nick is not None for one in parsed)
    known = sum(one is not None for one in parsed)
    if not written or len(shapes) != 1 or known * 5 < len(parsed) * 4:
        return Sniff(0, [])
    if (
        shapes == {"weechat"}
        and parsed[0] is None
        and len({line.count("\t") for line in lines if line.strip()}) == 1
    ):
        return Sniff(0, [])  # a table under its header: whoever chats types no tab
    return Sniff(45 + min(40, 10 * written), [f"{written} lines of chat", *shapes])


def read_lines(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Each line with its bytes, and the day that holds there."""
    calendar = _Calendar(ctx.path)
    offset = 0
    with member.open() as stream:
        while line := stream.readline(MAX_RECORD_BYTES + 2):
            body, start = line.rstrip(b"\r\n"), offset
            offset += len(line)
            if start == 0 and body.startswith(b"\xef\xbb\xbf"):
                body, start = body[3:], 3
            locator = f"{ctx.locator_prefix}#byte={start}+{len(body)}"
            text, encoding = decode_line(body)
            if len(body) > MAX_RECORD_BYTES:
                yield RecordError(locator, "too_large")
            elif text.strip():
                parsed = parse_line(text)
                day = calendar.day_of(text, parsed)
                if parsed is None and not line.endswith((b"\n", b"\r")):
                    yield Note("truncated", locator, start)
                elif parsed is None:
                    yield Note("stray_text", locator, start)
                else:
                    obj = (calendar.placed(parsed), day, calendar.shift, calendar.is_unread)
                    digest, is_suspect = sha256(body).hexdigest(), "\0" in text
                    yield RawRecord(locator, obj, digest, start, len(body), (), is_suspect)
                    if encoding in NOTES_OF_ENCODING:
                        yield Note(NOTES_OF_ENCODING[encoding], locator, start)


class _Calendar:
    """The day of each line: its own, the one a mark of the log told last, or the one of the file's name; and the zone
    that this mark names."""

    def __init__(self, path: str) -> None:
        found = [day for day in _ISO_DAY.findall(path) if _is_day(day)]
        self.day = found[-1] if found else None
        self.last: tuple[int, int, int | None] | None = None
        self.shift: timedelta | None = None
        self.is_unread = False  # a mark told a day in words that are not known here
        self.is_mirc = False
        self.ident: str | None = None

    def day_of(self, text: str, parsed: Line | None) -> str | None:
        self._note_session(text)
        marked = _MARK.fullmatch(text)
        told = day_told(marked["stated"]) if marked is not None else None
        if marked is not None and told is not None:
            self.day, self.last = told, None
            self.shift = shift_told(marked["stated"])
        if marked is not None:
            self.is_unread = told is None
            if told is None and "Day changed" in marked.group():
                self.day = None  # the day before would be a false one
        if parsed is None or parsed.clock is None:
            return self.day
        if parsed.day is not None:
            return parsed.day if parsed.shape != "hexchat" else self._in_its_year(parsed.day)
        if self.day and self.last and self.last[0] - parsed.clock[0] > 12:
            # past midnight the clock goes back: the log has gone on to the next day
            self.day = (datetime.fromisoformat(self.day) + timedelta(days=1)).date().isoformat()
        self.last = parsed.clock
        return self.day

    def _note_session(self, text: str) -> None:
        """mIRC: `Session Ident: #salon`, or the name of the other person of a private conversation."""
        found = _SESSION.fullmatch(text)
        if found is not None:
            self.is_mirc = True
            if text.startswith("Session Start: "):
                self.ident = None
            elif text.startswith("Session Ident: "):
                self.ident = next(iter(found["stated"].split()), None)

    def placed(self, line: Line) -> Line:
        """A line where the log of mIRC says it was written; what mIRC says itself is an event."""
        if not self.is_mirc:
            return line
        if line.shape == "act" and _SAID_BY_MIRC.fullmatch(f"{line.nick} {line.text}"):
            return Line("event", None, None, None, None, "")
        return line._replace(channel=self.ident)

    def _in_its_year(self, stated: str) -> str | None:
        """`May 13` as 2024-05-13, in the year that the log told last; the next one when January comes after."""
        if self.day is None:
            return None
        year = int(self.day[:4])
        found = day_told(f"{stated} {year}")
        if found is not None and found[5:7] == "01" and self.day[5:7] == "12":
            found = day_told(f"{stated} {year + 1}")
        self.day = found or self.day
        return found


def _is_day(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


# Hours ahead of UTC of the zones that clients name (those of North America as RFC 5322 gives them).
_ZONES: Final = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_ZONE: Final = re.compile(r"(?P<name>[A-Z]{1,4})$|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)$")


def shift_told(stated: str) -> timedelta | None:
    """How far the clock of a log is ahead of UTC, as its mark ends: `CEST`, `+02:00`; None where it does not say."""
    found = _ZONE.search(stated.strip())
    if found is None:
        return None
    if found["name"]:
        return timedelta(hours=_ZONES[found["name"]]) if found["name"] in _ZONES else None
    shift = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return -shift if found["sign"] == "-" else shift


def day_told(stated: str) -> str | None:
    """The day of "2023-10-18 12:58:11 CEST" or of "mer. oct. 18 12:58:11 2023", as 2023-10-18."""
    found = _ISO_DAY.search(stated)
    if found is not None:
        return found.group() if _is_day(found.group()) else None
    long = _LONG_DAY.fullmatch(stated.strip())
    day = iso_of(f"{long['date']} {long['month']} {long['year']}") if long is not None else None
    return day if day is not None and _is_day(day) else None


def map_line(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip | Note]:
    """A line of chat; arrivals, marks of the log and other events are set aside."""
    line, day, shift, is_unread = record.obj
    if line.nick is None:
        return Skip("system_line")
    place = _place(line, ctx)
    time = _time(line, day, shift, ctx)
    stated = time.get("created_at_raw") or " ".join(filter(None, (line.day, _clock(line))))
    # an ordinary IRC client may have been anywhere: only its file's place can name Twitch
    if line.shape in ("justlog", "chatterino"):
        ctx.memory["is_twitch"] = True
    is_twitch = "is_twitch" in ctx.memory or "twitch" in ctx.path.lower()
    platform = "twitch" if is_twitch else "other"
    channel = place["target_handle"]
    message = Message.of(
        record,
        ctx,
        platform=platform,
        message_id=ctx.derive_id(platform, channel or "", stated, line.nick, line.text),
        author_handle=line.nick.lower(),
        author_name=line.nick,
        text=line.text,
        urls=urls_in(line.text),
        missing=(*(() if time else ("created_at",)), *(() if channel else ("target_handle",))),
        **place,
        **({"created_at_raw": stated} | time),
    )
    if not time and (is_unread or line.day is not None):
        return [message, Note("log_day_unread", record.locator)]
    is_assumed = bool(time) and line.shape != "justlog" and shift is None
    return [message, Note("zone_assumed", record.locator)] if is_assumed else message


def _place(line: Line, ctx: Context) -> dict[str, Any]:
    """The channel, which the line tells, else the file's name; in mIRC a name without sign is that of a person."""
    is_private = line.shape in ("irc", "act") and line.channel is not None and line.channel[0] not in "#&+!"
    found = _CHANNEL.search(ctx.path)
    channel = line.channel.removeprefix("#") if line.channel else found.group(1).lower() if found else None
    return {
        "kind": "dm" if is_private else "chat",
        "conversation_id": channel,
        "target_kind": "account" if is_private else "channel",
        "target_handle": channel,
        "visibility": "private" if is_private else "public",
    }


def _clock(line: Line) -> str:
    """The time as the line has it, with seconds or without."""
    return ":".join(f"{part:02}" for part in line.clock or () if part is not None)


def _time(line: Line, day: str | None, shift: timedelta | None, ctx: Context) -> dict[str, Any]:
    """The time of a line on its day: UTC for justlog, else the zone that the log names, else that of the import."""
    if day is None or line.clock is None:
        return {}
    hour, minute, second = line.clock
    local = datetime.fromisoformat(day).replace(hour=hour, minute=minute, second=second or 0)
    if line.shape == "justlog" or shift is not None:
        moment, is_twice = (local - (shift or timedelta())).replace(tzinfo=UTC), False
    else:
        moment, is_twice = from_local(local, ctx.zone)
    return {
        "created_at": moment,
        "created_at_raw": f"{day} {_clock(line)}",
        "created_at_precision": "hour" if is_twice else "min" if second is None else "s",
        "created_at_source": "field" if line.day else "file",
    }


TWITCH_LOG: Final = Format(
    id="twitch-log",
    version=2,
    platforms=("twitch", "other"),
    label_fr="Twitch : journal de tchat en texte (Chatterino, justlog, clients IRC)",
    label_en="Twitch: chat log as text (Chatterino, justlog, IRC clients)",
    how_to_get_fr="""\
À préparer avant le direct : ces journaux ne gardent que ce qui passe pendant que l’outil est ouvert.
1. Dans Chatterino : Paramètres > « Logs » > cochez « Enable logging », puis ouvrez la chaîne.
2. Après le direct, ouvrez le dossier indiqué sur le même écran, puis « Twitch » > « Channels » > la chaîne.
3. Déposez le fichier du jour sans le renommer : son nom porte la chaîne et la date.
4. Notez le fuseau horaire de l’ordinateur : les heures du fichier n’en indiquent pas.
Ces fichiers n’ont pas d’identifiants. Si la rediffusion existe encore, prenez aussi le fichier de TwitchDownloader. \
État au 1er juin 2025 ; les outils changent.""",
    how_to_get_en="""\
To be prepared before the stream: these logs keep only what passes while the tool is open.
1. In Chatterino: Settings > "Logs" > tick "Enable logging", then open the channel.
2. After the stream open the folder shown on that screen, then "Twitch" > "Channels" > the channel.
3. Drop the file of the day without renaming it: its name carries the channel and the date.
4. Note the computer's time zone: the times of the file carry none.
These files have no identifiers. If the past stream still exists, take the TwitchDownloader file too. \
As of 1 June 2025; tools change.""",
    sniff=sniff,
    records=read_lines,
    map=map_line,
    cannot_give=(
        *(
            "message_id",
            "author_id",
            "lang",
            "url",
            "parent_id",
            "target_id",
            "mentions",
            "hashtags",
            "media_urls",
        ),
        *("like_count", "share_count", "reply_count", "view_count"),
    ),
)
