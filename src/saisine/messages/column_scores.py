"""How well each column of a table fits each field: its header counts for 60, its values for 40, of 100.

A column whose values contradict its header is proposed for nothing; two columns within `CLOSE` points are a tie.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from saisine.messages.date_orders import TimeGuess, guess_times, is_clock
from saisine.messages.formats.table_cautions import AUTHORS, DOUBTFUL, names_somebody, set_aside
from saisine.messages.formats.table_layout import key_of
from saisine.messages.table_guesses import NO_FIELD, Table, column_names, field_of_name, normal_header
from saisine.messages.value_shapes import Shape, shape_of
from saisine.texts import has_forbidden

SURE: Final = 80
MINIMUM: Final = 30
CLOSE: Final = 10
# What a header that only holds a known name among others is worth, less 5 for each other word.
_PART: Final = 40
_SMALL_WORDS: Final = frozenset("de du des d la le les l un une et a au the of a an to in on is".split())
# « Ce qui a été écrit » asks for words, « Qui a écrit ? » for a person.
_WHAT: Final = re.compile(r"\bce qu(?:i|e|)\b")
_WRITING: Final = re.compile(r"\b(?:ecrit|dit|publie|poste|envoye|recu|commente)e?s?\b")
# Words that may stand beside « nom » for it to be the name of who wrote: « Nom du groupe » is nobody.
_OF_A_WRITER: Final = frozenset(
    "auteur autrice profil profile compte account utilisateur utilisatrice user facebook instagram tiktok twitter x "
    "youtube page chaine channel commentateur commentatrice commenter affiche public pseudo expediteur sender owner "
    "poster author display full complet click view creator actor reviewer commented by posted written from sur".split()
)
_COUNTED_OR_WRITTEN: Final = frozenset({"comments", "commentaires"})  # numbers, or the comments themselves
TIMES: Final = ("created_at", "edited_at", "collected_at", "author_created_at")
IDS: Final = ("message_id", "author_id", "parent_id", "conversation_id", "target_id")
COUNTS: Final = ("like_count", "share_count", "reply_count", "view_count")


@dataclass(frozen=True, slots=True)
class Reason:
    """One sign; `code` is one of `proposal_words.REASONS`."""

    code: str
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column for a field: 0 to 100."""

    field: str
    score: int
    reasons: tuple[Reason, ...]
    by_header: bool


@dataclass(slots=True)
class Column:
    """One column of the table and what is proposed for it: `field` is None when nothing is."""

    index: int
    header: str
    shape: Shape
    times: TimeGuess | None
    is_clock: bool
    is_addressable: bool = True
    candidates: list[Candidate] = dataclasses.field(default_factory=list)
    field: str | None = None
    score: int = 0
    reasons: list[Reason] = dataclasses.field(default_factory=list)
    rivals: list[str] = dataclasses.field(default_factory=list)
    # why it is no column of who wrote: a reason of `table_cautions.set_aside`
    aside: str | None = None
    # the columns that may name another person than this one does
    persons: list[str] = dataclasses.field(default_factory=list)

    @property
    def is_to_check(self) -> bool:
        """Whether a person should look: few signs, another column that fits almost as well, or another person."""
        is_doubtful = bool(self.rivals or self.persons) or self.score < SURE - 30
        return self.field is not None and is_doubtful


def columns_of(table: Table, order: str | None = None) -> list[Column]:
    """The columns of a table with what each could hold."""
    seen: set[str] = set()
    columns = []
    aside = set_aside(table.header)
    for index, header in enumerate(table.header):
        cells = table.column(index)
        column = Column(index, header, shape_of(cells), guess_times(cells, order), is_clock(cells))
        key = key_of(header)
        odd = (
            has_forbidden(header)
            or "\0" in header
            or any(ord(sign) < 32 and sign not in "\t\r\n" for sign in header)
        )
        column.is_addressable = key not in seen and not odd
        if odd or key in seen:
            column.reasons.append(Reason("odd_header" if odd else "duplicate_header"))
        elif not column.shape.count:
            column.reasons.append(Reason("empty"))
        else:
            column.aside = aside.get(key)
            column.candidates = candidates_of(column)
        seen.add(key)
        columns.append(column)
    return columns


# ------------------------------------------------------------------ headers


def header_scores(header: str) -> dict[str, tuple[int, Reason]]:
    """{field: (score, why)} of what a header alone says."""
    name = normal_header(header)
    if not name:
        return {}
    whole = field_of_name().get(name)
    if name in _COUNTED_OR_WRITTEN:
        return {"reply_count": (60, Reason("header")), "text": (60, Reason("header"))}
    if whole is not None:
        return {whole: (60, Reason("header"))}
    words = {word for word in name.split() if word not in _SMALL_WORDS}
    if _WHAT.search(name):
        return {"text": (_PART, Reason("header_part", {"word": name}))} if _WRITING.search(name) else {}
    scores: dict[str, tuple[int, Reason]] = {}
    for key, names in column_names().items():
        for known in names:
            parts = [word for word in known.split() if word not in _SMALL_WORDS]
            if parts and words.issuperset(parts) and _is_said(known, name, words):
                score = _PART - 5 * (len(words) - len(parts)) + (3 if len(parts) > 1 else 0)
                if score > scores.get(key, (14, None))[0]:
                    scores[key] = (score, Reason("header_part", {"word": known}))
    return scores


