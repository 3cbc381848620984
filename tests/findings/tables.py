"""Tables of messages and of actions for the tests of coordination."""

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from saisine.findings.actions import COLUMNS, code
from saisine.findings.addresses import read_cell
from saisine.findings.coordination import Shares
from saisine.messages.schema import ARROW_SCHEMA
from saisine.texts import fold

Action = tuple[str, str, str, float]  # account, object, content, seconds


def shares(actions: Sequence[Action]) -> Shares:
    """The arrays of one network from plain rows."""
    columns = [pa.array([str(row[at]) for row in actions], pa.string()) for at in range(3)]
    (account, accounts), (object_code, objects), (content, contents) = (code(column) for column in columns)
    own = np.array([row[1] == row[2] for row in actions], bool)
    times = np.array([round(row[3] * 1e6) for row in actions], np.int64)
    return Shares(account, object_code, content, times, own, accounts, objects, contents)


def messages(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """A table as `Corpora.scan` gives it; what a row leaves out is unknown. `t` is in seconds."""
    filled = [
        {
            "ref": f"corpus:0:{number}",
            "platform": "x",
            "message_id": str(number),
            "created_at": None if row.get("t") is None else round(row["t"] * 1e6),
            "created_at_precision": "s",
            "text_norm": fold(row.get("text", "")),
            **{key: value for key, value in row.items() if key not in ("t", "text")},
        }
        for number, row in enumerate(rows)
    ]
    names = dict.fromkeys(["ref", *COLUMNS, *(key for row in filled for key in row)])
    types = {name: pa.string() if name == "ref" else ARROW_SCHEMA.field(name).type for name in names}
    return pa.table({name: pa.array([row.get(name) for row in filled], types[name]) for name in names})


def read_gz(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(io.StringIO(file.read())))


def toolkit_messages(rows: Sequence[dict[str, str]]) -> pa.Table:
    """The columns of coordination-network-toolkit as messages."""
    return messages(
        [
            {
                "ref": row["message_id"],
                "message_id": row["message_id"],
                "author_id": row["user_id"],
                "t": float(row["timestamp"]),
                "text": row["message"],
                "repost_of_id": row["repost_id"] or None,
                "parent_id": row["reply_id"] or None,
                "urls": read_cell(row["urls"]),
                "hashtags": [word[1:] for word in row["message"].split() if word.startswith("#")],
                "mentions": [word[1:] for word in row["message"].split() if word.startswith("@")],
            }
            for row in rows
        ]
    )
