"""What an exporter, a spreadsheet or an ill will may put in the place of any value."""

import json
from copy import deepcopy
from random import Random
from typing import Any, Final

# Numbers past 64 bits, past a float, before the epoch; texts that no column holds; times that no calendar has.
ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 1.5, -0.0, 1e308, float("nan"), float("inf"), float("-inf")),
    *(2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**18, 10**30, 10**400, -(10**18)),
    *(
        "",
        " ",
        "0",
        "-1",
        "true",
        "null",
        "NaN",
        "1,75E+18",
        "1.75E+18",
        "9" * 400,
        "٣",
        "²",
        "1_000",
        "1 204",
    ),
    *(
        "\0",
        "a\0b",
        "\ud800",
        "a\udfffb",
        "\ud83d",
        "\u202e",
        "\u200b",
        "\ufeff",
        "Ã©tÃ©",
        "é" * 300,
        "\x85\u2028",
    ),
    *(
        "0000-00-00T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-02-30 25:61:61",
    ),
    *(
        "2026-10-25T02:30:00",
        "31/12/9999",
        "Fri Sep 31 04:15:59 +9999 2023",
        "il y a 99999999999 ans",
        "hier à",
    ),
    *(
        "https://[",
        "https://x.com/a/status/1#%ff",
        "//",
        "javascript:x",
        "a@b",
        "@",
        "#",
        "<b>x</b>&lt;&#0;&#x110000;",
    ),
    *(
        [],
        {},
        [[]],
        [None],
        [1, "a", None, {}],
        {"": None},
        {"id": {}},
        [[[[[[]]]]]],
        "{}",
        '{"a":[1,{}]}',
        "[]",
    ),
)


def odd_value(rng: Random) -> Any:
    """One of them, or a nesting deeper than a parser likes."""
    if rng.random() < 0.04:
        return nested(rng.choice((5, 60, 190, 230, 900)), rng.choice("[{"))
    return deepcopy(rng.choice(ODD))  # a list that a change fills must be empty again for the next case


def nested(depth: int, bracket: str) -> Any:
    value: Any = None
    for _ in range(depth):
        value = [value] if bracket == "[" else {"a": value}
    return value


def odd_cell(rng: Random) -> str:
    """The same, as a table's cell or a line's word holds it."""
    value = odd_value(rng)
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value)
    except (RecursionError, ValueError):
        return "[" * 300
