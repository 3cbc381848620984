"""What is known of a case: facts in three values, grounds, dated events, the association.

With `facts_true` alone the world is closed: every other fact is false, except those in `facts_unknown`.
With `facts_false` (or `world: open`) the rest is unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from saisine.errors import SaisineError
from saisine.law.dates import last_of_month, paris_day
from saisine.law.load import Law, load_law

Precision = Literal["us", "s", "min", "day", "month", "none"]
PRECISIONS: tuple[Precision, ...] = ("us", "s", "min", "day", "month", "none")
FIRST_YEAR, LAST_YEAR = 1800, 2200  # outside, a day is a slip: a year of three digits, 9999
KEYS = frozenset(
    (
        "platform", "facts_true", "facts_false", "facts_unknown", "grounds", "grounds_unknown",
        "events", "reference_date", "association", "world",
    )
)  # fmt: skip
EVENT_KEYS = frozenset(
    ("kind", "date", "precision", "offence", "act", "articulates", "source", "certainty", "latest")
)
ASSOCIATION_KEYS = frozenset(
    (
        "declared_on", "object_fr", "object_tags", "victim_consent", "recipient_of_decision",
        "mandate", "name",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One dated event. `day` is the earliest possible Paris day, `latest` the last possible one.

    `offences` limits its effect to those qualifications, `act` to one statement; `articulates` says whether
    the act spells out and qualifies the facts (law of 1881, art. 65 al. 2).
    """

    kind: str
    day: date | None
    precision: Precision = "day"
    latest: date | None = None
    offences: tuple[str, ...] = ()
    act: str = ""
    articulates: bool | None = None
    zone_assumed: bool = False
    source: str = ""

    @property
    def is_exact(self) -> bool:
        return self.day is not None and self.precision in ("us", "s", "min", "day")


@dataclass(frozen=True, slots=True)
class Association:
    """What standing depends on; None = not answered yet."""

    declared_on: date | None = None
    object_tags: frozenset[str] = frozenset()
    victim_consent: bool | None = None
    recipient_of_decision: bool = False
    mandate: bool | None = None
    object_fr: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class CaseInputs:
    """Everything an assessment rests on. `value(fact)` is True, False or None."""

    true: frozenset[str] = frozenset()
    false: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    closed: bool = False
    grounds: frozenset[str] = frozenset()
    grounds_unknown: frozenset[str] = frozenset()
    grounds_closed: bool = True
    platform: str = "other"
    events: tuple[Event, ...] = ()
    reference_date: date | None = None
    association: Association | None = None

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any], law: Law | None = None) -> "CaseInputs":
        """Inputs from a facts file or a case. Raises SaisineError("law_inputs_invalid")."""
        return _from_mapping(raw, law or load_law())

    def value(self, fact: str) -> bool | None:
        if fact in self.true:
            return True
        if fact in self.false:
            return False
        if fact in self.unknown:
            return None
        return False if self.closed else None

    def ground(self, ground: str) -> bool | None:
        if ground in self.grounds:
            return True
        if ground in self.grounds_unknown:
            return None
        return False if self.grounds_closed else None

    def with_fact(self, fact: str, value: bool | None) -> "CaseInputs":
        """The same case with one answer changed."""
        return self.with_facts({fact: value})

    def with_facts(self, answers: Mapping[str, bool | None]) -> "CaseInputs":
        """The same case with these answers changed."""

        def side(kept: frozenset[str], value: bool | None) -> frozenset[str]:
            return (kept - answers.keys()) | {fact for fact, answer in answers.items() if answer is value}

        return replace(
            self,
            true=side(self.true, True),
            false=side(self.false, False),
            unknown=side(self.unknown, None),
        )

    def with_grounds(self, grounds: Iterable[str]) -> "CaseInputs":
        """The same case with these grounds true and every other one false."""
        return replace(self, grounds=frozenset(grounds), grounds_unknown=frozenset(), grounds_closed=True)

    @property
    def world(self) -> Literal["open", "closed"]:
        return "closed" if self.closed else "open"


def _invalid(key: str, french: str, english: str) -> SaisineError:
    return SaisineError("law_inputs_invalid", key=key, reason_fr=french, reason_en=english)


def _from_mapping(raw: Mapping[str, Any], law: Law) -> CaseInputs:
    if not isinstance(raw, Mapping):
        raise _invalid("inputs", "une liste de clés est attendue", "a set of keys is expected")
    _check_keys("inputs", raw, KEYS)
    true, false, unknown = (_facts(raw, key, law) for key in ("facts_true", "facts_false", "facts_unknown"))
    if clash := sorted((true & false) | (true & unknown) | (false & unknown)):
        raise _invalid(clash[0], "ce fait porte deux valeurs à la fois", "this fact has two values at once")
    closed = "facts_false" not in raw and raw.get("world") != "open"
    grounds_closed = (closed or "grounds" in raw) and "ground" not in unknown
    return CaseInputs(
        true=true - {"ground"},
        false=false - {"ground"},
        unknown=unknown,
        closed=closed,
        grounds=_grounds(raw, "grounds", law),
        grounds_unknown=_grounds(raw, "grounds_unknown", law),
        grounds_closed=grounds_closed or "ground" in false,
        platform=_text(raw, "platform") or "other",
        events=tuple(_event(item, law) for item in _items(raw, "events")),
        reference_date=_day(raw, "reference_date"),
        association=_association(raw.get("association")),
    )


