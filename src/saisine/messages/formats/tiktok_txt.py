"""TikTok: "Download your data", TXT: a folder of small text files, the choice that the app proposes first.

Two kinds hold messages. Private messages stand under `>>> Chat History with zoe::`, in English whatever the language,
one per line: `2026-07-03 23:00:11 UTC zoe: text`; lines without a time continue the message above. Comments are blocks
of lines `key: value`, an empty line between two; the keys are in the language of the app. Read: English, Dutch and
Russian, seen in use, and French, whose words are those of the app and were seen in no file. The oldest list of videos
(`Video Link`) is read too. Live comments, recent videos and lists of favourites are written in ways not known here:
they are left, and said.

A comment gets the identifier that `tiktok-user-data` gives it: the same export asked for twice counts once.

Followed: d3i-infra/algosoc-2026 @ 91d61cf5 (test_tiktok_txt.py, fixtures/generate.py: comments, profile),
PatagoniaRobot/PR-Viewer @ 40b05553 (TikTokTxtIngestor.cs: messages, continued lines), MightyPhoenix/
tiktok-downloader-py @ 28e97fc8 (script.py: videos).
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

from saisine.messages.formats.contract import (
    HEAD_BYTES,
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
from saisine.messages.formats.tiktok_blocks import (
    CHAT,
    DATED,
    NOTHING,
    PAIR,
    SAID,
    Block,
    block_of,
    blocks_of,
    cut_end,
    is_value,
    kind_of,
    plain,
    tail_keys,
)
from saisine.messages.formats.tiktok_user_data import VIDEO, times_of
from saisine.texts import decode_line

# Favourite comments are those of others; a live comment names no video. Their files' names say it.
_OTHERS: Final = re.compile(r"favou?ri|избранн|\blive|трансляц", re.IGNORECASE)
_COMMENT_FILES: Final = ("comments.txt", "comment.txt", "reacties.txt", "комментарии.txt", "commentaires.txt")
# « Comments (1).txt », « Comments - Copie.txt »
_COPY: Final = re.compile(r"(?: ?\(\d{1,3}\)| ?[-–] ?cop(?:ie|y)(?: \(\d{1,3}\))?)+(?=\.txt$)")
_VIDEOS_FILE: Final = "videos.txt"
_PROFILES: Final = frozenset(
    {"profile info.txt", "profile information.txt", "profielinformatie.txt", "данные профиля.txt"}
)
_USERNAME: Final = re.compile(
    r"^\ufeff?(?:User ?name|Gebruikersnaam|Имя пользователя): *(\S+)\s*$", re.MULTILINE | re.IGNORECASE
)


class Said(NamedTuple):
    """One private message, and the conversation it stands in."""

    other: str
    is_group: bool
    at: str
    sender: str
    text: str


class _Chat(NamedTuple):
    name: str
    is_group: bool


class _Piece(NamedTuple):
    """Lines that belong together. `chat` is None in a file of blocks; what nothing begins has `is_begun` False."""

    offset: int
    body: bytes
    chat: _Chat | None
    is_begun: bool
    is_last: bool = False


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the first lines, and by what says that they are of TikTok: its addresses, its zone, its file's name."""
    lines = plain(decode_line(head)[0].removeprefix("\ufeff")).split("\n")
    first = next((line for line in lines if line.strip()), "")
    if _header(first):
        said = sum(SAID.fullmatch(line) is not None for line in lines)
        return Sniff(95 if said else 0, [f"{said} private messages"])
    blocks = list(blocks_of(lines))
    if not blocks or not DATED.fullmatch(first) or not kind_of(blocks[0]) or _OTHERS.search(name):
        return Sniff(0, [])
    if _is_foreign(blocks):
        return Sniff(0, [])
    kind, own = kind_of(blocks[0]), _COPY.sub("", name.rpartition("/")[2].casefold())
    if kind == "post" and own != _VIDEOS_FILE:  # of the videos watched or liked, which are those of others
        return Sniff(0, [])
    is_of_tiktok = own in (*_COMMENT_FILES, _VIDEOS_FILE) or first.rstrip().endswith("UTC")
    is_of_tiktok = is_of_tiktok or b"tiktok" in head.lower()
    return Sniff(90 if is_of_tiktok else 0, [f"{len(blocks)} blocks", kind])


