"""Masks: a hidden name stands in no byte of what is handed over, and a hidden part of a picture is gone."""

import io
import zipfile
from pathlib import Path
from urllib.parse import quote

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from saisine.dossiers import RECIPIENTS, Box, Person, build_pdf
from saisine.dossiers.finding import NameFinder
from saisine.dossiers.masks import Masker, fold, hidden_text
from saisine.dossiers.pictures import encode_picture
from saisine.dossiers.recipients import hidden_words
from saisine.vault import SealItem
from tests.dossiers import world
from tests.dossiers.sealed import ITEMS, build, pdf_bytes

NAME = "Dominique Inventé"
TRAPS = (
    "Dominique Inventé", "DOMINIQUE INVENTÉ", "dominique invente", "Dominique  Inventé", "Dominique\nInventé",
    "Dominique\u00a0Inventé", "Dominique\u202fInventé", "Dominique\u200bInventé", "Domi\u00adnique Inventé",
    "Dominique Invente\u0301", "Dominique-Inventé", "Dominique.Invente", "dominique_invente",
    "@dominique.invente", "DominiqueInventé",
    "Ｄｏｍｉｎｉｑｕｅ Inventé", "𝐃𝐨𝐦𝐢𝐧𝐢𝐪𝐮𝐞 Inventé", "Dominique\tInventé", "Dom\u2060inique Inventé",
    "https://exemple.invalid/dominique-invente", "dominique.invente@exemple.invalid", "(Dominique Inventé)",
    "l’ami·Dominique Inventé·", "#DominiqueInvente", quote("Dominique Inventé"), "q=Dominique+Invent%C3%A9",
    "Dominique%20Inventé", "%44ominique Inventé", "«Dominique Inventé»", "xDominique Inventéx",
)  # fmt: skip


def hides(text: str) -> bool:
    """Read as the strictest reader would: no accents, no case, no separators, percent signs undone."""
    from urllib.parse import unquote

    letters = "".join(sign for sign in fold(unquote(text))[0] if sign.isalpha())
    return "dominiqueinvente" not in letters


@pytest.mark.parametrize("trap", TRAPS)
def test_thirty_ways_to_write_a_name_are_masked(trap: str) -> None:
    assert not hides(trap)
    masked = Masker([(NAME, "tiers 1")]).text(f"avant {trap} après")
    assert "[tiers 1]" in masked
    assert hides(masked)
    assert masked.startswith("avant ")
    assert masked.endswith(" après")


def test_a_short_name_is_masked_as_a_word_alone() -> None:
    masker = Masker([("Éva", "tiers 1"), ("L’Or", "tiers 2")])
    assert masker.text("Eva évalue, l'or, lorsque") == "[tiers 1] évalue, [tiers 2], lorsque"


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_holds_no_name_is_unchanged(before: str, after: str) -> None:
    masker = Masker([("zqxjkvwz", "tiers 1")])
    text = before + after
    assert masker.text(text) == text or masker.hits
    assert "zqxjkvwz" not in fold(masker.text(f"{before} zqxjkvwz {after}"))[0]


def test_the_count_of_words_is_told_never_the_size() -> None:
    assert hidden_text("un deux") == "████████ (texte non transmis, 2 mots)"
    assert hidden_text("anticonstitutionnellement") == hidden_text("a")
    assert hidden_text(None) == ""


PEOPLE = (
    Person("personne visée 1", "visee", ("Camille Zqexemple",), ("camille.zq",), ("cz@zqcourriel.invalid",)),
    Person("compte 1", "auteur_presume", ("Alix Zqauteur",), ("zqcompte_invente",), ("az@zqposte.invalid",)),
    Person("tiers 1", "tiers", ("Dominique Zqtiers",), ("domi_zqtiers",), ("dz@zqtiers.invalid",)),
    Person("témoin 1", "temoin", ("Sacha Zqtemoin",), ("zqsacha",), ("sz@zqtemoin.invalid",)),
    Person("juriste 1", "juriste", ("Ange Zqjuriste",), (), ("az@zqjuriste.invalid",)),
)
EVERYTHING = tuple(word for person in PEOPLE for word in (*person.names, *person.handles, *person.contacts))
HIDDEN = {
    "avocat": PEOPLE[2].names + PEOPLE[2].handles + PEOPLE[2].contacts,
    "procureur": PEOPLE[2].names + PEOPLE[2].handles
    + tuple(word for number in (0, 2, 3, 4) for word in PEOPLE[number].contacts),
    "pharos": tuple(word for word in EVERYTHING if word not in PEOPLE[1].handles),
    "arcom": EVERYTHING,
    "organe21": EVERYTHING,
    "interne": EVERYTHING,
    "public": EVERYTHING,
}  # fmt: skip
ALL = " ; ".join(EVERYTHING)


