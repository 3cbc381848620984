"""Verify a bundle that was received: anyone may, without a workspace of their own."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from saisine.errors import SaisineError
from saisine.vault.verify import Check, Report, verify_bundle
from saisine.web import words
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
    english = words.is_english()
    states = {"verified": _("vérifié"), "failed": _("ne correspond pas"), "not_checked": _("non fait")}
    return CheckLine(
        id=check.id,
        name=check.name_en if english else check.name_fr,
        state=states[check.state],
        style=STYLES[check.state],
        detail=(check.detail_en if english else check.detail_fr) or "",
    )


def _is_dated(report: Report) -> bool:
    """Whether a time stamp held: V16 is verified for a stamp of a known authority over a head, and no other."""
    return any(check.id == "V16" and check.state == "verified" for check in report.checks)


def say_report(report: Report) -> ReportWords:
    """The verdict first, then what it means, then every check."""
    checks = tuple(_line(check) for check in report.checks)
    failed = [check.id for check in report.checks if check.state == "failed"]
    if report.verdict == "verified":
        sentence, style = report.summary(words.language()), "done"
        meaning = _("Rien n’a été changé, retiré ni ajouté depuis le scellement.")
        if not _is_dated(report):
            undated = _(
                "Sans date donnée par un tiers, cela suppose que la personne qui détient la clé n’a pas tout refait."
            )
            meaning = f"{meaning} {undated}"
        compare = _("Comparez la clé du contrôle V08 avec celle que l’association vous a donnée autrement.")
        meaning = f"{meaning} {compare}"
    elif report.verdict == "failed":
        sentence, style = (
            _("Modifié. Contrôles en cause : %(ids)s") % {"ids": ", ".join(dict.fromkeys(failed))},
            "attention",
        )
        meaning = _("Au moins une pièce ou une preuve ne correspond plus à son sceau.")
    else:
        sentence, style = (
            _("Incomplet. Rien de faux n’a été trouvé, mais tout n’a pas pu être contrôlé."),
            "note",
        )
        meaning = _("La liste dit ce qui manque.")
    return ReportWords(sentence, meaning, style, checks, any(c.state == "not_checked" for c in report.checks))


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Read the ZIP where it was received, answer, and let it be deleted."""
    if request.method != "POST":
        return render(request, "saisine/verify.html")
    try:
        name, file = received(request)[0]
        try:
            report = verify_bundle(file.path, now=now())
        except SaisineError as error:
            # the name that the person knows, not that of our passing copy
            raise SaisineError(error.code, **{**error.facts, "path": name}) from error
    except SaisineError as error:
        return render(request, "saisine/verify.html", {"error": tell(error)}, status=422)
    return render(request, "saisine/verify.html", {"report": say_report(report)})
