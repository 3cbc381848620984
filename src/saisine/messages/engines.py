"""Who answers a question: DuckDB inside this process, or any other engine that Ibis can write for.

An engine is handed arrow tables and hands one back. DuckDB is closed in: no file, no network, no extension to fetch,
nothing spilled to a disk, no look at the variables of Python, and its settings cannot be changed by a statement.
"""

import os
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Protocol

import pyarrow as pa

from saisine.errors import SaisineError
from saisine.messages.queries import LIMIT, STATEMENTS

MEMORY: Final = (
    "1GB"  # of DuckDB's own work, beside the columns; without a folder to spill into, this is a bound
)


class Engine(Protocol):
    """Answers a question of `questions.QUESTIONS` over tables named as there.

    >>> engine.ask("count", {"rows": rows, "asked": asked, "needles": needles}).column("n")[0].as_py()
    12
    """

    def ask(self, question: str, tables: Mapping[str, pa.Table], *, limit: int = 0) -> pa.Table: ...


class DuckEngine:
    """One closed connection for the process, a cursor for each question. Safe between threads."""

    def __init__(self) -> None:
        import duckdb  # late: a command that asks nothing does not pay for it

        self._statements = load_statements()
        self._failed: Any = duckdb.Error
        self._connection = duckdb.connect(":memory:", config=dict(_CLOSED))
        # last: the connection could not set up anything once this is on
        self._connection.execute("SET lock_configuration = true")

    def ask(self, question: str, tables: Mapping[str, pa.Table], *, limit: int = 0) -> pa.Table:
        """Raises `query_failed` when the engine gives up, for want of memory above all."""
        statement = self._statements[question].replace(str(LIMIT), str(int(limit)))
        with self._connection.cursor() as cursor:
            try:
                for name, table in tables.items():
                    cursor.register(name, table)
                if question in _LONG:
                    return cursor.sql(statement).to_arrow_table()
                found = cursor.execute(statement).fetchnumpy()
                return pa.table({name: pa.array(values) for name, values in found.items()})
            except self._failed as error:
                raise SaisineError("query_failed", reason=type(error).__name__) from error


# Answers as long as the corpora come as arrow; for short ones that way costs more (it reads the statement twice: 9 ms).
_LONG: Final = frozenset({"places", "places_keyed", "repeats", "superseded"})
_CLOSED: Final[dict[str, Any]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "memory_limit": MEMORY,
}
_LOCK: Final = threading.Lock()


def embedded() -> DuckEngine:
    """The engine of this process, made at the first question."""
    with _LOCK:
        return _of_process(os.getpid())


@cache
def _of_process(_pid: int) -> DuckEngine:
    """One for each process: after a fork, the threads of the parent's engine are not there to answer."""
    return DuckEngine()


def load_statements() -> dict[str, str]:
    """The statements of `questions.sql` by the name of their question."""
    found: dict[str, str] = {}
    for block in STATEMENTS.read_text("utf-8").split("\n-- ")[1:]:
        name, _, statement = block.partition("\n")
        found[name.strip()] = statement.strip()
    return found
