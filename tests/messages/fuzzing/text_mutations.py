"""Change bytes, lines and cells: cuts, flips, splices, other encodings, columns moved, quotes left open."""

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from tests.messages.fuzzing.values import odd_cell

# What means something to one reader or another.
TOKENS: Final = (
    *(
        b"\0",
        b'"',
        b"'",
        b"\\",
        b"\\u0000",
        b"\\ud800",
        b"\r",
        b"\n",
        b"\r\n",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
    ),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b";",
        b"\t",
        b"sep=;\r\n",
        b"=",
        b"<",
        b"</",
        b"&#",
        b"<!--",
        b"]]>",
        b"%00",
    ),
    *(
        b"NaN",
        b"-",
        b"1e999",
        b"00",
        b"window.YTD.x.part0 = ",
        b"for (;;);",
        b"WARC/1.1\r\n",
        b"From x\n",
        b"PRIVMSG",
    ),
    *(
        b"\xe2\x80\xae",
        b"\xc2\x85",
        b"\xed\xa0\x80",
        b"\xc0\x80",
        b"null",
        b"[[[[[[",
        b"}}}}",
        b"=?utf-8?b?!?=",
        b"\x1f\x8b",
    ),
)


def _flip(data: bytes, rng: Random, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 40))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(data: bytes, rng: Random, other: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _behead(data: bytes, rng: Random, other: bytes) -> bytes:
    return data[rng.randrange(min(len(data), 200) + 1) :]


def _remove(data: bytes, rng: Random, other: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.choice((1, 2, 9, 90)) :]


def _insert(data: bytes, rng: Random, other: bytes) -> bytes:
    for _ in range(rng.choice((1, 1, 3))):
        start = rng.randrange(len(data) + 1)
        data = data[:start] + rng.choice(TOKENS) * rng.choice((1, 1, 1, 2, 300)) + data[start:]
    return data


def _repeat(data: bytes, rng: Random, other: bytes) -> bytes:
    start = rng.randrange(len(data))
    piece = data[start : start + rng.choice((1, 10, 200))]
    return data[:start] + piece * rng.choice((2, 3, 50)) + data[start:]


def _splice(data: bytes, rng: Random, other: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _recode(data: bytes, rng: Random, other: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    encoding = rng.choice(("utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32", "utf-8-sig", "latin-1"))
    return text.encode(encoding, "replace")


def _line_ends(data: bytes, rng: Random, other: bytes) -> bytes:
    return re.sub(rb"\r?\n", lambda found: rng.choice((b"\r\n", b"\n", b"\r", b"\n\n")), data)


def _lines(data: bytes, rng: Random, other: bytes) -> bytes:
    """Lines moved, dropped, given twice, mixed with those of another file."""
    lines, others = data.splitlines(keepends=True), other.splitlines(keepends=True)
    for _ in range(rng.choice((1, 2, 5))):
        at = rng.randrange(len(lines) + 1)
        match rng.randrange(4):
            case 0:
                lines[at:at] = [rng.choice(lines or [b""])]
            case 1:
                del lines[at : at + 1]
            case 2:
                rng.shuffle(lines)
            case _:
                lines[at:at] = [rng.choice(others or [b""])]
    return b"".join(lines)


def _words(data: bytes, rng: Random, other: bytes) -> bytes:
    """A word or a number replaced by an odd one."""
    found = list(re.finditer(rb"[\w.+-]+", data[: 64 << 10]))
    for one in sorted(rng.sample(found, min(len(found), rng.choice((1, 1, 2, 5)))), key=lambda m: -m.start()):
        word = odd_cell(rng).encode("utf-8", "surrogatepass")
        data = data[: one.start()] + word + data[one.end() :]
    return data


def _cells(data: bytes, rng: Random, other: bytes) -> bytes:
    """The cells of a table, whatever separates them: replaced, moved, lacking, too many."""
    lines = data.split(b"\n")
    sign = max((b",", b";", b"\t", b" "), key=lines[0].count)
    rows = [line.split(sign) for line in lines]
    width = max(len(row) for row in rows[:50])
    column = rng.randrange(width)
    change = rng.randrange(6)
    for number, row in enumerate(rows):
        if change == 0 and rng.random() < 0.5 and number and row:
            row[rng.randrange(len(row))] = odd_cell(rng).encode("utf-8", "surrogatepass")
        elif change == 1 and column < len(row):
            del row[column]
        elif change == 2 and column < len(row):
            row[column : column + 1] *= 2
        elif change == 3:
            row.insert(0, row.pop(column % len(row)))
        elif change == 4 and rng.random() < 0.2:
            row += [b'"'] * rng.choice((1, 400))
    if change == 5:
        sign = rng.choice((b",", b";", b"\t", b"|"))
    return sign.join(rows[0]) + b"\n" + b"\n".join(sign.join(row) for row in rows[1:])


CHANGES: Final[Sequence[Callable[[bytes, Random, bytes], bytes]]] = (
    *(_flip, _cut, _behead, _remove, _insert, _insert, _repeat, _splice, _recode, _line_ends),
    *(_lines, _lines, _words, _words, _words, _cells, _cells),
)


def mutate_bytes(data: bytes, rng: Random, other: bytes) -> bytes:
    """Some changes, one after the other; `other` is a second file to splice from."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        if not data:
            return rng.choice(TOKENS)
        data = rng.choice(CHANGES)(data, rng, other)
    return data[: 1 << 20]
