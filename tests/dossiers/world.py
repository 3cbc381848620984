"""One invented dossier: no real person, no real insult."""

import io
from datetime import UTC, date, datetime, timedelta

from PIL import Image, ImageDraw

from saisine.dossiers import (
    ChronologyLine,
    ClockSheet,
    CopyRow,
    DossierData,
    ElementRow,
    Exhibit,
    HarmLine,
    Integrity,
    MissingPiece,
    Person,
    QualificationSheet,
    StandingRow,
    StepLine,
    When,
)

BUILT_AT = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)
WAVE_AT = datetime(2026, 3, 14, 13, 32, tzinfo=UTC)
PEOPLE = (
    Person("personne visée 1", "visee", ("Camille Exemple",), (), ("camille@exemple.invalid",)),
    Person("compte 1", "auteur_presume", (), ("compte_invente",)),
    Person("tiers 1", "tiers", ("Dominique Inventé",), ("dominique.invente",)),
)
INSULT = QualificationSheet(
    name_fr="Injure publique à raison de l’origine",
    status="met",
    statement_fr="Loi du 29 juillet 1881 art. 33 al. 3 ; rédaction au 23 mars 2024. Vérifié.",
    is_verified=True,
    elements=(
        ElementRow("le propos est public", "présent", "Loi 1881 art. 23", True, (1, 2)),
        ElementRow("il vise une personne à raison de son origine", "présent", "Loi 1881 art. 33", True, (1,)),
        ElementRow("son auteur connaissait la répétition", "à établir", "CP 222-33-2-2", False),
    ),
    penalty_fr="Peine maximale encourue : un an d’emprisonnement et 45 000 euros d’amende.",
    identification_fr="Les données de connexion peuvent être demandées. Vérifié.",
    decision="retenir",
    warnings=("Si le critère n’était pas retenu : injure publique, trois mois.",),
    clock=ClockSheet(
        status="open",
        last_useful_day=date(2027, 3, 14),
        safety_day=date(2027, 2, 27),
        days_left=327,
        steps=("Publié le 14 mars 2026.", "Un an : dernier jour, dimanche 14 mars 2027 à minuit."),
        alerts=(),
        flag_fr="Vérifié",
        source="Loi du 29 juillet 1881 art. 65-3",
    ),
    standing=(
        StandingRow(
            "Partie civile habilitée",
            "Sous conditions",
            "Loi 1881 art. 48-1",
            "Association déclarée depuis cinq ans au moins.",
            "Vérifié",
            ("Accord de la personne visée à recueillir.",),
        ),
    ),
)


def picture(number: int = 1, size: tuple[int, int] = (1080, 2400)) -> bytes:
    """A generated phone screen, different for each number."""
    image = Image.new("RGB", size, (250, 250, 250))
    draw = ImageDraw.Draw(image)
    for row in range(0, size[1], 96):
        tint = ((number * 37 + row) % 200, (number * 91 + row) % 200, 160)
        draw.rectangle((48, row + 12, 300 + (number * row) % (size[0] - 360), row + 68), fill=tint)
        draw.text((64, row + 30), f"texte inventé {number}-{row}", fill=(255, 255, 255))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def message(number: int, **changes: object) -> Exhibit:
    values: dict[str, object] = {
        "number": number,
        "title": f"Message du compte 1, {number}",
        "kind": "message",
        "when": When(WAVE_AT + timedelta(minutes=number), "s", "field"),
        "url": f"https://x.com/compte_invente/status/19000000000000{number:05d}",
        "platform": "X",
        "account": "@compte_invente (identifiant 4242)",
        "sha256": f"{number:064x}",
        "record_sha256": f"{number + 7:064x}",
        "locator": f"tweets.jsonl, ligne {number}",
        "text": f"Propos inventé numéro {number}, adressé à la personne visée.\nDeuxième ligne.",
    } | changes
    return Exhibit(**values)  # type: ignore[arg-type]


def screenshot(number: int, **changes: object) -> Exhibit:
    values: dict[str, object] = {
        "number": number,
        "title": f"Capture d’écran {number}",
        "kind": "screenshot",
        "when": When(date(2026, 3, 14), "day", "person"),
        "platform": "Instagram",
        "sha256": f"{number:064x}",
        "picture": picture(number),
        "seq": number,
    } | changes
    return Exhibit(**values)  # type: ignore[arg-type]


def copies(number: int) -> Exhibit:
    rows = tuple(
        CopyRow(When(WAVE_AT + timedelta(minutes=n), "min", "field"), f"@compte_{n}",
                f"https://x.com/compte_{n}/status/{n}", f"{n:064x}")
        for n in range(1, 31)
    )  # fmt: skip
    return message(number, kind="group", title="Groupe de 30 copies, 3 variantes", copies=rows, variants=3)


def dossier(**changes: object) -> DossierData:
    """A dossier of four exhibits; `changes` replace its fields."""
    values: dict[str, object] = {
        "number": 7,
        "version": 2,
        "title": "Vague du 14 mars 2026",
        "association": "Association Exemple",
        "built_at": BUILT_AT,
        "summary": "Le 14 mars 2026, une association a reçu plus de mille messages en une journée. "
        "Des comptes répètent les mêmes propos. Deux messages annoncent une violence.",
        "opened_on": date(2026, 3, 16),
        "law_digest": "ab" * 32,
        "people": PEOPLE,
        "chronology": (
            ChronologyLine(When(WAVE_AT, "s", "field"), "Premier message de la vague.", (1,)),
            ChronologyLine(When(date(2026, 3, 1), "month", "person"), "Appel à viser l’association."),
            ChronologyLine(When(date(2026, 3, 16), "day", "person"), "Fichiers reçus et scellés.", (1, 2, 3)),
        ),
        "qualifications": (
            INSULT,
            QualificationSheet("Harcèlement moral", "possible", "CP 222-33-2-2 ; rédaction au 2 avril 2026. "
                               "Non vérifié par une ou un juriste.", False, decision="demander_avis"),
        ),
        "harm": (HarmLine("Santé", "Arrêt de travail de huit jours.", "mars 2026", (4,)),),
        "steps": (
            StepLine(When(date(2026, 3, 17), "day", "person"), "Notification à X (article 16).",
                     "Sans réponse", "REF-1", "pas d’accusé de réception (article 16)", (1,)),
        ),
        "requests": ("Identifier les comptes.", "Retirer les contenus.", "Ouvrir une enquête."),
        "exhibits": (message(1), screenshot(2), screenshot(3, picture=picture(3, (1600, 900))), copies(4)),
        "missing": (MissingPiece("Certificat médical", "Établit le préjudice.", "La personne visée"),),
        "integrity": Integrity("vault.saisine.invalid/abcdefghijklmnopqrstuvwxyz", 42, "cd" * 32,
                               "ABCD-EFGH-JKLM", BUILT_AT),
    } | changes  # fmt: skip
    return DossierData(**values)  # type: ignore[arg-type]
