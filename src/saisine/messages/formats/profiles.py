"""Column profiles: YAML files that say which column of a table holds what. Nothing in one is code.

    id, version, label_fr, label_en, platform, kind, dialect, match, fields, times

Unknown keys are refused, with the place of the fault.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from saisine.errors import SaisineError
from saisine.messages.schema import COLUMNS, KINDS, PLATFORMS
from saisine.messages.zones import load_zone

MAX_BYTES: Final = 256_000
# The one written in C, where it was built: eleven profiles are read before the first file is.
_Loader: Final[type[yaml.SafeLoader] | type[yaml.CSafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SHIPPED: Final = Path(__file__).parent / "profiles"

_KEYS: Final = frozenset(
    {
        "id",
        "version",
        "label_fr",
        "label_en",
        "how_to_get_fr",
        "how_to_get_en",
        "platform",
        "kind",
        "dialect",
        "match",
        "fields",
        "times",
    }
)
_DIALECT: Final = frozenset(
    {"form", "delimiter", "quote", "escape", "encoding", "skip_rows", "nests_replies"}
)
_FORMS: Final = ("table", "json", "any")
_MATCH: Final = frozenset({"headers_all", "headers_any", "is_generic"})
_FIELD: Final = frozenset({"header", "const", "split", "json", "template", "parse"})
_TIMES: Final = frozenset({"format", "zone", "order"})
_ORDERS: Final = ("written", "proved")
_PARSERS: Final = frozenset({"text", "int", "bool"})
# What a profile may not fill in: provenance is the importer's to write.
_RESERVED: Final = frozenset(
    {
        "source_sha256",
        "locator",
        "record_sha256",
        "mapper",
        "text_norm",
        "id_time",
        "time_flag",
        "missing",
        "text_repairs",
    }
)
# Two that are no columns of a message: the number of a comment in its thread, a time of day in a column of its own.
_FIELDS: Final = frozenset(COLUMNS) - _RESERVED | {"thread_number", "clock"}


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one column is filled: the first header that exists, or a constant, or a template of headers."""

    headers: tuple[str, ...] = ()
    const: str | None = None
    split: str | None = None
    json: str | None = None
    template: str | None = None
    parse: str = "text"

    @property
    def template_headers(self) -> tuple[str, ...]:
        """The headers that the template names."""
        return tuple(re.findall(r"\{([^{}]*)\}", self.template)) if self.template is not None else ()


@dataclass(frozen=True, slots=True)
class Profile:
    """One table format described by a person.

    `platform` may be `auto`: taken from the links it holds. `form` is `table` (rows and columns), `json` (one object
    per record) or `any`: the same names in both. `is_order_proved` says that days come before months unless dates of
    the table prove the contrary (`times.order: proved`), `nests_replies` that replies stand inside their comment
    (`dialect.nests_replies`): in JSON as a list under `replies`, whose objects are rows too, with the columns of their
    comment under `parent/`; in a table they are counted and not read.
    """

    id: str
    version: int
    label_fr: str
    label_en: str
    platform: str
    kind: str
    fields: dict[str, FieldRule]
    headers_all: tuple[tuple[str, ...], ...]
    headers_any: tuple[str, ...] = ()
    is_generic: bool = False
    form: str = "table"
    delimiter: str | None = None
    quote: str = '"'
    escape: str | None = None
    encoding: str | None = None
    skip_rows: int = 0
    time_formats: tuple[str, ...] = ("iso", "epoch")
    zone: str | None = None
    is_order_proved: bool = False
    nests_replies: bool = False
    how_to_get_fr: str = ""
    how_to_get_en: str = ""


def load_shipped(name: str) -> Profile:
    """One of the profiles that come with Saisine."""
    return load_profile(SHIPPED / f"{name}.yaml")


def load_profile(path: Path) -> Profile:
    """Read and check a profile. Raises `path_missing` or `profile_malformed`, which names the place."""
    return _Checker(path.name).profile(_load_yaml(path))


def profile_of(document: object, name: str) -> Profile:
    """The profile that plain values describe. Raises `profile_malformed`."""
    return _Checker(name).profile(document)


def _load_yaml(path: Path) -> object:
    try:
        with path.open("rb") as stream:
            body = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SaisineError("path_missing", path=path) from error
    if len(body) > MAX_BYTES:
        raise SaisineError("profile_malformed", name=path.name, place="1", reason=f"> {MAX_BYTES} bytes")
    try:
        text = body.decode("utf-8-sig")
        # a few bytes of aliases can name billions of values: a profile needs none
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_Loader)):
            raise SaisineError("profile_malformed", name=path.name, place="*", reason="alias")
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = str(mark.line + 1) if mark is not None else "1"
        raise SaisineError("profile_malformed", name=path.name, place=place, reason="YAML") from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise SaisineError("profile_malformed", name=path.name, place="1", reason="UTF-8, YAML") from error


