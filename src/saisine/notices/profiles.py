"""Platform profiles: contacts, notice forms and permalinks, one YAML file per platform, no code.

A profile says what was checked and when (`verified`, `checked_on`). Unknown limits stay unknown: a prudent
size is then used and marked `max_chars_observed: false`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from saisine.errors import SaisineError
from saisine.law.bind import Binder, Ref
from saisine.law.dates import add_months
from saisine.law.yaml_file import compose

FOLDER = Path(__file__).parent / "platforms"
GENERIC = "other"
URL_MAX_CHARS = 8192  # longer links are kept as text, never parsed: permalinks are short
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+")  # a name with a dot: « javascript:x » is no place
RECHECK_MONTHS = 6

Purpose = Literal["art16", "terms", "impersonation", "intimate", "minor", "appeal20"]
# what a form field receives: a part of the notice, see text.py
MapsTo = Literal[
    "url", "content_id", "legal_basis", "reasons", "full_text", "name", "email", "good_faith", "mandate",
    "seen_at", "country", "category",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a platform's form. `max_chars` counts Unicode code points."""

    id: str
    label_fr: str
    maps_to: MapsTo
    required: bool
    max_chars: int | None = None
    max_chars_observed: bool = False
    format: Literal["text", "url", "email", "choice", "checkbox"] = "text"


@dataclass(frozen=True, slots=True)
class Attachments:
    allowed: bool | None
    kinds: tuple[str, ...] = ()
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    how: str
    within_h_observed: int | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One way in. `url` null: not established, then `how_to_reach_fr` says the path by the menus."""

    purpose: Purpose
    url: str | None
    how_to_reach_fr: str
    needs_account: bool | None
    fields: tuple[Field, ...]
    attachments: Attachments
    ack: Acknowledgement
    languages: tuple[str, ...] = ("fr", "en")
    urls_per_form: int | None = None
    clicks_expected: int | None = None


@dataclass(frozen=True, slots=True)
class Permalink:
    """A pattern over `host/path?query` (no scheme, no www.), with one group named `id`."""

    pattern: Ref
    kind: Literal["post", "comment", "video", "photo", "story", "clip", "live", "profile", "short_link"]
    label_fr: str


@dataclass(frozen=True, slots=True)
class RemovalSign:
    text: str
    language: str
    means: Literal["platform", "author", "account_suspended", "account_deleted", "unknown"]
    seen_on: date


@dataclass(frozen=True, slots=True)
class Platform:
    """One profile. `any_host`: a software that anybody may run; its permalinks are known on every host."""

    id: str
    name: str
    hosts: tuple[str, ...]
    vlop: bool | None
    dsa_tier: Literal["hosting", "online_platform", "vlop", "unknown"]
    eu_establishment: str
    dsc: str
    verified: bool
    checked_on: date | None
    source: str
    forms: tuple[Form, ...]
    permalinks: tuple[Permalink, ...]
    how_to_get_permalink_fr: str
    contact_point: str
    particularities_fr: tuple[str, ...]
    art21_bodies: tuple[str, ...] = ()
    reason_codes: dict[str, str] = field(default_factory=dict)
    removal_signs: tuple[RemovalSign, ...] = ()
    any_host: bool = False

    def form(self, purpose: Purpose) -> Form | None:
        return next((form for form in self.forms if form.purpose == purpose), None)

    def needs_recheck(self, today: date) -> bool:
        """True when nobody checked this profile on the platform within six months."""
        return self.checked_on is None or add_months(self.checked_on, RECHECK_MONTHS) < today

    def flag(self, today: date, language: str = "fr") -> str:
        """The words that stand beside everything taken from this profile."""
        if self.checked_on is None:
            return "Non vérifié sur la plateforme" if language == "fr" else "Not checked on the platform"
        day = self.checked_on.isoformat()
        if self.needs_recheck(today):
            return f"À revérifier (vu le {day})" if language == "fr" else f"To be checked again (seen {day})"
        return f"Vu sur la plateforme le {day}" if language == "fr" else f"Seen on the platform on {day}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a content is: platform (the generic one for an unknown host), host, and its id if recognised."""

    platform: Platform
    url: str
    host: str
    content_id: str = ""
    kind: str = ""
    label_fr: str = ""

    @property
    def is_permanent(self) -> bool:
        """A short share link may stop working: the exact address is still to be found."""
        return bool(self.content_id) and self.kind not in ("short_link", "profile")


def load_profile(path: Path) -> Platform:
    """One profile. Raises SaisineError("platform_file_invalid") naming file and line."""
    try:
        profile = Binder(path.name).bind(compose(path), Platform)
    except SaisineError as error:
        if error.code == "law_file_invalid":
            raise SaisineError("platform_file_invalid", **error.facts) from error
        raise SaisineError("platform_file_unreadable", **error.facts) from error
    for permalink in profile.permalinks:
        _require_pattern(path.name, permalink)
    if profile.id != path.stem:
        raise _invalid(path.name, 1, f"« id » vaut « {profile.id} », le fichier « {path.stem} »",
                       f"“id” is “{profile.id}”, the file “{path.stem}”")  # fmt: skip
    return profile


def _require_pattern(file: str, permalink: Permalink) -> None:
    try:
        groups = re.compile(permalink.pattern).groupindex
    except re.error as error:
        raise _invalid(
            file, permalink.pattern.line, f"expression mal formée ({error})", f"bad pattern ({error})"
        ) from error
    if "id" not in groups:
        line = permalink.pattern.line
        raise _invalid(file, line, "le groupe « id » manque", "the group “id” is missing")


def _invalid(file: str, line: int, french: str, english: str) -> SaisineError:
    return SaisineError("platform_file_invalid", file=file, line=line, reason_fr=french, reason_en=english)


def load_platforms(folder: Path = FOLDER) -> Mapping[str, Platform]:
    """Every profile by id, the generic one last. Raises as `load_profile`; nothing is half loaded."""
    return _load(folder)


@cache
def _load(folder: Path) -> Mapping[str, Platform]:
    profiles = [load_profile(path) for path in sorted(folder.glob("*.yaml"))]
    return {profile.id: profile for profile in sorted(profiles, key=lambda p: (p.id == GENERIC, p.id))}


def platform_for_url(url: str) -> Place:
    """The platform and the content id of a link; an unknown host gets the generic profile. Never raises."""
    profiles = load_platforms()
    host, rest = _split(url)
    for profile in profiles.values():
        if any(host == known or host.endswith(f".{known}") for known in profile.hosts):
            return _place(profile, url, host, rest)
    for profile in (one for one in profiles.values() if one.any_host and host):
        if (place := _place(profile, url, host, rest)).content_id:
            return place
    return Place(profiles[GENERIC], url, host)


def _place(profile: Platform, url: str, host: str, rest: str) -> Place:
    for permalink in profile.permalinks:
        if found := re.search(permalink.pattern, f"{host}{rest}"):
            return Place(profile, url, host, found["id"], permalink.kind, permalink.label_fr)
    return Place(profile, url, host)


def _split(url: str) -> tuple[str, str]:
    """Host without www. or m., then path and query. Empty host for what is no http link."""
    text = url.strip()
    if len(text) > URL_MAX_CHARS:
        return "", ""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        return "", ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return "", ""
    for prefix in ("www.", "m.", "mobile.", "old."):
        host = host.removeprefix(prefix)
    return host, parts.path + (f"?{parts.query}" if parts.query else "")
