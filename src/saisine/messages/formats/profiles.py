"""Column profiles: YAML files that say which column of a table holds what. Nothing in one is code.

    id, version, label_fr, label_en, platform, kind, dialect, match, fields, times

Unknown keys are refused, with the place of the fault.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime
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
    {"form", "delimiter", "quote", "escape", "undoubled", "encoding", "skip_rows", "nests_replies"}
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
    undoubled: str | None = None
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


def load_own(path: Path, taken: Container[str]) -> Profile:
    """A person's profile, whose identifier may be none of those `taken` by formats: rows are known by it. Raises as
    `load_profile`."""
    profile = load_profile(path)
    if profile.id in taken:
        raise _Checker(path.name).fail("id", "shipped")
    return profile


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
        raise _Checker(path.name).fail("1", "too_long", most=MAX_BYTES)
    try:
        text = body.decode("utf-8-sig")
        # a few bytes of aliases can name billions of values: a profile needs none
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_Loader)):
            raise _Checker(path.name).fail("1", "alias")
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = str(mark.line + 1) if mark is not None else "1"
        raise _Checker(path.name).fail(place, "yaml") from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _Checker(path.name).fail("1", "yaml") from error


_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_WRITINGS: Final = frozenset({"iso", "epoch", "excel", "excel-1904", "fr"})
_SOME_DAY: Final = datetime(2026, 4, 8, 14, 5, 9, tzinfo=UTC)
_REASONS: Final = {
    "too_long": ("un profil ne dépasse pas {most} octets", "a profile is no longer than {most} bytes"),
    "alias": ("un profil n’a pas de renvois (« & », « * »)", "a profile has no references (“&”, “*”)"),
    "yaml": (
        "ce n’est pas du YAML, ou pas en UTF-8 : vérifiez les deux-points, les guillemets et les retraits",
        "this is not YAML, or not in UTF-8: check the colons, the quotes and the indents",
    ),
    "mapping": ("il faut ici des noms suivis de leurs valeurs", "names with their values are due here"),
    "integer": ("il faut ici un nombre entier", "a whole number is due here"),
    "text": ("il faut ici un texte", "a text is due here"),
    "unknown_keys": (
        "« {keys} » n’existe pas ; ce qui existe : {known}",
        "“{keys}” does not exist; what does: {known}",
    ),
    "choice": ("il faut ici l’un de : {known}", "one of these is due here: {known}"),
    "one_sign": ("il faut ici un seul signe", "a single sign is due here"),
    "zone": (
        "les fuseaux s’écrivent comme « Europe/Paris » ou « UTC »",
        "zones are written like “Europe/Paris” or “UTC”",
    ),
    "no_text": (
        "il manque le champ « text » : quelle colonne contient les messages",
        "the field “text” is missing: which column holds the messages",
    ),
    "rule": (
        "il faut le nom d’une colonne, ou l’un de « header », « const », « template »",
        "the name of a column is due, or one of “header”, “const”, “template”",
    ),
    "id": (
        "il faut des minuscules sans accent, des chiffres, des points ou des tirets, 64 au plus",
        "plain small letters, digits, points or hyphens are due, 64 at most",
    ),
    "writing": (
        "« {writing} » n’écrit aucune date ; exemples : « iso », « epoch », « %d/%m/%Y %H:%M »",
        "“{writing}” writes no date; examples: “iso”, “epoch”, “%d/%m/%Y %H:%M”",
    ),
    "shipped": (
        "ce nom est celui d’un format de Saisine : donnez-en un autre à votre profil",
        "this is the name of a format of Saisine: give your profile another one",
    ),
}


class _Checker:
    """Turns plain values into a Profile, refusing what it does not know."""

    def __init__(self, name: str) -> None:
        self._name = name

    def fail(self, place: str, reason: str, **facts: object) -> SaisineError:
        """The error for a place of the profile (the number of a line, or a key); `reason` is one of `_REASONS`."""
        fr, en = _REASONS[reason]
        return SaisineError(
            "profile_malformed",
            name=self._name,
            place_fr=f"Ligne {place}" if place.isdecimal() else f"« {place} »",
            place_en=f"Line {place}" if place.isdecimal() else f"“{place}”",
            reason_fr=fr.format(**facts),
            reason_en=en.format(**facts),
        )

    def profile(self, raw: object) -> Profile:
        top = self._mapping(raw, "profile", _KEYS)
        dialect = self._mapping(top.get("dialect", {}), "dialect", _DIALECT)
        match = self._mapping(top.get("match", {}), "match", _MATCH)
        times = self._mapping(top.get("times", {}), "times", _TIMES)
        version = top.get("version", 1)
        skip_rows = dialect.get("skip_rows", 0)
        if type(version) is not int or type(skip_rows) is not int:
            raise self.fail("version" if type(version) is not int else "dialect.skip_rows", "integer")
        label = self._text(top, "label_fr")
        return Profile(
            id=self._id(top),
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
            undoubled=self._sign(dialect, "undoubled"),
            encoding=self._encoding(dialect),
            skip_rows=skip_rows,
            nests_replies=dialect.get("nests_replies") is True,
            time_formats=tuple(map(self._writing, self._list(times, "format"))) or ("iso", "epoch"),
            zone=self._zone(times),
            is_order_proved=self._choice({"order": "written"} | times, "order", _ORDERS) == "proved",
        )

    def _mapping(self, raw: object, place: str, known: frozenset[str]) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise self.fail(place, "mapping")
        unknown = sorted(str(key) for key in raw if key not in known)
        if unknown:
            raise self.fail(place, "unknown_keys", keys=", ".join(unknown), known=", ".join(sorted(known)))
        return raw

    def _text(self, raw: dict[str, Any], key: str) -> str:
        value = raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, "text")
        return value

    def _id(self, top: dict[str, Any]) -> str:
        """The identifier, which stands in the `mapper` of each row: `id@version`."""
        value = self._text(top, "id")
        if not _ID.fullmatch(value):
            raise self.fail("id", "id")
        return value

    def _writing(self, raw: object) -> str:
        """A writing of times: one of the names, or one that `strptime` reads back."""
        writing = str(raw)
        if writing not in _WRITINGS:
            try:
                datetime.strptime(_SOME_DAY.strftime(writing), writing)  # noqa: DTZ007 (no time is kept)
            except ValueError:
                raise self.fail("times.format", "writing", writing=writing) from None
        return writing

    def _choice(self, raw: dict[str, Any], key: str, known: tuple[str, ...]) -> str:
        value = raw.get(key)
        if value not in known:
            raise self.fail(key, "choice", known=", ".join(known))
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
            raise self.fail(f"dialect.{key}", "one_sign")
        return value

    def _encoding(self, dialect: dict[str, Any]) -> str | None:
        value = dialect.get("encoding")
        if value not in (None, "utf-8", "windows-1252"):
            raise self.fail("dialect.encoding", "choice", known="utf-8, windows-1252")
        return value

    def _zone(self, times: dict[str, Any]) -> str | None:
        value = times.get("zone")
        if value is None:
            return None
        try:
            load_zone(str(value))
        except SaisineError:
            raise self.fail("times.zone", "zone") from None
        return str(value)

    def _fields(self, raw: object) -> dict[str, FieldRule]:
        fields = self._mapping(raw, "fields", _FIELDS)
        if "text" not in fields:
            raise self.fail("fields", "no_text")
        return {name: self._rule(rule, f"fields.{name}") for name, rule in fields.items()}

    def _rule(self, raw: object, place: str) -> FieldRule:
        if not isinstance(raw, dict):
            return FieldRule(headers=self._headers(raw, place))
        rule = self._mapping(raw, place, _FIELD)
        if not {"header", "const", "template"} & rule.keys() or not all(
            isinstance(rule[key], str) for key in rule if key != "header"
        ):
            raise self.fail(place, "rule")
        if rule.get("parse", "text") not in _PARSERS:
            raise self.fail(f"{place}.parse", "choice", known=", ".join(sorted(_PARSERS)))
        headers = self._headers(rule["header"], place) if "header" in rule else ()
        return FieldRule(
            headers,
            rule.get("const"),
            rule.get("split"),
            rule.get("json"),
            rule.get("template"),
            rule.get("parse", "text"),
        )
