"""Shared by the tests of messages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.messages import examples
from tests.messages.world import World, world


def pytest_configure(config: pytest.Config) -> None:
    """Called when this file is loaded, before the tests beside it: where slow tests run, all examples are shown."""
    examples.is_long = "not slow" not in str(config.getoption("markexpr", ""))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    """An empty vault with its corpora."""
    with world(tmp_path / "association") as found:
        yield found
