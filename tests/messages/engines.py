"""A second engine for the same questions: SQLite, from the standard library, by the words Ibis writes for it."""

import sqlite3
from collections.abc import Mapping

import pyarrow as pa

from saisine.messages.queries import LIMIT
from saisine.messages.questions import QUESTIONS, compile_for


class SqliteEngine:
    """Answers in memory; its statements are compiled once."""

    def __init__(self) -> None:
        self._statements = compile_for("sqlite")

    def ask(self, question: str, tables: Mapping[str, pa.Table], *, limit: int = 0) -> pa.Table:
        connection = sqlite3.connect(":memory:")
        # SQLite folds ASCII alone; the other engines fold every letter
        connection.create_function("lower", 1, lambda text: text and text.lower(), deterministic=True)
        for name, table in tables.items():
            _load(connection, name, table)
        found = connection.execute(self._statements[question].replace(str(LIMIT), str(limit))).fetchall()
        names = QUESTIONS[question]().columns
        columns = list(zip(*found, strict=True)) or [()] * len(names)
        return pa.table([pa.array(column) for column in columns], names=list(names))


def _load(connection: sqlite3.Connection, name: str, table: pa.Table) -> None:
    columns = ", ".join(f'"{column}"' for column in table.column_names)
    connection.execute(f'CREATE TABLE "{name}" ({columns})')
    marks = ", ".join("?" * table.num_columns)
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
