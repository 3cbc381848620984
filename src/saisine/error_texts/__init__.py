"""The words of every error code, one table per engine, joined here."""

from saisine.error_texts import casework, documents, example, findings, law, messages, vault, web, workspace
from saisine.errors import ErrorText

_TABLES = (
    workspace.TEXTS,
    vault.TEXTS,
    messages.TEXTS,
    findings.TEXTS,
    law.TEXTS,
    documents.TEXTS,
    casework.TEXTS,
    example.TEXTS,
    web.TEXTS,
)

TEXTS: dict[str, ErrorText] = {code: text for table in _TABLES for code, text in table.items()}

if len(TEXTS) != sum(len(table) for table in _TABLES):
    raise RuntimeError("an error code stands in two tables")
