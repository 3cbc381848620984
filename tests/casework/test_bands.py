"""A band's cards, whatever the band: each message on exactly one card, each card on exactly one page."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.casework import bands
from saisine.casework.session import Session
from saisine.casework.surveys import Placed
from saisine.errors import SaisineError
from tests.casework.test_reading_order import placed_of

SIZES = st.integers(1, 40)


@st.composite
def places(draw: st.DrawFn) -> Placed:
    """Some messages over two bands, three groups, two targets and a few moments."""
    n = draw(SIZES)
    whole = placed_of(n)

    def column(low: int, high: int, kind: Any) -> Any:
        return np.array(draw(st.lists(st.integers(low, high), min_size=n, max_size=n)), kind)

    rows = tuple(
        {"kind": "copies", "group": f"g{at}", "variants": 1, "medoid": "c:0:0", "wave": None}
        for at in range(3)
    )
    return replace(
        whole,
        band=column(0, 1, np.int32),
        group=column(-1, 2, np.int32),
        at_us=column(0, 5, np.int64),
        target=column(-1, 1, np.int32),
        bands=("urgent", "others"),
        targets=(("t0", 0), ("t1", 0)),
        group_rows=(0, 1, 2),
        group_at={"g0": 0, "g1": 1, "g2": 2},
        found=replace(whole.found, rows=rows),
    )


@given(
    places(), st.sampled_from(["urgent", "others", "platform-x", "target-t0", "target-t1"]), st.integers(1, 7)
)
@settings(max_examples=30, deadline=None)
def test_pages_show_every_message_of_a_band_on_one_card_once(placed: Placed, id: str, limit: int) -> None:
    session = cast(Session, SimpleNamespace(scope=None, kept={}))
    content = bands._content(session, placed, id, "", None)
    seen: list[str] = []
    after: str | None = None
    while page := content.page(after, limit):
        seen += page
        after = page[-1]
    assert len(seen) == len(set(seen)) == len(content)
    members = [place for card in seen for place in content.members(card).tolist()]
    assert sorted(members) == sorted(content.places.tolist()) == np.flatnonzero(content.mask).tolist()
    sizes = [len(content.members(card)) for card in seen if card.startswith("g:")]
    assert sizes == sorted(sizes, reverse=True)
    with pytest.raises(SaisineError):
        content.members("g:elsewhere")
