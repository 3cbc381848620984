"""Writes the .docx into which every letter is poured: styles, header and footer, and the merge loops.

Written here rather than in a word processor, so that it holds no name, no thumbnail and no history.
"""

import zipfile
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parents[1] / "src" / "saisine" / "letters" / "assets" / "letter.docx"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PART = "application/vnd.openxmlformats-officedocument.wordprocessingml"
FONT = '<w:rFonts w:ascii="Liberation Serif" w:hAnsi="Liberation Serif" w:cs="Liberation Serif"/>'


def run(text: str, properties: str = "") -> str:
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{text}</w:t></w:r>'


def runs(name: str) -> str:
    """The runs of a line; a gap is highlighted."""
    return "".join(
        (
            run("{%r for run in " + name + " %}"),
            run("{%r if run.gap %}"),
            run("{{ run.text }}", '<w:highlight w:val="yellow"/>'),
            run("{%r else %}"),
            run("{{ run.text }}"),
            run("{%r endif %}"),
            run("{%r endfor %}"),
        )
    )


def paragraph(content: str, style: str = "Normal") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'


def mark(tag: str) -> str:
    """A paragraph that holds one loop mark and disappears."""
    return paragraph(run("{%p " + tag + " %}"))


def loop(name: str, style: str) -> str:
    return mark(f"for line in {name}") + paragraph(runs("line"), style) + mark("endfor")


def document() -> str:
    body = "".join(
        (
            mark("for note in notes"),
            paragraph(run("{{ note }}"), "Note"),
            mark("endfor"),
            loop("sender", "Sender"),
            loop("recipient", "Recipient"),
            paragraph(runs("dated"), "Dated"),
            paragraph(run("Objet : ") + runs("subject"), "Subject"),
            mark("for part in parts"),
            mark("if part.kind == 'heading'"),
            paragraph(runs("part.line"), "Heading2"),
            mark("elif part.kind == 'item'"),
            paragraph(runs("part.line"), "Item"),
            mark("else"),
            paragraph(runs("part.line")),
            mark("endif"),
            mark("endfor"),
            loop("signature", "Signature"),
            paragraph(run("{{ sources }}"), "Sources"),
        )
    )
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/>'
        '<w:footerReference w:type="default" r:id="rId4"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1304" w:right="1304" w:bottom="1304" w:left="1304" w:header="567" w:footer="567" '
        'w:gutter="0"/></w:sectPr>'
    )
    return f"{HEAD}<w:document {W} {R}><w:body>{body}{section}</w:body></w:document>"


def field(code: str) -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {code} '
        '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def style(name: str, label: str, paragraph_xml: str = "", run_xml: str = "", based: str = "Normal") -> str:
    basis = "" if name == "Normal" else f'<w:basedOn w:val="{based}"/>'
    default = ' w:default="1"' if name == "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{name}"><w:name w:val="{label}"/>{basis}<w:qFormat/>'
        f"<w:pPr>{paragraph_xml}</w:pPr><w:rPr>{run_xml}</w:rPr></w:style>"
    )


def styles() -> str:
    box = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="4" w:color="8A4700"/>'
        for side in ("top", "left", "bottom", "right")
    )
    rows = "".join(
        (
            style("Normal", "Normal", '<w:spacing w:after="120" w:line="276" w:lineRule="auto"/>'),
            style("Note", "Note", f"<w:keepNext/><w:pBdr>{box}</w:pBdr>", '<w:b/><w:color w:val="8A4700"/>'),
            style("Sender", "Sender", '<w:spacing w:after="0"/>'),
            style("Recipient", "Recipient", '<w:spacing w:after="0"/><w:ind w:left="5100"/>'),
            style("Dated", "Dated", '<w:spacing w:before="360" w:after="240"/><w:ind w:left="5100"/>'),
            style("Subject", "Subject", '<w:spacing w:after="240"/>', "<w:b/>"),
            style(
                "Heading2",
                "heading 2",
                '<w:keepNext/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="1"/>',
                '<w:b/><w:sz w:val="25"/><w:color w:val="1C5570"/>',
            ),
            style("Item", "List Bullet", '<w:numPr><w:numId w:val="1"/></w:numPr><w:spacing w:after="60"/>'),
            style("Signature", "Signature", '<w:keepNext/><w:spacing w:before="60" w:after="0"/>'),
            style(
                "Sources",
                "Sources",
                '<w:spacing w:before="480"/>',
                '<w:sz w:val="17"/><w:color w:val="4C5A64"/>',
            ),
            style("Header", "header", "", '<w:sz w:val="17"/><w:color w:val="8A4700"/>'),
            style("Footer", "footer", "", '<w:sz w:val="17"/><w:color w:val="4C5A64"/>'),
        )
    )
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{FONT}<w:sz w:val="22"/><w:lang w:val="fr-FR"/></w:rPr>'
        "</w:rPrDefault></w:docDefaults>"
    )
    return f"{HEAD}<w:styles {W}>{defaults}{rows}</w:styles>"


def numbering() -> str:
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/>'
        '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="454" w:hanging="284"/></w:pPr></w:lvl>'
    )
    return (
        f'{HEAD}<w:numbering {W}><w:abstractNum w:abstractNumId="0">{level}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )


def relations(rows: list[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{target}"/>' for i, kind, target in rows)
    return f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'


def content_types() -> str:
    kinds = {
        "/word/document.xml": f"{PART}.document.main+xml",
        "/word/styles.xml": f"{PART}.styles+xml",
        "/word/numbering.xml": f"{PART}.numbering+xml",
        "/word/header1.xml": f"{PART}.header+xml",
        "/word/footer1.xml": f"{PART}.footer+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    rows = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in kinds.items())
    return (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{rows}</Types>'
    )


def core() -> str:
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title></dc:title><dc:creator></dc:creator>'
        "<dc:language>fr-FR</dc:language><cp:lastModifiedBy></cp:lastModifiedBy><cp:revision>1</cp:revision>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2000-01-01T00:00:00Z</dcterms:created>'
        '<dcterms:modified xsi:type="dcterms:W3CDTF">2000-01-01T00:00:00Z</dcterms:modified>'
        "</cp:coreProperties>"
    )


def parts() -> dict[str, str]:
    footer = run("Dossier {{ number }}, page ") + field("PAGE") + run(" sur ") + field("NUMPAGES")
    package = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    return {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relations(
            [("rId1", f"{KIND}/officeDocument", "word/document.xml"), ("rId2", package, "docProps/core.xml")]
        ),
        "docProps/core.xml": core(),
        "word/document.xml": document(),
        "word/styles.xml": styles(),
        "word/numbering.xml": numbering(),
        "word/header1.xml": f"{HEAD}<w:hdr {W}>{paragraph(run('{{ header }}'), 'Header')}</w:hdr>",
        "word/footer1.xml": f"{HEAD}<w:ftr {W}>{paragraph(footer, 'Footer')}</w:ftr>",
        "word/_rels/document.xml.rels": relations(
            [
                ("rId1", f"{KIND}/styles", "styles.xml"),
                ("rId2", f"{KIND}/numbering", "numbering.xml"),
                ("rId3", f"{KIND}/header", "header1.xml"),
                ("rId4", f"{KIND}/footer", "footer1.xml"),
            ]
        ),
    }


def write(target: Path = TEMPLATE) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts().items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)


if __name__ == "__main__":
    write()
