"""Shared by all tests: the database of a workspace is a file of that workspace.

pytest-django forbids the database outside its own test database. Ours is another thing: each test opens a
workspace in its own temporary folder, and the connection is bound to that folder's file.
"""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from pytest_django.plugin import DjangoDbBlocker

from saisine.vault import secret_files
from tests.vault import quick_age


def pytest_configure(config: pytest.Config) -> None:
    """`make test` draws the same cases each time, so that its verdict is about the change at hand; `make
    test-all` draws new ones. None is timed: a busy machine is no fault of the code."""
    settings.register_profile("steady", derandomize=config.getoption("markexpr") == "not slow", deadline=None)
    settings.load_profile("steady")


@pytest.fixture(autouse=True, scope="session")
def _workspaces_bring_their_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process writes under a passphrase costs milliseconds to open, here and in other processes."""
    monkeypatch.setattr(secret_files, "lock_with", quick_age.lock)
