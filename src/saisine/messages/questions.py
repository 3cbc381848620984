"""The questions asked of corpora, as Ibis expressions: the one place where a search is written down.

An expression reads five tables, whatever engine holds them: `rows` (the messages), `asked` (one row: the
conditions, null where nothing is asked), `needles` (pieces of text that must all be there), `keys` (identities
wanted) and `repeated` (identities seen more than once). What a person types is therefore always a value in a
table, never a piece of a statement. Times are microseconds since 1970 and need no time zone of the engine.

DuckDB runs `questions.sql`, compiled ahead from here by `python -m saisine.messages.questions`, because loading
Ibis costs a second of CPU that a command line would pay at each search. Another engine compiles these expressions
for itself (`compile_for("pyspark")`) and hands back the same columns.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

import ibis
import ibis.expr.types as ir
from ibis import or_

from saisine.messages.queries import ASKED, DAWN_US, LAST, LIMIT, QUARTER_US, ROWS, STATEMENTS

rows = ibis.table(ROWS, name="rows")
asked = ibis.table(ASKED, name="asked")
needles = ibis.table({"needle": "string"}, name="needles")
keys = ibis.table({"platform": "string", "message_id": "string"}, name="keys")
repeated = ibis.table({"platform": "string", "message_id": "string"}, name="repeated")


PLACE: Final = ("at", "id", "corpus", "part", "row")  # the order of pages, and what a cursor holds


def matching(*names: str, keyed: bool) -> ir.Table:
    """These columns of the rows for which every condition asked holds; with `keyed`, only of those whose identity
    is in `keys`."""
    found = rows.semi_join(keys, ["platform", "message_id"]) if keyed else rows
    found = found.cross_join(asked)
    found = found.filter(
        _unasked(found.asked_role) | (found.role == found.asked_role),
        _unasked(found.asked_platform) | (found.platform == found.asked_platform),
        _unasked(found.asked_kind) | (found.kind == found.asked_kind),
        found.asked_all_observations | found.is_newest,
        _unasked(found.asked_since_us) | (found.at_us >= found.asked_since_us),
        _unasked(found.asked_until_us) | (found.at_us < found.asked_until_us),
        _unasked(found.asked_author)
        | (found.author_id == found.asked_author)
        | _is_named(found.asked_author_name, found.author_handle, found.author_name),
        _unasked(found.asked_target)
        | (found.target_id == found.asked_target)
        | _is_named(found.asked_target_name, found.target_handle),
        *([_unasked(found.after_at) | _is_after(found)] if names == PLACE else ()),
    )
    found = found.select("text_norm", *(_value(found, name) for name in names))
    # no needle is missing from the text: one form for any number of them
    return found.anti_join(needles, ~found.text_norm.coalesce("").contains(needles.needle))


def _unasked(condition: ir.Value) -> ir.BooleanValue:
    return condition.isnull()


def _is_named(wanted: ir.StringValue, *names: ir.StringValue) -> ir.BooleanValue:
    """One of these names is the one asked; both come folded (`queries.fold_name`), so that every engine agrees."""
    return or_(*(name == wanted for name in names))


def _value(found: ir.Table, name: str) -> ir.Value:
    """A column, or what stands for time and identifier in the order: undated rows are before every date, rows
    without id after every id."""
    if name == "at":
        return found.at_us.coalesce(DAWN_US).name("at")
    return found.message_id.coalesce(LAST).name("id") if name == "id" else found[name]


def _is_after(found: ir.Table, names: tuple[str, ...] = PLACE) -> ir.BooleanValue:
    """The row comes after the place asked; written out, since not every engine compares tuples."""
    here, there = _value(found, names[0]), found[f"after_{names[0]}"]
    if len(names) == 1:
        return here < there
    return (here < there) | ((here == there) & _is_after(found, names[1:]))


def page(*, keyed: bool) -> ir.Table:
    """The first rows after the place asked: newest first, undated last, then by id and by place."""
    found = matching(*PLACE, keyed=keyed)
    return found.order_by([found[name].desc() for name in PLACE]).limit(LIMIT).select(*PLACE)


def count(*, keyed: bool) -> ir.Table:
    """How many rows match."""
    found = matching(keyed=keyed)
    return found.aggregate(n=found.count())


def by_platform(*, keyed: bool) -> ir.Table:
    """How many rows match on each platform."""
    found = matching("platform", keyed=keyed)
    return found.group_by("platform").aggregate(n=found.count())


def by_quarter(*, keyed: bool) -> ir.Table:
    """How many dated rows match in each quarter of an hour (its first microsecond): every time zone in use is a
    whole number of quarters away from UTC, so days and hours of a zone are sums of these."""
    found = matching("at_us", keyed=keyed)
    found = found.filter(found.at_us.notnull())
    # counted from the year 1, so that a rest is never negative
    quarter_us = found.at_us - (found.at_us - DAWN_US) % QUARTER_US
    return found.group_by(quarter_us=quarter_us).aggregate(n=found.count())


def places(*, keyed: bool) -> ir.Table:
    """Where the matching rows lie, in no promised order."""
    return matching("corpus", "part", "row", keyed=keyed).drop("text_norm")


def repeats() -> ir.Table:
    """Identities that more than one row has. A row without an id is like no other."""
    known = rows.filter(rows.message_id.notnull())
    twice = known.group_by("platform", "message_id").aggregate(n=known.count())
    return twice.filter(twice.n > 1).select("platform", "message_id")


def superseded() -> ir.Table:
    """Where the rows lie that a newer observation of the same message replaces, among `repeated` ones.

    A message read for itself comes before one carried inside another record, then the last collected, then the
    last imported.
    """
    known = rows.semi_join(repeated, ["platform", "message_id"])
    first = [
        (known.role == "primary").cast("int32").desc(),
        known.collected_us.coalesce(DAWN_US).desc(),
        known.imported_us.desc(),
        *(known[name].desc() for name in ("corpus", "part", "row")),
    ]
    ranked = known.mutate(
        rank=ibis.row_number().over(group_by=[known.platform, known.message_id], order_by=first)
    )
    return ranked.filter(ranked.rank > 0).select("corpus", "part", "row")


_OF_A_QUERY: Final[dict[str, Callable[..., ir.Table]]] = {
    "page": page,
    "count": count,
    "by_platform": by_platform,
    "by_quarter": by_quarter,
    "places": places,
}
QUESTIONS: Final[dict[str, Callable[[], ir.Table]]] = {
    **{name: lambda made=made: made(keyed=False) for name, made in _OF_A_QUERY.items()},  # type: ignore[misc]
    **{f"{name}_keyed": lambda made=made: made(keyed=True) for name, made in _OF_A_QUERY.items()},  # type: ignore[misc]
    "repeats": repeats,
    "superseded": superseded,
}


def compile_for(dialect: str) -> dict[str, str]:
    """Every question in the words of an engine (`duckdb`, `pyspark`, `postgres`, `sqlite`…), which need not be
    installed."""
    module = import_module(f"ibis.backends.sql.compilers.{dialect}")
    compiler = module.compiler
    return {name: compiler.to_sqlglot(made()).sql(compiler.dialect) for name, made in QUESTIONS.items()}


def statements_text() -> str:
    """The content of `questions.sql`: one statement after the other, each under its name."""
    head = "-- Written by `python -m saisine.messages.questions` from the expressions of questions.py.\n"
    return head + "".join(f"\n-- {name}\n{sql}\n" for name, sql in compile_for("duckdb").items())


def main(path: Path = STATEMENTS) -> None:
    path.write_text(statements_text(), "utf-8")


if __name__ == "__main__":
    main()
