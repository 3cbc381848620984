"""Triage: an order to read in, with the reasons for and against, and an honest « je ne sais pas ».

    triage = Triage.load()
    for result in triage.score([("1", "Bonjour à toutes et tous")]):
        print(result.id, result.score, result.band)

Nothing is hidden, sent or counted as hate because of a score, and no score is about a person. Names are loaded when
they are asked for: the danger signs need `normalise` alone, and the scorer needs the danger signs.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from saisine.findings.triage.lexicon import GROUPS, TYPES
    from saisine.findings.triage.model import VERSION
    from saisine.findings.triage.scoring import Reason, Result, Triage

__all__ = ["GROUPS", "TYPES", "VERSION", "Reason", "Result", "Triage"]


def __getattr__(name: str) -> Any:
    if name in ("Triage", "Result", "Reason"):
        from saisine.findings.triage import scoring

        return getattr(scoring, name)
    if name in ("GROUPS", "TYPES"):
        from saisine.findings.triage import lexicon

        return getattr(lexicon, name)
    if name == "VERSION":
        from saisine.findings.triage.model import VERSION

        return VERSION
    raise AttributeError(name)
