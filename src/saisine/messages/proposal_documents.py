"""A proposal as a profile, and as a YAML file that can be corrected and shared: headers and reasons, never a value."""

import textwrap
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import yaml

from saisine.errors import SaisineError
from saisine.messages.column_scores import Column
from saisine.messages.formats.profiles import Profile, profile_of
from saisine.messages.formats.table_layout import key_of
from saisine.messages.formats.table_values import platform_of
from saisine.messages.table_guesses import Table, normal_header
from saisine.texts import safe_display

# Headers that say that a row is a post, not a comment under one.
_POSTS: Final = frozenset("publication tweet post legende caption".split())


def build_profile(
    table: Table, columns: Sequence[Column], time_formats: tuple[str, ...], *, is_utc: bool
) -> Profile:
    """The profile of the fields that were given to columns; one of them is `text`."""
    return profile_of(_document(table, columns, time_formats, is_utc=is_utc), "profile")


def _document(
    table: Table, columns: Sequence[Column], time_formats: tuple[str, ...], *, is_utc: bool
) -> dict[str, Any]:
    held = {column.field: column for column in columns if column.field is not None}
    names = ", ".join(safe_display(" ".join(held[name].header.split())) for name in held)
    label_fr, label_en = f"Tableau reconnu à ses colonnes : {names}", f"Table known by its columns: {names}"
    document: dict[str, Any] = {
        "id": _id_of(held.values()),
        "version": 1,
        "label_fr": textwrap.shorten(label_fr, 200, placeholder="…"),
        "label_en": textwrap.shorten(label_en, 200, placeholder="…"),
        "platform": _platform(table, held),
        "kind": "post" if _POSTS & set(normal_header(held["text"].header).split()) else "comment",
        "dialect": {"form": "json" if table.form == "json" else "table"},
        "match": _match(held),
        "fields": {name: column.header for name, column in held.items() if name != "time_of_day"},
        "times": {"format": list(time_formats)},
    }
    if "time_of_day" in held:
        day, clock = held["created_at"].header, held["time_of_day"].header
        document["fields"]["created_at"] = {"template": f"{{{day}}} {{{clock}}}"}
    if is_utc:
        document["times"]["zone"] = "UTC"
    return document


def _id_of(columns: Any) -> str:
    """A name that tells nothing of the file: the same headers give the same one."""
    headers = "\x1f".join(sorted(key_of(column.header) for column in columns))
    return "profil-" + sha256(headers.encode("utf-8", "replace")).hexdigest()[:8]


def _match(held: dict[str, Column]) -> dict[str, Any]:
    """A table is recognised by its text, its date and its author; the other columns may be missing from it."""
    needed = [name for name in ("text", "created_at", "author_name", "author_handle") if name in held][:3]
    return {
        "headers_all": [held[name].header for name in needed],
        "headers_any": [column.header for name, column in held.items() if name not in needed],
    }


def _platform(table: Table, held: dict[str, Column]) -> str:
    """The platform when every link names the same one; else it is taken from each row (`auto`)."""
    if "platform" in held:
        return "auto"
    cells = [
        cell
        for name in ("url", "media_urls")
        if name in held
        for cell in table.column(held[name].index)
        if cell
    ]
    found = {platform_of(cell) for cell in cells[:500]} | ({platform_of(table.preamble)} - {"other"})
    return found.pop() if len(found) == 1 and "other" not in found else "auto"


# ------------------------------------------------------------------ a file


def write_profile(path: Path, profile: Profile, notes: Sequence[str] = ()) -> None:
    """Write a profile as YAML, `notes` above it as comments. Raises `profile_exists`, `profile_not_written`."""
    body = "".join(f"# {line}\n" for note in notes for line in textwrap.wrap(" ".join(note.split()), 108))
    try:
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(body + profile_yaml(profile))
    except FileExistsError as error:
        raise SaisineError("profile_exists", path=path) from error
    except OSError as error:
        raise SaisineError("profile_not_written", path=path, reason=error.strerror or "") from error


def profile_yaml(profile: Profile) -> str:
    """The profile as the YAML that `load_profile` reads back the same."""
    return yaml.safe_dump(profile_document(profile), allow_unicode=True, sort_keys=False, width=110)


def profile_document(profile: Profile) -> dict[str, Any]:
    """The profile as plain values, in the order of the shipped ones."""
    dialect = {
        "form": profile.form,
        "delimiter": profile.delimiter,
        "quote": profile.quote if profile.quote != '"' else None,
        "escape": profile.escape,
        "undoubled": profile.undoubled,
        "encoding": profile.encoding,
        "skip_rows": profile.skip_rows or None,
    }
    help_lines = {"how_to_get_fr": profile.how_to_get_fr, "how_to_get_en": profile.how_to_get_en}
    return {
        "id": profile.id,
        "version": profile.version,
        "label_fr": profile.label_fr,
        "label_en": profile.label_en,
        **(help_lines if profile.how_to_get_fr not in ("", profile.label_fr) else {}),
        "platform": profile.platform,
        "kind": profile.kind,
        "dialect": {key: value for key, value in dialect.items() if value is not None},
        "match": {
            "headers_all": [list(names) for names in profile.headers_all],
            "headers_any": list(profile.headers_any),
        },
        "fields": {name: _rule(profile, name) for name in profile.fields},
        "times": {"format": list(profile.time_formats)} | ({"zone": profile.zone} if profile.zone else {}),
    }


def _rule(profile: Profile, name: str) -> Any:
    rule = profile.fields[name]
    made = {
        "header": list(rule.headers) or None,
        "const": rule.const,
        "split": rule.split,
        "json": rule.json,
        "template": rule.template,
        "parse": rule.parse if rule.parse != "text" else None,
    }
    kept = {key: value for key, value in made.items() if value is not None}
    return list(rule.headers) if set(kept) == {"header"} else kept
