"""Verify a bundle that was received: anyone may, without a workspace of their own."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from saisine.errors import SaisineError
from saisine.vault.verify import Check, Report, verify_bundle
from saisine.web.clock import now
from saisine.web.told import tell
from saisine.web.uploads import received

STYLES = {"verified": "tag-good", "failed": "tag-attention", "not_checked": ""}


@dataclass(frozen=True, slots=True)
class CheckLine:
    id: str
    name: str
    state: str
    style: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReportWords:
    """A report of the vault in words: « Intact », « Modifié » or « Incomplet », and each check."""

    sentence: str
    meaning: str
    style: str
    checks: tuple[CheckLine, ...]
    not_checked: bool


def _line(check: Check) -> CheckLine:
    english = (translation.get_language() or "fr").startswith("en")
    states = {"verified": _("vérifié"), "failed": _("ne correspond pas"), "not_checked": _("non fait")}
    return CheckLine(
        id=check.id,
        name=check.name_en if english else check.name_fr,
        state=states[check.state],
        style=STYLES[check.state],
        detail=(check.detail_en if english else check.detail_fr) or "",
    )
