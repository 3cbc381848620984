"""The numbers that the cues, the terms and the shape of a message make: what every member reads beside the words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from saisine.findings.triage.rules import Cue, Cues, Evidence

DANGERS: Final = ("threat", "doxxing", "suicide_incitement", "raid")
SHAPES: Final = (
    "asks", "exclaims", "capitals", "mentions", "links", "length", "emoji", "has_quotes", "names_any",
    "slur", "slur_harmless", "slur_quoted", "slur_and_against", "slur_and_self", "insult", "insult_n",
    "insult_harmless", "insult_quoted", "insult_and_against", "crude", "crude_and_thing", "to_you",
    "name_and_against", "name_and_kind", "name_and_denied", "name_and_asks", "slur_and_words", "slur_and_kind",
    "quoted_and_approval", "for_free", "hate_free", "name_and_free", "for_n", "for_quoted", "against_n",
    "for_and_against", "hate_cues", "no_cue",
)  # fmt: skip
YOU: Final = frozenset({"tu", "toi", "te", "t", "ton", "ta", "tes", "vous", "vos", "votre"})

_BYTES: Final = "cp1252"
_NOT_CAPITALS: Final = bytes(b for b in range(256) if not bytes([b]).decode(_BYTES, "replace").isupper())


def feature_names(cues: "Sequence[Cue]") -> tuple[str, ...]:
    """The columns of the features, in order."""
    return (
        *(f"cue:{cue.id}" for cue in cues),
        *(f"danger:{kind}" for kind in DANGERS),
        *(f"cancelled:{kind}" for kind in DANGERS),
        *SHAPES,
    )


KIND: Final = frozenset({"kind", "praise"})
AGAINST_HATE: Final = frozenset({"counter", "reported", "testimony", "about_words", "denied"})


def features_of(evidence: "Evidence", cues: "Cues", text: str) -> list[float]:
    """The numbers of one message, one per name of `feature_names`."""
    row = [0.0] * len(cues.features)
    for at, value in numbers_of(evidence, cues, text):
        row[at] = value
    return row


def matrix_of(read: "Sequence[tuple[Evidence, str]]", cues: "Cues") -> npt.NDArray[np.float32]:
    """(messages, features), from what the rules see in each and its text."""
    found = np.zeros((len(read), len(cues.features)), np.float32)
    rows = [numbers_of(evidence, cues, text) for evidence, text in read]
    flat = [number for row in rows for number in row]
    if flat:
        columns, values = zip(*flat, strict=True)
        found[np.repeat(np.arange(len(rows)), list(map(len, rows))), columns] = values
    return found


def numbers_of(evidence: "Evidence", cues: "Cues", text: str) -> list[tuple[int, float]]:
    """(column, value) of each feature that is not zero, each column once."""
    column = cues.column
    numbers: dict[str, float] = {f"cue:{cue}": min(2, len(spans)) for cue, spans in evidence.cues.items()}
    for sign in evidence.dangers:
        numbers["danger:" + sign.kind] = 1.0
    for sign in evidence.cancelled:
        numbers["cancelled:" + sign.kind] = 1.0
    numbers |= _text_shapes(evidence, text)
    numbers |= _cue_shapes(evidence, cues)
    if evidence.terms:
        numbers |= _term_shapes(evidence)
    return [(column[name], float(value)) for name, value in numbers.items() if value]


def _text_shapes(evidence: "Evidence", text: str) -> dict[str, float]:
    words = evidence.words
    capitals, has_emoji = _signs_of(text)
    return {
        "asks": "?" in text,
        "exclaims": min(2, text.count("!")) / 2,
        "capitals": _shouted(capitals, len(text)),
        "mentions": min(3, evidence.normal.text.count("@user")) / 3,
        "links": "@url" in evidence.normal.text,
        "length": min(60, evidence.length) / 60,
        "emoji": has_emoji,
        "has_quotes": evidence.has_quotes,
        "names_any": bool(evidence.names),
        "to_you": not YOU.isdisjoint([word[0][0] for word in words]),
    }


def _signs_of(text: str) -> tuple[int, bool]:
    """(capitals, whether there is an emoji): texts of Windows-1252 signs, nearly all, are counted as bytes."""
    try:
        return len(text.encode(_BYTES).translate(None, _NOT_CAPITALS)), False
    except UnicodeEncodeError:
        return sum(map(str.isupper, text)), max(text) > "\U0001f000"


def _shouted(capitals: int, length: int) -> float:
    """Share of capitals, 0 under a third: names of peoples have one, names of others none."""
    share = capitals / (length or 1)
    return share if length > 10 and share > 1 / 3 else 0.0


def _is_against(evidence: "Evidence") -> bool:
    return bool(evidence.quoted_cues) or not AGAINST_HATE.isdisjoint(evidence.cues)


def _cue_shapes(evidence: "Evidence", cues: "Cues") -> dict[str, float]:
    if not evidence.cues:
        return {"no_cue": not evidence.terms}
    sides = cues.sides
    for_n = sum(sides[cue].side == "for" for cue in evidence.cues)
    against_n = len(evidence.cues) - for_n
    free = _free(evidence, cues)
    return {
        "for_free": min(2, len(free)) / 2,
        "hate_free": any(sides[cue].hate for cue in free),
        "name_and_free": bool(evidence.names) and bool(free),
        "name_and_against": bool(evidence.names) and _is_against(evidence),
        "name_and_kind": bool(evidence.names) and not KIND.isdisjoint(evidence.cues),
        "name_and_denied": bool(evidence.names) and "denied" in evidence.cues,
        "name_and_asks": bool(evidence.names) and "sincere_question" in evidence.cues,
        "quoted_and_approval": evidence.has_quotes and "approval" in evidence.cues,
        "for_n": min(4, for_n) / 4,
        "for_quoted": min(2, sum(sides[cue].side == "for" for cue in evidence.quoted_cues)) / 2,
        "against_n": min(4, against_n) / 4,
        "for_and_against": for_n > 0 and against_n > 0,
        "hate_cues": min(2, sum(sides[cue].hate for cue in evidence.cues)) / 2,
        "no_cue": not evidence.cues and not evidence.terms,
    }


def _free(evidence: "Evidence", cues: "Cues") -> list[str]:
    """Cues for, outside the scope of what argues against: neither after it, nor over it, nor quoted."""
    against = [span for cue in AGAINST_HATE & evidence.cues.keys() for span in evidence.cues[cue]]
    return [
        cue
        for cue, spans in evidence.cues.items()
        if cues.sides[cue].side == "for"
        and cue not in evidence.quoted_cues
        and any(all(first > end for first, _ in against) for _, end in spans)
    ]


def _term_shapes(evidence: "Evidence") -> dict[str, float]:
    against = _is_against(evidence)
    slurs = [one for one in evidence.terms if {"individu", "aucun"}.isdisjoint(one.term.groups)]
    insults = [one for one in evidence.terms if "individu" in one.term.groups]
    slur = max((one.term.strength for one in slurs if not one.harmless), default=0)
    insult = max((one.term.strength for one in insults if not one.harmless), default=0)
    crude = len(evidence.terms) - len(slurs) - len(insults)
    return {
        "slur": slur / 3,
        "slur_harmless": any(one.harmless for one in slurs),
        "slur_quoted": any(one.quoted for one in slurs),
        "slur_and_against": slur > 0 and against,
        "slur_and_words": slur > 0 and "about_words" in evidence.cues,
        "slur_and_kind": slur > 0 and not KIND.isdisjoint(evidence.cues),
        "slur_and_self": slur > 0 and "self" in evidence.cues,
        "insult": insult / 3,
        "insult_n": min(3, len(insults)) / 3,
        "insult_harmless": any(one.harmless for one in insults),
        "insult_quoted": any(one.quoted for one in insults),
        "insult_and_against": insult > 0 and against,
        "crude": min(3, crude) / 3,
        "crude_and_thing": crude > 0 and "about_things" in evidence.cues,
    }
