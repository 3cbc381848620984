"""What the vault's tests share: a clock that only moves when told, and a small vault already filled."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from saisine.vault import Sealed, SealItem, Vault


@dataclass
class Ticking:
    """A clock that advances by one second at each look; `step` moves it by hand."""

    now: datetime = datetime(2026, 11, 21, 13, 32, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def step(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@pytest.fixture(autouse=True)
def _quick_passphrases(quick_passphrases: None) -> None:
    """For all of them."""


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(folder: Path, clock: Ticking) -> Iterator[Vault]:
    with Vault.create(folder, clock=clock) as made:
        yield made


@pytest.fixture
def filled(vault: Vault) -> list[Sealed]:
    """Three batches: two texts, one picture, one empty file."""
    first = vault.seal_many([SealItem("un.txt", b"premier"), SealItem("deux.txt", b"second")])
    picture = vault.seal(SealItem("capture é.png", b"\x89PNG" + bytes(5000), kind="screenshot"))
    empty = vault.seal(SealItem("vide", b""))
    return [*first, picture, empty]
