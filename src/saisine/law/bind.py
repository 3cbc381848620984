"""YAML nodes become frozen dataclasses: the record's fields are the schema.

A key that is no field, a missing key, a wrong type: each is an error that names file, line and key.
A field of type `Ref` keeps its line, so that a reference to nothing can be shown where it stands.
"""

import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import yaml

from saisine.law.yaml_file import MAX_DEPTH, MAX_NODES, invalid, line_of

T = TypeVar("T")
TAG = "tag:yaml.org,2002:"


class Ref(str):
    """An id that must exist elsewhere; `line` is where it was written."""

    line: int = 0


class Binder:
    """Binds the nodes of one file. `name` is how the file is named in errors."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen = 0
        self.depth = 0

    def bind(self, node: yaml.Node, kind: type[T]) -> T:
        """The node as `kind`. Raises SaisineError("law_file_invalid")."""
        return cast(T, self._value(node, kind, ""))

    def fault(self, node: yaml.Node, french: str, english: str) -> Exception:
        return invalid(self.name, line_of(node), french, english)

    def _value(self, node: yaml.Node, kind: Any, key: str) -> Any:
        self._enter(node)
        try:
            return self._any_value(node, kind, key)
        finally:
            self.depth -= 1

    def _enter(self, node: yaml.Node) -> None:
        """Count what is read: an alias may name a thing many times, or a thing that holds itself."""
        self.seen += 1
        self.depth += 1
        if self.seen > MAX_NODES or self.depth > MAX_DEPTH:
            raise self.fault(
                node, "trop de valeurs une fois les renvois suivis", "too many values behind aliases"
            )

    def _any_value(self, node: yaml.Node, kind: Any, key: str) -> Any:
        if is_dataclass(kind):
            return self._record(node, kind, key)
        origin = get_origin(kind)
        if origin is tuple:
            return self._list(node, get_args(kind)[0], key)
        if origin is dict:
            return self._table(node, get_args(kind)[1], key)
        if origin in (Union, types.UnionType):
            return self._optional(node, kind, key)
        if origin is Literal:
            return self._choice(node, get_args(kind), key)
        return self._scalar(node, kind, key)

    def _optional(self, node: yaml.Node, kind: Any, key: str) -> Any:
        if node.tag == TAG + "null":
            return None
        inner = [arg for arg in get_args(kind) if arg is not type(None)]
        return self._value(node, inner[0], key)

    def plain(self, node: yaml.Node) -> Any:
        """The node as dicts, lists and plain values; each text is a `Ref`, which knows its line.

        For case and facts files, whose content is checked by `inputs.py` and `casefile.py`.
        """
        self._enter(node)
        try:
            if isinstance(node, yaml.MappingNode):
                pairs = self._pairs(node, "")
                return {self._ref(key, name): self.plain(value) for name, (key, value) in pairs.items()}
            if isinstance(node, yaml.SequenceNode):
                return [self.plain(item) for item in node.value]
            value = self._plain(node, "")
            return self._ref(node, value) if isinstance(value, str) else value
        finally:
            self.depth -= 1

    def _record(self, node: yaml.Node, kind: Any, key: str) -> Any:
        pairs = self._pairs(node, key)
        types_of = _hints(kind)
        if unknown := [k for k in pairs if k not in types_of]:
            known = ", ".join(sorted(types_of))
            raise self.fault(
                pairs[unknown[0]][0],
                f"clé inconnue « {unknown[0]} » (clés admises : {known})",
                f"unknown key “{unknown[0]}” (allowed: {known})",
            )
        if missing := [name for name in _required(kind) if name not in pairs]:
            where = f" dans « {key} »" if key else ""
            raise self.fault(
                node, f"clé manquante « {missing[0]} »{where}", f"missing key “{missing[0]}” in “{key}”"
            )
        return kind(**{name: self._value(value, types_of[name], name) for name, (_, value) in pairs.items()})

    def _pairs(self, node: yaml.Node, key: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self.fault(node, f"« {key} » doit contenir des clés", f"“{key}” must hold keys")
        pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                raise self.fault(name, "une clé doit être un mot", "a key must be a word")
            word = "not_" if name.value == "not" else name.value
            if word in pairs:
                raise self.fault(name, f"clé répétée « {name.value} »", f"repeated key “{name.value}”")
            pairs[word] = (name, value)
        return pairs

    def _list(self, node: yaml.Node, kind: Any, key: str) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode):
            raise self.fault(node, f"« {key} » doit être une liste", f"“{key}” must be a list")
        return tuple(self._value(item, kind, key) for item in node.value)

    def _table(self, node: yaml.Node, kind: Any, key: str) -> dict[str, Any]:
        pairs = self._pairs(node, key)
        return {name: self._value(value, kind, name) for name, (_, value) in pairs.items()}

    def _choice(self, node: yaml.Node, allowed: tuple[Any, ...], key: str) -> Any:
        value = self._plain(node, key)
        if not any(value == choice and type(value) is type(choice) for choice in allowed):
            words = ", ".join(str(choice).lower() for choice in allowed)
            raise self.fault(
                node,
                f"« {key} » vaut « {value} » (admis : {words})",
                f"“{key}” is “{value}” (allowed: {words})",
            )
        return value

    def _scalar(self, node: yaml.Node, kind: Any, key: str) -> Any:
        value = self._plain(node, key)
        if kind is Ref and isinstance(value, str):
            return self._ref(node, value)
        if kind is date and isinstance(value, str):
            return self._day(node, value, key)
        if kind is str and isinstance(value, int) and not isinstance(value, bool):
            return str(node.value)  # an article or a number written without quotes
        if type(value) is not kind:
            word_fr, word_en = _WORDS.get(kind, ("un texte", "a text"))
            raise self.fault(node, f"« {key} » doit être {word_fr}", f"“{key}” must be {word_en}")
        return value

    def _ref(self, node: yaml.Node, value: str) -> Ref:
        ref = Ref(value)
        ref.line = line_of(node)
        return ref

    def _day(self, node: yaml.Node, value: str, key: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise self.fault(
                node, f"« {key} » : « {value} » n’est pas un jour", f"“{key}”: “{value}” is not a day"
            ) from error

    def _plain(self, node: yaml.Node, key: str) -> str | int | bool | None:
        if not isinstance(node, yaml.ScalarNode):
            raise self.fault(node, f"« {key} » doit être une valeur simple", f"“{key}” must be a plain value")
        return plain_scalar(node)


_WORDS = {
    int: ("un nombre entier", "a whole number"),
    bool: ("true ou false", "true or false"),
    date: ("un jour (2026-08-31)", "a day (2026-08-31)"),
}


def plain_scalar(node: yaml.ScalarNode) -> str | int | bool | None:
    """A scalar by its YAML type; a day stays text, and so does anything that is not a number or a boolean."""
    if node.tag == TAG + "null":
        return None
    if node.tag == TAG + "bool":
        return node.value.lower() in ("true", "yes", "on")
    if node.tag == TAG + "int" and node.value.lstrip("+-").isdigit():
        return int(node.value)
    return str(node.value)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _required(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING)
