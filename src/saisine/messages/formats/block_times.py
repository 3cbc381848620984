"""The times inside the identifiers of a block of messages, and what a disagreement with the stated ones says.

The same as `Message.of` does for one message, for whole columns (see `idtime`).
"""

from itertools import repeat
from typing import Any

import numpy as np

from saisine.messages.columns import Column, Same, Times, as_list, as_times
from saisine.messages.formats.raw import Context
from saisine.messages.idtime import AHEAD, BEGINNINGS, PRECISION_SPAN, TOLERANCE, UNKNOWN, times_of_ids
from saisine.texts import utc_us


def add_times(values: dict[str, Column], count: int, ctx: Context) -> None:
    """The times inside identifiers, and what a disagreement says (see `idtime`)."""
    stated = as_times(values["created_at"], count)
    platforms, ids = values["platform"], as_list(values["message_id"], count)
    if isinstance(platforms, Same):
        decoded, unit = times_of_ids(platforms.value, ids)
        values["time_flag"] = _flags(platforms.value, stated, decoded, values["created_at_precision"], ctx)
    else:
        decoded, unit, values["time_flag"] = _by_platform(platforms, ids, stated, values, ctx)
    is_decoded = decoded != UNKNOWN
    if not is_decoded.any():
        values["id_time"], values["created_at"] = Same(None), stated
        return
    values["id_time"] = decoded
    lacking = (stated == UNKNOWN) & is_decoded
    if lacking.any():
        _take_from_id(values, stated, decoded, lacking, unit, count)
    else:
        values["created_at"] = stated


def _by_platform(
    platforms: Any, ids: list[str | None], stated: Times, values: dict[str, Column], ctx: Context
) -> tuple[Times, Any, Column]:
    """The same for rows of several platforms."""
    decoded = np.full(len(ids), UNKNOWN)
    units: list[str] = ["none"] * len(ids)
    flags: list[str | None] = [None] * len(ids)
    precisions = as_list(values["created_at_precision"], len(ids))
    for platform in dict.fromkeys(platforms):
        rows = [row for row, one in enumerate(platforms) if one == platform]
        found, unit = times_of_ids(platform, [ids[row] for row in rows])
        said = _flags(platform, stated[rows], found, [precisions[row] for row in rows], ctx)
        for row, at, flag in zip(rows, found, as_list(said, len(rows)), strict=True):
            decoded[row], units[row], flags[row] = at, unit, flag
    return decoded, units, flags


def _take_from_id(
    values: dict[str, Column], stated: Times, decoded: Times, lacking: Any, unit: Any, count: int
) -> None:
    values["created_at"] = np.where(lacking, decoded, stated)
    units = repeat(unit) if isinstance(unit, str) else unit
    pairs = (("created_at_precision", units), ("created_at_source", repeat("id")))
    for name, other in pairs:
        own = as_list(values[name], count)
        values[name] = [new if is_lacking else old for new, old, is_lacking in zip(other, own, lacking)]  # noqa: B905 (endless)


def _flags(platform: str, stated: Times, decoded: Times, precisions: Column, ctx: Context) -> Column:
    """`differs`, `future` or `before_platform` for each row, as `judge_time` says it."""
    is_stated = stated != UNKNOWN
    future = is_stated & (stated > utc_us(ctx.now + AHEAD))
    first = BEGINNINGS.get(platform)
    early = is_stated & (stated < utc_us(first)) if first is not None else np.zeros_like(is_stated)
    differs = np.zeros_like(is_stated)
    if platform in TOLERANCE:
        both = is_stated & (decoded != UNKNOWN)
        differs = both & (np.abs(np.where(both, stated - decoded, 0)) > _allowed(platform, precisions))
    if not (future.any() or early.any() or differs.any()):
        return Same(None)
    return [
        "future" if late else "before_platform" if soon else "differs" if other else None
        for late, soon, other in zip(future.tolist(), early.tolist(), differs.tolist(), strict=True)
    ]


def _allowed(platform: str, precisions: Column) -> Any:
    """How far a stated time may be from the decoded one, in microseconds: one figure, or one for each row."""
    base = TOLERANCE[platform]
    spans = {name: (base + span).total_seconds() * 1e6 for name, span in PRECISION_SPAN.items()}
    other = base.total_seconds() * 1e6
    if isinstance(precisions, Same):
        return spans.get(precisions.value, other)
    return np.array([spans.get(one, other) for one in precisions])
