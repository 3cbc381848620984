"""The words of every error code, one table per engine, joined here."""

from saisine.error_texts import casework, documents, law, messages, vault, web, workspace
from saisine.errors import ErrorText

_TABLES = (
    workspace.TEXTS,
    vault.TEXTS,
    messages.TEXTS,
    law.TEXTS,
    documents.TEXTS,
    casework.TEXTS,
    web.TEXTS,
)

TEXTS: dict[str, ErrorText] = {code: text for table in _TABLES for code, text in table.items()}

if len(TEXTS) != sum(len(table) for table in _TABLES):
    raise RuntimeError("an error code stands in two tables")
