"""The words of every error code, one table per engine, joined here."""

from saisine.error_texts import (
    accounts,
    backups,
    bundles,
    campaigns,
    capture,
    case_files,
    casework,
    documents,
    example,
    findings,
    law,
    letters,
    messages,
    profiles,
    redaction,
    rights,
    rows,
    searching,
    stamping,
    vault,
    vault_keys,
    web,
    witnessing,
    workspace,
)
from saisine.errors import ErrorText

_TABLES = (
    workspace.TEXTS,
    vault.TEXTS,
    vault_keys.TEXTS,
    stamping.TEXTS,
    witnessing.TEXTS,
    redaction.TEXTS,
    rows.TEXTS,
    bundles.TEXTS,
    backups.TEXTS,
    capture.TEXTS,
    messages.TEXTS,
    profiles.TEXTS,
    searching.TEXTS,
    findings.TEXTS,
    campaigns.TEXTS,
    law.TEXTS,
    letters.TEXTS,
    documents.TEXTS,
    casework.TEXTS,
    case_files.TEXTS,
    rights.TEXTS,
    example.TEXTS,
    web.TEXTS,
    accounts.TEXTS,
)

TEXTS: dict[str, ErrorText] = {code: text for table in _TABLES for code, text in table.items()}

if len(TEXTS) != sum(len(table) for table in _TABLES):
    raise RuntimeError("an error code stands in two tables")