def _is_said(known: str, name: str, words: set[str]) -> bool:
    """Whether a name among other words still says it: « Qui a vu ? » and « Nom du groupe » name no author."""
    if known in ("nom", "name"):
        return words - {known} <= _OF_A_WRITER
    if known in ("qui", "de qui"):
        return False
    return not known.startswith("qui ") or name.startswith(known)


# ------------------------------------------------------------------ values

Judged = tuple[int, list[Reason]] | None


def _percent(share: float) -> dict[str, object]:
    return {"percent": round(100 * share)}


def _text(column: Column) -> Judged:
    shape = column.shape
    told = max(shape.url, shape.number, shape.flag, shape.platform, shape.rounded)
    if told > 0.6 or (shape.key > 0.8 and shape.words < 1.2) or shape.handle > 0.8:
        return None
    if column.times is not None and column.times.share > 0.6:
        return None
    long = shape.words >= 4
    words = [Reason("long_text" if long else "short_text", {"words": round(shape.words)})]
    return (40 if long else 25 if shape.words >= 2 else 10), words


def _time(column: Column) -> Judged:
    times = column.times
    if times is None or (times.share < 0.8 and not times.is_relative):
        return None
    reasons = [Reason("times", _percent(times.share))]
    if times.order in ("day", "month"):
        reasons.append(Reason(f"{times.order}_first"))
    elif times.order == "chosen":
        reasons.append(Reason("order_chosen"))
    return round(40 * times.share), reasons


def _clock(column: Column) -> Judged:
    return (40, [Reason("clock")]) if column.is_clock else None


def _key(column: Column) -> Judged:
    shape = column.shape
    if shape.numbering > 0.9 or shape.key + shape.rounded < 0.7:
        return None
    reasons = [Reason("keys", _percent(shape.key))] if shape.key else []
    if shape.rounded:
        reasons.append(Reason("rounded_ids", _percent(shape.rounded)))
    return 40, reasons


def _own_key(column: Column) -> Judged:
    """The identifier of the message itself: no two rows share it."""
    found = _key(column)
    if found is None:
        return None
    distinct = column.shape.distinct
    # rounded identifiers collapse; it is no sign that they named something else
    is_own = distinct > 0.95 or column.shape.rounded > 0.5
    why = Reason("distinct") if distinct == 1 else Reason("repeated", _percent(distinct))
    return (found[0] if is_own else 5), [*found[1], why]


def _handle(column: Column) -> Judged:
    shape = column.shape
    if shape.url > 0.5 or shape.number > 0.8 or shape.name + shape.handle < 0.7 or column.times is not None:
        return None
    if shape.handle >= 0.6:
        return 40, [Reason("handles", _percent(shape.handle))]
    return (30, [Reason("one_word_names")]) if shape.words < 1.3 else (12, [Reason("names")])


def _name(column: Column) -> Judged:
    shape = column.shape
    if (
        shape.url > 0.5
        or shape.number > 0.8
        or shape.name < 0.7
        or shape.platform > 0.8
        or column.times is not None
    ):
        return None
    return (
        (12, [Reason("handles", _percent(shape.handle))]) if shape.handle > 0.6 else (35, [Reason("names")])
    )


def _url(column: Column) -> Judged:
    shape = column.shape
    if shape.url < 0.6 or shape.picture > 0.5:
        return None
    reasons = [Reason("urls", _percent(shape.url)), Reason("repeated", _percent(shape.distinct))]
    return (40 if shape.distinct > 0.9 else 20), reasons


def _count(column: Column) -> Judged:
    shape = column.shape
    return (
        (round(40 * shape.number), [Reason("counts", _percent(shape.number))])
        if shape.number >= 0.5
        else None
    )


def _language(column: Column) -> Judged:
    return (40, [Reason("languages")]) if column.shape.language >= 0.9 else None


def _platform(column: Column) -> Judged:
    return (40, [Reason("platforms")]) if column.shape.platform >= 0.8 else None


def _tags(column: Column) -> Judged:
    shape = column.shape
    return None if shape.number > 0.5 or shape.words > 12 else (40 if shape.tagged > 0.5 else 20, [])


def _pictures(column: Column) -> Judged:
    return (40, [Reason("urls", _percent(column.shape.url))]) if column.shape.url >= 0.6 else None


