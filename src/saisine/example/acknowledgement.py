"""The acknowledgement of receipt that an invented platform sent for an invented notice (DSA, article 16)."""

import json
import random
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import typst

from saisine.dossiers.glyphs import FONTS
from saisine.errors import SaisineError
from saisine.example.association import NAME, at_paris
from saisine.example.wave import Plan
from saisine.law.dates import DAYS_FR, MONTHS_FR
from saisine.paris import PARIS

TEMPLATE: Final = Path(__file__).parent / "assets" / "acknowledgement.typ"


def typeset_acknowledgement(plan: Plan, rng: random.Random) -> bytes:
    """The bytes of the PDF, the same for the same plan. Raises `example_not_typeset`."""
    at = at_paris(plan.wave_on + timedelta(days=1), 9, rng.randrange(60))
    with tempfile.TemporaryDirectory(prefix="example-") as folder:
        root = Path(folder)
        shutil.copyfile(TEMPLATE, root / "main.typ")
        (root / "data.json").write_text(json.dumps(_data(plan, rng)), "ascii")
        try:
            body: bytes = typst.compile(
                str(root / "main.typ"),
                root=folder,
                font_paths=[str(FONTS)],
                ignore_system_fonts=True,
                pdf_standards=["a-2a", "ua-1"],
                timestamp=int(at.timestamp()),
            )
        except RuntimeError as error:
            reason = str(error).replace(folder, "").splitlines()[0][:300]
            raise SaisineError("example_not_typeset", reason=reason) from error
    return body


def _data(plan: Plan, rng: random.Random) -> dict[str, Any]:
    sent = at_paris(plan.wave_on + timedelta(days=1), 8, rng.randrange(60)).astimezone(PARIS)
    day = f"{DAYS_FR[sent.weekday()]} {sent.day} {MONTHS_FR[sent.month - 1]} {sent.year}"
    reference = f"EX-{sent:%Y}-{rng.randrange(10**8):08d}"
    return {
        "title": "Accusé de réception de votre signalement",
        "sender": "Service Signalements, réseau social de l’exemple",
        "rows": [
            ["Référence", reference],
            ["Signalement reçu le", f"{day}, {sent.hour} h {sent:%M} (heure de Paris)"],
            ["Signalé par", NAME],
            ["Motif indiqué", "Injure publique en raison de l’origine ou du sexe"],
            ["Contenus signalés", f"{rng.randrange(3, 9)}"],
        ],
        "lines": [
            "Nous avons bien reçu votre signalement, fait en application de l’article 16 du règlement "
            "(UE) 2022/2065 sur les services numériques.",
            "Nous l’examinons et vous ferons connaître notre décision, ainsi que les recours possibles.",
            f"Gardez la référence {reference} pour toute question.",
        ],
        "footer": "Document inventé pour l’exemple de Saisine : ce signalement n’existe pas.",
    }
