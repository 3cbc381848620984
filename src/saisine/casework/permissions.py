"""Who may do what in an association: one table of acts and roles, as data, without any engine behind it.

The table is that of the product's page on several users, cell by cell. `O` yes; `I` only in incidents one is a
member of; `A` needs a consent of the targeted person that covers the act (`consents.require_consent` asks for
it); `-` no. `own` and `incidents` are for the journal; `counts` shows numbers alone.

>>> cell_of("qualify", ("documentaliste", "juriste"))
'I'
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

Cell = Literal["-", "counts", "own", "incidents", "I", "A", "O"]
Role = Literal[
    "responsable", "documentaliste", "juriste", "personne_visee", "personne_confiance", "enquete", "lecture"
]

# role -> (French, English), in the order of the columns below
ROLES: Final[Mapping[str, tuple[str, str]]] = {
    "responsable": ("Responsable", "Lead"),
    "documentaliste": ("Documentaliste", "Documentalist"),
    "juriste": ("Juriste", "Legal adviser"),
    "personne_visee": ("Personne visée", "Targeted person"),
    "personne_confiance": ("Personne de confiance", "Trusted person"),
    "enquete": ("Enquête", "Interviews"),
    "lecture": ("Lecture", "Reading"),
}
RESPONSABLE: Final = "responsable"
TRUSTED: Final = "personne_confiance"

# act -> one cell per role, in the order of ROLES. Acts that the product's page does not name take the row of
# the act they prepare or follow; a doubt is settled by the narrower cell.
MATRIX: Final[Mapping[str, tuple[Cell, ...]]] = {
    "deposit": ("O", "O", "I", "I", "I", "-", "-"),
    "queue": ("O", "O", "I", "I", "I", "-", "-"),
    "show": ("O", "O", "I", "I", "I", "-", "-"),
    "sort": ("O", "O", "-", "I", "I", "-", "-"),
    "incident_read": ("O", "O", "I", "I", "I", "-", "-"),
    "incident_edit": ("O", "O", "I", "I", "-", "-", "-"),
    # whoever sends does not note the consent to send: the lead does, or the person herself
    "consent": ("O", "-", "-", "I", "-", "-", "-"),
    "qualify": ("O", "-", "I", "-", "-", "-", "-"),
    "notice_read": ("O", "O", "I", "I", "I", "-", "counts"),
    "notice_draft": ("O", "O", "I", "I", "-", "-", "-"),
    "notice_send": ("A", "A", "-", "I", "-", "-", "-"),
    "dossier_build": ("O", "-", "I", "I", "-", "-", "-"),
    "dossier_export": ("A", "-", "-", "I", "-", "-", "-"),
    "publish": ("A", "-", "-", "-", "-", "-", "-"),
    "publish_panorama": ("A", "-", "-", "-", "-", "O", "-"),
    "interviews": ("-", "-", "-", "-", "-", "O", "-"),
    "counts": ("O", "O", "O", "O", "-", "O", "O"),
    "together": ("O", "-", "-", "-", "-", "-", "-"),
    "journal": ("O", "own", "own", "incidents", "own", "own", "-"),
    "erase": ("O", "-", "-", "-", "-", "-", "-"),
    "erase_ask": ("O", "-", "-", "I", "-", "-", "-"),
    "vault_read": ("O", "O", "-", "-", "-", "-", "-"),
    "members": ("O", "-", "-", "-", "-", "-", "-"),
    "keys": ("O", "-", "-", "-", "-", "-", "-"),
}

# from no to yes: with several roles, the widest cell holds
_WIDTH: Final[tuple[Cell, ...]] = ("-", "counts", "own", "incidents", "I", "A", "O")
# acts by which something leaves: a second factor stands before them once several accounts exist
EXPORTS: Final = frozenset({"dossier_export", "publish", "publish_panorama"})


def cell(act: str, role: str) -> Cell:
    """One cell of the table. A role or an act that is not in it may do nothing."""
    row = MATRIX.get(act)
    if row is None or role not in ROLES:
        return "-"
    return row[list(ROLES).index(role)]


def cell_of(act: str, roles: Iterable[str]) -> Cell:
    """The widest cell of several roles; no role at all is no."""
    return max((cell(act, role) for role in roles), key=_WIDTH.index, default="-")


def roles_with(act: str, wanted: Cell, roles: Iterable[str]) -> tuple[str, ...]:
    """Those of these roles whose cell is that one: which of them opened the door."""
    return tuple(role for role in roles if cell(act, role) == wanted)


def exports(roles: Iterable[str]) -> bool:
    """Whether someone with these roles may make something leave."""
    held = tuple(roles)
    return any(cell_of(act, held) != "-" for act in EXPORTS)
