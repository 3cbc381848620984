"""« Dix minutes pour commencer »: the main path step by step, with small pictures of the real screens."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saisine.web import words

PICTURES: Final = Path(__file__).parents[1] / "static" / "saisine" / "guide"
# step -> its picture; the pictures are those of docs/screenshots, made small by scripts/small_screenshots.py;
# those of the English pages are in the folder « en »
STEPS: Final = (
    ("home", "home"),
    ("deposit", "deposit"),
    ("triage", "triage"),
    ("incident", "incident"),
    ("rights", ""),
    ("notice", "notice"),
    ("deadlines", "deadlines"),
    ("dossier", "dossier"),
    ("verify", "verify"),
    ("rest", ""),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to press, what happens, how long; `picture` is "" when there is none to show."""

    number: int
    title: str
    lines: tuple[str, ...]
    minutes: str
    picture: str
    alt: str
    url: str


@require_safe
def illustrated(request: HttpRequest) -> HttpResponse:
    return render(request, "saisine/guide_illustrated.html", {"steps": steps()})


def steps() -> list[Step]:
    """The steps in order, in the language of the page."""
    said, pages = say_steps(), _pages()
    folder = "en/" if words.is_english() else ""
    found = []
    for number, (id, picture) in enumerate(STEPS, 1):
        title, minutes, alt, *lines = said[id]
        place = f"{folder}{picture}"
        shown = place if picture and (PICTURES / f"{place}.webp").exists() else ""
        found.append(Step(number, title, tuple(lines), minutes, shown, alt if shown else "", pages[id]))
    return found


def _pages() -> dict[str, str]:
    names = {
        "home": "home",
        "deposit": "deposit",
        "triage": "triage",
        "incident": "incidents",
        "rights": "rights",
        "notice": "notices",
        "deadlines": "deadlines",
        "dossier": "incidents",
        "verify": "verify",
        "rest": "care_end",
    }
    return {id: reverse(name) for id, name in names.items()}


def say_steps() -> dict[str, tuple[str, ...]]:
    """step -> title, duration, what the picture shows, then the sentences."""
    return {
        "home": (
            _("Ouvrir Saisine"),
            _("une demi-minute"),
            _("L’accueil : quatre portes, et les numéros d’aide en bas de la page."),
            _("Tout se passe sur cet ordinateur. Rien n’est envoyé."),
            _("« Quitter vite » remplace la page par un onglet vide."),
        ),
        "deposit": (
            _("Déposer les fichiers"),
            _("une minute"),
            _("La page de dépôt : une zone, la liste de ce qui peut être déposé."),
            _("Choisissez un dossier : archives, tableaux, captures, PDF."),
            _("Appuyez sur « Sceller ces fichiers ». Une copie exacte est gardée, avec un reçu."),
            _("Gardez la preuve avant de bloquer ou de signaler."),
        ),
        "triage": (
            _("Trier sans tout relire"),
            _("deux minutes"),
            _("La boîte de tri : des résumés, aucun texte."),
            _("L’urgent vient d’abord. Les copies sont groupées."),
            _("Le texte n’apparaît qu’après « Afficher ». Un bouton décide pour des centaines."),
            _("« Annuler » reste visible trente secondes."),
        ),
        "incident": (
            _("Créer un incident"),
            _("une minute"),
            _("Un incident : récit, questions, qualification proposée, pièces."),
            _("Racontez en trois phrases. Répondez aux questions que vous voulez."),
            _("« Je ne sais pas » et « Plus tard » sont toujours possibles."),
        ),
        "rights": (
            _("Lire la qualification proposée"),
            _("une minute"),
            "",
            _("Chaque carte dit l’infraction possible, le délai, l’article, et ce qui reste à vérifier."),
            _("Vous retenez, écartez, ou demandez un avis."),
        ),
        "notice": (
            _("Signaler à la plateforme"),
            _("une minute"),
            _("Un signalement : le texte prêt, la liste de contrôle."),
            _("Saisine écrit le texte. Vous le collez dans le formulaire de la plateforme."),
            _("« Marquer comme envoyé » fait partir le délai. Joignez l’accusé de réception."),
        ),
        "deadlines": (
            _("Suivre les échéances"),
            _("une demi-minute"),
            _("Les échéances : la plus proche en premier, en jours et en date."),
            _("Le dernier jour utile est écrit en toutes lettres."),
            _("Le calendrier s’exporte avec des titres neutres."),
        ),
        "dossier": (
            _("Remettre un dossier"),
            _("une minute"),
            _("Un dossier : à qui, ce qui est masqué, ce qui manque."),
            _("Choisissez à qui. Les tiers sont masqués. Ce qui manque est dit et ne bloque rien."),
            _("« Sceller et exporter » donne un PDF et un ZIP."),
        ),
        "verify": (
            _("Vérifier un dossier"),
            _("une demi-minute"),
            _("La vérification : intact, modifié ou incomplet."),
            _("Qui reçoit le ZIP le vérifie sans Saisine, sans réseau et sans compte."),
        ),
        "rest": (
            _("S’arrêter"),
            _("quand vous voulez"),
            "",
            _("Après vingt contenus ou vingt-cinq minutes, une pause est proposée."),
            _("« Terminer pour aujourd’hui » dit ce qui est fait et ce qui peut attendre."),
        ),
    }
