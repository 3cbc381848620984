"""Cases that a jurist writes: a situation, what the law is expected to answer, and where it differs.

A case is one YAML file, in the shape of the scenarios of docs/law.md. `expected` may hold any subset: what is
not written is not compared. Texts that end in `_fr` explain, they are never compared.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from saisine.errors import SaisineError
from saisine.law.assess import assess
from saisine.law.bind import Binder, Ref
from saisine.law.inputs import CaseInputs
from saisine.law.load import Law
from saisine.law.yaml_file import compose, invalid

CASE_KEYS = frozenset(
    (
        "id", "title_fr", "facts_fr", "inputs", "expected", "pitfall_fr", "author_role", "confidence",
        "kind", "offence", "world", "reviewed_on",
    )
)  # fmt: skip
EXPECTED_KEYS = frozenset(
    (
        "lawful_or_no_offence", "primary", "alternative", "possible", "excluded", "max_penalty",
        "limitation", "other_deadlines", "who_may_act", "routes", "missing_facts",
    )
)  # fmt: skip
OFFENCE_LISTS = ("primary", "alternative", "possible", "excluded", "max_penalty", "limitation")
ROW_LISTS = {"max_penalty": "offence", "limitation": "offence", "other_deadlines": "kind", "routes": "route"}
YES_NO = {True: "yes", False: "no"}  # YAML reads a bare yes as true


@dataclass(frozen=True, slots=True)
class Case:
    """One case file. `name` is its path inside the folder."""

    name: str
    id: str
    title_fr: str
    inputs: CaseInputs
    expected: Mapping[str, Any]
    today: date


@dataclass(frozen=True, slots=True)
class Difference:
    """The first field that is not as expected, with both values as written in the JSON answer."""

    field: str
    expected: object
    found: object

    @property
    def text_fr(self) -> str:
        return f"{self.field} : attendu {_words(self.expected, 'fr')}, trouvé {_words(self.found, 'fr')}"

    @property
    def text_en(self) -> str:
        return f"{self.field}: expected {_words(self.expected, 'en')}, found {_words(self.found, 'en')}"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The verdict on one case. `world`: closed when what is not stated is false, open when it is unknown."""

    name: str
    id: str
    title_fr: str
    world: str
    difference: Difference | None = None

    @property
    def passed(self) -> bool:
        return self.difference is None

    def as_json(self) -> dict[str, object]:
        gap = self.difference
        return {
            "case": self.name,
            "id": self.id,
            "title_fr": self.title_fr,
            "world": self.world,
            "passed": self.passed,
            "field": gap.field if gap else None,
            "expected": gap.expected if gap else None,
            "found": gap.found if gap else None,
            "text_fr": gap.text_fr if gap else None,
            "text_en": gap.text_en if gap else None,
        }


def run_cases(law: Law, folder: Path) -> tuple[CaseResult, ...]:
    """Every .yaml case under `folder`, in the order of names.

    Raises SaisineError("law_cases_missing") when there is none, "law_file_invalid" for a malformed case.
    """
    paths = sorted(folder.rglob("*.yaml")) if folder.is_dir() else []
    if not paths:
        raise SaisineError("law_cases_missing", path=folder)
    return tuple(run_case(law, load_case(law, path, folder)) for path in paths)


def run_case(law: Law, case: Case) -> CaseResult:
    """The case assessed on its day and compared; only the first difference is kept."""
    answer = assess(law, case.inputs, case.today).as_json()
    gap = next(differences(answer, case.expected), None)
    return CaseResult(case.name, case.id, case.title_fr, case.inputs.world, gap)


def load_case(law: Law, path: Path, folder: Path | None = None) -> Case:
    """One case file. Raises SaisineError("law_file_invalid"), which names its file and line."""
    name = path.relative_to(folder).as_posix() if folder else path.name
    tree = _tree(path, name, CASE_KEYS)
    for key in ("title_fr", "inputs", "expected"):
        if key not in tree:
            raise invalid(name, 1, f"clé manquante « {key} »", f"missing key “{key}”")
    _check_expected(law, tree["expected"], name)
    inputs = _inputs(law, tree["inputs"] | ({"world": tree["world"]} if "world" in tree else {}), name)
    if inputs.reference_date is None:
        raise invalid(name, 1, "« reference_date » manque", "“reference_date” is missing")
    identity = str(tree.get("id", path.stem))
    return Case(name, identity, str(tree["title_fr"]), inputs, tree["expected"], inputs.reference_date)


