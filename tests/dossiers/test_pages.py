"""A PDF with a part covered: its pages are printed as pictures, and its words stay at home."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from saisine.dossiers import Box, Exhibit, build_dossier
from saisine.dossiers.pages import drawn_pages
from saisine.vault import SealItem, Vault
from tests.dossiers import world
from tests.dossiers.test_pdf import text_of

NOW = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)
SECRET = "Dominique Invente"


def document(pages: int = 2, side: float = 842, **options: object) -> bytes:
    """Pages of A4 (or larger) with a name at the top and a square at the bottom left."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for number in range(1, pages + 1):
            pdf.add_blank_page(page_size=(595, side))
            page = pdf.pages[-1]
            drawn = f"BT /F1 30 Tf 60 {side - 90} Td ({SECRET} {number}) Tj ET 0 0 1 rg 60 60 90 90 re f"
            page.Contents = pdf.make_stream(drawn.encode())
            font = {
                "/Type": pikepdf.Name.Font,
                "/Subtype": pikepdf.Name.Type1,
                "/BaseFont": pikepdf.Name.Helvetica,
            }
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pikepdf.Dictionary(font)))
        pdf.save(out, **options)
    return out.getvalue()


def test_a_covered_document_is_printed_page_by_page_without_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saisine.dossiers.pages.PRINTED_PAGES", 2)
    top = Box(0, 0, 1, 0.2, page=2)
    with Vault.create(tmp_path / "vault", clock=lambda: NOW) as vault:
        exhibits = tuple(
            Exhibit(number, "Courrier reçu", "document", item=sealed(vault, body), boxes=(top,))
            for number, body in enumerate((document(pages=3), b"%PDF-1.7 and nothing more"), 1)
        )
        data = world.dossier(exhibits=exhibits)
        report = build_dossier(data, vault, tmp_path / "d.zip", pdf_copy=tmp_path / "d.pdf")
    assert (report.withheld, report.unshown) == ((1, 2), (2,))
    assert report.to_review == (1,)  # nobody looked at its first page
    words = text_of(tmp_path / "d.pdf")
    assert "Les pages ne peuvent pas être lues : elles ne sont pas imprimées ici." in words
    assert SECRET not in words
    assert "Pièce 1. Page 2 sur 3, une partie est couverte." in words
    assert "Les 2 premières, sur 3, imprimées comme des images." in words
    assert b"original.pdf" not in (tmp_path / "d.pdf").read_bytes()
    with zipfile.ZipFile(tmp_path / "d.zip") as bundle:
        assert not [name for name in bundle.namelist() if "/items/" in name]
    first, second = pages_in(tmp_path / "d.pdf")
    assert is_written(first)
    assert not is_written(second)
    assert all(page.getpixel((200, 1540)) == pytest.approx((0, 0, 255), abs=12) for page in (first, second))
    assert not list(tmp_path.glob(".*"))


def sealed(vault: Vault, body: bytes) -> str:
    return vault.seal(SealItem("note.pdf", body, kind="document", media_type="application/pdf")).item


def pages_in(path: Path) -> list[Image.Image]:
    """The pages printed as pictures, in order."""
    with pikepdf.Pdf.open(path) as pdf:
        images = [image for page in pdf.pages for image in page.get_images().values()]
        found = [pikepdf.PdfImage(image).as_pil_image().convert("RGB") for image in images]
    return [image for image in found if image.height == 1754]


def is_written(page: Image.Image) -> bool:
    """Whether black words stand at the top on white, or nothing but a box."""
    low, high = page.crop((100, 120, 700, 220)).convert("L").getextrema()
    assert isinstance(low, float | int)
    return high - low > 200


def test_pages_are_counted_to_the_last_and_a_giant_one_is_shrunk(tmp_path: Path) -> None:
    with drawn_pages(document(pages=11, side=9000), tmp_path, 11, 11) as drawn:
        assert drawn is not None
        assert (drawn.count, list(drawn.files)) == (11, [11])
        assert Image.open(drawn.files[11]).size == (116, 1754)
    locked = document(encryption=pikepdf.Encryption(owner="a", user="b"))
    with drawn_pages(locked, tmp_path, 1, 1) as drawn:
        assert drawn is None
    assert list(tmp_path.iterdir()) == []
