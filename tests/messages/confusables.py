"""Files that look like another: cut, reordered, nested, recoded, of two tools at once, or of none.

Each says what may be answered: the ids of the formats that are right, `unknown` when saying so is right, and
`tie` when showing several is.
"""

import csv
import io
import json
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from tests.messages.formats import captures
from tests.messages.formats.generated import CASES
from tests.messages.fuzzing.json_mutations import load_documents
from tests.messages.no_exports import NO_EXPORT


class Confusable(NamedTuple):
    """A file, the name a person gave it, and the answers that are right."""

    label: str
    data: bytes
    name: str
    right: frozenset[str]


JSON = [(key, title, data) for key, title, data, _ in CASES if load_documents(data) is not None]
TABLES = (
    "discord-csv",
    "exportcomments",
    "minet",
    "youtube-data-tools",
    "4cat-csv",
    "csv-simple",
    "minet-youtube-comments",
)
CSV = [
    (key, title, data)
    for key, title, data, _ in CASES
    if (key in TABLES or key.startswith("meta-content-library") or title.startswith("CSV"))
]
# Names that exports carry, and that people give to something else.
NAMES = (
    "tweets.js",
    "Comments.csv",
    "result.json",
    "message_1.json",
    "comments.csv",
    "chat.txt",
    "outbox.json",
    "a.har",
)


# What another tool adds to a platform's own object stands behind it: cut before, the object alone is left.
BARE_WHEN_CUT = {
    ("gallery-dl", "a video of TikTok"): "tiktok",
    ("4cat-ndjson", "TikTok"): "tiktok",
    ("meta-content-library-facebook", "one post"): "meta-content-library-instagram",
}
# Formats of rows or lines, which are still there when something else carries them.
ROWS = {*(key for key, *_ in CSV), "twitch-irc", "twitch-log", "takeout"}


def of(label: str, data: bytes, *right: str, name: str = "export.dat") -> Confusable:
    if right[:1] == ("x-twarc",):
        right += ("x-api-v2",)  # one object alone is a line or a page: both take it, by one mapper
    return Confusable(label, data, name, frozenset(right))


def dump(documents: list[Any], **options: Any) -> bytes:
    """As many lines as documents."""
    return b"".join(json.dumps(one, **options).encode() + b"\n" for one in documents)


def reordered(value: Any, rng: Random) -> Any:
    """The same value, the keys of every object in another order."""
    if isinstance(value, list):
        return [reordered(one, rng) for one in value]
    if not isinstance(value, dict):
        return value
    pairs = [(key, reordered(one, rng)) for key, one in value.items()]
    rng.shuffle(pairs)
    return dict(pairs)


# ------------------------------------------------------------------ the same file, otherwise written


def other_orders() -> Iterator[Confusable]:
    rng = Random(11)
    for key, title, data in JSON:
        documents = load_documents(data) or []
        yield of(f"{key}, {title}: other order", dump([reordered(one, rng) for one in documents]), key)


def other_writings() -> Iterator[Confusable]:
    """A mark before, UTF-16, lines ended as in Windows, one value per line or none, empty lines before."""
    for key, title, data, _ in CASES:
        if key == "warc":
            continue
        text = data.decode()
        yield of(f"{key}, {title}: mark", text.removeprefix("\ufeff").encode("utf-8-sig"), key)
        yield of(f"{key}, {title}: UTF-16", text.removeprefix("\ufeff").encode("utf-16"), key)
        yield of(f"{key}, {title}: CRLF", text.replace("\r\n", "\n").replace("\n", "\r\n").encode(), key)
    for key, title, data in JSON:
        documents = load_documents(data) or []
        if len(documents) == 1:
            by_line = ("unknown",) if title == "lines" else ()
            yield of(f"{key}, {title}: indented", json.dumps(documents[0], indent=4).encode(), key, *by_line)
            yield of(f"{key}, {title}: tight", json.dumps(documents[0], separators=(",", ":")).encode(), key)
        yield of(f"{key}, {title}: empty lines before", b"\r\n \n" + data, key)


