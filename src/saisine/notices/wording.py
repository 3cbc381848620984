"""The fixed words of an article 16 notice, French and English, and the English of the checklist."""

from datetime import datetime
from typing import Final

from saisine.law.dates import DAYS_FR, day_fr
from saisine.paris import in_paris

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Notification d’un contenu illicite", "Notice of illegal content"),
    "basis": (
        "Article 16 du règlement (UE) 2022/2065 (règlement sur les services numériques)",
        "Article 16 of Regulation (EU) 2022/2065 (Digital Services Act)",
    ),
    "content": ("Contenu visé", "Content concerned"),
    "url": ("Adresse exacte", "Exact address"),
    "content_id": ("Identifiant du contenu", "Content identifier"),
    "no_content_id": (
        "non reconnu dans l’adresse ; l’adresse ci-dessus désigne le contenu",
        "not recognised in the address; the address above designates the content",
    ),
    "platform": ("Service", "Service"),
    "account": ("Compte à l’origine du contenu", "Account that posted it"),
    "published": ("Publié le", "Published on"),
    "seen": ("Constaté le", "Seen on"),
    "quoted": ("Propos visés, cités exactement", "Words concerned, quoted exactly"),
    "translation": ("Traduction non officielle", "Unofficial translation"),
    "reasons": ("Pourquoi ce contenu est illicite", "Why this content is illegal"),
    "seems": ("Ce contenu semble relever de", "This content appears to fall under"),
    "elements": ("Éléments du texte", "Elements of the provision"),
    "present": ("présent", "present"),
    "unknown": ("à établir", "to be established"),
    "ground": ("Critère protégé visé", "Protected ground concerned"),
    "danger": ("Danger", "Danger"),
    "article18": (
        "Ce contenu laisse soupçonner une menace pour la vie ou la sécurité d’une personne. L’article 18 du "
        "règlement vous demande alors d’informer sans délai les autorités.",
        "This content gives rise to a suspicion of a threat to the life or safety of a person. Article 18 of "
        "the Regulation then requires you to inform the authorities promptly.",
    ),
    "who": ("Qui notifie", "Who notifies"),
    "name": ("Nom", "Name"),
    "email": ("Adresse électronique", "E-mail address"),
    "anonymous": (
        "Nom et adresse non indiqués : l’article 16, paragraphe 2, point c), en dispense pour les "
        "infractions visées aux articles 3 à 7 de la directive 2011/93/UE.",
        "Name and address not given: article 16(2)(c) exempts the offences referred to in articles 3 to 7 of "
        "Directive 2011/93/EU.",
    ),
    "own_name": ("Notification faite en notre nom.", "Notice submitted in our own name."),
    "trusted_flagger": (
        "Notification d’un signaleur de confiance (article 22).",
        "Notice by a trusted flagger (article 22).",
    ),
    "mandate": (
        "Notification faite sur mandat écrit ({who}), au titre de l’article 86 du règlement.{ref}",
        "Notice submitted under a written mandate ({who}), under article 86 of the Regulation.{ref}",
    ),
    "mandate_ref": (" Mandat joint : {ref}.", " Mandate attached: {ref}."),
    "targeted": ("personne visée", "targeted person"),
    "good_faith_title": ("Déclaration de bonne foi", "Statement of good faith"),
    "good_faith": (
        "Nous déclarons croire, de bonne foi, que les informations et les allégations contenues dans cette "
        "notification sont exactes et complètes.",
        "We confirm our bona fide belief that the information and allegations contained in this notice are "
        "accurate and complete.",
    ),
    "requests": ("Demandes", "Requests"),
    "requests_list": (
        "– un accusé de réception sans retard injustifié (article 16, paragraphe 4) ;\n"
        "– votre décision, prise en temps opportun, ses motifs et l’indication des voies de recours "
        "(article 16, paragraphe 5) ;\n"
        "– la mention de tout moyen automatisé employé pour décider (article 16, paragraphe 6).",
        "– an acknowledgement of receipt without undue delay (article 16(4));\n"
        "– your timely decision, its reasons and the possibilities for redress (article 16(5));\n"
        "– whether automated means were used to decide (article 16(6)).",
    ),
    "to_annex": (
        "(Suite dans l’annexe jointe, partie « {part} ».)",
        "(Continued in the attached annex, part “{part}”.)",
    ),
    "annex": ("Annexe à la notification", "Annex to the notice"),
    "to_be_checked": (
        "Qualification proposée à partir des faits décrits ; elle n’engage pas une juridiction.",
        "Qualification proposed from the facts described; it binds no court.",
    ),
}  # fmt: skip

# English of law/eu/dsa.yaml, notice_art_16.quality_checklist_fr, in the same order (a test compares lengths)
QUALITY_EN: Final = (
    "one notice per content",
    "permanent address and identifier of the message",
    "date and time it was seen",
    "exact words quoted, translated when needed",
    "article, element by element",
    "protected ground concerned",
    "danger and urgency",
    "reminder of article 18 when life is threatened",
    "request for reasons and redress",
    "article 86 mandate attached when in the name of a targeted person",
)
REQUIRED_EN: Final = {
    "a": "sufficiently substantiated explanation of the reasons (article of law, elements, ground)",
    "b": "exact electronic location (URL) and, if needed, further information identifying the content",
    "c": "name and e-mail address of the notifier, except for sexual offences against minors",
    "d": "statement of good faith: information and allegations accurate and complete",
}


def say(key: str, language: str) -> str:
    return WORDS[key][1 if language == "en" else 0]


def moment(at: datetime, language: str) -> str:
    """A time in full, in Paris: « samedi 14 mars 2026, 14 h 32 (heure de Paris) »."""
    local = in_paris(at)
    if language == "en":
        return f"{local:%Y-%m-%d %H:%M} (Paris time)"
    weekday = DAYS_FR[local.weekday()]
    return f"{weekday} {day_fr(local.date())}, {local.hour} h {local.minute:02d} (heure de Paris)"