def crowded(folder: Path, recipient: str) -> tuple[Path, Path]:
    """A dossier in which every name stands everywhere a name can stand."""
    items = (
        SealItem(
            "export Dominique Zqtiers.jsonl", b'{"text": "propos"}\n', media_type="application/x-ndjson"
        ),
        SealItem("capture.png", world.picture(2), kind="screenshot", media_type="image/png"),
        SealItem("capture-3.png", world.picture(3), kind="screenshot", media_type="image/png"),
    )
    when = world.When(world.WAVE_AT, "s", "field")
    url = "https://x.com/domi_zqtiers/status/1?nom=Dominique%20Zqtiers&c=zqcompte_invente"
    copies = (
        world.CopyRow(when, "@domi_zqtiers", url),
        world.CopyRow(when, ALL, "https://a.invalid/zqsacha"),
    )
    first = world.message(
        1, title=ALL, text=ALL, url=url, account=ALL, locator=ALL, context=(ALL,), copies=copies, kind="group"
    )
    sheet = world.QualificationSheet(
        ALL, "met", ALL, False, (world.ElementRow(ALL, "présent", ALL, False),), ALL, ALL, "retenir",
        ALL, ALL, (ALL,), world.INSULT.clock, world.INSULT.standing,
    )  # fmt: skip
    report = build(
        folder,
        recipient,
        items,
        title=ALL,
        summary=ALL,
        people=PEOPLE,
        chronology=(world.ChronologyLine(when, ALL, (1,)),),
        qualifications=(sheet,),
        harm=(world.HarmLine(ALL, ALL, ALL),),
        steps=(world.StepLine(when, ALL, ALL, ALL, ALL),),
        requests=(ALL,),
        missing=(world.MissingPiece(ALL, ALL, ALL),),
        exhibits=(first, world.screenshot(2, title=ALL), world.screenshot(3), world.message(4)),
    )
    return report.bundle, folder / "dossier.pdf"


@pytest.mark.parametrize("recipient", HIDDEN)
def test_a_masked_name_stands_in_no_byte_of_what_is_handed_over(recipient: str, tmp_path: Path) -> None:
    bundle, pdf = crowded(tmp_path, recipient)
    places = {"PDF": pdf_bytes(pdf).decode("utf-8", "replace")}
    with zipfile.ZipFile(bundle) as archive:
        places["names"] = " ".join(archive.namelist())
        for name in archive.namelist():
            if not name.endswith((".pdf", ".png")):
                places[name] = archive.read(name).decode("utf-8", "replace")
    for place, text in places.items():
        read = fold(text)[0]
        for word in HIDDEN[recipient]:
            assert fold(word)[0] not in read, (place, word)


def test_an_account_shown_with_its_identifier_is_also_masked_where_one_of_them_stands_alone() -> None:
    account = Person("compte 1", "auteur_presume", handles=("@zqcompte (identifiant 9912345678)",))
    masker = Masker(hidden_words(RECIPIENTS["arcom"], (account,)))
    found = masker.text("https://x.com/zqcompte/status/1 ; https://x.com/i/user/9912345678 ; ZQcompte, 99")
    assert found == "https://x.com/[compte 1]/status/1 ; https://x.com/i/user/[compte 1] ; [compte 1], 99"
    short = Person("compte 2", "auteur_presume", handles=("@zqautre (identifiant 2026)",))
    assert Masker(hidden_words(RECIPIENTS["arcom"], (short,))).text("mars 2026") == "mars 2026"


def test_the_text_of_a_page_hides_names_also_when_glyphs_are_read(tmp_path: Path) -> None:
    from tests.dossiers.test_pdf import text_of

    _, pdf = crowded(tmp_path, "arcom")
    letters = "".join(sign for sign in fold(text_of(pdf))[0] if sign.isalnum())
    for word in EVERYTHING:
        assert "".join(sign for sign in fold(word)[0] if sign.isalnum()) not in letters
    assert "[tiers 1]" in text_of(pdf)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("tweets.jsonl", '{"text": "bonjour Dominique Inventé"}'.encode()),
        ("tweets.jsonl", b'{"text": "bonjour Dominique Invent\\u00e9"}'),
        ("Dominique_Invente.jsonl", b"{}"),
        ("grand.txt", b"a" * (2 << 20) + b"b"),
    ],
)
def test_a_text_original_that_shows_a_masked_person_stays_at_home(
    name: str, body: bytes, tmp_path: Path
) -> None:
    items = (SealItem(name, body, media_type="text/plain"), *ITEMS[1:])
    report = build(tmp_path / "avocat", items=items)
    assert report.withheld == (1, 4)
    assert report.pieces == 2
    with_everyone = build(tmp_path / "all", items=items, people=world.PEOPLE[:2])
    assert (with_everyone.withheld, with_everyone.to_review) == ((), ())


