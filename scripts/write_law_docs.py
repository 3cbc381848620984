"""Writes the tables of docs/law.md from the rule files, between their marks, so that the page cannot lag."""

from collections.abc import Iterable
from pathlib import Path

from saisine.law.load import Law, load_law
from saisine.law.model import Offence
from saisine.law.statements import PARTLY_EN, flag

PAGE = Path(__file__).resolve().parents[1] / "docs" / "law.md"
STARTS = {
    "first_publication": "first publication",
    "commission": "the act",
    "last_act": "last act",
    "majority_of_victim": "majority of the victim",
}


def offences(law: Law) -> str:
    rows = (
        (f"`{o.id}`", o.name_en, ", ".join(o.articles), _clock(o), _flag(o)) for o in law.offences.values()
    )
    return _table(("id", "offence", "text", "limitation", "offence text checked"), rows)


def routes(law: Law) -> str:
    rows = (
        (f"`{r.id}`", r.name_en, _bands(law, r.id), flag(r.verified, "en")) for r in law.remedies.values()
    )
    return _table(("id", "route", "proposed in band", "checked"), rows)


def facts(law: Law) -> str:
    rows = ((f"`{fact.id}`", fact.question_en) for fact in law.facts.values())
    return _table(("id", "question"), rows)


def _clock(offence: Offence) -> str:
    rule = offence.limitation
    prudent = ", prudent" if rule.prudential else ""
    return f"{rule.months} months from {STARTS[rule.start]}{prudent}"


def _flag(offence: Offence) -> str:
    return PARTLY_EN if offence.partially_verified and not offence.verified else flag(offence.verified, "en")


def _bands(law: Law, route: str) -> str:
    bands = sorted({rule.band for rule in law.routes.rules if rule.route == route})
    names = {band.id: band.name_en for band in law.routes.bands}
    return ", ".join(f"{band} {names[band].lower()}" for band in bands) or "on the person’s own choice"


def _table(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headers, ("---",) * len(headers), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)


TABLES = {"offences": offences, "routes": routes, "facts": facts}


def filled(page: str, law: Law) -> str:
    """The page with each table written anew between `<!-- name -->` and `<!-- /name -->`."""
    for name, write in TABLES.items():
        before, rest = page.split(f"<!-- {name} -->\n", 1)
        after = rest.split(f"<!-- /{name} -->", 1)[1]
        page = f"{before}<!-- {name} -->\n{write(law)}\n<!-- /{name} -->{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8"), load_law()), "utf-8")