class _Checker:
    """Turns plain values into a Profile, refusing what it does not know."""

    def __init__(self, name: str) -> None:
        self._name = name

    def fail(self, place: str, reason: str) -> SaisineError:
        return SaisineError("profile_malformed", name=self._name, place=place, reason=reason)

    def profile(self, raw: object) -> Profile:
        top = self._mapping(raw, "profile", _KEYS)
        dialect = self._mapping(top.get("dialect", {}), "dialect", _DIALECT)
        match = self._mapping(top.get("match", {}), "match", _MATCH)
        times = self._mapping(top.get("times", {}), "times", _TIMES)
        version = top.get("version", 1)
        skip_rows = dialect.get("skip_rows", 0)
        if type(version) is not int or type(skip_rows) is not int:
            raise self.fail("version, dialect.skip_rows", "integer")
        label = self._text(top, "label_fr")
        return Profile(
            id=self._text(top, "id"),
            version=version,
            label_fr=label,
            label_en=str(top.get("label_en", label)),
            how_to_get_fr=str(top.get("how_to_get_fr", label)).strip(),
            how_to_get_en=str(top.get("how_to_get_en", top.get("label_en", label))).strip(),
            platform=self._choice(top, "platform", (*PLATFORMS, "auto")),
            kind=self._choice(top, "kind", KINDS),
            fields=self._fields(top.get("fields")),
            headers_all=tuple(
                self._headers(one, "match.headers_all") for one in self._list(match, "headers_all")
            ),
            headers_any=tuple(str(one) for one in self._list(match, "headers_any")),
            is_generic=match.get("is_generic") is True,
            form=self._choice({"form": "table"} | dialect, "form", _FORMS),
            delimiter=self._sign(dialect, "delimiter"),
            quote=self._sign(dialect, "quote") or '"',
            escape=self._sign(dialect, "escape"),
            encoding=self._encoding(dialect),
            skip_rows=skip_rows,
            nests_replies=dialect.get("nests_replies") is True,
            time_formats=tuple(str(one) for one in self._list(times, "format")) or ("iso", "epoch"),
            zone=self._zone(times),
            is_order_proved=self._choice({"order": "written"} | times, "order", _ORDERS) == "proved",
        )

    def _mapping(self, raw: object, place: str, known: frozenset[str]) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise self.fail(place, "mapping")
        unknown = sorted(str(key) for key in raw if key not in known)
        if unknown:
            raise self.fail(place, f"? {', '.join(unknown)}")
        return raw

    def _text(self, raw: dict[str, Any], key: str) -> str:
        value = raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, "text")
        return value

    def _choice(self, raw: dict[str, Any], key: str, known: tuple[str, ...]) -> str:
        value = raw.get(key)
        if value not in known:
            raise self.fail(key, ", ".join(known))
        return str(value)

    def _list(self, raw: dict[str, Any], key: str) -> list[Any]:
        value = raw.get(key, [])
        if not isinstance(value, list):
            value = [value]
        return value

    def _headers(self, raw: object, place: str) -> tuple[str, ...]:
        names = raw if isinstance(raw, list) else [raw]
        if not names or not all(isinstance(name, str) for name in names):
            raise self.fail(place, "text")
        return tuple(names)

    def _sign(self, raw: dict[str, Any], key: str) -> str | None:
        value = raw.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) != 1 or value in "\r\n":
            raise self.fail(f"dialect.{key}", "1")
        return value

    def _encoding(self, dialect: dict[str, Any]) -> str | None:
        value = dialect.get("encoding")
        if value not in (None, "utf-8", "windows-1252"):
            raise self.fail("dialect.encoding", "utf-8, windows-1252")
        return value

    def _zone(self, times: dict[str, Any]) -> str | None:
        value = times.get("zone")
        if value is None:
            return None
        try:
            load_zone(str(value))
        except SaisineError:
            raise self.fail("times.zone", str(value)) from None
        return str(value)

    def _fields(self, raw: object) -> dict[str, FieldRule]:
        fields = self._mapping(raw, "fields", _FIELDS)
        if "text" not in fields:
            raise self.fail("fields", "text")
        return {name: self._rule(rule, f"fields.{name}") for name, rule in fields.items()}

    def _rule(self, raw: object, place: str) -> FieldRule:
        if not isinstance(raw, dict):
            return FieldRule(headers=self._headers(raw, place))
        rule = self._mapping(raw, place, _FIELD)
        if not {"header", "const", "template"} & rule.keys() or not all(
            isinstance(rule[key], str) for key in rule if key != "header"
        ):
            raise self.fail(place, "header, const, template")
        if rule.get("parse", "text") not in _PARSERS:
            raise self.fail(f"{place}.parse", ", ".join(sorted(_PARSERS)))
        headers = self._headers(rule["header"], place) if "header" in rule else ()
        return FieldRule(
            headers,
            rule.get("const"),
            rule.get("split"),
            rule.get("json"),
            rule.get("template"),
            rule.get("parse", "text"),
        )
