"""What the command-line library says itself (usage lines, headings, faults), in the language of the person.

The library holds a copy of click whose words cannot be translated by a catalogue: its formatter is replaced,
and its errors are told again from their fields. Its own catalogue words (“Options”, “required”) are in
`locale/fr`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import typer
from typer._click.core import Command, Context
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    ClickException,
    MissingParameter,
    NoSuchOption,
    UsageError,
)
from typer._click.formatting import HelpFormatter

from saisine.cli.words import LANGUAGE, _

COLON = ":" if LANGUAGE == "en" else " :"


class Formatter(HelpFormatter):
    """Help pages with French usage and headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _("Utilisation : "))

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{heading}{COLON}\n")


class Page(Context):
    """A context whose help is written by our formatter."""

    formatter_class = Formatter


def prepare(command: Command) -> None:
    """Put our words into a command and all its sub-commands, once they are built."""
    command.context_class = Page
    command.options_metavar = _("[OPTIONS]")
    command.short_help = (
        command.short_help or command.help
    )  # lists wrap whole sentences instead of cutting them
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = _("COMMANDE [ARGUMENTS]…")
    with Page(command, info_name=command.name, help_option_names=["-h", "--help"]) as page:
        option = command.get_help_option(page)
    if option is not None:
        option.help = _("Afficher cette aide.")
    for param in command.params:
        if param.param_type_name == "argument":
            _name_plainly(param)
    for child in getattr(command, "commands", {}).values():
        prepare(child)


def _name_plainly(argument: Any) -> None:
    """PATH… and [INCIDENT] in usage lines, without the type that the library adds."""
    name = str(argument.metavar or argument.name.upper())
    shown = name if argument.required else f"[{name}]"
    argument.get_usage_pieces = lambda page: [shown]
    argument.display_type_rich = lambda ctx: None


def tree(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it: ("saisine read", …)."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from tree(child, f"{path} {name}")


def explain(error: ClickException) -> str:
    """A fault of usage as one sentence, and where the help is."""
    said = _sentence(error)
    page = getattr(error, "ctx", None)
    if page is None:
        return said
    return f"{said} " + _("Aide : « {command} --help ».").format(command=page.command_path)


def _sentence(error: ClickException) -> str:
    if isinstance(error, MissingParameter):
        return _missing(error)
    if isinstance(error, BadParameter):
        return _bad_value(error)
    if isinstance(error, NoSuchOption):
        said = _("L’option « {name} » n’existe pas.").format(name=error.option_name)
        return f"{said} {_perhaps(error.possibilities)}".strip()
    if isinstance(error, BadOptionUsage):
        if "requires" in error.message:
            return _("L’option « {name} » attend une valeur.").format(name=error.option_name)
        return _("L’option « {name} » n’attend pas de valeur.").format(name=error.option_name)
    if isinstance(error, UsageError):
        return _usage(error.message)
    return error.format_message()


def _usage(message: str) -> str:
    """The faults that the library only gives as a sentence."""
    if found := re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)$", message, re.S):
        return _("Il y a un argument de trop : {words}.").format(words=found.group(1))
    if found := re.match(r"(.*)\. Did you mean (.*)\?$", message, re.S):
        return f"{found.group(1)}. " + _("Peut-être : {names} ?").format(names=found.group(2))
    return message


def _name(error: BadParameter) -> str:
    """How the person would write the parameter: PATH… or --out."""
    if error.param_hint is not None:
        return error.param_hint if isinstance(error.param_hint, str) else ", ".join(error.param_hint)
    if error.param is None:
        return ""
    if error.param.param_type_name == "argument":
        return str(error.param.metavar or error.param.name or "").upper()
    return str(error.param.opts[-1])


def _missing(error: MissingParameter) -> str:
    is_option = error.param is not None and error.param.param_type_name == "option"
    words = _("Il manque l’option {name}.") if is_option else _("Il manque l’argument {name}.")
    return words.format(name=_name(error))


def _bad_value(error: BadParameter) -> str:
    name, reason = _name(error), _reason(error)
    if not name:
        return reason
    return _("Valeur refusée pour {name} : {reason}").format(name=name, reason=reason)


def _reason(error: BadParameter) -> str:
    """The checker's own finding, by its code; a sentence of ours passes as it is."""
    found = getattr(error.__cause__, "errors", None)
    if found is None:
        return error.message
    first = found()[0]
    facts = {"found": first.get("input", ""), **first.get("ctx", {})}
    words = _words_of(str(first["type"]))
    return words.format(**facts) if words else error.message


def _words_of(kind: str) -> str | None:
    known = {
        "int_parsing": _("« {found} » n’est pas un nombre entier."),
        "int_from_float": _("« {found} » n’est pas un nombre entier."),
        "float_parsing": _("« {found} » n’est pas un nombre."),
        "greater_than_equal": _("« {found} » est plus petit que {ge}."),
        "less_than_equal": _("« {found} » est plus grand que {le}."),
        "enum": _("« {found} » n’est pas dans la liste : {expected}."),
        "literal_error": _("« {found} » n’est pas dans la liste : {expected}."),
        "bool_parsing": _("« {found} » n’est ni oui ni non."),
    }
    return known.get(kind)


def _perhaps(names: Sequence[str] | None) -> str:
    return _("Peut-être : {names} ?").format(names=", ".join(sorted(names))) if names else ""


def build(app: typer.Typer) -> Command:
    """The whole command tree, ready to run in the language of the person."""
    command = typer.main.get_command(app)
    prepare(command)
    return command