def lines_or_array() -> Iterator[Confusable]:
    """An array of what stands on lines, and the reverse: the same tool, or unknown; never another."""
    for key, title, data in JSON:
        documents = load_documents(data) or []
        if len(documents) == 1 and isinstance(documents[0], list):
            yield of(f"{key}, {title}: as lines", dump(documents[0]), key, "unknown")
        else:
            yield of(f"{key}, {title}: as an array", json.dumps(documents).encode(), key, "unknown")


def other_names() -> Iterator[Confusable]:
    for number, (key, title, data, _) in enumerate(CASES):
        for step in (0, 3):
            name = NAMES[(number + step) % len(NAMES)]
            yield of(f"{key}, {title}: named {name}", data, key, name=name)


def separated(data: bytes, sign: str, first: str = "") -> bytes:
    """The same table with another separator."""
    rows = csv.reader(io.StringIO(data.decode().removeprefix("\ufeff"), newline=""), delimiter=_sign_of(data))
    out = io.StringIO()
    csv.writer(out, delimiter=sign).writerows(rows)
    return (first + out.getvalue()).encode()


def _sign_of(data: bytes) -> str:
    line = data.split(b"\n")[0]
    return max(",;\t", key=lambda sign: line.count(sign.encode()))


def other_separators() -> Iterator[Confusable]:
    """What Excel makes of a table: `;`, `sep=;`, tabs, a mark, UTF-16."""
    for key, title, data in CSV:
        yield of(f"{key}, {title}: ;", separated(data, ";"), key)
        yield of(f"{key}, {title}: sep=;", separated(data, ";", "sep=;\r\n"), key)
        yield of(f"{key}, {title}: tabs in UTF-16", separated(data, "\t").decode().encode("utf-16"), key)


def other_columns() -> Iterator[Confusable]:
    rng = Random(12)
    for key, title, data in CSV:
        rows = list(
            csv.reader(
                io.StringIO(data.decode().removeprefix("\ufeff"), newline=""), delimiter=_sign_of(data)
            )
        )
        order = list(range(len(rows[0])))
        rng.shuffle(order)
        out = io.StringIO()
        csv.writer(out).writerows([row[n] for n in order if n < len(row)] for row in rows)
        yield of(f"{key}, {title}: columns moved", out.getvalue().encode(), key)


# ------------------------------------------------------------------ cut


def cut_heads() -> Iterator[Confusable]:
    """A file cut early is itself, unknown, or a tie; it is never taken for another."""
    for key, title, data, _ in CASES:
        for share in (0.15, 0.4, 0.8):
            cut = data[: int(len(data) * share)]
            bare = BARE_WHEN_CUT.get((key, title), "unknown")
            yield of(f"{key}, {title}: {share:.0%} of it", cut, key, "unknown", "tie", bare)


# ------------------------------------------------------------------ one inside another


def nested() -> Iterator[Confusable]:
    """An export quoted by something that is none, and an export whose texts hold another."""
    for key, title, data, _ in CASES:
        if key == "warc":
            continue
        text = data.decode()
        yield of(f"{key}, {title}: quoted in JSON", json.dumps({"note": text, "id": 1}).encode(), "unknown")
        still_there = (key,) if key in ROWS else ()
        shown = ("tie",) if key in ROWS else ()
        prose = f"Voici le fichier :\n\n> {text[:400]}".encode()
        yield of(f"{key}, {title}: quoted in prose", prose, "unknown", *still_there)
        if key == "har":
            continue
        yield of(f"{key}, {title}: in a Telegram text", telegram_saying(text), "telegram")
        yield of(f"{key}, {title}: in a post of X", x_saying(text), "x-api-v2")
        yield of(f"{key}, {title}: in a WhatsApp text", whatsapp_saying(text), "whatsapp", *shown)
        yield of(f"{key}, {title}: in a cell", table_saying(text), "csv-simple", *shown)
        yield of(f"{key}, {title}: in a capture", har_saying(text), "har")


