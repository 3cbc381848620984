"""What is easily misread in a table: identifiers in other clothes, who keeps it, hours beside days, counts in words."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from saisine.messages.columns import Column, Same
from saisine.messages.formats.blocks import RecordBlock
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.raw import Context, Note
from saisine.messages.formats.table_columns import Cells, joined
from saisine.messages.formats.table_fields import header_words
from saisine.messages.formats.table_json import JsonLayout
from saisine.messages.formats.table_layout import Layout, key_of
from saisine.messages.formats.table_values import platform_of
from saisine.messages.formats.word_times import with_clock

AUTHORS: Final = ("author_name", "author_handle", "author_id")
_DRESSED: Final = re.compile(r"[' .,\u00a0\u202f]\d{3}")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:([ .,\u00a0\u202f])\d{3})(?:\1\d{3}){4,6}")


def bare_ids(cells: Cells) -> Cells:
    """Identifiers without the word before them (« ID: 1000… », as ExportComments writes those of Facebook), without the
    apostrophe that makes a text of a number, and without the points of thousands."""
    together = joined(cells)
    if together.isdecimal() or not _DRESSED.search(together):
        return cells
    bare = [cell and cell.removeprefix("ID: ").removeprefix("'").strip() for cell in cells]
    return [(re.sub(r"\D", "", one) if _THOUSANDS.fullmatch(one) else one) if one else None for one in bare]


def told_platform(layout: Layout, ctx: Context) -> str:
    """The platform that the lines above the table name, or else the sheet."""
    found = platform_of(layout.preamble)
    sheet = ctx.path.rpartition("!")[2] if "!" in ctx.path else ""
    return platform_of(sheet) if found == "other" and sheet else found


def without_reporter(profile: Profile, layout: Layout) -> Profile:
    """The profile without the columns that name somebody of whom the table does not say that she wrote: a witness, a
    volunteer or a victim would be named as the author of what she reports or suffers."""
    headers = layout.header
    if isinstance(layout, JsonLayout):  # it names the columns that the profile wants, too
        headers = [one for one in headers if one.casefold() in layout.seen]
    aside = set_aside(headers)
    fields = dict(profile.fields)
    for name in AUTHORS:
        rule = fields.get(name)
        kept = tuple(one for one in rule.headers if key_of(one) not in aside) if rule is not None else ()
        if rule is None or kept == rule.headers:
            continue
        if kept:
            fields[name] = replace(rule, headers=kept)
        else:
            del fields[name]
    return replace(profile, fields=fields)


# ------------------------------------------------------------------ who wrote, who reports, who is aimed at

# Headers as `header_words` gives them. Why a column is set aside: one of `proposal_words.REASONS`.
REPORTS: Final = "who_reports"
AIMED_AT: Final = "who_is_aimed_at"
ANSWERS: Final = "who_answers"
PERHAPS: Final = "perhaps_reports"
# Those that only the other columns of the table tell.
DOUBTFUL: Final = (ANSWERS, PERHAPS)

_VERBS: Final = (
    "(?:signal|rapport|relev|constat|remont|collect|copi|captur|not|ajout|enregistr|declar|depos|trait|alert|temoign)e"
    "|(?:saisi|transmis|recueilli|vu|lu|rempli|recu|suivi)"
)
_WRITING: Final = "ecrit|publie|poste|envoye|commente|tenu|written|posted|sent|commented|published"
_REPORTER: Final = re.compile(
    rf"(?<!\w)(?!(?:{_WRITING})e?s? )\w+ (?:par|by)$|\b(?:(?:{_VERBS})e?s? par|(?:reported|submitted|filed) by"
    rf"|(?:a|ont|ayant|qui) (?:{_VERBS})e?s?|qui signalent|signalante?s?|signaleu(?:r|se)s?|benevoles?|declarante?s?"
    r"|temoins?|contacts?|referente?s?|moderat(?:eur|rice|or)s?|adherente?s?|salariee?s?|militante?s?|stagiaires?"
    r"|veilleu(?:r|se)s?|lanceu(?:r|se)s?|(?:enquet|collect|informat|observat|operat|interlocut)(?:eur|rice)s?"
    r"|requerante?s?|agents?|operators?|observers?|reporters?|reporting|submitters?|volunteers?|witness(?:es)?"
    r"|informants?)\b"
)
_OWN: Final = re.compile(r"\b(?:votre|vos|your|notre|nos|our|mon|ma|mes|my)\b")
_PERSON: Final = re.compile(
    r"\b(?:auteure?s?|autrices?|authors?|noms?|names?|pseudo\w*|comptes?|accounts?|users?|usernames?|utilisat\w+"
    r"|qui|who|personnes?|persons?|redact\w+|identite|par|by)\b"
)
# With a person: who made the document, or whose association it is.
_DOCUMENT: Final = re.compile(
    r"\b(?:signalements?|fiches?|formulaires?|saisies?|declarations?|temoignages?|rapports?|plaintes?|alertes?"
    r"|mains? courantes?|demandes?|veilles?|tableaux?|entry|entries"
    r"|captures?|constats?|releves?|dossiers?|remontees?|submissions?|reports?|forms?|screenshots?|asso|associations?"
    r"|structures?|organismes?|organi[sz]ations?)\b"
)
_TARGET: Final = re.compile(
    r"\b(?:victimes?|cible(?:e?s?)|visee?s?|visant|targets?|targeted|victims?|destinataires?|recipients?|concernee?s?"
    r"|plaignante?s?|complainants?|plaintiffs?|mentionnee?s?|mentioned|citee?s?|reply to|replied to|replying to"
    r"|reponse a|retweeted|quoted|reposted)\b"
)
_WRITTEN: Final = re.compile(
    r"\b(?:auteure?s?|autrices?|authors?)(?: e)? (?:du|de la|de l|des|de ce|de cette|of the|of) (?:messages?"
    r"|commentaires?|propos|tweets?|textes?|contenus?|insultes?|menaces?|comments?)\b"
)
_WROTE: Final = re.compile(
    r"\bqui (?:(?:l|m|vous|nous) )?(?:a|ont) (?:ecrit|publie|poste|envoye|commente|dit|tenu|insulte|menace)\w*\b"
    r"|\b(?:ecrit|publie|poste)e?s? par\b|\b(?:written|posted) by\b"
)
_ACCOUNTS: Final = (
    r"(?:comptes?|pseudo\w*|profils?|utilisat(?:eur|rice)s?|auteure?s?|autrices?|accounts?|users?|usernames?|handles?"
    r"|profiles?|authors?)"
)
_REPORTED: Final = re.compile(
    rf"\b{_ACCOUNTS} (?:(?:signale|incrimine|denonce)e?s?|mise?s? en cause)$"
    rf"|^(?:reported|offending) {_ACCOUNTS}$"
)
_NOM: Final = re.compile(r"noms?(?: complet| de famille)?|nom (?:et )?prenom|prenom (?:et )?nom")
_NAME: Final = re.compile(r"(?:full )?names?")
_AUTHOR: Final = re.compile(
    r"(?:auteure?|autrice)s?(?: e)?(?: (?:ou )?(?:autrice|auteur)s?)?|authors?|expedit(?:eur|rice)|sender"
    r"|signataire|qui"
)
_NAME_OF_AUTHOR: Final = re.compile(
    rf"(?:nom de l )?(?:{_AUTHOR.pattern})(?: (?:du|des|de la) \w+)?|(?:author|sender)(?: display)? name"
)
_ACCOUNT: Final = re.compile(
    r"(?:pseudo(?:nyme)?s?|comptes?|arobase|handle|(?:nom d )?utilisat(?:eur|rice)|accounts?(?: name)?|users?"
    r"|user ?name|screen name|login|identifiant du compte)(?: (?:de|du|des|d|qui|sur|of) .+)?"
)
# A Google form: when it was sent, by whose account.
_STAMPS: Final = frozenset({"horodateur", "horodatage", "timestamp"})
_USER: Final = re.compile(r"(?:nom d )?utilisat(?:eur|rice)|user ?name|user")
# What only a form asks of whoever fills it in.
_FORM: Final = re.compile(
    r".*\b(?:prenoms?|first ?name|last ?name|surname|e ?mails?|mails?|courriels?|tel|telephones?|portable|mobile"
    r"|phones?|votre|vos|your)\b.*|adresse(?: postale| electronique)?|address|ville|commune|city"
    r"|code postal|zip(?: code)?|contact|"
    r"(?:nom de (?:la |l |votre )?)?(?:structure|association|asso|organi[sz]ation|organisme"
    r"|etablissement)(?: (?:ou )?(?:structure|association|organisation|organisme|collectif))*"
)
# A tool that collects profiles gives their first names too.
_OF_TOOL: Final = re.compile(
    r".*\b(?:(?:profile|profil)(?: (?:url|link|id|picture|pic))?|avatar|followers|author id|user id)"
)


def set_aside(headers: Sequence[str]) -> dict[str, str]:
    """{key of a header: why} of the columns of which the table does not say that they name who wrote.

    « Auteur du signalement » says it alone; « Nom » is whoever fills in a form beside « Prénom » or « E-mail », and
    cannot be told from her beside a pseudonym; nor can « Auteur » beside « Compte signalé ».
    """
    said = {key_of(one): header_words(one) for one in headers if one.strip()}
    aside = {key: why for key, words in said.items() if (why := _other_person(words)) is not None}
    free = {key: words for key, words in said.items() if key not in aside}
    is_reported = any(map(_REPORTED.search, free.values()))
    is_signed = any(map(_WRITTEN.search, free.values()))
    has_account = any(map(_ACCOUNT.fullmatch, free.values()))
    named = sum(1 for words in free.values() if _NAME_OF_AUTHOR.fullmatch(words))
    is_form = any(map(_FORM.fullmatch, said.values()))
    is_of_tool = any(map(_OF_TOOL.match, said.values()))
    has_stamp = not _STAMPS.isdisjoint(said.values())
    for key, words in free.items():
        if _is_who_wrote(words):
            continue
        is_nom, is_name = _NOM.fullmatch(words), _NAME.fullmatch(words)
        is_author = _AUTHOR.fullmatch(words)
        if (has_stamp and _USER.fullmatch(words)) or (is_form and (is_nom or (is_name and not is_of_tool))):
            aside[key] = ANSWERS
        elif (
            (is_reported and (is_nom or is_name or is_author or _ACCOUNT.fullmatch(words)))
            or (is_signed and is_author)
            or ((is_nom or is_name) and named)
            or (is_nom and has_account)
        ):
            aside[key] = PERHAPS
    return aside


def names_somebody(header: str) -> bool:
    """Whether a header speaks of a person (« Nom du groupe », « À qui ? »), known or not."""
    return _PERSON.search(header_words(header)) is not None


def _other_person(words: str) -> str | None:
    """Why a header alone names somebody else than who wrote; None when it does not."""
    if _TARGET.search(words):
        return AIMED_AT
    if _REPORTER.search(words):
        return REPORTS
    if _is_who_wrote(words):
        return None
    is_of_document = _DOCUMENT.search(words) and _PERSON.search(words)
    return REPORTS if is_of_document or _OWN.search(words) else None


def _is_who_wrote(words: str) -> bool:
    return any(one.search(words) for one in (_WRITTEN, _WROTE, _REPORTED))


_NO_ACCOUNT: Final = frozenset(
    "oui non yes no o n y x ok vrai faux true false fait à faire en cours en attente peut-être ? - 0 1".split()
) | {"à faire", "en cours", "en attente"}


def without_answers(cells: Column) -> Column:
    """The accounts of a column, none where all its cells answer a question: « Compte signalé : oui »."""
    if not isinstance(cells, list):
        answers = isinstance(cells, Same) and str(cells.value or "").strip().casefold() in _NO_ACCOUNT
        return Same(None) if answers and isinstance(cells, Same) and cells.value else cells
    first = next(filter(None, cells), "")
    if first.strip().casefold() not in _NO_ACCOUNT:
        return cells
    words = {cell.strip().casefold() for cell in set(cells) if cell}
    return Same(None) if words <= _NO_ACCOUNT else cells


# ------------------------------------------------------------------ counts, hours


def unread_counts(cells: Cells | Same, counts: Column) -> list[int]:
    """The rows whose count is none that can be read (`1,2 k`): it stays unknown, and is told."""
    if isinstance(cells, Same) or not isinstance(counts, list) or None not in counts:
        return []
    return [
        row for row, (cell, count) in enumerate(zip(cells, counts, strict=True)) if cell and count is None
    ]


def with_clocks(days: Cells, clocks: Cells, block: RecordBlock, notes: list[Note]) -> Cells:
    """The days with the times of day beside them; those that could not be read are said."""
    cells = list(map(with_clock, days, clocks))
    unread = [
        row
        for row, (day, clock) in enumerate(zip(days, clocks, strict=True))
        if day and clock and cells[row] == day and ":" not in day
    ]
    if unread:
        notes.append(Note("hours_unread", block.locators[unread[0]], count=len(unread)))
    return cells