def test_pictures_that_nobody_looked_at_are_named(tmp_path: Path) -> None:
    assert build(tmp_path).to_review == (2, 3)


BOX = Box(0.25, 0.5, 0.75, 0.75)


def test_a_box_burns_the_pixels_of_the_picture_printed(tmp_path: Path) -> None:
    data = world.dossier(exhibits=(world.screenshot(1, boxes=(BOX,)),))
    report = build_pdf(data, tmp_path / "x.pdf")
    assert report.masked == frozenset({1})
    assert report.to_review == ()
    with pikepdf.Pdf.open(tmp_path / "x.pdf") as pdf:
        (stream,) = [
            one
            for one in pdf.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image" and int(one.Width) > 500
        ]
        image = pikepdf.PdfImage(stream).as_pil_image().convert("RGB")
    assert_uniform(image, BOX)


def assert_uniform(image: Image.Image, box: Box) -> None:
    width, height = image.size
    sides = (box.left * width, box.top * height, box.right * width, box.bottom * height)
    part = image.crop(tuple(map(int, sides)))  # type: ignore[arg-type]
    assert all(high == low for low, high in part.getextrema())  # type: ignore[misc]
    assert any(high - low > 50 for low, high in image.getextrema())  # type: ignore[misc]


@pytest.mark.parametrize("size", [(1080, 2400), (2000, 4001), (333, 777)])
def test_nothing_of_a_hidden_part_reaches_its_edge(size: tuple[int, int]) -> None:
    """Two pictures that differ inside the box alone give the same bytes."""
    made = []
    for colour in ((255, 0, 0), (0, 255, 0)):
        image = Image.new("RGB", size, (250, 250, 250))
        sides = (int(0.25 * size[0]), int(0.5 * size[1]), int(0.75 * size[0]), int(0.75 * size[1]))
        image.paste(colour, sides)
        out = io.BytesIO()
        image.save(out, "PNG")
        made.append(encode_picture(out.getvalue(), (BOX,)))
    assert made[0] == made[1]


@given(*[st.floats(0, 1) for _ in range(4)])
def test_any_box_covers_all_it_says(a: float, b: float, c: float, d: float) -> None:
    white = io.BytesIO()
    Image.new("RGB", (64, 64), (255, 255, 255)).save(white, "PNG")
    made = encode_picture(white.getvalue(), (Box(a, b, c, d),))
    assert made is not None
    image = Image.open(io.BytesIO(made.body))
    x, y = min(63, int((a + c) / 2 * 64)), min(63, int((b + d) / 2 * 64))
    assert image.getpixel((x, y))[0] < 200  # type: ignore[index]


def test_a_picture_leaves_its_metadata_at_home() -> None:
    source = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Dominique Inventé"
    Image.new("RGB", (30, 20)).save(source, "JPEG", exif=exif, comment=b"Dominique")
    made = encode_picture(source.getvalue())
    assert made is not None
    assert b"Dominique" not in made.body
    assert b"Exif" not in made.body


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"%PDF-1.7", b"<svg/>"])
def test_what_is_no_picture_is_refused_without_a_crash(body: bytes) -> None:
    assert encode_picture(body) is None


def test_a_picture_bomb_is_refused_before_it_is_decoded() -> None:
    source = io.BytesIO()
    Image.new("1", (8000, 7000)).save(source, "PNG")
    assert encode_picture(source.getvalue()) is None


def test_each_of_thousands_of_accounts_keeps_its_own_label() -> None:
    accounts = [f"vague_{n:04d}" for n in range(3000)]
    masker = Masker((account, f"compte {number}") for number, account in enumerate(accounts))
    told = masker.text("@vague_0007, Vague-2999 ; vague_00071 et https://exemple.invalid/vague.1500?a=1")
    assert told == "[compte 7], [compte 2999] ; [compte 7]1 et https://exemple.invalid/[compte 1500]?a=1"


@settings(max_examples=30)
@given(
    st.sets(st.from_regex(r"[ab1]{1,4}([ ._-][ab1]{1,3}){0,2}", fullmatch=True), min_size=1, max_size=6),
    st.text("ab1 ._-@", max_size=30),
)
def test_a_name_is_hidden_whatever_other_names_are(keys: set[str], text: str) -> None:
    hidden = {place for _, start, end in NameFinder(keys).names_in(text) for place in range(start, end)}
    for key in keys:
        for _, start, end in NameFinder([key]).names_in(text):
            assert hidden & set(range(start, end))