def _is_foreign(blocks: list[list[str]]) -> bool:
    """Whether blocks go on with a key that holds words, or addresses of other sites: TikTok's hold its own at most."""
    ends = [line for block in blocks for line in block[2:] if "://" in line]
    if sum("tiktok" not in line.lower() for line in ends) * 2 > len(ends):
        return True
    thirds = [PAIR.fullmatch(block[2]) for block in blocks if len(block) > 2]
    pairs = [found for found in thirds if found is not None]
    is_alike = len(pairs) == len(blocks) > 1 and len({found["key"] for found in pairs}) == 1
    return is_alike and not all(is_value(found["value"]) for found in pairs)


# ------------------------------------------------------------------ records


def read_pieces(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Each private message or block with its bytes; `record.obj` is a `Said` or a `Block`."""
    ctx.memory["owner"] = _owner(ctx) or ctx.owner
    tail = tail_keys(member.read(HEAD_BYTES))
    for piece in _pieces(member):
        if len(piece.body) > MAX_RECORD_BYTES:
            yield RecordError(f"{ctx.locator_prefix}#byte={piece.offset}", "too_large")
        else:
            yield from _records_of(piece, tail, ctx.locator_prefix)


def _records_of(piece: _Piece, tail: frozenset[str], prefix: str) -> Iterator[RawRecord | Note]:
    is_open = piece.is_last and not piece.body.endswith((b"\n", b"\r"))
    body = piece.body.rstrip()
    locator = f"{prefix}#byte={piece.offset}+{len(body)}"
    text, encoding = decode_line(body)
    if not piece.is_begun:
        if text.strip():
            yield Note("truncated" if is_open else "stray_text", locator, piece.offset)
        return
    lines = plain(text).split("\n")
    is_cut = is_open and cut_end(lines, piece.chat is not None, tail)
    found = _said(lines, piece.chat) if piece.chat is not None else block_of(lines, tail)
    if not (is_cut and isinstance(found, Block) and not found.kind):
        yield RawRecord(locator, found, sha256(body).hexdigest(), piece.offset, len(body), (), "\0" in text)
    if encoding in NOTES_OF_ENCODING:
        yield Note(NOTES_OF_ENCODING[encoding], locator, piece.offset)
    if is_cut:
        yield Note("truncated", locator, piece.offset + len(body))


def _pieces(member: Member) -> Iterator[_Piece]:
    """The file as messages or blocks, read line by line; past the limit of a record only the fact is kept."""
    chat: _Chat | None = None
    start, parts, length, is_begun, is_after_blank = 0, [b""], 0, False, True
    for offset, line in _lines(member):
        text = plain(decode_line(line)[0]).rstrip("\n")
        header = _header(text) if chat is not None or is_after_blank else None
        pattern = SAID if chat is not None else DATED if is_after_blank else None
        is_start = pattern is not None and pattern.fullmatch(text) is not None
        is_after_blank = not text.strip()
        if header is None and not is_start:
            length += len(line)
            if length <= MAX_RECORD_BYTES:
                parts.append(line)
            elif len(parts[-1]) <= MAX_RECORD_BYTES:
                parts.append(b"." * (MAX_RECORD_BYTES + 1))
            continue
        yield _Piece(start, b"".join(parts), chat, is_begun)
        if header is not None:
            chat = _Chat(header["name"].strip(), header["group"] is not None)
            start, parts, length, is_begun = offset + len(line), [b""], 0, False
        else:
            start, parts, length, is_begun = offset, [line], len(line), True
    yield _Piece(start, b"".join(parts), chat, is_begun, is_last=True)


def _lines(member: Member) -> Iterator[tuple[int, bytes]]:
    """(byte offset, line) of the file, without the byte-order mark; a line over the limit is cut past it."""
    offset = 0
    with member.open() as stream:
        while line := stream.readline(MAX_RECORD_BYTES + 2):
            skipped = 3 if offset == 0 and line.startswith(b"\xef\xbb\xbf") else 0
            yield offset + skipped, line[skipped:]
            offset += len(line)


def _header(text: str) -> re.Match[str] | None:
    """The header of a conversation; no name is as long as a line that was made to be slow to match."""
    return CHAT.fullmatch(text) if text.startswith(">>> ") and len(text) < 1000 else None


def _said(lines: list[str], chat: _Chat) -> Said | None:
    found = SAID.fullmatch(lines[0])
    if found is None:
        return None
    text = "\n".join([found["text"] or "", *lines[1:]])
    return Said(chat.name, chat.is_group, found["at"], found["sender"].strip(), text.strip())


# ------------------------------------------------------------------ mapping


def map_piece(record: RawRecord, ctx: Context) -> Message | Skip:
    """One private message, comment or video; a block of another kind is set aside."""
    if isinstance(record.obj, Said):
        return _direct(record.obj, record, ctx)
    block: Block | None = record.obj
    if block is None:  # damaged bytes: its first line read as a beginning alone, and not with those below
        raise ValueError("no beginning")
    if not block.kind:
        return Skip("unsupported_variant")
    if not (block.text or block.media):
        return Skip("empty_record")
    return _own(block, record, ctx)


def _direct(said: Said, record: RawRecord, ctx: Context) -> Message | Skip:
    """A private message of either side, as `tiktok-user-data` has it."""
    text = "" if said.text in NOTHING else said.text
    if not text:
        return Skip("empty_record")
    owner = ctx.memory["owner"]
    return Message.of(
        record,
        ctx,
        platform="tiktok",
        kind="chat" if said.is_group else "dm",
        message_id=_id(ctx, said.other, said.at, said.sender, text),
        owner_is_author=None if owner is None else said.sender == owner,
        author_handle=said.sender,
        text=text,
        conversation_id=said.other,
        target_kind="thread" if said.is_group else "account",
        target_handle=said.other if said.is_group or said.sender != said.other else owner,
        visibility="private",
        **times_of(said.at),
    )


def _own(block: Block, record: RawRecord, ctx: Context) -> Message:
    owner = ctx.memory["owner"]
    video = VIDEO.search(block.link) if block.kind == "comment" else None
    place: dict[str, Any] = {"target_id": video.group(1), "target_kind": "post"} if video else {}
    absent = "text" if block.kind == "post" else "target_id" if video is None else None
    return Message.of(
        record,
        ctx,
        platform="tiktok",
        kind=block.kind,
        message_id=_id(ctx, block.link, block.at, "", block.text),
        owner_is_author=True,
        author_handle=owner,
        text=block.text,
        media_urls=list(block.media),
        missing=(*((absent,) if absent else ()), *(() if owner else ("author_handle",))),
        **place,
        **times_of(block.at),
    )


def _id(ctx: Context, where: str, at: str, sender: str, text: str) -> str:
    """The identifier of the JSON version, whose dates have no « UTC »."""
    return ctx.derive_id("tiktok", where, at.removesuffix(" UTC"), sender, text)


def _owner(ctx: Context) -> str | None:
    """The account whose export it is, as the file of its profile beside this one says."""
    for path, member in ctx.members.items():
        if path.rpartition("/")[2].casefold() in _PROFILES:
            found = _USERNAME.search(decode_line(member.read(HEAD_BYTES))[0])
            if found is not None:
                return found.group(1)
    return None


TIKTOK_TXT: Final = Format(
    id="tiktok-user-data-txt",
    version=1,
    platforms=("tiktok",),
    label_fr="TikTok : « Télécharger tes données », version TXT",
    label_en="TikTok: “Download your data”, TXT version",
    how_to_get_fr="""\
À faire tant que le compte existe.
1. Si vous n’avez pas encore demandé vos données, choisissez plutôt le format « JSON » : il en dit plus.
2. Si vous avez déjà la version TXT, déposez le zip tel quel. Ne renommez pas ses fichiers.
Vos messages privés sont lus, reçus et envoyés. Vos commentaires le sont aussi, si l’application était en français, \
en anglais, en néerlandais ou en russe. Les commentaires en français n’ont pas encore été vérifiés sur un vrai fichier.
Les autres fichiers ne sont pas lus : vidéos récentes, commentaires en direct, favoris. Le relevé les nomme.
Cette version ne contient ni les commentaires des autres sous vos vidéos, ni aucun identifiant. \
État au 1er novembre 2026 ; les écrans changent.""",
    how_to_get_en="""\
To be done while the account exists.
1. If you have not asked for your data yet, choose the format "JSON" instead: it says more.
2. If you already have the TXT version, drop the zip as it is. Do not rename its files.
Your private messages are read, received and sent. So are your comments, if the app was in French, English, Dutch or \
Russian. Comments in French have not been checked on a real file yet.
The other files are not read: recent videos, live comments, favourites. The account of the import names them.
This version holds neither other people's comments under your videos, nor any identifier. \
As of 1 November 2026; screens change.""",
    sniff=sniff,
    records=read_pieces,
    map=map_piece,
    cannot_give=(
        *("message_id", "author_id", "author_name", "author_created_at", "lang", "url", "parent_id"),
        *("like_count", "share_count", "reply_count", "view_count"),
    ),
)
