"""Writes the tables of docs/law.md, notices.md and incidents.md from the data, so that no page can lag."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from saisine.incidents.procedures import load_procedures
from saisine.law.load import Law, load_law
from saisine.law.model import Offence
from saisine.law.statements import PARTLY_EN, flag
from saisine.notices.breaches import load_breaches
from saisine.notices.dues import load_terms

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "law.md"
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


def terms(law: Law) -> str:
    """What the law gives as a delay, and what is only our practice."""
    rows = (
        (
            f"`{t.id}`",
            t.label_en,
            _length(t.days, t.months),
            f"{t.nature}, {t.article}",
            flag(t.verified, "en"),
        )
        for t in load_terms()
    )
    return _table(("id", "what", "after", "nature and text", "checked"), rows)


def breaches(law: Law) -> str:
    rows = (
        (f"`{b.id}`", b.label_en, b.article, " and ".join(b.needs) or "nothing more", flag(b.verified, "en"))
        for b in load_breaches().values()
    )
    return _table(("id", "breach", "text", "shown by", "checked"), rows)


def procedures(law: Law) -> str:
    rows = (
        (
            f"`{t.id}`", f"`{t.after}`", t.label_en, _length(t.days, t.months), f"{t.nature}, {t.article}",
            flag(t.verified, "en"),
        )
        for t in load_procedures().terms
    )  # fmt: skip
    return _table(("id", "after", "what", "delay", "nature and text", "checked"), rows)


def _length(days: int, months: int) -> str:
    count, unit = (months, "month") if months else (days, "day")
    return f"{count} {unit}{'s' if count > 1 else ''}"


TABLES = {"offences": offences, "routes": routes, "facts": facts}
PAGES = {
    "law.md": TABLES,
    "notices.md": {"terms": terms, "breaches": breaches},
    "incidents.md": {"procedures": procedures},
}


def filled(page: str, law: Law, tables: Mapping[str, Callable[[Law], str]] = TABLES) -> str:
    """The page with each table written anew between `<!-- name -->` and `<!-- /name -->`."""
    for name, write in tables.items():
        before, rest = page.split(f"<!-- {name} -->\n", 1)
        after = rest.split(f"<!-- /{name} -->", 1)[1]
        page = f"{before}<!-- {name} -->\n{write(law)}\n<!-- /{name} -->{after}"
    return page


if __name__ == "__main__":
    for page, tables in PAGES.items():
        path = DOCS / page
        path.write_text(filled(path.read_text("utf-8"), load_law(), tables), "utf-8")
