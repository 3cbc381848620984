"""« Composants de ces pages »: the living page of the design system, drawn with the real style and the real parts."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saisine.charts import Bar, draw_bars
from saisine.web import design_tokens

SAMPLES: Final = (
    "buttons", "links", "card", "messages", "tags", "facts", "chips", "field", "choice", "table", "details",
    "progress", "undo", "job", "terms", "flag", "tile", "todo", "doors", "chronology", "chart",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """One component: how it looks, and the markup that makes it."""

    id: str
    title: str
    shown: SafeString
    markup: str


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    context = {
        "type_sizes": design_tokens.sizes("t-"),
        "spaces": design_tokens.sizes(r"s\d"),
        "radii": design_tokens.sizes("radius"),
        "colours": design_tokens.colours(),
        "pairs": design_tokens.pairs(),
        "samples": samples(request),
    }
    return render(request, "saisine/guide.html", context)


def samples(request: HttpRequest) -> list[Sample]:
    """Every component, rendered from its own small template: what is shown is what is written."""
    titles = say_titles()
    return [_sample(request, name, titles[name]) for name in SAMPLES]


def _sample(request: HttpRequest, name: str, title: str) -> Sample:
    shown = render_to_string(f"saisine/samples/{name}.html", _facts(name), request)
    lines = [line for line in shown.strip().splitlines() if line.strip()]
    return Sample(name, title, mark_safe(shown), "\n".join(lines))  # our own templates, nothing of a person's


def _facts(name: str) -> dict[str, object]:
    if name == "chart":
        bars = [Bar("8 h", 12), Bar("9 h", 40, is_peak=True), Bar("10 h", 22)]
        return {"svg": mark_safe(draw_bars(bars, title=_("Messages par heure")))}
    if name == "flag":
        return {"flag": {"articles": _("Article d’exemple"), "as_of": "", "words": "", "is_verified": False}}
    return {}


def say_titles() -> dict[str, str]:
    return {
        "buttons": _("Boutons"),
        "links": _("Liens"),
        "card": _("Carte"),
        "messages": _("Messages"),
        "tags": _("Étiquettes"),
        "facts": _("Faits"),
        "chips": _("Puces"),
        "field": _("Champ"),
        "choice": _("Choix"),
        "table": _("Tableau"),
        "details": _("Détail replié"),
        "progress": _("Avancement"),
        "undo": _("Annuler"),
        "job": _("Cloche de fin de travail"),
        "terms": _("Mots expliqués"),
        "flag": _("Mention de vérification"),
        "tile": _("Contenu non affiché"),
        "todo": _("Liste à faire"),
        "doors": _("Portes de l’accueil"),
        "chronology": _("Chronologie"),
        "chart": _("Graphique"),
    }
