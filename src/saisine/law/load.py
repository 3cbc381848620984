"""Load the law: every YAML file of fr/ and eu/, bound to records, cross-checked, or nothing at all."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from saisine.law.bind import Binder, Ref
from saisine.law.model import (
    CasesFile,
    ChangesFile,
    DecidedCase,
    Fact,
    FactsFile,
    Ground,
    GroundList,
    GroundsFile,
    LawfulFile,
    Modifier,
    Offence,
    OffencesFile,
    OffencesMeta,
    ProceduralText,
    ProcedureFile,
    SpecialityRule,
    Theme,
)
from saisine.law.model_limitation import LimitationFile
from saisine.law.model_routes import Condition, Dsa, RemediesFile, Remedy, RoutesFile
from saisine.law.yaml_file import compose, invalid

FOLDER = Path(__file__).parent
T = TypeVar("T")

FILES: dict[str, type] = {
    "fr/facts.yaml": FactsFile,
    "fr/grounds.yaml": GroundsFile,
    "fr/limitation.yaml": LimitationFile,
    "fr/offences.yaml": OffencesFile,
    "fr/procedure.yaml": ProcedureFile,
    "fr/remedies.yaml": RemediesFile,
    "fr/routes.yaml": RoutesFile,
    "fr/cases.yaml": CasesFile,
    "fr/lawful.yaml": LawfulFile,
    "fr/changes.yaml": ChangesFile,
    "eu/dsa.yaml": Dsa,
}


@dataclass(frozen=True)
class Law:
    """The whole law as loaded. `digest` is the SHA-256 of its files: an incident keeps the one it used."""

    digest: str
    facts_file: FactsFile
    grounds_file: GroundsFile
    limitation: LimitationFile
    offences_file: OffencesFile
    procedure_file: ProcedureFile
    remedies_file: RemediesFile
    routes: RoutesFile
    cases_file: CasesFile
    lawful: LawfulFile
    changes_file: ChangesFile
    dsa: Dsa
    facts: dict[str, Fact]
    themes: dict[str, Theme]
    grounds: dict[str, Ground]
    ground_lists: dict[str, GroundList]
    offences: dict[str, Offence]
    modifiers: dict[str, Modifier]
    remedies: dict[str, Remedy]

    @property
    def meta(self) -> OffencesMeta:
        return self.offences_file.meta

    @property
    def speciality_rules(self) -> tuple[SpecialityRule, ...]:
        return self.offences_file.speciality_rules

    @property
    def procedural_texts(self) -> tuple[ProceduralText, ...]:
        return self.procedure_file.texts

    @property
    def cases(self) -> tuple[DecidedCase, ...]:
        return self.cases_file.cases


def load_law(folder: Path | None = None) -> Law:
    """The law of `folder` (the project's own by default), cached. Raises SaisineError("law_file_invalid")."""
    return _load((folder or FOLDER).resolve())


@cache
def _load(folder: Path) -> Law:
    digest = hashlib.sha256()
    parts: list[Any] = []  # one record per file, in the order of FILES
    for name, kind in FILES.items():
        root = compose(folder / name, name)
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
        parts.append(Binder(name).bind(root, kind))
    law = _assemble(digest.hexdigest(), *parts)
    _cross_check(law)
    return law


def _assemble(
    digest: str,
    facts: FactsFile,
    grounds: GroundsFile,
    limitation: LimitationFile,
    offences: OffencesFile,
    procedure: ProcedureFile,
    remedies: RemediesFile,
    routes: RoutesFile,
    cases: CasesFile,
    lawful: LawfulFile,
    changes: ChangesFile,
    dsa: Dsa,
) -> Law:
    return Law(
        digest,
        facts,
        grounds,
        limitation,
        offences,
        procedure,
        remedies,
        routes,
        cases,
        lawful,
        changes,
        dsa,
        facts=_by_id(facts.facts, "fr/facts.yaml"),
        themes=_by_id(facts.themes, "fr/facts.yaml"),
        grounds=_by_id(grounds.grounds, "fr/grounds.yaml"),
        ground_lists=_by_id(grounds.by_article, "fr/grounds.yaml"),
        offences=_by_id(offences.offences, "fr/offences.yaml"),
        modifiers=_by_id(offences.penalty_modifiers, "fr/offences.yaml"),
        remedies=_by_id(remedies.remedies, "fr/remedies.yaml"),
    )


def _by_id(items: Iterable[T], file: str) -> dict[str, T]:
    table: dict[str, T] = {}
    for item in items:
        id = str(getattr(item, "id"))  # noqa: B009 - T is any record with an id
        if id in table:
            raise invalid(
                file, 1, f"l’identifiant « {id} » est donné deux fois", f"the id “{id}” stands twice"
            )
        table[id] = item
    return table


def _cross_check(law: Law) -> None:
    """Every id named by a rule exists in its vocabulary; the first fault is shown where it is written."""
    _by_id(law.cases, "fr/cases.yaml")
    _by_id(law.speciality_rules, "fr/offences.yaml")
    _by_id(law.changes_file.changes, "fr/changes.yaml")
    for where, file, ref, known, noun_fr, noun_en in _references(law):
        if ref not in known:
            raise invalid(
                file,
                ref.line,
                f"« {where} » cite {noun_fr} « {ref} », qui n’existe pas",
                f"“{where}” names the {noun_en} “{ref}”, which does not exist",
            )


_FACT = ("le fait inconnu", "fact")
_GROUND = ("le critère", "ground")
_LIST = ("la liste de critères", "list of grounds")
_OFFENCE = ("l’infraction", "offence")
_REMEDY = ("la voie", "route")
_EVENT = ("le genre d’acte", "event kind")

Reference = tuple[str, str, Ref, Iterable[str], str, str]


def _references(law: Law) -> Iterator[Reference]:
    yield from _offence_references(law)
    yield from _rule_references(law)
    yield from _limitation_references(law)
    yield from _route_references(law)


def _offence_references(law: Law) -> Iterator[Reference]:
    file = "fr/offences.yaml"
    starts = [rule.id for rule in law.limitation.starts]
    regimes = [rule.id for rule in law.limitation.interruption]
    for offence in law.offences.values():
        for ref in _leaves(offence):
            if ref.startswith("ground:"):
                yield offence.id, file, _sub_ref(ref, "ground:"), law.grounds, *_GROUND
            else:
                yield offence.id, file, ref, law.facts, *_FACT
        for ref in offence.elements.grounds:
            yield offence.id, file, ref, law.ground_lists, *_LIST
        if entity := offence.legal_person:
            for ref in (entity.fact, entity.stands_for):
                yield offence.id, file, ref, law.facts, *_FACT
        for ref in offence.penalty.modifiers:
            yield offence.id, file, ref, law.modifiers, "la circonstance", "modifier"
        for clause in offence.associations:
            for ref in clause.motive_grounds:
                yield offence.id, file, ref, law.grounds, *_GROUND
        yield offence.id, file, offence.limitation.start, starts, "le départ", "start"
        yield offence.id, file, offence.limitation.interruption, regimes, "le régime", "regime"


def _leaves(offence: Offence) -> Iterator[Ref]:
    yield from offence.elements.all_of
    yield from offence.elements.none_of
    for group in offence.elements.any_of:
        yield from group
    for tier in offence.penalty.aggravated:
        yield from tier.when


def _sub_ref(ref: Ref, prefix: str) -> Ref:
    rest = Ref(ref.removeprefix(prefix))
    rest.line = ref.line
    return rest


def _rule_references(law: Law) -> Iterator[Reference]:
    for rule in law.speciality_rules:
        for ref in (*rule.keep, *rule.drop):
            yield rule.id, "fr/offences.yaml", ref, law.offences, *_OFFENCE
    for modifier in law.modifiers.values():
        for ref in modifier.grounds:
            yield modifier.id, "fr/offences.yaml", ref, law.ground_lists, *_LIST
        for ref in modifier.not_if_already_aggravated_by:
            yield modifier.id, "fr/offences.yaml", ref, law.facts, *_FACT
    for fact in law.facts.values():
        yield fact.id, "fr/facts.yaml", fact.theme, law.themes, "le thème", "theme"
    for entry in law.ground_lists.values():
        for ref in entry.grounds:
            yield entry.id, "fr/grounds.yaml", ref, law.grounds, *_GROUND
        yield entry.id, "fr/grounds.yaml", entry.offence, {**law.offences, **law.modifiers}, *_OFFENCE
    for group in law.grounds_file.groups:
        for ref in group.grounds:
            yield group.id, "fr/grounds.yaml", ref, law.grounds, *_GROUND
    for context in law.lawful.contexts:
        yield context.fact, "fr/lawful.yaml", context.fact, law.facts, *_FACT
    for change in law.changes_file.changes:
        for ref in change.touches:
            yield change.id, "fr/changes.yaml", ref, law.offences, *_OFFENCE
    # a decided case may also cite a text that is no offence (LCEN, CPC 145): those are written with a capital
    for case in law.cases:
        for ref in case.qualifications:
            if ref.islower():
                yield case.id, "fr/cases.yaml", ref, law.offences, *_OFFENCE


def _limitation_references(law: Law) -> Iterator[Reference]:
    file, kinds = "fr/limitation.yaml", [event.id for event in law.limitation.events]
    for start in law.limitation.starts:
        for ref in (*start.kinds, *start.instead):
            yield start.id, file, ref, kinds, *_EVENT
    for regime in law.limitation.interruption:
        for ref in (*regime.interrupted_by, *regime.needs_articulation):
            yield regime.id, file, ref, kinds, *_EVENT
    for deadline in law.limitation.other_deadlines:
        yield deadline.id, file, deadline.event, kinds, *_EVENT
        yield deadline.id, file, deadline.remedy, law.remedies, *_REMEDY


def _route_references(law: Law) -> Iterator[Reference]:
    for rule in law.routes.rules:
        yield rule.route, "fr/routes.yaml", rule.route, law.remedies, *_REMEDY
        for condition in conditions(rule.when):
            for ref in (*(condition.facts_any or ()), *(condition.facts_none or ())):
                yield rule.route, "fr/routes.yaml", ref, law.facts, *_FACT
            for ref in (*(condition.met_any or ()), *(condition.met_other_than or ())):
                yield rule.route, "fr/routes.yaml", ref, law.offences, *_OFFENCE
    for step in law.dsa.escalation:
        yield f"escalation {step.step}", "eu/dsa.yaml", step.route, law.remedies, *_REMEDY


def conditions(condition: Condition) -> Iterator[Condition]:
    """The condition and every condition inside it."""
    yield condition
    for inner in condition.any or ():
        yield from conditions(inner)
    if condition.not_ is not None:
        yield from conditions(condition.not_)


def check_law(folder: Path | None = None) -> dict[str, int]:
    """Load without the cache and count what was read: the figures of `saisine law check`."""
    law = _load.__wrapped__((folder or FOLDER).resolve())
    counts = {
        f.name: len(getattr(law, f.name)) for f in fields(law) if isinstance(getattr(law, f.name), dict)
    }
    return counts | {"routes": len(law.routes.rules), "cases": len(law.cases)}