def load_facts(law: Law, path: Path) -> CaseInputs:
    """The inputs of a facts file, or those of a whole case file. Raises SaisineError("law_file_invalid")."""
    tree = _tree(path, path.name, None)
    return _inputs(law, tree.get("inputs", tree), path.name)


def _tree(path: Path, name: str, allowed: frozenset[str] | None) -> dict[str, Any]:
    root = compose(path, name)
    tree = Binder(name).plain(root)
    if not isinstance(tree, dict) or not isinstance(tree.get("inputs", {}), dict):
        raise invalid(name, 1, "des clés sont attendues", "keys are expected")
    _check_keys(tree, allowed, name)
    return tree


def _check_keys(tree: Mapping[str, Any], allowed: frozenset[str] | None, name: str) -> None:
    for key in tree:
        if allowed is not None and key not in allowed:
            words = ", ".join(sorted(allowed))
            line = key.line if isinstance(key, Ref) else 1
            raise invalid(
                name,
                line,
                f"clé inconnue « {key} » (clés admises : {words})",
                f"unknown key “{key}” (allowed: {words})",
            )


def _check_expected(law: Law, expected: Any, name: str) -> None:
    """Every key, offence and row of `expected` is one that the comparison knows."""
    if not isinstance(expected, dict):
        raise invalid(name, 1, "« expected » doit contenir des clés", "“expected” must hold keys")
    _check_keys(expected, EXPECTED_KEYS, name)
    for key in OFFENCE_LISTS:
        for item in _list(expected, key, name):
            _check_offence(law, item.get("offence") if isinstance(item, dict) else item, key, name)
    for key, needed in ROW_LISTS.items():
        for item in _list(expected, key, name):
            if not isinstance(item, dict) or needed not in item:
                line = _key_line(expected, key)
                raise invalid(name, line, f"« {key} » : {needed} manque", f"“{key}”: no {needed}")
    who = expected.get("who_may_act") or {}
    if not isinstance(who, dict) or not isinstance(who.get("association_by_offence", {}), dict):
        line = _key_line(expected, "who_may_act")
        raise invalid(name, line, "« who_may_act » doit contenir des clés", "“who_may_act” must hold keys")


def _check_offence(law: Law, offence: Any, key: str, name: str) -> None:
    if not isinstance(offence, str) or offence not in law.offences:
        raise invalid(
            name,
            offence.line if isinstance(offence, Ref) else 1,
            f"« {key} » cite l’infraction « {offence} », qui n’existe pas",
            f"“{key}” names the offence “{offence}”, which does not exist",
        )


def _list(expected: Mapping[str, Any], key: str, name: str) -> list[Any]:
    value = expected.get(key) or []
    if not isinstance(value, list):
        line = _key_line(expected, key)
        raise invalid(name, line, f"« {key} » doit être une liste", f"“{key}” must be a list")
    return value


def _key_line(tree: Mapping[str, Any], key: str) -> int:
    return next((name.line for name in tree if name == key and isinstance(name, Ref)), 1)


def _inputs(law: Law, raw: Mapping[str, Any], name: str) -> CaseInputs:
    """The inputs of a file; a fault in them is told with the line where its word stands."""
    try:
        return CaseInputs.from_mapping(raw, law)
    except SaisineError as error:
        if error.code != "law_inputs_invalid":
            raise
        key = str(error.facts["key"])
        line = _line_of(raw, key.split(": ")[-1].split(".")[-1])
        french, english = error.facts["reason_fr"], error.facts["reason_en"]
        raise invalid(name, line, f"« {key} » : {french}", f"“{key}”: {english}") from error


def _line_of(tree: Any, word: str) -> int:
    found = (ref.line for ref in _words_in(tree) if ref == word)
    return next(found, 1)


