"""A message as every member of the triage reads it, with the way back to the text as received.

One pass: what people do to slip past a filter is undone (accents, case, look-alikes, hidden signs, digits for
letters, letters drawn out or set apart, inclusive points), links and mentions become two words. Each sign keeps
the place it comes from, and normalising twice changes nothing. Folding is `findings/signs.py` (NFKD, UAX 15).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from saisine.findings.signs import fold_with_places

LONGEST: Final = 10_000  # code points read of one message; the rest is said to be left out
LONGEST_APART: Final = (
    14  # letters set apart that make one word; more are words, cut by those that rules know
)
ROUNDS: Final = 16  # each one shortens or removes digits: five are the most ever seen, on noise
LINK: Final = "@url"
MENTION: Final = "@user"
_LEET: Final = str.maketrans("013457@$", "oieastas")
_INCLUSIVE: Final = (
    r"(?<![^\W_])(?:[^\W\d_]{2,}(?:[·•][^\W\d_]{1,6})+"
    r"|[^\W\d_]{3,}(?:\.(?:e|es|ne|nes|rice|rices|euse|euses))(?:\.s)?(?![^\W_]))"
)
# What is changed, in this order, each with two signs without which it cannot stand in a text: a cheap one, which few
# texts have, then a closer one. Nearly every text has none or one of them.
_CHANGED: Final = tuple(
    (kind, re.compile(first).search, re.compile(sign).search, found)
    for kind, first, sign, found in (
        ("link", r"://|www", r"https?://|www\.", r"(?:https?://|www\.)\S+"),
        ("mail", "@", r"[\w.+-]@[\w-]+\.", r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.-]*\w"),
        ("mention", "@", r"@(?!(?:url|user)\b)\w", r"@(?!(?:url|user)\b)\w+"),
        ("inclusive", r"[·•]|\.[enr]", r"[·•]|\.(?:e|ne|rice|euse)", _INCLUSIVE),
        (
            "apart",
            r"[ ._*-]\w[ ._*-]",
            r"(?<![^\W_])[^\W\d_][ ._*-][^\W\d_](?:[ ._*-][^\W\d_](?![^\W_])| {2,3}[^\W\d_] )",
            r"(?<![^\W_])(?!y.[ael]\b)[^\W\d_](?:"
            r"(?:[ ._*-][^\W\d_](?![^\W_])){2,}|(?: [^\W\d_](?![^\W_]))+(?= {2,3}[^\W\d_] ))"
            r"(?: {2,3}[^\W\d_](?: [^\W\d_](?![^\W_]))+)*",
        ),
        ("word", r"[\d@$]", r"[\d$]|\w@", r"(?<![@\w])(?=[^\W\d_]*[\d@$])[^\W_]+(?:[@$][^\W_]+)*"),
        ("long", r"(.)\1\1", r"([^\W\d_])\1\1", r"(?P<drawn>[^\W\d_])(?P=drawn){2,}"),
    )
)
# the cheap signs at once
_ANY: Final = re.compile(r"[\d@$·•]|://|www|\.[enr]|[ ._*-]\w[ ._*-]|(.)\1\1").search
_ORDINAL: Final = re.compile(r"\d+[a-z]{0,3}")
TOKEN: Final = re.compile(r"@url|@user|[^\W_]+(?:[*][^\W_]+)*|[!?…]+|[^\w\s.,;:'\"()\-/«»*_@]")


@dataclass(frozen=True, slots=True)
class Normal:
    """`text` folded, and `places[i]`, the code point of the original from which `text[i]` comes."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the original behind `text[start:end]`, which must not be empty."""
        return self.places[start], self.places[end - 1] + 1

    @property
    def tokens(self) -> list[str]:
        """Words, links, mentions, runs of « ! » and « ? », emoji."""
        return TOKEN.findall(self.text)


def normalise(text: str, longest: int | None = LONGEST) -> Normal:
    """The folded form of the first `longest` code points, and the way back.

    >>> normalise("Quel CR3T1N, ce s.a.l.a.u.d").text
    'quel cretin, ce salaud'
    """
    folded, places = fold_with_places(text[:longest])
    return undisguised(Normal(folded, places))


def undisguised(normal: Normal) -> Normal:
    """Links, mentions and disguises of a folded text written anew, until nothing changes."""
    if _ANY(normal.text) is None:
        return normal
    for _ in range(ROUNDS):
        kinds = _kinds_in(normal.text)
        if not kinds:
            return normal
        found = _rewrite_once(normal, _pattern(kinds))
        if found.text == normal.text:
            return found
        normal = found
    return normal


def _kinds_in(text: str) -> tuple[str, ...]:
    """The changes for which a text has a sign."""
    return tuple([kind for kind, first, sign, _ in _CHANGED if first(text) and sign(text)])


@cache
def _pattern(kinds: tuple[str, ...]) -> re.Pattern[str]:
    """One alternation of what a text may hold: at most 2 to the power of seven of them."""
    return re.compile("|".join(f"(?P<{kind}>{found})" for kind, _, _, found in _CHANGED if kind in kinds))


def _rewrite_once(normal: Normal, changed: re.Pattern[str]) -> Normal:
    signs: list[str] = []
    places: list[int] = []
    last = 0
    for match in changed.finditer(normal.text):
        signs.append(normal.text[last : match.start()])
        places.extend(normal.places[last : match.start()])
        new, kept = _replace(match)
        signs.append(new)
        places.extend(normal.places[match.start() + at] for at in kept)
        last = match.end()
    if not last:
        return normal
    signs.append(normal.text[last:])
    places.extend(normal.places[last:])
    return Normal("".join(signs), places)


def _replace(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    """(what stands there now, the place in the match of each of its signs)."""
    found, kind = match.group(), match.lastgroup
    if kind in ("link", "mention"):
        new = LINK if kind == "link" else MENTION
        return new, _spread(len(new), len(found))
    if kind in ("inclusive", "apart"):
        kept = [at for at, sign in enumerate(found) if sign.isalpha() or found[at : at + 2] == "  "]
        if kind == "apart" and len(kept) > LONGEST_APART:
            return found, range(len(found))
        return "".join(found[at] for at in kept), kept
    if kind == "word":
        return _letters(found), range(len(found))
    if kind == "long":
        return found[:2], (0, len(found) - 1)
    return found, range(len(found))


def _spread(new: int, old: int) -> list[int]:
    """Places of `new` signs that stand for `old` ones: the last sign keeps the last place."""
    return [min(at, old - 1) for at in range(new - 1)] + [old - 1]


def _letters(word: str) -> str:
    """Digits and signs as the letters they stand for, inside a word that has more letters than digits."""
    digits = sum(sign.isdigit() for sign in word)
    letters = sum(sign.isalpha() for sign in word)
    if letters < 2 or digits > letters or _ORDINAL.fullmatch(word) or re.search(r"\d\d", word):
        return word.replace("@", "a").replace("$", "s")
    return word.translate(_LEET)