def telegram_saying(text: str) -> bytes:
    said = {
        "id": 1,
        "type": "message",
        "date": "2026-10-01T10:00:00",
        "date_unixtime": "1790848800",
        "from": "Ada",
        "from_id": "user1",
        "text": text,
        "text_entities": [{"type": "plain", "text": text}],
    }
    chat = {"name": "Voisines", "type": "private_group", "id": 5, "messages": [said]}
    return json.dumps(chat, indent=1).encode()


def x_saying(text: str) -> bytes:
    post = {
        "id": "1700000000000000000",
        "author_id": "12",
        "text": text,
        "created_at": "2023-09-08T04:15:59.000Z",
        "edit_history_tweet_ids": ["1700000000000000000"],
        "public_metrics": {"retweet_count": 1, "reply_count": 2, "like_count": 3, "quote_count": 4},
    }
    return json.dumps(
        {"data": [post], "includes": {"users": [{"id": "12", "username": "ada", "name": "Ada"}]}}
    ).encode()


def whatsapp_saying(text: str) -> bytes:
    before = "".join(f"01/10/2026 à 10:0{n} - Ada: Bonjour {n}\n" for n in range(4))
    return f"{before}01/10/2026 à 10:05 - Zoé: {text[:3_000]}\n01/10/2026 à 10:06 - Ada: Merci\n".encode()


def table_saying(text: str) -> bytes:
    out = io.StringIO()
    rows = [("Date", "Auteur", "Texte", "Lien"), ("08/04/2026 14:05", "Ada", text, "https://e.test/1")]
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode()


def har_saying(text: str) -> bytes:
    return captures.har(captures.entry("https://e.test/", text))


# ------------------------------------------------------------------ of two tools at once, or of none


def two_headers() -> Iterator[Confusable]:
    """A table with the columns of two tools: both are shown, or neither is known; none is guessed."""
    rows = [
        (key, title, next(csv.reader(io.StringIO(d.decode().removeprefix("\ufeff")), delimiter=_sign_of(d))))
        for key, title, d in CSV
    ]
    for number, (key, title, header) in enumerate(rows):
        other_key, other_title, other = rows[(number + 7) % len(rows)]
        if {key, other_key} & {"csv-simple"} or key == other_key:
            continue
        out = io.StringIO()
        csv.writer(out).writerows([[*header, *other], ["1"] * (len(header) + len(other))])
        yield of(
            f"{key} ({title}) and {other_key} ({other_title})", out.getvalue().encode(), "tie", "unknown"
        )


def two_documents() -> Iterator[Confusable]:
    """One JSON object with the keys of two tools."""
    objects = [
        (key, title, found[0])
        for key, title, data in JSON
        if isinstance((found := load_documents(data) or [0])[0], dict)
    ]
    for number, (key, title, one) in enumerate(objects):
        other_key, other_title, other = objects[(number + 9) % len(objects)]
        if key.split("-")[0] != other_key.split("-")[0]:
            both = json.dumps({**other, **one, **{k: v for k, v in other.items() if k not in one}}).encode()
            yield of(
                f"{key} ({title}) and {other_key} ({other_title})", both, "tie", "unknown", key, other_key
            )


def no_exports() -> Iterator[Confusable]:
    for name, data in NO_EXPORT:
        yield of(f"no export: {name}", data, "unknown", name=name)


FAMILIES = {
    "another order of keys": other_orders,
    "another writing": other_writings,
    "lines or an array": lines_or_array,
    "another name": other_names,
    "another separator": other_separators,
    "columns moved": other_columns,
    "a head that is cut": cut_heads,
    "one inside another": nested,
    "columns of two tools": two_headers,
    "keys of two tools": two_documents,
    "no export": no_exports,
}