JUDGES: Final[dict[str, Callable[[Column], Judged]]] = {
    "text": _text,
    **dict.fromkeys(TIMES, _time),
    "time_of_day": _clock,
    "message_id": _own_key,
    **dict.fromkeys(IDS[1:], _key),
    "author_name": _name,
    "author_handle": _handle,
    "target_handle": _handle,
    "url": _url,
    **dict.fromkeys(COUNTS, _count),
    "lang": _language,
    "platform": _platform,
    "hashtags": _tags,
    "mentions": _tags,
    "media_urls": _pictures,
}
# What values alone may say, when the header says nothing known: the others look too much like each other.
_BY_SHAPE: Final = ("text", "created_at", "author_handle", "url", "platform")


def candidates_of(column: Column) -> list[Candidate]:
    """What a column could hold, best first; the reasons of a column that fits nothing are noted on it."""
    said = header_scores(column.header)
    if column.aside is not None:
        said = {name: why for name, why in said.items() if name not in (*AUTHORS, NO_FIELD)}
        said = said or {NO_FIELD: (_PART, Reason(column.aside))}
    found = []
    for name, (score, reason) in said.items():
        judged = JUDGES[name](column) if name != NO_FIELD else None
        if judged is not None:
            found.append(Candidate(name, min(100, score + judged[0]), (reason, *judged[1]), by_header=True))
    if not said:
        found = [one for name in _BY_SHAPE if (one := _by_shape(column, name)) is not None]
    if not found:
        column.reasons.append(_why_nothing(column, said))
        if column.shape.rounded:
            column.reasons.append(Reason("rounded_ids", _percent(column.shape.rounded)))
    return sorted(found, key=lambda one: -one.score)


def _by_shape(column: Column, name: str) -> Candidate | None:
    judged = JUDGES[name](column)
    if judged is None or judged[0] < 40 or (name in AUTHORS and names_somebody(column.header)):
        return None
    if name == "created_at" and column.times is not None and set(column.times.formats) <= {"epoch", "excel"}:
        return None  # a bare number under an unknown header may count anything
    return Candidate(name, judged[0], (Reason("shape_only"), *judged[1]), by_header=False)


def _why_nothing(column: Column, said: Mapping[str, tuple[int, Reason]]) -> Reason:
    if column.shape.numbering > 0.9 and column.shape.count > 1:
        return Reason("row_numbers")
    fields = [name for name in said if name != NO_FIELD]
    if fields:
        return Reason("values_differ", {"field": fields[0]})
    if column.aside is not None and NO_FIELD in said:
        return said[NO_FIELD][1]
    return Reason("known_not_a_field" if said else "unknown")


# ------------------------------------------------------------------ one field per column


def assign(columns: Sequence[Column], chosen: Mapping[str, int | None]) -> None:
    """Give each field its best column and each column one field at most; what a person chose comes first.

    `chosen` is {field: index of the column, None to leave the field out}.
    """
    for name, index in chosen.items():
        if index is not None:
            _give(columns[index], Candidate(name, 100, (Reason("chosen"),), by_header=True))
    pairs = sorted(
        (-one.score, list(JUDGES).index(one.field), column.index, one)
        for column in columns
        for one in column.candidates
        if one.score >= MINIMUM
    )
    taken = {column.field for column in columns} | set(chosen)
    for _, _, index, candidate in pairs:
        column = columns[index]
        if candidate.field not in taken and column.field is None:
            _give(column, candidate)
            taken.add(candidate.field)
    _note_rivals(columns, chosen)
    _note_persons(columns, chosen)


def _give(column: Column, candidate: Candidate) -> None:
    column.field, column.score = candidate.field, candidate.score
    column.reasons = list(candidate.reasons)


def _note_rivals(columns: Sequence[Column], chosen: Mapping[str, int | None]) -> None:
    """Say of each column left without a field which one holds it, and of each field which column came close."""
    holders = {column.field: column for column in columns if column.field is not None}
    for column in columns:
        if column.field is not None:
            continue
        for candidate in column.candidates:
            holder = holders.get(candidate.field)
            if holder is None:
                continue
            column.reasons = [Reason("taken", {"field": candidate.field, "header": holder.header})]
            is_close = holder.score - candidate.score <= CLOSE and candidate.score >= MINIMUM
            if is_close and candidate.field not in chosen:
                holder.rivals.append(column.header)
            break
        else:
            left_out = any(one.field in chosen for one in column.candidates)
            column.reasons = column.reasons or [Reason("chosen" if left_out else "unknown")]


def _note_persons(columns: Sequence[Column], chosen: Mapping[str, int | None]) -> None:
    """Say of the column of who wrote which other one may name somebody else, unless a person chose."""
    held = [column for column in columns if column.field in AUTHORS and column.field not in chosen]
    others = [column.header for column in columns if column.field is None and column.aside in DOUBTFUL]
    for holder in held[:1]:
        holder.persons += others
