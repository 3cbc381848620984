"""Types and groups of a message as ticked boxes: what the triage proposes, what a person confirmed, and who."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saisine.casework.confirmed_types import Chosen, Counts, chosen_of, key_of
from saisine.casework.types_models import TypesRow
from saisine.findings.triage.lexicon import GROUPS, TYPES
from saisine.findings.triage.scoring import Result
from saisine.web import words

Name = Callable[[str], str]  # an actor’s id to words, of `accounts.who`


@dataclass(frozen=True, slots=True)
class Box:
    value: str
    label: str
    is_ticked: bool
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class Boxes:
    """One list: what is proposed or confirmed is `shown`, the rest `folded`; `none` says that nothing is proposed."""

    name: str
    legend: str
    shown: tuple[Box, ...]
    folded: tuple[Box, ...]
    fold_label: str
    none: str


@dataclass(frozen=True, slots=True)
class TypesForm:
    """The boxes of one message. `stands` and `model` say what the page showed; `by` is empty before « Confirmer »."""

    lists: tuple[Boxes, ...]
    stands: str
    model: str
    is_group: bool
    by: str = ""
    chosen: str = ""
    earlier: tuple[str, ...] = ()
    is_late: bool = False


def say_boxes(
    result: Result, rows: Sequence[TypesRow], stands: TypesRow | None, name: Name, *, is_group: bool
) -> TypesForm:
    """`rows` are every confirmation of the message, oldest first, `stands` the one that holds."""
    ticked = chosen_of(stands) if stands is not None else Chosen(result.types, result.targets)
    return TypesForm(
        lists=(
            _boxes(
                "type", TYPES, type_labels(), ticked.types, result.types,
                said=(_("Types"), _("Autres types"), _("Le tri ne propose aucun type.")),
            ),
            _boxes(
                "target", GROUPS, group_labels(), ticked.targets, result.targets,
                said=(_("Groupes visés"), _("Autres groupes"), _("Le tri ne propose aucun groupe.")),
            ),
        ),
        stands=key_of(stands),
        model=result.model_id,
        is_group=is_group,
        by=_by(stands, name) if stands is not None else "",
        chosen=say_chosen(ticked) if stands is not None else "",
        earlier=tuple(_earlier(row, name) for row in reversed(rows) if row != stands),
    )  # fmt: skip


def _boxes(
    name: str,
    values: Iterable[str],
    labels: Mapping[str, str],
    ticked: Collection[str],
    proposed: Collection[str],
    *,
    said: tuple[str, str, str],
) -> Boxes:
    boxes = [Box(value, labels[value], value in ticked, value in proposed) for value in values]
    shown = tuple(box for box in boxes if box.is_ticked or box.is_proposed)
    folded = tuple(box for box in boxes if box not in shown)
    legend, fold_label, none = said
    return Boxes(name, legend, shown, folded, fold_label, "" if proposed else none)


def _by(row: TypesRow, name: Name) -> str:
    return _("Confirmé par %(who)s, le %(when)s.") % {"who": name(row.by), "when": words.say_moment(row.at)}


def _earlier(row: TypesRow, name: Name) -> str:
    """« Types confirmés : menace. Confirmé par Claire, le … Annulé par vous, le … »"""
    said = f"{say_chosen(chosen_of(row))}. {_by(row, name)}"
    if row.withdrawn_at is None:
        return said
    gone = {"who": name(row.withdrawn_by), "when": words.say_moment(row.withdrawn_at)}
    return f"{said} {_('Annulé par %(who)s, le %(when)s.') % gone}"


def say_chosen(chosen: Chosen) -> str:
    """« Types confirmés : insulte et menace ; groupes visés : femmes »."""
    types = _listed(chosen.types, type_labels())
    groups = _listed(chosen.targets, group_labels())
    said = _("Types confirmés : %(types)s") % {"types": types} if types else _("Aucun type, confirmé")
    parts = [said, _("groupes visés : %(groups)s") % {"groups": groups}] if groups else [said]
    return words.sign(";").join(parts)


def _listed(values: Iterable[str], labels: Mapping[str, str]) -> str:
    """A name of a later version is shown as it is written."""
    return words.say_list([_inside(labels.get(value, value)) for value in values])


def _inside(label: str) -> str:
    """A label in the middle of a sentence: English keeps the capital of a people."""
    return label if words.is_english() and label in _keep_capital() else label[:1].lower() + label[1:]


def _keep_capital() -> frozenset[str]:
    return frozenset(group_labels()[name] for name in ("musulmans", "juifs", "gens_du_voyage", "lgbtqia"))


def say_counts(counts: Counts) -> str:
    """« Types confirmés sur 12 messages : insulte (8), menace (3) »; empty while nothing was confirmed."""
    if not counts.n:
        return ""
    labels = type_labels()
    listed = [f"{_inside(labels[name])} ({words.say_number(n)})" for name, n in counts.types.items()]
    said = ngettext(
        "Types confirmés sur %(n)s message : %(types)s",
        "Types confirmés sur %(n)s messages : %(types)s",
        words.form(counts.n),
    )
    return said % {"n": words.say_number(counts.n), "types": words.say_list(listed) or _("aucun type")}


def type_labels() -> dict[str, str]:
    """Words to sort by: none of them is the name of an offence."""
    return {
        "insulte": _("Insulte"),
        "menace": _("Menace"),
        "incitation": _("Incitation"),
        "doxxing": _("Adresse ou numéro publié"),
        "harcelement_sexuel": _("Propos sexuels"),
        "sous_entendu": _("Sous-entendu"),
    }


def group_labels() -> dict[str, str]:
    return {
        "femmes": _("Femmes"),
        "personnes_racisees": _("Personnes racisées"),
        "musulmans": _("Personnes musulmanes"),
        "juifs": _("Personnes juives"),
        "exiles": _("Personnes exilées"),
        "lgbtqia": _("Personnes LGBTQIA+"),
        "handicap": _("Personnes handicapées"),
        "gens_du_voyage": _("Gens du voyage"),
    }
