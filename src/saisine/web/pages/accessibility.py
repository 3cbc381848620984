"""« Accessibilité »: the published self-assessment, printed from `accessibility.toml`, which tests keep true."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from saisine.web import words

DATA: Final = Path(__file__).parents[1] / "accessibility.toml"
STATES: Final = ("held", "partly", "unchecked", "absent")


@dataclass(frozen=True, slots=True)
class Theme:
    """One of the thirteen themes of the RGAA. `shown_by`: the tests, as path::function from the repository's root."""

    number: int
    name_fr: str
    name_en: str
    state: str
    said_fr: str
    said_en: str
    shown_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole file; each text in French, then in English."""

    status: tuple[str, str]
    assessed_on: date
    why: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    contact: tuple[str, str]
    themes: tuple[Theme, ...]
    gaps: tuple[tuple[str, str], ...]


@cache
def load_assessment() -> Assessment:
    """Read once. A field that is missing is a fault of ours: KeyError, and a test says so before anybody."""
    raw: dict[str, Any] = tomllib.loads(DATA.read_text("utf-8"))
    return Assessment(
        status=(raw["status_fr"], raw["status_en"]),
        assessed_on=raw["assessed_on"],
        why=tuple(zip(raw["why_fr"], raw["why_en"], strict=True)),
        tags=tuple(raw["tags"]),
        contact=(raw["contact_fr"], raw["contact_en"]),
        themes=tuple(Theme(**{**theme, "shown_by": tuple(theme["shown_by"])}) for theme in raw["theme"]),
        gaps=tuple((gap["fr"], gap["en"]) for gap in raw["gap"]),
    )


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """No account, no data of the workspace."""
    found, spoken = load_assessment(), int(words.is_english())
    context = {
        "status": found.status[spoken],
        "assessed_on": found.assessed_on,
        "why": [both[spoken] for both in found.why],
        "tags": found.tags,
        "contact": found.contact[spoken],
        "themes": [
            {
                "number": theme.number,
                "name": (theme.name_fr, theme.name_en)[spoken],
                "said": (theme.said_fr, theme.said_en)[spoken],
                "state": theme.state,
            }
            for theme in found.themes
        ],
        "gaps": [both[spoken] for both in found.gaps],
    }
    return render(request, "saisine/accessibility.html", context)
