"""A dossier whose exhibits are sealed in a real vault, and readers of what comes out."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from saisine.dossiers import DossierData, DossierReport, build_dossier
from saisine.vault import Sealed, SealItem, Vault
from tests.dossiers import world

ITEMS = (
    SealItem("tweets.jsonl", b'{"id": 1, "text": "propos"}\n', media_type="application/x-ndjson"),
    SealItem("capture-2.png", world.picture(2), kind="screenshot", media_type="image/png"),
    SealItem("capture-3.png", world.picture(3, (1600, 900)), kind="screenshot", media_type="image/png"),
)


class CountedRandom:
    """Bytes that differ at each call and are the same in each test: two vaults made alike are alike."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, size: int) -> bytes:
        self.calls += 1
        return hashlib.shake_256(str(self.calls).encode()).digest(size)


def create_vault(folder: Path) -> Vault:
    return Vault.create(folder, clock=lambda: world.BUILT_AT)


def sealed_dossier(
    vault: Vault, items: tuple[SealItem, ...] = ITEMS, **changes: object
) -> tuple[DossierData, list[Sealed]]:
    """The world's four exhibits, each naming its sealed original (exhibit 4 shares the one of exhibit 1)."""
    sealed = vault.seal_many(items)
    data = world.dossier(**changes)
    places = (0, 1, 2, 0)
    exhibits = tuple(
        replace(exhibit, item=sealed[place].item, picture=None)
        for exhibit, place in zip(data.exhibits, places, strict=True)
    )
    return replace(data, exhibits=exhibits), sealed


def build(
    folder: Path, recipient: str = "avocat", items: tuple[SealItem, ...] = ITEMS, **changes: object
) -> DossierReport:
    """A bundle `dossier-7-v2.zip` and its PDF in the folder, from a new vault."""
    folder.mkdir(parents=True, exist_ok=True)
    with create_vault(folder / "vault") as vault:
        data, _ = sealed_dossier(vault, items, **changes)
        return build_dossier(
            data, vault, folder / "dossier-7-v2.zip", recipient=recipient, pdf_copy=folder / "dossier.pdf"
        )


def unpack(bundle: Path, folder: Path) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    (root,) = folder.iterdir()
    return root


def pdf_bytes(path: Path) -> bytes:
    """Everything a PDF holds once decompressed: streams, strings as UTF-8, metadata. One blob to search."""
    found: list[bytes] = []
    with Pdf.open(path) as pdf:
        for one in pdf.objects:
            found += _strings(one)
            if isinstance(one, Stream) and one.get("/Subtype") != Name.Image:
                found.append(one.read_bytes())
        found += _strings(pdf.trailer)
    return b"\n".join(found)


def _strings(value: Object) -> list[bytes]:
    if isinstance(value, (Dictionary, Stream)):
        return [part for key, item in value.items() if key != "/Parent" for part in _leaf(item)]
    if isinstance(value, Array):
        return [part for item in value for part in _leaf(item)]
    return _leaf(value)


def _leaf(value: object) -> list[bytes]:
    if isinstance(value, Object) and value.is_indirect:
        return []  # visited on its own
    if isinstance(value, (Dictionary, Array)):
        return _strings(value)
    return [str(value).encode("utf-8", "replace")]
