"""Workbooks made by hand, part by part, so that a test may put one fault in one place."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# Styles: 0 plain, 1 day (built in), 2 day and time, 3 a duration, 4 a number of days.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="[h]:mm"/><numFmt numFmtId="166" formatCode="0&quot; jours&quot;"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="166"/></cellXfs>'
    "</styleSheet>"
)


def letters(column: int) -> str:
    """The name of a column from 0: A, B… Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell(reference: str, value: object) -> str:
    """One cell: text in line, a number as it is, or `(kind, content, style)`."""
    if isinstance(value, tuple):
        kind, content, style = value
        return f'<c r="{reference}" t="{kind}" s="{style}">{content}</c>'
    if value is None or value == "":
        return ""
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def raw(content: str, *, kind: str = "n", style: int = 0) -> tuple[str, str, int]:
    """A cell by its XML: `raw("<v>1.75E+18</v>")`."""
    return kind, content, style


def sheet(rows: Sequence[Sequence[object]], *, hidden_rows: Iterable[int] = (), after: str = "") -> str:
    """A sheet; `after` follows its rows."""
    hidden = set(hidden_rows)
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(cell(f"{letters(column)}{number}", value) for column, value in enumerate(row))
        flag = ' hidden="1"' if number in hidden else ""
        lines.append(f'<row r="{number}"{flag}>{cells}</row>')
    return f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheetData>{"".join(lines)}</sheetData>{after}</worksheet>'


def strings(*texts: str) -> str:
    """Shared strings, each given as the XML inside its `si`."""
    return f'<sst xmlns="{MAIN}">{"".join(f"<si>{text}</si>" for text in texts)}</sst>'


def workbook(
    sheets: Mapping[str, str],
    *,
    hidden: Iterable[str] = (),
    is_1904: bool = False,
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """The bytes of an .xlsx with these sheets (name to XML); `parts` adds or replaces parts."""
    names, closed = list(sheets), set(hidden)
    state = dict.fromkeys(closed, ' state="hidden"')
    tabs = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"{state.get(name, "")}/>'
        for n, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    flag = '<workbookPr date1904="1"/>' if is_1904 else ""
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{RELATIONS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{flag}<sheets>{tabs}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/sheet{n}.xml": sheets[name] for n, name in enumerate(names, 1)},
        **(parts or {}),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in made.items():
            archive.writestr(name, body)
    return packed.getvalue()
