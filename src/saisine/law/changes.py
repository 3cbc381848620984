"""What changed in force between two days, article by article, from the dated rules and the change log.

A window (`valid_from`, `valid_to`) gives a change on its first day and on the day after its last one; the log
(fr/changes.yaml) adds what no window says. A rule whose dates are not established shows nothing here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from saisine.law.dates import day_after, months_fr
from saisine.law.load import Law
from saisine.law.model import Offence, Validity
from saisine.law.statements import flag

Kind = Literal["created", "changed", "started", "ended", "amended", "announced", "bill"]
WORDS: dict[str, tuple[str, str]] = {
    "created": ("création", "created"),
    "changed": ("nouvelle rédaction", "new wording"),
    "started": (
        "entrée en vigueur, rédaction d’avant non établie",
        "in force, earlier wording not established",
    ),
    "ended": ("fin de cette rédaction", "end of this wording"),
    "amended": ("modification", "amended"),
    "announced": ("annoncé", "announced"),
    "bill": ("proposition de loi", "bill"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one article. `on` None: no established day. `touches`: rules or offences to read again."""

    article: str
    on: date | None
    kind: Kind
    rule: str
    what_fr: str
    what_en: str
    touches: tuple[str, ...]
    source: str
    verified: bool

    def as_json(self) -> dict[str, object]:
        return {
            "on": self.on.isoformat() if self.on else None,
            "kind": self.kind,
            "kind_fr": WORDS[self.kind][0],
            "kind_en": WORDS[self.kind][1],
            "rule": self.rule,
            "what_fr": self.what_fr,
            "what_en": self.what_en,
            "touches": list(self.touches),
            "source": self.source,
            "verified": self.verified,
            "flag_fr": flag(self.verified),
            "flag_en": flag(self.verified, "en"),
        }


@dataclass(frozen=True, slots=True)
class LawDiff:
    """The changes after `first` and up to `last`, by article; `undated`: known changes without a day.

    `without_date` counts the offences whose entry into force is not established: they may have changed unseen.
    """

    first: date
    last: date
    changes: tuple[Change, ...]
    undated: tuple[Change, ...]
    without_date: int

    @property
    def by_article(self) -> dict[str, tuple[Change, ...]]:
        articles = dict.fromkeys(change.article for change in self.changes)
        return {name: tuple(c for c in self.changes if c.article == name) for name in articles}

    def as_json(self) -> dict[str, object]:
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "articles": [
                {"article": name, "changes": [change.as_json() for change in rows]}
                for name, rows in self.by_article.items()
            ],
            "undated": [change.as_json() | {"article": change.article} for change in self.undated],
            "without_date": self.without_date,
        }


def diff(law: Law, one: date, other: date) -> LawDiff:
    """What is in force on the later day and was not on the earlier one, or the reverse. Pure."""
    first, last = min(one, other), max(one, other)
    found = list(all_changes(law))
    dated = [change for change in found if change.on and first < change.on <= last]
    return LawDiff(
        first=first,
        last=last,
        changes=tuple(sorted(dated, key=lambda change: (change.on or date.max, change.article, change.rule))),
        undated=tuple(change for change in found if change.on is None),
        without_date=sum(1 for offence in law.offences.values() if offence.valid_from is None),
    )


def all_changes(law: Law) -> Iterator[Change]:
    """Every change the data know, in the order of the files."""
    for offence in law.offences.values():
        yield from _of_offence(offence)
    yield from _limitation(law)
    for entry in law.ground_lists.values():
        window = _Window(entry.valid_from, entry.valid_to, entry.validity)
        words = ("Liste de critères.", "List of grounds.")
        held = law.offences.get(str(entry.offence))
        article = ", ".join(held.articles) if held else entry.name_fr  # two lists may bear one name
        yield from window.changes(article, entry.id, words, (str(entry.offence),), entry.verified)
    for modifier in law.modifiers.values():
        window = _Window(modifier.valid_from, modifier.valid_to, None)
        words = (modifier.name_fr, modifier.name_fr)
        yield from window.changes(modifier.articles[0], modifier.id, words, (modifier.id,), modifier.verified)
    for text in law.procedural_texts:
        window = _Window(text.valid_from, text.valid_to, text.validity)
        yield from window.changes(text.text, text.text, (text.rule_fr, text.rule_fr), (), text.verified)
    yield from _routes(law)
    yield from _logged(law)


@dataclass(frozen=True, slots=True)
class _Window:
    first: date | None
    last: date | None
    validity: Validity | None

    def changes(
        self, article: str, rule: str, words: tuple[str, str], touches: tuple[str, ...], verified: bool
    ) -> Iterator[Change]:
        source = self.validity.source if self.validity else ""
        known = self.validity.verified if self.validity else False
        if self.first:
            before = self.validity.before if self.validity else "unknown"
            kinds: dict[str, Kind] = {"did_not_exist": "created", "earlier_version": "changed"}
            kind = kinds.get(before, "started")
            yield Change(article, self.first, kind, rule, *words, touches, source, known and verified)
        if self.last:
            on = day_after(self.last)
            yield Change(article, on, "ended", rule, *words, touches, source, known and verified)


def _of_offence(offence: Offence) -> Iterator[Change]:
    window = _Window(offence.valid_from, offence.valid_to, offence.validity)
    words = (f"{offence.name_fr}.", f"{offence.name_en}.")
    for article in offence.articles:
        yield from window.changes(article, offence.id, words, (offence.id,), offence.verified)


def _limitation(law: Law) -> Iterator[Change]:
    """One change for all the offences that share a period: the rule is the same text."""
    shared: dict[tuple[str, int, date | None, date | None], list[str]] = {}
    rules = {}
    for offence in law.offences.values():
        rule = offence.limitation
        key = (rule.source, rule.months, rule.valid_from, rule.valid_to)
        shared.setdefault(key, []).append(offence.id)
        rules[key] = rule
    for key, touches in shared.items():
        rule = rules[key]
        words = (f"Délai de {months_fr(rule.months)}.", f"Period of {rule.months} months.")
        window = _Window(rule.valid_from, rule.valid_to, rule.validity)
        yield from window.changes(rule.source, "limitation", words, tuple(touches), rule.verified)


def _routes(law: Law) -> Iterator[Change]:
    for remedy in law.remedies.values():
        window = _Window(remedy.valid_from, remedy.valid_to, remedy.validity)
        words = (f"{remedy.what_for_fr}.", remedy.name_en)
        yield from window.changes(remedy.name_fr, remedy.id, words, (remedy.id,), remedy.verified)
    meta = law.dsa.meta
    window = _Window(meta.valid_from, meta.valid_to, meta.validity)
    yield from window.changes(meta.regulation, "dsa", (meta.applies_fr, meta.applies_fr), (), meta.verified)


def _logged(law: Law) -> Iterator[Change]:
    for change in law.changes_file.changes:
        for article in change.articles:
            touches = tuple(str(name) for name in change.touches)
            words = (change.what_fr, change.what_en)
            yield Change(
                article, change.on, change.kind, change.id, *words, touches, change.source, change.verified
            )
