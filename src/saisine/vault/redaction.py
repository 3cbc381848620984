"""The rules of a redacted copy: what a person asks to hide, read strictly from YAML or JSON.

    rules:
      - {kind: box, geometry: [120, 40, 300, 60], why: "visage d’une personne tierce"}
      - {kind: span, start: 10, end: 24, why: "adresse"}
      - {kind: span, text: "Camille Exemple", why: "nom d’une personne tierce"}

A key that is not known, a rule without effect or two rules for one place are refused with the number of the
rule: a slip must never leave something in sight that a person believed hidden.
"""

import json
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import yaml

from saisine.errors import SaisineError

MAX_BYTES: Final = 256_000
MAX_RULES: Final = 1000
MAX_WHY: Final = 500
_MAX_DEPTH: Final = 8

_BOX_KEYS: Final = frozenset({"kind", "page", "time", "geometry", "why"})
_SPAN_KEYS: Final = frozenset({"kind", "start", "end", "text", "elsewhere", "why"})


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle `x, y, w, h` of a picture as it is seen, in pixels or in shares of its sides.

    `page` counts from 1 (a page of a TIFF, a frame of an animation); `time` is from and to, in milliseconds
    of an animation. Without either, the box is on every page.
    """

    number: int
    geometry: tuple[float, float, float, float]
    is_share: bool
    why: str
    page: int | None = None
    time: tuple[int, int] | None = None

    def on(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels, not rounded."""
        x, y, w, h = self.geometry
        across, down = (width, height) if self.is_share else (1, 1)
        return x * across, y * down, (x + w) * across, (y + h) * down


@dataclass(frozen=True, slots=True)
class Span:
    """One passage of a text, from code point `start` to `end` (not included), without the byte order mark.

    `keeps_elsewhere`: a person looked at the other places where the same words stand, and keeps them.
    """

    number: int
    start: int
    end: int
    why: str
    keeps_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Every place where these words stand, as they are or in the escapes of JSON, HTML and addresses.

    `keeps_elsewhere`: other spellings of them (case, accents) may stay.
    """

    number: int
    text: str
    why: str
    keeps_elsewhere: bool = False


Rule = Box | Span | Words


def load_rules(path: Path) -> tuple[Rule, ...]:
    """Read a file of rules. Raises `redaction_rules_unreadable` or `redaction_rule_wrong`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or ""
        raise unreadable(path.name, f"le disque répond « {reason} »", f"the disk says “{reason}”") from error
    return parse_rules(data, path.name)