def _check_keys(where: str, raw: Mapping[str, Any], allowed: frozenset[str]) -> None:
    if unknown := sorted(str(key) for key in raw if key not in allowed):
        words = ", ".join(sorted(allowed))
        raise _invalid(
            f"{where}.{unknown[0]}", f"clé inconnue (admises : {words})", f"unknown key (allowed: {words})"
        )


def _items(raw: Mapping[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        raise _invalid(key, "une liste est attendue", "a list is expected")
    return list(value)


def _facts(raw: Mapping[str, Any], key: str, law: Law) -> frozenset[str]:
    return _known(
        raw, key, law.facts, "ce fait n’est pas dans le vocabulaire", "no such fact in the vocabulary"
    )


def _grounds(raw: Mapping[str, Any], key: str, law: Law) -> frozenset[str]:
    return _known(raw, key, law.grounds, "ce critère n’existe pas", "no such ground")


def _known(raw: Mapping[str, Any], key: str, vocabulary: Iterable[str], fr: str, en: str) -> frozenset[str]:
    names = [str(item) for item in _items(raw, key)]
    known = set(vocabulary)
    for name in names:
        if name not in known:
            raise _invalid(f"{key}: {name}", fr, en)
    return frozenset(names)


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    return "" if value is None else str(value)


def _day(raw: Mapping[str, Any], key: str) -> date | None:
    value = raw.get(key)
    return None if value is None else _paris(value, key)[0]


def _paris(value: Any, key: str) -> tuple[date, bool]:
    if isinstance(value, datetime):
        value = value.isoformat()
    try:
        found = (value, False) if isinstance(value, date) else paris_day(str(value))
    except (ValueError, OverflowError) as error:
        raise _invalid(
            key, f"« {value} » n’est pas un jour (2026-08-31)", f"“{value}” is not a day"
        ) from error
    if not FIRST_YEAR <= found[0].year <= LAST_YEAR:
        reason_fr = f"« {value} » est hors des années {FIRST_YEAR} à {LAST_YEAR}"
        raise _invalid(key, reason_fr, f"“{value}” lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return found


def _event(raw: Any, law: Law) -> Event:
    if not isinstance(raw, Mapping):
        raise _invalid(
            "events", "chaque acte a un genre (kind) et un jour (date)", "an event has a kind and a date"
        )
    _check_keys("events", raw, EVENT_KEYS)
    kind = _text(raw, "kind")
    if not law.limitation.role(kind):
        raise _invalid(f"events: {kind}", "genre d’acte inconnu", "unknown event kind")
    precision = _precision(raw)
    day, assumed = (None, False) if raw.get("date") is None else _paris(raw["date"], "events.date")
    latest = _day(raw, "latest")
    if day and latest and latest < day:
        raise _invalid("events.latest", "ce jour vient avant « date »", "this day comes before “date”")
    if day and precision == "month":
        day, latest = day.replace(day=1), latest or last_of_month(day)
    offences = raw.get("offence") or ()
    names = (offences,) if isinstance(offences, str) else tuple(str(name) for name in offences)
    for name in names:
        if name not in law.offences:
            raise _invalid(f"events.offence: {name}", "infraction inconnue", "unknown offence")
    return Event(
        kind=kind,
        day=day,
        precision=precision,
        latest=latest,
        offences=names,
        act=_text(raw, "act"),
        articulates=_flag(raw, "articulates"),
        zone_assumed=assumed,
        source=_text(raw, "source"),
    )


def _precision(raw: Mapping[str, Any]) -> Precision:
    wanted = raw.get("precision") or ("none" if raw.get("date") is None else "day")
    for precision in PRECISIONS:
        if wanted == precision:
            return precision
    raise _invalid(f"precision: {wanted}", "précision inconnue", "unknown precision")


def _association(raw: Any) -> Association | None:
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        raise _invalid("association", "une liste de clés est attendue", "a set of keys is expected")
    _check_keys("association", raw, ASSOCIATION_KEYS)
    return Association(
        declared_on=_day(raw, "declared_on"),
        object_tags=frozenset(str(tag) for tag in _items(raw, "object_tags")),
        victim_consent=_flag(raw, "victim_consent"),
        recipient_of_decision=bool(_flag(raw, "recipient_of_decision")),
        mandate=_flag(raw, "mandate"),
        object_fr=_text(raw, "object_fr"),
        name=_text(raw, "name"),
    )


def _flag(raw: Mapping[str, Any], key: str) -> bool | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, bool):
        raise _invalid(key, "true, false ou rien", "true, false or nothing")
    return value
