"""A vault and its corpora for one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from saisine.messages.corpus import Corpora
from saisine.messages.importing import ImportResult, import_paths
from saisine.vault import Vault
from tests.messages.x_lines import NOW


@dataclass
class World:
    """One association's folder, open."""

    folder: Path
    vault: Vault
    corpora: Corpora

    def take(self, *paths: Path, **options: object) -> ImportResult:
        return import_paths(paths, vault=self.vault, corpora=self.corpora, clock=lambda: NOW, **options)  # type: ignore[arg-type]


@contextmanager
def world(folder: Path) -> Iterator[World]:
    make = Vault.open if (folder / "vault").exists() else Vault.create
    folder.mkdir(exist_ok=True)
    with make(folder / "vault", clock=lambda: NOW) as vault:
        yield World(folder, vault, Corpora(folder / "corpora", vault.part_keys))
