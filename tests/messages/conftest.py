"""Shared by the tests of messages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.messages.world import World, world


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    """An empty vault with its corpora."""
    with world(tmp_path / "association") as found:
        yield found
