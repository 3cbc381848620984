"""The rules of PDF/A-2 (ISO 19005-2) and PDF/UA-1 (ISO 14289-1) that a structure alone can break, read with pikepdf.

Not a validator: widths of glyphs, colours inside font programs and the XMP extension schemas are left to one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pikepdf
from pikepdf import Dictionary, Name, Object, Operator, Pdf, Stream

ACTIONS: Final = {"/URI", "/GoTo"}
ANNOTATIONS: Final = {"/Link"}
FILTERS: Final = {"/FlateDecode", "/DCTDecode"}
PRINT, HIDING = (
    4,
    1 | 2 | 32 | 256,
)  # flags of a note: printed; invisible, hidden, not viewed, viewed at times
LONGEST_TEXT: Final = 32_767
SHOWN: Final = {"Tj", "TJ", "'", '"'}
ROLES: Final = {
    f"/{role}"
    for role in "Document Part Sect Div P H1 H2 H3 L LI Lbl LBody Table TR TH TD THead TBody Figure Caption Link Span "
    "TOC TOCI Reference Quote Note Code Form Strong Em NonStruct Private".split()
}

Read = tuple[Pdf, bytes]


def broken_rules(path: Path) -> list[str]:
    """The names of the rules that the file breaks, in the order of the table."""
    with Pdf.open(path) as pdf:
        read = (pdf, path.read_bytes())
        return [name for name, rule in RULES.items() if not all(rule(read))]


def _file(read: Read) -> Iterator[bool]:
    """6.1.2, 6.1.3: header, comment of four high bytes, identifier, no key, nothing after the end."""
    pdf, body = read
    yield re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", body) is not None
    yield body.rstrip(b"\n").endswith(b"%%EOF") and body.count(b"%%EOF") == 1
    yield "/ID" in pdf.trailer and "/Encrypt" not in pdf.trailer


def _objects(read: Read) -> Iterator[bool]:
    """6.1.7 to 6.1.9, 6.1.13: each object opens its line; texts are short enough for every reader."""
    pdf, body = read
    yield re.search(rb"[^\n\r]\d+ 0 obj\b", body[:200]) is None
    for one in pdf.objects:
        if isinstance(one, Dictionary):
            yield all(
                len(bytes(value)) <= LONGEST_TEXT
                for value in one.values()
                if isinstance(value, pikepdf.String)
            )


def _streams(read: Read) -> Iterator[bool]:
    """6.1.7: known compression, no bytes kept elsewhere, a length that is the length."""
    for one in _all(read, Stream):
        filters = one.get("/Filter", pikepdf.Array([]))
        names = [filters] if isinstance(filters, Name) else list(filters)
        yield {str(name) for name in names} <= FILTERS
        yield not {"/F", "/FFilter", "/FDecodeParms"} & set(one.keys())
        yield len(one.read_raw_bytes()) == int(one.stream_dict["/Length"])


def _colours(read: Read) -> Iterator[bool]:
    """6.2.3, 6.2.4: one output intent, with an RGB profile; pictures have three colours, and no layer of their own."""
    pdf, _ = read
    intents = list(pdf.Root.get("/OutputIntents", pikepdf.Array([])))
    yield [str(one.S) for one in intents] == ["/GTS_PDFA1"]
    for one in intents:
        profile = one.DestOutputProfile.read_bytes()
        yield (
            int(one.DestOutputProfile.N) == 3 and profile[12:20] == b"mntrRGB " and profile[36:40] == b"acsp"
        )
    for image in _pictures(read):
        space = image.ColorSpace
        yield isinstance(space, pikepdf.Array) and space[0] == "/ICCBased" and int(space[1].N) == 3
        yield not {"/SMask", "/Mask", "/Alternates", "/OPI"} & set(image.keys()) and not image.get(
            "/Interpolate"
        )
        yield int(image.BitsPerComponent) == 8


def _pixels(read: Read) -> Iterator[bool]:
    """6.2.8: each picture opens, and is of the size that it says."""
    for image in _pictures(read):
        opened = pikepdf.PdfImage(image).as_pil_image()
        opened.load()
        width, height = int(image.Width), int(image.Height)
        yield opened.size == (width, height) and opened.mode == "RGB"
        yield image.Filter != "/FlateDecode" or len(image.read_bytes()) == 3 * width * height


def _fonts(read: Read) -> Iterator[bool]:
    """6.2.11: every font is in the file, with what each sign means, and no sign means nothing."""
    for font in _all(read, Dictionary, "/Font"):
        if font.Subtype == "/Type0":
            yield font.get("/Encoding") == "/Identity-H"
            yield not re.search(
                rb"<(0000|FEFF|FFFE)>\s*\n", font.ToUnicode.read_bytes().partition(b"beginbf")[2]
            )
        else:
            held = font.FontDescriptor
            yield any(key in held for key in ("/FontFile2", "/FontFile3")) and "/W" in font
            yield bool(re.match(r"/[A-Z]{6}\+", str(font.BaseFont)))
    yield any(font.Subtype == "/Type0" for font in _all(read, Dictionary, "/Font"))


def _notes(read: Read) -> Iterator[bool]:
    """6.3, UA 7.18: links alone, printed and seen, said in words, in the order of the structure."""
    pdf, _ = read
    for page in pdf.pages:
        notes = list(page.get("/Annots", []))
        yield not notes or page.get("/Tabs") == "/S"
        for note in notes:
            yield str(note.Subtype) in ANNOTATIONS and "/Contents" in note and "/StructParent" in note
            yield int(note.F) & PRINT == PRINT and not int(note.F) & HIDING


def _acts(read: Read) -> Iterator[bool]:
    """6.5, 6.8: no script, no act at opening, no file inside, no form."""
    pdf, _ = read
    yield not {"/OpenAction", "/AA", "/AcroForm", "/AF", "/OCProperties", "/NeedsRendering"} & set(
        pdf.Root.keys()
    )
    yield not {"/EmbeddedFiles", "/JavaScript"} & set(pdf.Root.get("/Names", Dictionary()).keys())
    for one in pdf.objects:
        if isinstance(one, Dictionary):
            acts = (
                [one["/A"]] if "/A" in one and isinstance(one["/A"], Dictionary) and "/S" in one["/A"] else []
            )
            yield "/AA" not in one and {str(act.S) for act in acts} <= ACTIONS


def _words_on_the_file(read: Read) -> Iterator[bool]:
    """6.6: what the metadata say is what the file says of itself, and the norms are named."""
    pdf, _ = read
    yield "/Filter" not in pdf.Root.Metadata
    info = pdf.trailer.get("/Info", Dictionary())
    with pdf.open_metadata(set_pikepdf_as_editor=False) as meta:
        pairs = {"/Title": "dc:title", "/Subject": "dc:description", "/Creator": "xmp:CreatorTool"}
        yield all(str(info[key]) == meta.get(word) for key, word in pairs.items() if key in info)
        for key, word in {"/CreationDate": "xmp:CreateDate", "/ModDate": "xmp:ModifyDate"}.items():
            yield re.sub(r"\D", "", str(info[key]))[:14] == re.sub(r"\D", "", str(meta.get(word)))[:14]
        yield (meta.get("pdfaid:part"), meta.get("pdfaid:conformance"), meta.get("pdfuaid:part")) == (
            "2",
            "A",
            "1",
        )


def _tags(read: Read) -> Iterator[bool]:
    """6.7, UA 7: marked, in a language, with a title shown; known parts, figures in words, headings without a gap."""
    pdf, _ = read
    yield bool(pdf.Root.MarkInfo.Marked) and not pdf.Root.MarkInfo.get("/Suspects", False)
    yield str(pdf.Root.Lang) == "fr-FR" and bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    named = set(pdf.Root.StructTreeRoot.get("/RoleMap", Dictionary()).keys())
    level = 0
    for part in _parts(pdf.Root.StructTreeRoot):
        role = str(part.S)
        yield role in ROLES | named
        yield role != "/Figure" or bool(str(part.get("/Alt", "")))
        if re.fullmatch(r"/H[1-6]", role):
            yield int(role[2]) <= level + 1
            level = int(role[2])


def _marks(read: Read) -> Iterator[bool]:
    """UA 7.1: no sign is drawn outside the tags or what is set aside, and none is the sign of a missing one."""
    pdf, _ = read
    for page in pdf.pages:
        depth = 0
        for act in pikepdf.parse_content_stream(page):
            name = str(act.operator) if isinstance(act.operator, Operator) else ""
            depth += (name in {"BMC", "BDC"}) - (name == "EMC")
            if name in SHOWN:
                yield depth > 0
                yield all(b"\0\0" not in _codes(text) for text in _texts(act.operands))
        yield depth == 0


def _texts(operands: object) -> Iterator[bytes]:
    for one in operands:  # type: ignore[attr-defined]
        if isinstance(one, pikepdf.Array):
            yield from _texts(one)
        elif isinstance(one, pikepdf.String):
            yield bytes(one)


def _codes(text: bytes) -> set[bytes]:
    return {text[at : at + 2] for at in range(0, len(text), 2)}


def _parts(top: Object) -> Iterator[Object]:
    """The parts of the structure in reading order."""
    waiting = [top]
    while waiting:
        one = waiting.pop()
        if "/S" in one:
            yield one
        kids = one.get("/K")
        children = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
        waiting += [
            kid for kid in reversed(children) if isinstance(kid, Dictionary) and kid.get("/Type") != "/MCR"
        ]


def _pictures(read: Read) -> Iterator[Stream]:
    return (one for one in _all(read, Stream) if one.get("/Subtype") == "/Image")  # type: ignore[misc]


def _all(read: Read, kind: type, named: str = "") -> Iterator[Object]:
    for one in read[0].objects:
        if isinstance(one, kind) and (not named or one.get("/Type") == named):
            yield one


RULES: Final[Mapping[str, Callable[[Read], Iterator[bool]]]] = {
    "file": _file,
    "objects": _objects,
    "streams": _streams,
    "colours": _colours,
    "pixels": _pixels,
    "fonts": _fonts,
    "notes": _notes,
    "acts": _acts,
    "words on the file": _words_on_the_file,
    "tags": _tags,
    "marks": _marks,
}
