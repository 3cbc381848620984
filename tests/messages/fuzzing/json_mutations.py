"""Change JSON where it hurts: types swapped, keys dropped or given twice, values moved, texts that are JSON too."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random
from typing import Any, Final

from tests.messages.fuzzing.values import odd_value

Place = tuple[Any, Any]  # (the object or list, its key or number)
MOST_PLACES: Final = 4_000
FEW_PLACES: Final = 400
MOST_INDENTED: Final = 1_000


def load_documents(data: bytes) -> list[Any] | None:
    """The values of a JSON file or of its lines; None when it holds anything else."""
    try:
        return [json.loads(data)]
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in data.splitlines() if line.strip()] or None
    except ValueError:
        return None


def write_documents(documents: list[Any], rng: Random) -> bytes:
    """The same as a file, in one of the ways that tools write JSON."""
    is_ascii, indent = rng.random() < 0.7, rng.choice((None, None, 1)) if len(documents) == 1 else None
    texts = [json.dumps(one, ensure_ascii=is_ascii) for one in documents]
    if (
        indent and texts[0].count("{") + texts[0].count("[") < MOST_INDENTED
    ):  # a thousand levels set in are megabytes
        texts = [json.dumps(documents[0], ensure_ascii=is_ascii, indent=indent)]
    end = "\n" if len(documents) > 1 or rng.random() < 0.5 else ""
    return (rng.choice(("\n", "\n", "\r\n")).join(texts) + end).encode("utf-8", "surrogatepass")


def places(value: Any) -> list[Place]:
    """Every place of a value, the outermost first."""
    found: list[Place] = []
    waiting = [value]
    while waiting and len(found) < MOST_PLACES:
        one = waiting.pop(0)
        inner: Iterator[Any] = iter(one) if isinstance(one, dict) else iter(range(len(one)))
        for key in list(inner):
            found.append((one, key))
            if isinstance(one[key], dict | list):
                waiting.append(one[key])
    return found


def replace(at: Place, every: list[Place], rng: Random) -> None:
    at[0][at[1]] = odd_value(rng)


def drop(at: Place, every: list[Place], rng: Random) -> None:
    del at[0][at[1]]


def rename(at: Place, every: list[Place], rng: Random) -> None:
    if isinstance(at[0], dict):
        at[0][rng.choice((str(at[1]).upper(), f"{at[1]}s", "", "id", "\ud800"))] = at[0].pop(at[1])


def wrap(at: Place, every: list[Place], rng: Random) -> None:
    old = at[0][at[1]]
    at[0][at[1]] = rng.choice(([old], {"value": old}, [old, old], json.dumps(old), str(old)[:2_000]))


def unwrap(at: Place, every: list[Place], rng: Random) -> None:
    old = at[0][at[1]]
    if isinstance(old, dict | list) and old:
        at[0][at[1]] = rng.choice(list(old.values() if isinstance(old, dict) else old))


def move(at: Place, every: list[Place], rng: Random) -> None:
    """A value from elsewhere, by copy, so that nothing holds itself."""
    other, key = rng.choice(every)
    if key in other if isinstance(other, dict) else key < len(other):
        at[0][at[1]] = json.loads(json.dumps(other[key]))


def repeat(at: Place, every: list[Place], rng: Random) -> None:
    times = rng.choice((1, 2, 60))
    if isinstance(at[0], list):
        # many of many of many would be a file of gigabytes, and the memory of writing it
        at[0][at[1] : at[1]] = [at[0][at[1]]] * min(times, 60 if len(every) < FEW_PLACES else 2)
    else:
        at[0][f"{at[1]}_2"] = at[0][at[1]]


def shuffle(at: Place, every: list[Place], rng: Random) -> None:
    if isinstance(at[0], list):
        rng.shuffle(at[0])
    else:
        pairs = list(at[0].items())
        rng.shuffle(pairs)
        at[0].clear()
        at[0].update(pairs)


def inside_text(at: Place, every: list[Place], rng: Random) -> None:
    """A text that is JSON itself (a captured answer) is changed inside."""
    old = at[0][at[1]]
    if (
        isinstance(old, str)
        and old[:1] in ("{", "[")
        and (inner := load_documents(old.encode("utf-8", "surrogatepass")))
    ):
        at[0][at[1]] = mutate_documents(inner, rng).decode("utf-8", "surrogatepass")
    else:
        replace(at, every, rng)


CHANGES: Final[tuple[Callable[[Place, list[Place], Random], None], ...]] = (
    *(
        replace,
        replace,
        replace,
        replace,
        drop,
        drop,
        rename,
        wrap,
        unwrap,
        move,
        repeat,
        shuffle,
        inside_text,
    ),
)


def mutate_documents(documents: list[Any], rng: Random) -> bytes:
    """Some changes somewhere, written again; perhaps with a key given twice."""
    root = [json.loads(json.dumps(one)) for one in documents]
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        every = places(root)
        if not every:
            break
        change, at = rng.choice(CHANGES), _choose(every, rng)
        with suppress(RecursionError):  # deeper than the standard parser copies: it stays as it was
            change(at, every, rng)
    try:
        data = write_documents(root, rng)
    except (RecursionError, ValueError):  # deeper than the standard parser writes
        return b"[" * 2_000
    return twice(data, rng) if rng.random() < 0.05 else data


def _choose(every: list[Place], rng: Random) -> Place:
    """Any place, the outer ones more often: they decide what the rest is taken for."""
    return every[int(len(every) * rng.random() ** rng.choice((1, 1, 3)))]


def twice(data: bytes, rng: Random) -> bytes:
    """A key of the file given a second time, with another value, just before the first."""
    starts = [n for n in range(len(data)) if data[n : n + 1] == b"{" and data[n + 1 : n + 2] == b'"']
    if not starts:
        return data
    at = rng.choice(starts) + 1
    end = data.find(b'"', at + 1) + 1
    value = json.dumps(odd_value(Random(rng.random()))).encode() if rng.random() < 0.7 else b"1"
    return data[:at] + data[at:end] + b": " + value + b", " + data[at:]
