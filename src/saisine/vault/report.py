"""What a verification says: numbered checks, each verified, failed or not checked, never merged."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

CheckState = Literal["verified", "failed", "not_checked"]
Verdict = Literal["verified", "failed", "incomplete"]

# number -> (French, English): the table of docs/vault.md
NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "V01": ("Format connu, même origine partout", "Known format, one origin everywhere"),
    "V02": ("Chaque ligne du journal est bien formée", "Every line of the log is well formed"),
    "V03": ("Les numéros de ligne se suivent", "Line numbers follow each other"),
    "V04": ("Le temps ne recule pas sans le dire", "Time does not go back unsaid"),
    "V05": ("Aucun objet en double, aucun renvoi inconnu", "No object twice, no unknown reference"),
    "V06": ("Effacements et conservations respectés", "Erasures and holds respected"),
    "V07": ("Les têtes du journal sont bien formées", "The heads of the log are well formed"),
    "V08": ("Les têtes sont signées par la clé de ce coffre", "The heads are signed by this vault’s key"),
    "V09": ("Les lignes donnent la racine signée", "The lines give the signed root"),
    "V10": ("Chaque tête prolonge la précédente", "Each head extends the one before"),
    "V11": ("Une seule racine par taille", "One root per size"),
    "V12": ("Lignes sans tête", "Lines without a head"),
    "V13": ("La réponse d’horodatage est lisible et accordée", "The time-stamp reply reads and is granted"),
    "V14": ("L’horodatage porte sur cette tête", "The time stamp is over this head"),
    "V15": ("L’autorité d’horodatage est celle attendue", "The time-stamp authority is the pinned one"),
    "V16": (
        "L’heure certifiée suit les lignes datées, et n’est pas à venir",
        "The certified time follows the dated lines, and is not to come",
    ),
    "V17": ("Nombre d’autorités demandé", "Number of authorities asked for"),
    "V18": ("Tous les objets sont présents", "Every object is present"),
    "V19": ("Chaque objet a l’empreinte de son nom", "Every object has the hash that names it"),
    "V20": ("Fichiers qu’aucune ligne ne nomme", "Files that no line names"),
    "V21": ("Les données effacées le sont vraiment", "Erased data are really gone"),
    "V22": (
        "Chaque contenu se déchiffre et correspond à sa fiche",
        "Every content decrypts and matches its record",
    ),
    "V23": ("Chaque fiche correspond à sa ligne", "Every record matches its line"),
    "V24": ("Contrôles propres aux captures", "Checks of captures"),
    "V25": ("Le journal prolonge un reçu ou un témoin", "The log extends a receipt or a witness"),
    "B01": ("Le dossier a la forme BagIt", "The bundle has the form of BagIt"),
    "B02": ("Chaque fichier a l’empreinte du manifeste", "Every file has the hash of the manifest"),
}


def counted(
    count: int, fr: str, en: str, *, many_fr: str | None = None, many_en: str | None = None
) -> tuple[str, str]:
    """« 1 tête », « 3 têtes », and the same in English: French says « 0 tête », English “0 heads”.

    Nouns that take an s need no more; any other gives its plural.
    """
    french = (many_fr or f"{fr}s") if count > 1 else fr
    english = en if count == 1 else (many_en or f"{en}s")
    return f"{count} {french}", f"{count} {english}"


def counted_facts(
    name: str, count: int, fr: str, en: str, *, many_fr: str | None = None, many_en: str | None = None
) -> dict[str, str]:
    """`counted` as the facts `<name>_fr` and `<name>_en` of an error."""
    french, english = counted(count, fr, en, many_fr=many_fr, many_en=many_en)
    return {f"{name}_fr": french, f"{name}_en": english}


_UNITS: Final = (
    (86_400, "jour", "day"),
    (3_600, "heure", "hour"),
    (60, "minute", "minute"),
    (1, "seconde", "second"),
)


def say_delay(delay: timedelta) -> tuple[str, str]:
    """« 3 heures », “3 hours”: a length of time in its largest whole unit."""
    seconds = max(round(delay.total_seconds()), 0)
    size, fr, en = next((one for one in _UNITS if seconds >= one[0]), _UNITS[-1])
    return counted(seconds // size, fr, en)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: a number, a state, and what was found in both languages.

    A number may repeat, once for each item that it names.
    """

    id: str
    state: CheckState
    detail_fr: str
    detail_en: str

    @property
    def name_fr(self) -> str:
        return NAMES[self.id][0]

    @property
    def name_en(self) -> str:
        return NAMES[self.id][1]

    @classmethod
    def verified(cls, id: str, detail_fr: str = "", detail_en: str = "") -> "Check":
        return cls(id, "verified", detail_fr, detail_en or detail_fr)

    @classmethod
    def failed(cls, id: str, detail_fr: str, detail_en: str) -> "Check":
        return cls(id, "failed", detail_fr, detail_en)

    @classmethod
    def not_checked(cls, id: str, detail_fr: str, detail_en: str) -> "Check":
        return cls(id, "not_checked", detail_fr, detail_en)

    def as_json(self, language: str = "fr") -> dict[str, str]:
        english = language == "en"
        return {
            "id": self.id,
            "name": self.name_en if english else self.name_fr,
            "state": self.state,
            "detail": self.detail_en if english else self.detail_fr,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All findings in the order of their numbers, and one sentence for people.

    `required` are the numbers that must be verified for the verdict to be so.
    """

    checks: tuple[Check, ...]
    required: frozenset[str]
    summary_fr: str = ""
    summary_en: str = ""

    @classmethod
    def of(
        cls, checks: Iterable[Check], required: Iterable[str], summary: tuple[str, str] = ("", "")
    ) -> "Report":
        return cls(tuple(sorted(checks, key=lambda check: check.id)), frozenset(required), *summary)

    @property
    def verdict(self) -> Verdict:
        """`failed` when anything failed; `incomplete` when a required check was not made."""
        if any(check.state == "failed" for check in self.checks):
            return "failed"
        missing = self.required - {check.id for check in self.checks}
        skipped = any(check.state == "not_checked" and check.id in self.required for check in self.checks)
        return "incomplete" if skipped or missing else "verified"

    @property
    def exit_code(self) -> int:
        return {"verified": 0, "failed": 1, "incomplete": 2}[self.verdict]

    @property
    def counts(self) -> dict[str, int]:
        """How many findings are in each state; all three are always given."""
        found = Counter(check.state for check in self.checks)
        return {state: found[state] for state in ("verified", "failed", "not_checked")}

    def failures(self) -> list[Check]:
        return [check for check in self.checks if check.state == "failed"]

    def summary(self, language: str = "fr") -> str:
        return self.summary_en if language == "en" else self.summary_fr

    def as_json(self, language: str = "fr") -> dict[str, object]:
        return {
            "verdict": self.verdict,
            "summary": self.summary(language),
            "counts": self.counts,
            "checks": [check.as_json(language) for check in self.checks],
        }
