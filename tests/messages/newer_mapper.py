"""A newer version of the format of `x_lines`, as a repaired mapper would be: other columns, fewer or more rows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from saisine.messages import sniffing
from saisine.messages.schema import Message, Skip

FORMAT = "x-twarc"
Mend = Callable[[Message], "Message | Skip | list[Message]"]


def install(monkeypatch: pytest.MonkeyPatch, mend: Mend) -> None:
    """From now on what the format maps passes through `mend`, under the next version number."""

    def newer(one: Any) -> Any:
        if one.id != FORMAT:
            return one

        def map_newer(record: Any, ctx: Any) -> Any:
            found = one.map(record, ctx)
            several = found if isinstance(found, list | tuple) and not isinstance(found, Skip) else [found]
            mended = [mend(each) if isinstance(each, Message) else each for each in several]
            return [part for each in mended for part in (each if isinstance(each, list) else [each])]

        return replace(one, version=one.version + 1, map=map_newer, blocks=None, map_block=None)

    monkeypatch.setattr(sniffing, "FORMATS", tuple(map(newer, sniffing.FORMATS)))


def with_views(message: Message) -> Message:
    """A column that the older mapper did not read."""
    return msgspec.structs.replace(message, view_count=7)