def parse_rules(data: bytes, name: str = "rules") -> tuple[Rule, ...]:
    """The rules in the bytes of a YAML or JSON file, as `load_rules`."""
    if len(data) > MAX_BYTES:
        raise unreadable(name, "il dépasse 256 Ko", "it is over 256 kB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(name, "il n’est pas en UTF-8", "it is not UTF-8") from error
    return rules_from(_plain_values(text, name), name)


def rules_from(raw: object, name: str = "rules") -> tuple[Rule, ...]:
    """The rules in plain values: `{"rules": [{…}, …]}`. Raises as `parse_rules`."""
    if not isinstance(raw, Mapping) or set(raw) != {"rules"}:
        raise unreadable(name, "il lui faut une seule clé, « rules »", "it must hold one key alone, “rules”")
    listed = raw["rules"]
    if not isinstance(listed, Sequence) or isinstance(listed, str) or not listed:
        raise unreadable(
            name, "« rules » est une liste d’une règle ou plus", "“rules” lists one rule or more"
        )
    if len(listed) > MAX_RULES:
        raise unreadable(name, f"il a plus de {MAX_RULES} règles", f"it has more than {MAX_RULES} rules")
    return tuple(_rule(number, one) for number, one in enumerate(listed, 1))


def unreadable(name: str, reason_fr: str, reason_en: str) -> SaisineError:
    return SaisineError("redaction_rules_unreadable", name=name, reason_fr=reason_fr, reason_en=reason_en)


def wrong(number: int, reason_fr: str, reason_en: str) -> SaisineError:
    """The one error of a rule: its number, and what does not fit."""
    return SaisineError("redaction_rule_wrong", number=number, reason_fr=reason_fr, reason_en=reason_en)


# ------------------------------------------------------------------ YAML and JSON, bounded


class _TwiceNamed(ValueError):
    """A key that a mapping names twice: most readers keep the last and say nothing."""


class _StrictLoader(yaml.SafeLoader):
    """Safe values only, and no key twice."""


def _mapping_once(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    pairs = [
        (loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
        for key, value in node.value
    ]
    return _once(pairs)


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping_once)


def _once(pairs: list[tuple[Any, Any]]) -> dict[Hashable, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceNamed
    return found


def _plain_values(text: str, name: str) -> object:
    try:
        if text.lstrip()[:1] in ("{", "["):
            try:
                return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
            except json.JSONDecodeError:
                pass  # YAML has such brackets too
        _require_small(text, name)
        return yaml.load(text, Loader=_StrictLoader)
    except _TwiceNamed as error:
        raise unreadable(name, "une clé y est écrite deux fois", "a key stands twice in it") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise unreadable(name, f"ligne {line}, YAML mal formé", f"line {line}, malformed YAML") from error
    except (yaml.YAMLError, RecursionError, ValueError, TypeError, OverflowError) as error:
        raise unreadable(name, "le YAML ou le JSON est mal formé", "malformed YAML or JSON") from error


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)  # NaN and Infinity are no JSON


def _require_small(text: str, name: str) -> None:
    """Count events only: a few bytes of aliases can name billions of values, and rules need none."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise unreadable(name, "il contient un renvoi (alias)", "it holds an alias")
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise unreadable(name, "trop de niveaux imbriqués", "too many nested levels")


# ------------------------------------------------------------------ one rule


def _rule(number: int, raw: object) -> Rule:
    if not isinstance(raw, Mapping):
        raise wrong(number, "ce n’est pas une suite de clés et de valeurs", "it is no set of keys and values")
    kind = raw.get("kind")
    if kind not in ("box", "span"):
        raise wrong(number, "« kind » vaut « box » ou « span »", "“kind” is “box” or “span”")
    unknown = sorted(str(key)[:40] for key in set(raw) - (_BOX_KEYS if kind == "box" else _SPAN_KEYS))
    if unknown:
        raise wrong(number, f"la clé « {unknown[0]} » est inconnue", f"the key “{unknown[0]}” is unknown")
    why = _text(number, raw, "why")
    if len(why) > MAX_WHY:
        raise wrong(number, f"« why » dépasse {MAX_WHY} signes", f"“why” is over {MAX_WHY} signs")
    return _box(number, raw, why) if kind == "box" else _span(number, raw, why)


def _text(number: int, raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise wrong(number, f"« {key} » est un texte, entre guillemets", f"“{key}” is a text, in quotes")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise wrong(number, f"« {key} » contient un demi-caractère", f"“{key}” holds half a character")
    return value


def _whole(number: int, value: object, key: str, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**53:
        raise wrong(
            number,
            f"« {key} » est un nombre entier, au moins {least}",
            f"“{key}” is a whole number, at least {least}",
        )
    return value


def _box(number: int, raw: Mapping[str, Any], why: str) -> Box:
    geometry = raw.get("geometry")
    if not isinstance(geometry, Sequence) or isinstance(geometry, str) or len(geometry) != 4:
        raise wrong(number, "« geometry » est une liste [x, y, l, h]", "“geometry” is a list [x, y, w, h]")
    is_share = all(isinstance(one, float) and math.isfinite(one) and one <= 1.0 for one in geometry)
    if not is_share and not all(isinstance(one, int) and not isinstance(one, bool) for one in geometry):
        raise wrong(
            number,
            "« geometry » a quatre entiers (pixels), ou quatre nombres à virgule de 0.0 à 1.0 (parts)",
            "“geometry” has four whole numbers (pixels), or four with a point, 0.0 to 1.0 (shares)",
        )
    x, y, w, h = geometry
    if w <= 0 or h <= 0:
        raise wrong(number, "la largeur et la hauteur dépassent zéro", "width and height are above zero")
    page = _whole(number, raw["page"], "page", 1) if "page" in raw else None
    time = _time(number, raw["time"]) if "time" in raw else None
    if page is not None and time is not None:
        raise wrong(number, "« page » ou « time », pas les deux", "“page” or “time”, not both")
    return Box(number, (x, y, w, h), is_share, why, page, time)


def _time(number: int, raw: object) -> tuple[int, int]:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) != 2:
        raise wrong(number, "« time » est [de, à], en millisecondes", "“time” is [from, to], in milliseconds")
    start, end = (_whole(number, one, "time", 0) for one in raw)
    if end <= start:
        raise wrong(number, "« time » finit après son début", "“time” ends after it starts")
    return start, end


def _span(number: int, raw: Mapping[str, Any], why: str) -> Span | Words:
    if raw.get("elsewhere", "keep") != "keep":
        raise wrong(number, "« elsewhere » ne peut valoir que « keep »", "“elsewhere” can only be “keep”")
    keeps = "elsewhere" in raw
    if "text" in raw:
        if "start" in raw or "end" in raw:
            raise wrong(number, "« text », ou « start » et « end »", "“text”, or “start” and “end”")
        return Words(number, _text(number, raw, "text"), why, keeps)
    start = _whole(number, raw.get("start"), "start", 0)
    end = _whole(number, raw.get("end"), "end", 1)
    if end <= start:
        raise wrong(number, "« end » vient après « start »", "“end” comes after “start”")
    return Span(number, start, end, why, keeps)
