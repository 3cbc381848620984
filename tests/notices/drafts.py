"""Invented notices: no real person, no real insult."""

from datetime import UTC, datetime

from saisine.notices import LegalBasis, NoticeDraft, Notifier
from saisine.notices.draft import ElementLine

SEEN_AT = datetime(2026, 3, 14, 13, 32, tzinfo=UTC)
URLS = {
    "facebook": "https://www.facebook.com/association.exemple/posts/pfbid0exemple1",
    "instagram": "https://www.instagram.com/p/Exemple1/",
    "x": "https://x.com/compte_invente/status/1900000000000000001",
    "tiktok": "https://www.tiktok.com/@compte_invente/video/7400000000000000001",
    "youtube": "https://www.youtube.com/watch?v=exempleABCD&lc=UgxExemple1",
    "twitch": "https://www.twitch.tv/videos/2000000001",
    "linkedin": "https://www.linkedin.com/feed/update/urn:li:activity:7300000000000000001",
    "snapchat": "https://www.snapchat.com/spotlight/W7_Exemple1",
    "mastodon": "https://piaille.fr/@compte_invente/112000000000000001",
    "other": "https://forum.exemple.invalid/sujet/12#m34",
}
BASIS = LegalBasis(
    offence="injure_publique_discriminatoire",
    name_fr="Injure publique à raison de l’origine",
    name_en="Public insult on the ground of origin",
    articles=("Loi du 29 juillet 1881 art. 33 al. 3",),
    statement_fr="Loi du 29 juillet 1881 art. 33 al. 3 ; rédaction au 23 mars 2024. Vérifié.",
    statement_en="Loi du 29 juillet 1881 art. 33 al. 3; wording of 2024-03-23. Verified.",
    elements=(
        ElementLine("le propos est public", "the words are public", True),
        ElementLine("il vise une personne à raison de son origine", "it targets a person for origin", None),
    ),
    grounds_fr=("origine",),
    grounds_en=("origin",),
)
NOTIFIER = Notifier(name="Association Exemple", email="contact@association.exemple.invalid")


def draft(platform: str = "x", **changes: object) -> NoticeDraft:
    """A complete draft for a platform; `changes` replace its fields."""
    values: dict[str, object] = {
        "url": URLS[platform],
        "bases": (BASIS,),
        "notifier": NOTIFIER,
        "seen_at": SEEN_AT,
    } | changes
    return NoticeDraft(**values)  # type: ignore[arg-type]
