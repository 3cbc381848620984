"""The visible table of command modules: a verb group is one file and one line here."""

from importlib import import_module

MODULES = (
    "spaces",
    "sealing",
    "erasing",
    "keys",
    "backups",
    "authorities",
    "reading",
    "remapping",
    "profiles",
    "disclosures",
    "copies",
    "coordination",
    "sorting",
    "triage",
    "screenshots",
    "association",
    "rights",
    "rules",
    "incidents",
    "asking",
    "case_law",
    "case_files",
    "case_follow",
    "notices",
    "notice_steps",
    "dossiers",
    "letters",
    "help_numbers",
    "redaction",
    "witnesses",
)


def all_commands() -> None:
    for name in MODULES:
        import_module(f"saisine.cli.{name}")