def _words_in(tree: Any) -> Iterator[Ref]:
    if isinstance(tree, Ref):
        yield tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _words_in(key)
            yield from _words_in(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from _words_in(item)


def differences(answer: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[Difference]:
    """Each field of `expected` that the answer contradicts, in a fixed order (see docs/law.md)."""
    rows = {row["offence"]: row for row in answer["qualifications"]}
    if "lawful_or_no_offence" in expected:
        wanted, found = expected["lawful_or_no_offence"], answer["lawful_or_no_offence"]
        yield from _compare("lawful_or_no_offence", wanted, found)
    yield from _statuses(rows, expected)
    for wanted in expected.get("max_penalty") or []:
        name = wanted["offence"]
        yield from _row(f"max_penalty.{name}", wanted, rows[name]["penalty"], skip="offence")
    for wanted in expected.get("limitation") or []:
        name = wanted["offence"]
        yield from _row(f"limitation.{name}", wanted, rows[name]["limitation"], skip="offence")
    for wanted in expected.get("other_deadlines") or []:
        same = [term for term in answer["other_deadlines"] if term["kind"] == wanted.get("kind")]
        yield from _row(
            f"other_deadlines.{wanted.get('kind')}", wanted, same[0] if same else None, skip="kind"
        )
    yield from _who(answer["who_may_act"], expected.get("who_may_act") or {})
    if "routes" in expected:
        yield from _routes(answer["routes"], expected["routes"] or [])
    for fact in expected.get("missing_facts") or []:
        if fact not in answer["missing_facts"]:
            yield Difference("missing_facts", str(fact), list(answer["missing_facts"]))


def _statuses(rows: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[Difference]:
    """Each primary is met, nothing else is but the alternatives, nothing excluded is left standing."""
    primary = [str(name) for name in expected.get("primary") or []]
    for key, names, status in (
        ("primary", primary, "met"),
        ("possible", expected.get("possible"), "possible"),
    ):
        for name in names or []:
            yield from _compare(f"{key}.{name}", status, rows[name]["status"])
    if "primary" in expected:
        admitted = {*primary, *(expected.get("alternative") or [])}
        extra = [name for name, row in rows.items() if row["status"] == "met" and name not in admitted]
        yield from _compare("primary", primary, primary + extra)
    for item in expected.get("excluded") or []:
        name = item["offence"] if isinstance(item, dict) else item
        yield from _compare(f"excluded.{name}", "excluded", rows[name]["status"])


def _row(
    field: str, wanted: Mapping[str, Any], found: Mapping[str, Any] | None, skip: str
) -> Iterator[Difference]:
    for key, value in wanted.items():
        if key != skip and not key.endswith("_fr"):
            yield from _compare(f"{field}.{key}", value, found.get(key) if found else None)


def _who(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[Difference]:
    for key, value in wanted.items():
        if key == "association_by_offence":
            for offence, answer in value.items():
                word = YES_NO.get(answer, answer) if isinstance(answer, bool) else answer
                yield from _compare(f"who_may_act.{key}.{offence}", word, found[key].get(offence))
        elif not key.endswith("_fr"):
            word = YES_NO[value] if isinstance(value, bool) else value
            yield from _compare(f"who_may_act.{key}", word, found.get(key))


def _routes(found: Iterable[Mapping[str, Any]], wanted: list[Any]) -> Iterator[Difference]:
    """The route of rank 1 comes first, the immediate ones are immediate, the others are proposed.

    An empty list expects no route at all.
    """
    urgencies = {row["route"]: row["urgency"] for row in found}
    ranked = list(urgencies)
    if not wanted:
        yield from _compare("routes", [], ranked)
    for row in wanted:
        route = row["route"]
        if row.get("rank") == 1:
            yield from _compare("routes.1", route, ranked[0] if ranked else None)
        if route not in urgencies:
            yield Difference(f"routes.{route}", row.get("urgency"), None)
        elif row.get("urgency") == "immediate":
            yield from _compare(f"routes.{route}.urgency", "immediate", urgencies[route])


def _compare(field: str, wanted: object, found: object) -> Iterator[Difference]:
    plain = str(wanted) if isinstance(wanted, Ref) else wanted
    if plain != found or isinstance(plain, bool) is not isinstance(found, bool):
        yield Difference(field, plain, found)


def _words(value: object, language: str) -> str:
    """A value as a sentence says it."""
    if value is None or value == []:
        return "rien" if language == "fr" else "nothing"
    if isinstance(value, bool):
        return {True: "vrai", False: "faux"}[value] if language == "fr" else str(value).lower()
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return f"« {value} »" if language == "fr" else f"“{value}”"
