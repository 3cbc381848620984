"""One invented incident, as the letters read it: no real person, no real insult."""

from datetime import date

from saisine.letters import (
    ContentLine,
    DatedLine,
    ExhibitLine,
    LetterData,
    NoticeLine,
    ObservedLine,
    OffenceLine,
    Sender,
)
from saisine.letters.fields import GIVEN

URL = "https://exemple.invalid/p/1?a=1&b=2"
EMPTY = LetterData(number=7, today=date(2026, 4, 21), sender=Sender())
FULL = LetterData(
    number=7,
    today=date(2026, 4, 21),
    sender=Sender("Les Voix du Verger", "contact@verger.invalid", "combattre le racisme", date(2015, 3, 2)),
    summary="Une vague de messages vise l’association depuis le 14 mars.",
    platform="Facebook",
    coordinator="Coimisiún na Meán",
    law_as_of=date(2026, 11, 20),
    chronology=(
        DatedLine("14 mars 2026", "Message sur Facebook.", (1, 2)),
        DatedLine("15 mars 2026", "Notification envoyée (signalement 1)."),
    ),
    exhibits=(ExhibitLine(1, "Message sur Facebook", "14 mars 2026", URL, "ab" * 32),),
    contents=(ContentLine(URL, "Facebook", "compte exemple", "14 mars 2026", 1, "mots inventés"),),
    offences=(
        OffenceLine(
            "injure_publique",
            "Injure publique envers un particulier",
            "Loi du 29 juillet 1881 art. 33 al. 2",
            "Rédaction au 23 mars 2024. Vérifié.",
            ("Présent : propos public.",),
            date(2026, 6, 14),
            True,
        ),
    ),
    notices=(
        NoticeLine(
            1, "Facebook", URL, date(2026, 3, 15), "R-1", "Contenu maintenu (refus)",
            date(2026, 3, 20), date(2026, 9, 20),
        ),
    ),
    observed=(ObservedLine("Article 16, paragraphe 4", "Signalement 1 : aucun accusé de réception."),),
)  # fmt: skip
GIVEN_ALL = {name: f"valeur de {name}" for name in GIVEN} | {"platform": FULL.platform}
