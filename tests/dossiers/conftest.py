"""One dossier of small pictures for all tests that only read it."""

import io
from pathlib import Path

import pytest
from PIL import Image

from saisine.dossiers import build_pdf
from saisine.dossiers.data import Box
from tests.dossiers import world

COVERED = (64, 48)


def picture(
    kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (90, 160), **options: object
) -> bytes:
    """A few bands, so that compressed pixels are small."""
    image = Image.new("RGB", size, (250, 250, 250))
    for row in range(0, size[1], 20):
        image.paste((row % 256, 90, 200), (4, row, size[0] // 2, row + 8))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One dossier: a PNG twice, a JPEG, and a PNG that a box covers whole."""
    bodies = [picture(), picture("JPEG", quality=80, size=(120, 90)), picture()]
    covered = world.screenshot(4, picture=picture(size=COVERED), boxes=(Box(0, 0, 1, 1),))
    exhibits = (*(world.screenshot(number, picture=body) for number, body in enumerate(bodies, 1)), covered)
    out = tmp_path_factory.mktemp("built") / "x.pdf"
    build_pdf(world.dossier(exhibits=exhibits), out)
    return out
