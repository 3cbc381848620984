"""A dossier keeps the rules of PDF/A-2 and PDF/UA-1 that its structure can break, and a fault in each is seen."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name, Pdf, Stream, String

from tests.dossiers.archival import RULES, broken_rules


def test_a_dossier_with_pictures_keeps_the_rules(built: Path) -> None:
    assert broken_rules(built) == []


def first(pdf: Pdf, kind: str, role: str = "") -> pikepdf.Object:
    return next(
        one
        for one in pdf.objects
        if isinstance(one, (Dictionary, Stream))
        and kind in (one.get("/Type"), one.get("/Subtype"))
        and (not role or one.get("/S") == role)
    )


def put(kind: str, key: str, value: object, role: str = "") -> Callable[[Pdf], None]:
    return lambda pdf: first(pdf, kind, role).__setitem__(key, value)


def untagged_words(pdf: Pdf) -> None:
    page = pdf.pages[0]
    page.contents_add(page.obj.Contents.read_bytes().replace(b"BDC", b"BDC EMC", 1))


FAULTS: dict[str, tuple[str, Callable[[Pdf], None]]] = {
    "no identifier": ("file", lambda pdf: pdf.trailer.__delitem__("/ID")),
    "a text too long": ("objects", put("/Catalog", "/Lang", String("f" * 40_000))),
    "bytes kept elsewhere": ("streams", put("/Image", "/F", String("elsewhere.jpg"))),
    "an old compression": ("streams", put("/Image", "/Filter", Name.LZWDecode)),
    "a layer of transparency": ("colours", put("/Image", "/SMask", Dictionary())),
    "colours of no profile": ("colours", put("/Image", "/ColorSpace", Name.DeviceCMYK)),
    "no output intent": ("colours", lambda pdf: pdf.Root.__delitem__("/OutputIntents")),
    "a size that is not the picture’s": ("pixels", put("/Image", "/Height", 1)),
    "a font that is not there": ("fonts", put("/CIDFontType2", "/FontDescriptor", Dictionary())),
    "a link that is not printed": ("notes", put("/Link", "/F", 2)),
    "a link without words": ("notes", lambda pdf: first(pdf, "/Link").__delitem__("/Contents")),
    "a program at opening": ("acts", put("/Catalog", "/OpenAction", Dictionary(S=Name.JavaScript, JS=String("x")))),
    "a program behind a link": ("acts", put("/Link", "/A", Dictionary(S=Name.Launch))),
    "another title": ("words on the file", lambda pdf: pdf.trailer.Info.__setitem__("/Title", String("Autre"))),
    "a picture without words": ("tags", put("/StructElem", "/Alt", String(""), "/Figure")),
    "a heading that jumps": ("tags", put("/StructElem", "/S", Name.H6, "/H1")),
    "an unknown part": ("tags", put("/StructElem", "/S", Name.Blink, "/P")),
    "words outside the tags": ("marks", untagged_words),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str, built: Path) -> None:
    name, make = FAULTS[fault]
    with Pdf.open(built) as pdf:
        make(pdf)
        try:
            assert not all(RULES[name]((pdf, built.read_bytes())))
        except (pikepdf.PdfError, AttributeError, KeyError, TypeError) as error:
            pytest.fail(f"the rule stopped on the fault: {error!r}")


def test_every_rule_has_its_fault() -> None:
    assert {name for name, _ in FAULTS.values()} == set(RULES)
