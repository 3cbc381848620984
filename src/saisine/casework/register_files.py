"""The register and the outline of `register` as files: Markdown, and an editable .docx with the same words."""

import re
from collections.abc import Iterator
from io import BytesIO

from saisine.casework.register import KINDS, build
from saisine.casework.register_facts import TO_CHECK, Document, Section
from saisine.casework.session import Session
from saisine.vault.opening import say_day_en, say_day_fr


def to_markdown(document: Document, language: str = "fr") -> str:
    """The document as Markdown; cells lose what would break a table."""
    index = int(language == "en")
    day = (say_day_fr, say_day_en)[index](document.on)
    head = [
        f"# {document.title[index]}",
        "",
        document.intro[index],
        "",
        ("Établi le ", "Written on ")[index] + day + ".",
    ]
    return (
        "\n".join([*head, *(line for section in document.sections for line in _markdown(section, index))])
        + "\n"
    )


def _markdown(section: Section, index: int) -> Iterator[str]:
    yield from ("", f"## {section.title[index]}", "")
    if section.rows:
        yield ("| Élément | Fait |", "| Item | Fact |")[index]
        yield "| --- | --- |"
        yield from (f"| {_cell(label[index])} | {_cell(text[index])} |" for label, text in section.rows)
    yield from (f"- {text[index]}" for text in section.lines)
    if section.must_be_checked:
        yield from ("", f"**{TO_CHECK[index]}**")


def _cell(text: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text).strip().replace("|", "\\|")


def to_docx(document: Document, language: str = "fr") -> bytes:
    """The document as an editable .docx: same sections, same words, real headings and tables."""
    from docx import Document as new_document  # late: half a second of import

    index = int(language == "en")
    page = new_document()
    page.core_properties.author, page.core_properties.comments = "", ""
    page.core_properties.title, page.core_properties.language = document.title[index], language
    page.add_heading(document.title[index], 0)
    page.add_paragraph(document.intro[index])
    page.add_paragraph(
        ("Établi le ", "Written on ")[index] + (say_day_fr, say_day_en)[index](document.on) + "."
    )
    for section in document.sections:
        page.add_heading(section.title[index], 1)
        if section.rows:
            table = page.add_table(rows=0, cols=2, style="Table Grid")
            for label, text in section.rows:
                cells = table.add_row().cells
                cells[0].text, cells[1].text = label[index], text[index]
        for line in section.lines:
            page.add_paragraph(line[index], style="List Bullet")
        if section.must_be_checked:
            page.add_paragraph().add_run(TO_CHECK[index]).bold = True
    out = BytesIO()
    page.save(out)
    return out.getvalue()


def documents(session: Session) -> Iterator[tuple[str, bytes]]:
    """Both documents, in both languages, as Markdown: what goes with an export of everything."""
    for kind in KINDS:
        made = build(session, kind)
        yield f"{kind}.fr.md", to_markdown(made, "fr").encode()
        yield f"{kind}.en.md", to_markdown(made, "en").encode()
