"""24 screenshots: 20 that can be read and say when, 4 that cannot; and one acknowledgement."""

import io
import re
from collections import Counter
from datetime import datetime, timedelta

from PIL import Image, ImageChops, ImageFilter, ImageStat

from tests.example.conftest import WAVE_ON, Written

DATED = re.compile(r"(?:Screenshot_(\d{8})-(\d{6})|IMG_(\d{8})_(\d{6}))\.png")
NOT_DATED = {"Capture d’écran.png", "image0.png"}


def pictures(written: Written) -> dict[str, Image.Image]:
    files = [path for path in written.report.files if path.suffix == ".png"]
    return {path.name: Image.open(io.BytesIO(path.read_bytes())) for path in files}


def sharpness(image: Image.Image) -> float:
    """How much a light blur would take away: a lot from written letters, next to nothing from a blur."""
    grey = image.convert("L")
    return ImageStat.Stat(ImageChops.difference(grey, grey.filter(ImageFilter.BoxBlur(2)))).mean[0]


def test_twenty_file_names_give_the_moment_of_the_capture(written: Written) -> None:
    moments = []
    for name in pictures(written):
        if found := DATED.fullmatch(name):
            day, clock = (part for part in found.groups() if part)
            moments.append(datetime.strptime(day + clock, "%Y%m%d%H%M%S"))  # noqa: DTZ007
    assert len(moments) == 20
    assert {moment.date() for moment in moments} <= {WAVE_ON, WAVE_ON + timedelta(days=1)}


def test_four_pictures_cannot_be_read(written: Written) -> None:
    found = pictures(written)
    rest = {name: image for name, image in found.items() if not DATED.fullmatch(name)}
    assert len(rest) == 4
    assert rest.keys() >= NOT_DATED
    blurred = rest.keys() - NOT_DATED
    limit = min(sharpness(image) for name, image in found.items() if name not in rest)
    assert all(sharpness(rest[name]) < limit / 3 for name in blurred)
    assert rest["Capture d’écran.png"].width < 1080 / 2


def test_pictures_are_those_of_a_phone_and_small(written: Written) -> None:
    assert Counter(image.width for image in pictures(written).values()) == {1080: 23, 360: 1}
    assert all(path.stat().st_size < 60_000 for path in written.report.files if path.suffix == ".png")
    assert not any(image.info for image in pictures(written).values())


def test_the_acknowledgement_is_a_tagged_pdf_with_its_text(written: Written) -> None:
    import pikepdf

    with pikepdf.open(written.report.folder / "accuse-de-reception.pdf") as pdf:
        assert len(pdf.pages) == 1
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "fr-FR"
        assert str(pdf.docinfo["/Title"]) == "Accusé de réception de votre signalement"
