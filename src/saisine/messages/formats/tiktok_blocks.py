"""The text files of TikTok's own copy, line by line: blocks of keys and values, and where a file stops."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from saisine.messages.formats.contract import HEAD_BYTES
from saisine.messages.formats.links import urls_in
from saisine.messages.formats.tiktok_user_data import VIDEO
from saisine.texts import decode_line

STAMP: Final = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: UTC)?"
_SPACE: Final = r"[ \u00a0\u202f]?"
CHAT: Final = re.compile(r">>> (?P<group>Group )?Chat History with (?P<name>.*?):*\s*", re.IGNORECASE)
SAID: Final = re.compile(rf"(?P<at>{STAMP}) (?P<sender>[^:]{{1,100}}):(?: (?P<text>.*))?")
_DATES: Final = ("Date", "Datum", "Дата")
DATED: Final = re.compile(rf"(?:{'|'.join(_DATES)}){_SPACE}: ?(?P<at>{STAMP})\s*")
PAIR: Final = re.compile(rf"(?P<key>[^:]{{2,60}}?){_SPACE}:(?: (?P<value>.*))?")
_COMMENTS: Final = ("Comment", "Reactie", "Комментарий", "Commentaire")
_VIDEOS: Final = ("Video Link",)
_LINKS: Final = frozenset(
    {
        *("Url", "Original Post Link", "Link naar origineel bericht", "Originele link naar bericht"),
        "Ссылка на исходную публикацию",
    }
)
_MEDIA: Final = frozenset({"Photo", "Sticker"})
NOTHING: Final = frozenset({"", "N/A", "N.v.t."})


class Block(NamedTuple):
    """One comment, or one video of one's own (`kind` is `comment`, `post` or, for another block, empty)."""

    kind: str
    at: str
    text: str
    link: str
    media: tuple[str, ...]


def plain(text: str) -> str:
    """The text with line feeds alone."""
    return text.replace("\r\n", "\n")


def blocks_of(lines: Iterable[str]) -> Iterator[list[str]]:
    """The blocks of these lines, each from its date on."""
    block: list[str] = []
    is_after_blank = True
    for line in lines:
        if is_after_blank and DATED.fullmatch(line):
            if block:
                yield block
            block = [line]
        elif block:
            block.append(line)
        is_after_blank = not line.strip()
    if block:
        yield block


def kind_of(block: list[str]) -> str:
    found = PAIR.fullmatch(block[1]) if len(block) > 1 else None
    if found is None:
        return ""
    return "comment" if found["key"] in _COMMENTS else "post" if found["key"] in _VIDEOS else ""


def block_of(lines: list[str], tail: frozenset[str]) -> Block | None:
    dated = DATED.fullmatch(lines[0])
    if dated is None:
        return None
    kind = kind_of(lines)
    if kind == "post":
        found = PAIR.fullmatch(lines[1])
        address = ((found["value"] if found else None) or "").strip()
        return Block(kind, dated["at"], "", address, (address,) if address else ())
    text, pairs = _parted(lines, tail)
    link, media = "", []
    for number, (key, value) in enumerate(pairs, 1):
        if key in _LINKS or (key not in _MEDIA and number == len(pairs)):
            link = value
        else:
            media += urls_in(value)
    return Block(kind, dated["at"], text, link, tuple(media))


def _parted(lines: list[str], tail: frozenset[str] | None) -> tuple[str, list[tuple[str, str]]]:
    """(text, the keys below it): a text may have several lines, so the keys are taken from the end. `tail` are those
    to take, None for any; each once, since a person may write the same below."""
    kept = list(lines)
    pairs: list[tuple[str, str]] = []
    taken: set[str] = set()
    while len(kept) > 2:
        found = PAIR.fullmatch(kept[-1])
        if not found or not is_value(found["value"]) or (tail is not None and found["key"] not in tail):
            break
        if found["key"] in taken:
            break
        taken.add(found["key"])
        value = (found["value"] or "").strip()
        pairs.append((found["key"], "" if value in NOTHING else value))
        kept.pop()
    pairs.reverse()
    first = PAIR.fullmatch(kept[1]) if len(kept) > 1 else None
    text = "\n".join([(first["value"] or "") if first else "", *kept[2:]]).strip()
    return "" if text in NOTHING else text, pairs


def is_value(value: str | None) -> bool:
    """Whether it is what TikTok writes below a comment: an address, or its word for nothing."""
    text = (value or "").strip()
    return text in NOTHING or all(part.startswith(("https://", "http://")) for part in text.split())


def tail_keys(head: bytes) -> frozenset[str]:
    """The keys that stand below the comments of this file: the known ones, and those that nearly all its blocks have,
    whatever their language. A line `Lien : https://…` that a person wrote stands below one block only; of a block that
    is alone the last two lines are taken."""
    lines = plain(decode_line(head)[0].removeprefix("\ufeff")).split("\n")
    blocks = [block for block in blocks_of(lines) if kind_of(block) == "comment"]
    if len(head) == HEAD_BYTES and len(blocks) > 1:
        blocks.pop()  # it is cut there
    runs = [[key for key, _ in _parted(_shorn(block), None)[1]] for block in blocks]
    if len(runs) == 1:
        return _LINKS | _MEDIA | frozenset(runs[0][-2:] if len(runs[0]) > 1 else ())
    counts = Counter(key for run in runs for key in set(run))
    return _LINKS | _MEDIA | {key for key, count in counts.items() if count * 5 >= len(runs) * 4}


def _shorn(lines: list[str]) -> list[str]:
    """The same lines without the empty ones at the end."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


# ------------------------------------------------------------------ files that stop


def cut_end(lines: list[str], is_chat: bool, tail: frozenset[str]) -> bool:
    """Whether a file without a last line end stops inside a line that begins something; that line is taken off when it
    is long enough to be nothing else."""
    if not is_chat and not kind_of(lines):
        return True
    if len(lines) < 2:
        return False
    last = lines[-1]
    if is_chat:
        wholes = ["0000-00-00 00:00:00 UTC ", ">>> Chat History with "]
        is_cut = _begins(last, wholes) or re.fullmatch(rf"{STAMP} [^:]*", last) is not None
    else:
        wholes = [f"{word}: 0000-00-00 00:00:00 UTC" for word in _DATES] if not lines[-2].strip() else []
        wholes += [f"{key}: " for key in tail]
        is_cut = len(lines) > 2 and (_begins(last, wholes) or _stops_in_value(last, tail))
    if is_cut and len(last) >= 5:
        lines[:] = _shorn(lines[:-1])
    return is_cut


def _begins(last: str, wholes: list[str]) -> bool:
    """Whether this is a beginning of one of them, any digit standing for 0."""
    shape = re.sub(r"\d", "0", last)
    return bool(shape) and any(whole.startswith(shape) for whole in wholes)


def _stops_in_value(last: str, tail: frozenset[str]) -> bool:
    """Whether a line below a comment has no whole value: numbers of videos have eighteen digits and more."""
    found = PAIR.fullmatch(last)
    if found is None or found["key"] not in tail:
        return False
    value = (found["value"] or "").strip()
    video = VIDEO.search(value)
    return value not in NOTHING and (video is None or len(video.group(1)) < 18)
