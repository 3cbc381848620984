"""One base error: what happened, why, and what to do, in French and in English.

Every failure that may reach a person is a `SaisineError` with a stable code. Its words stand in
`error_texts/`, one file per engine, so that a jurist or a translator can mend them without reading code.
"""

import errno
import os
from dataclasses import dataclass
from typing import Final

EXIT_NO = 1
EXIT_PARTIAL = 2
EXIT_USAGE = 64
EXIT_BAD_INPUT = 65
EXIT_IO = 74
EXIT_REFUSED = 77
EXIT_INTERRUPTED = 130

# What the system says, in words for people; anything else keeps the system's own.
SYSTEM_REASONS: Final = {
    errno.ENOSPC: ("plus de place sur le disque", "no space left on the disk"),
    errno.EDQUOT: ("quota de disque atteint", "the disk quota is reached"),
    errno.EFBIG: ("fichier trop grand", "the file is too large"),
    errno.EROFS: ("disque en lecture seule", "a read-only disk"),
    errno.EACCES: ("accès refusé", "permission denied"),
    errno.EPERM: ("opération refusée", "operation not permitted"),
    errno.EIO: ("le disque ne répond pas correctement", "the disk does not answer as it should"),
    errno.EISDIR: ("un dossier à la place du fichier", "a folder in the place of the file"),
    errno.ENOTDIR: ("un fichier à la place du dossier", "a file in the place of the folder"),
    errno.ENOENT: ("fichier absent", "no such file"),
    errno.EINVAL: ("ce n’est pas un fichier ordinaire", "not a regular file"),
    errno.EMFILE: ("trop de fichiers ouverts", "too many open files"),
    errno.ELOOP: ("un lien qui tourne en rond", "a link that leads back to itself"),
}
_OF_SYSTEM: Final = {os.strerror(number): words for number, words in SYSTEM_REASONS.items()}


@dataclass(frozen=True, slots=True)
class ErrorText:
    """The words of one error code. Each text may hold `{fact}` fields filled from the error's facts.

    `exit_code` is the command line's (sysexits style): 64 usage, 65 bad input, 74 input/output, 77 refused.
    """

    what_fr: str
    why_fr: str
    what_to_do_fr: str
    what_en: str
    why_en: str
    what_to_do_en: str
    exit_code: int = EXIT_BAD_INPUT


class SaisineError(Exception):
    """A failure that can explain itself to a person.

    `code` is stable and documented; `facts` are the values that its words quote.
    """

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code, facts)

    @property
    def text(self) -> ErrorText:
        from saisine.error_texts import TEXTS  # late: the tables import ErrorText from here

        return TEXTS[self.code]

    @property
    def exit_code(self) -> int:
        return self.text.exit_code

    def what(self, language: str = "fr") -> str:
        return self._say("what", language)

    def why(self, language: str = "fr") -> str:
        return self._say("why", language)

    def what_to_do(self, language: str = "fr") -> str:
        return self._say("what_to_do", language)

    def sentence(self, language: str = "fr") -> str:
        """The three parts as one paragraph, for a terminal or a log."""
        return " ".join(
            part for part in (self.what(language), self.why(language), self.what_to_do(language)) if part
        )

    def _say(self, part: str, language: str) -> str:
        words: str = getattr(self.text, f"{part}_{'en' if language == 'en' else 'fr'}")
        return words.format(**self._with_reasons(language))

    def _with_reasons(self, language: str) -> dict[str, object]:
        """The facts; a `reason` that reads the same in both languages (a name, a path) serves for both, the system's
        own words are said in the person's."""
        reason = self.facts.get("reason", "")
        fr, en = _OF_SYSTEM.get(reason, (reason, reason)) if isinstance(reason, str) else (reason, reason)
        said = {"reason": en if language == "en" else fr} if "reason" in self.facts else {}
        return {"reason_fr": fr, "reason_en": en, **self.facts, **said}

    def __str__(self) -> str:
        return self.sentence("en")


class VerificationError(SaisineError):
    """A proof that does not hold; `facts["check"]` is the number of the check (V01…)."""
