"""The closed lists of the ledger and their sentences: records left out, files not read, notes."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages; `{fields}` are filled in when it is said."""

    fr: str
    en: str
    is_problem: bool = False

    def say(self, language: str = "fr", *, is_sealed: bool = True, **facts: object) -> str:
        """`{count:message|messages}` is the number and the word for so many, `{count:aucun message|message|messages}`
        has words of its own for none; `{sealed}` is said only where the file was sealed."""
        is_english = language == "en"
        counts = {
            name: _Count(fact, is_english) if isinstance(fact, int) else fact for name, fact in facts.items()
        }
        sealed = (_SEALED.en if is_english else _SEALED.fr) if is_sealed else ""
        return (self.en if is_english else self.fr).format(sealed=sealed, **counts)


class _Count:
    """A number that knows the words which may follow it."""

    def __init__(self, number: int, is_english: bool) -> None:
        self.number = number
        self.is_many = number != 1 if is_english else number > 1

    def __format__(self, spec: str) -> str:
        words = spec.split("|") if spec else []
        if len(words) == 3 and not self.number:
            return words[0]
        return f"{self.number} {words[-1 if self.is_many else -2]}" if words else str(self.number)


_SEALED: Final = Words(
    " Il est scellé, mais il n’est pas lu comme des messages.", " It is sealed, but not read as messages."
)


SKIP_REASONS: Final[dict[str, Words]] = {
    "not_a_message": Words(
        "ce ne sont pas des messages que Saisine lit (événement, profil, réglage, autre page)",
        "not messages that Saisine reads (event, profile, setting, other page)",
    ),
    "advertisement": Words("publicité", "advertisement"),
    "like_or_reaction": Words("mention « j’aime » ou réaction, sans texte", "like or reaction, without text"),
    "duplicate_older_observation": Words(
        "version plus ancienne d’un message déjà présent dans le même fichier",
        "older observation of a message that the same file holds again",
    ),
    "system_line": Words("ligne écrite par la plateforme", "line written by the platform"),
    "empty_record": Words("enregistrement vide", "empty record"),
    "unsupported_variant": Words(
        "variante que Saisine ne lit pas encore", "variant that Saisine does not read yet"
    ),
    "outside_selection": Words("hors de la sélection demandée", "outside the selection asked for"),
}

NOTES: Final[dict[str, Words]] = {
    "quote_open": Words(
        "Un guillemet ouvert dans ce tableau n’est jamais refermé (d’abord {locator}) : ce qui le suit est lu comme un "
        "seul texte. Des messages y sont peut-être. Téléchargez le fichier de nouveau ; s’il est pareil, refermez ce "
        "guillemet dans une copie, puis déposez-la aussi.",
        "A quotation mark opened in this table is never closed (first {locator}): what follows is read as one text. "
        "Messages may stand in it. Download the file again; if it is the same, close the mark in a copy and "
        "deposit that copy too.",
    ),
    "truncated": Words(
        "Ce fichier s’arrête au milieu : {mapped:aucun message n’a été lu avant la coupure|message lu avant la coupure "
        "est conservé|messages lus avant la coupure sont conservés}. Copiez-le ou téléchargez-le de nouveau ; s’il "
        "s’arrête encore là, redemandez l’export.",
        "This file stops in the middle: {mapped:no message was read before the cut|message read before the cut is kept|"
        "messages read before the cut are kept}. Copy or download it again; if it still stops there, ask for the "
        "export again.",
        is_problem=True,
    ),
    "damaged": Words(
        "Ce fichier est abîmé à partir d’un certain point : {mapped:aucun message n’a été lu avant|message lu avant "
        "est conservé|messages lus avant sont conservés}. Copiez-le ou téléchargez-le de nouveau.",
        "This file is damaged from some point on: {mapped:no message was read before|message read before is kept|"
        "messages read before are kept}. Copy or download it again.",
        is_problem=True,
    ),
    "too_expanded": Words(
        "Archive anormalement compressée : lecture arrêtée ; {mapped:aucun message n’a été lu avant|message lu avant "
        "est conservé|messages lus avant sont conservés}. Ne l’ouvrez pas sans l’avis d’une personne compétente.",
        "Abnormally compressed archive: reading stopped; {mapped:no message was read before|message read before is "
        "kept|messages read before are kept}. Do not open it without advice.",
        is_problem=True,
    ),
    "too_many_failures": Words(
        "Trop d’enregistrements illisibles : la lecture de ce fichier s’est arrêtée.",
        "Too many unreadable records: reading of this file stopped.",
        is_problem=True,
    ),
    "erased_before": Words(
        "{count:message effacé auparavant à la demande d’une personne n’a pas été remis|messages effacés auparavant à "
        "la demande d’une personne n’ont pas été remis}.",
        "{count:message erased before at a person’s request was|messages erased before at a person’s request were} "
        "not brought back.",
    ),
    "erased_account": Words(
        "{count:message d’un compte effacé auparavant a été écrit|messages de comptes effacés auparavant ont été "
        "écrits} depuis l’effacement, et gardés ici. Pour effacer de nouveau : « saisine erase-messages --author ».",
        "{count:message|messages} of accounts erased before, written since the erasure and kept here. To erase again: "
        "“saisine erase-messages --author”.",
    ),
    "erased_name": Words(
        "{count:autre message de ce fichier porte|autres messages de ce fichier portent} le nom d’un compte effacé "
        "auparavant. Un nom seul ne suffit pas : rien de plus n’est retiré. Pour effacer aussi : « saisine "
        "erase-messages --author ».",
        "{count:other message of this file bears|other messages of this file bear} the name of an account erased "
        "before. A name alone is not enough: nothing more is taken out. To erase too: “saisine erase-messages "
        "--author”.",
    ),
    "stray_text": Words(
        "Du texte se trouve entre les données ({count:fois|fois}, d’abord à {locator}) ; il a été ignoré.",
        "Text stands between the data ({count:time|times}, first at {locator}); it was passed over.",
    ),
    "bad_bytes": Words(
        "Caractères illisibles ({count:fois|fois}, d’abord à {locator}), remplacés par « � ».",
        "Unreadable characters ({count:time|times}, first at {locator}), replaced by “�”.",
    ),
    "legacy_encoding": Words(
        "{count:passage de ce fichier n’est pas|passages de ce fichier ne sont pas} en UTF-8 (d’abord {locator}) : "
        "lecture en Windows-1252, comme d’anciens logiciels l’enregistrent. Vérifiez les accents.",
        "{count:passage|passages} of this file not in UTF-8 (first {locator}): read as Windows-1252, as old programs "
        "save it. Check the accents.",
    ),
    "day_first_by_language": Words(
        "Aucune date de ce fichier ne dit si le jour vient avant le mois : la langue de l’export le dit, et les dates "
        "ont été lues jour d’abord.",
        "No date of this file tells whether the day comes before the month: the language of the export does, and the "
        "dates were read day first.",
    ),
    "other_calendar": Words(
        "{count:date est d’un autre calendrier|dates sont d’un autre calendrier} que le nôtre, ou d’une année "
        "impossible (d’abord {locator}) : ces messages restent sans date, leurs chiffres sont gardés. Changez le "
        "calendrier du téléphone, puis refaites l’export.",
        "{count:date is|dates are} of another calendar than ours, or of an impossible year (first {locator}): these "
        "messages stay without date, their figures are kept. Change the calendar of the phone, then export again.",
    ),
    "mail_closed": Words(
        "{count:courriel est chiffré ou emballé|courriels sont chiffrés ou emballés} (d’abord {locator}) : son texte "
        "n’a pas pu être lu. Ouvrez-le dans votre messagerie et faites-en une capture d’écran.",
        "{count:mail is encrypted or wrapped|mails are encrypted or wrapped} (first {locator}): its text could not be "
        "read. Open it in your mail program and take a screenshot.",
    ),
    "mail_beginning": Words(
        "{count:courriel est très long|courriels sont très longs} (d’abord {locator}) : seul le début en a été lu.",
        "{count:mail is very long|mails are very long} (first {locator}): only the beginning was read.",
    ),
    "alternatives_differ": Words(
        "{count:courriel dit|courriels disent} une chose en HTML et une autre en texte simple (d’abord {locator}). Le "
        "HTML, que les messageries affichent d’ordinaire, est lu en premier.",
        "{count:mail says|mails say} one thing in HTML and another in plain text (first {locator}). The HTML, which "
        "mail programs usually show, is read first.",
    ),
    "mail_date_unread": Words(
        "{count:courriel porte|courriels portent} une date qui n’a pas pu être lue (d’abord {locator}) : celle de la "
        "réception est prise si elle existe, sinon le message reste sans date. Ses mots sont gardés.",
        "{count:mail carries|mails carry} a date that could not be read (first {locator}): that of reception is taken "
        "if there is one, else the message stays without date. Its words are kept.",
    ),
    "rounded_ids": Words(
        "Un tableur a abîmé {count:identifiant|identifiants} : les derniers chiffres sont perdus (1,75E+18) et ne "
        "peuvent pas être reconstitués. Ces lignes restent sans identifiant. Reprenez le fichier d’origine sans "
        "l’ouvrir dans Excel.",
        "A spreadsheet damaged {count:identifier|identifiers}: the last digits are lost (1.75E+18) and cannot be "
        "rebuilt. These rows stay without identifier. Go back to the original file without opening it in Excel.",
    ),
    "replies_nested": Words(
        "{count:réponse est rangée dans la ligne de son commentaire et n’est pas lue|réponses sont rangées dans la "
        "ligne de leur commentaire et ne sont pas lues}. Refaites la collecte en mettant chaque réponse sur sa ligne.",
        "{count:reply stands in the row of its comment and is not read|replies stand in the rows of their comments and "
        "are not read}. Collect again with each reply on its own row.",
    ),
    "posts_gone": Words(
        "{count:publication n’est plus montrée|publications ne sont plus montrées} par la plateforme : leur numéro "
        "et, s’il la donne, leur date sont gardés. Ce qui en avait été collecté avant reste.",
        "{count:post is|posts are} no longer shown by the platform: their number is kept, and their date where it "
        "gives one. What was collected of them before stays.",
    ),
    "more_pages": Words(
        "La plateforme annonce une page après celle-ci : déposez-la aussi, sinon des messages manquent.",
        "The platform announces a page after this one: deposit it too, or messages are missing.",
    ),
    "replies_missing": Words(
        "{count:réponse annoncée par la plateforme n’est pas|réponses annoncées par la plateforme ne sont pas} dans ce "
        "fichier.",
        "{count:reply announced by the platform is|replies announced by the platform are} not in this file.",
    ),
    "records_cut": Words(
        "{count:enregistrement de cette capture n’a pas la longueur annoncée|enregistrements de cette capture n’ont "
        "pas la longueur annoncée} ; le reste a été lu. Des messages peuvent manquer. Refaites la capture si vous le "
        "pouvez.",
        "{count:record of this capture is not as long as it says|records of this capture are not as long as they say}; "
        "the rest was read. Messages may be missing. Capture again if you can.",
    ),
    "bodies_missing": Words(
        "{count:réponse de la plateforme est|réponses de la plateforme sont} sans contenu dans cette capture : le "
        "navigateur n’avait plus ce contenu. Des messages peuvent manquer. Refaites la capture, l’onglet Réseau ouvert "
        "dès le début.",
        "{count:answer of the platform is|answers of the platform are} without content in this capture: the browser no "
        "longer held it. Messages may be missing. Capture again, with the Network tab open from the start.",
    ),
    "nothing_inside": Words(
        "Ce fichier est bien d’un format que Saisine lit, mais il ne contient aucun message.",
        "This file is of a format that Saisine reads, but it holds no message.",
    ),
    "several_exports": Words(
        "Ce fichier est une liste d’exports mis ensemble : aucun message n’a pu en être lu. Déposez chaque export dans "
        "son propre fichier.",
        "This file is a list of exports put together: no message could be read of it. Deposit each export in a file of "
        "its own.",
    ),
    "comments_absent": Words("Ce fichier ne contient aucun commentaire.", "This file holds no comment."),
    "assumed_encoding": Words(
        "Ce tableau n’est pas, ou pas partout, en UTF-8 : ces lignes ont été lues en Windows-1252. Si des accents "
        "sont faux, enregistrez-le au format « CSV UTF-8 », puis importez-le de nouveau.",
        "This table is not, or not everywhere, in UTF-8: those rows were read as Windows-1252. If accents are wrong, "
        "save it as “CSV UTF-8”, then import it again.",
    ),
    "extra_cells": Words(
        "{count:ligne de ce tableau a|lignes de ce tableau ont} plus de cellules que l’en-tête (d’abord {locator}) : "
        "ce qui dépasse n’est pas lu, et le reste peut être décalé d’une colonne. Vérifiez l’original : souvent, un "
        "texte contient le séparateur sans être entre guillemets.",
        "{count:row of this table has|rows of this table have} more cells than the header (first {locator}): what goes "
        "past it is not read, and the rest may be shifted by a column. Check the original: often a text holds the "
        "separator without quotes.",
    ),
    "columns_twice": Words(
        "Deux tableaux sont côte à côte dans cette feuille (la colonne du texte y est deux fois) : seul celui de "
        "gauche a été lu. Mettez l’autre dans un fichier à part, puis déposez-le.",
        "Two tables stand side by side in this sheet (the column of the text is there twice): only the left one was "
        "read. Put the other one into a file of its own, then deposit it.",
    ),
    "month_first": Words(
        "Des dates de ce tableau prouvent que le mois vient avant le jour (05/13/2024) : toutes ont été lues ainsi.",
        "Dates of this table prove that the month comes before the day (05/13/2024): all were read so.",
    ),
    "day_first_assumed": Words(
        "Aucune date de ce tableau ne prouve que le jour vient avant le mois : 05/06/2024 a été lu « 5 juin ». Si le "
        "tableau vient d’un outil américain, faites un profil de colonnes qui dit l’ordre (saisine profile).",
        "No date of this table proves that the day comes before the month: 05/06/2024 was read as 5 June. If the table "
        "comes from an American tool, make a column profile that tells the order (saisine profile).",
    ),
    "mixed_date_orders": Words(
        "Ce tableau écrit des dates jour d’abord et d’autres mois d’abord. {count:jour peut|jours peuvent} se lire des "
        "deux façons : les messages de ces jours restent sans date. Corrigez le tableau, ou refaites l’export.",
        "This table writes some dates day first and others month first. {count:day|days} can be read both ways: the "
        "messages of those days stay without date. Correct the table, or export it again.",
    ),
    "torn_rows": Words(
        "{count:ligne de ce tableau est incomplète et sans texte|lignes de ce tableau sont incomplètes et sans texte} "
        "(d’abord {locator}) : peut-être la fin du texte de la ligne d’avant, allé à la ligne sans guillemets.",
        "{count:row of this table is|rows of this table are} incomplete and without a text (first {locator}): perhaps "
        "the end of the text of the row before, which went on to another line without quotes.",
    ),
    "counts_unread": Words(
        "{count:nombre de ce tableau n’est pas exact|nombres de ce tableau ne sont pas exacts} (« 1,2 k », d’abord "
        "{locator}) : la valeur reste inconnue.",
        "{count:count of this table is|counts of this table are} not exact (“1.2K”, first {locator}): the "
        "value stays unknown.",
    ),
    "mojibake_left": Words(
        "{count:texte de ce tableau contient|textes de ce tableau contiennent} des signes abîmés (« Ã© » pour « é », "
        "d’abord {locator}) : le tableau a été ouvert puis enregistré dans un mauvais encodage. Ce qui pouvait être "
        "rétabli l’est ; cherchez la version d’avant pour le reste.",
        "{count:text of this table holds|texts of this table hold} damaged signs (“Ã©” for “é”, first {locator}): the "
        "table was opened and saved in a wrong encoding. What could be mended is; look for an earlier version for the "
        "rest.",
    ),
    "person_left_out": Words(
        "Ce tableau nomme une personne sans dire qu’elle a écrit les messages (un témoin, qui remplit un formulaire) : "
        "son nom n’est pas pris pour celui de l’auteur. « saisine profile » permet d’en décider autrement.",
        "This table names a person without saying that she wrote the messages (a witness, who fills in a form): the "
        "name is not taken for the author’s. “saisine profile” lets you decide otherwise.",
    ),
    "hours_unread": Words(
        "{count:heure de ce tableau n’a pas pu être lue|heures de ce tableau n’ont pas pu être lues} (d’abord "
        "{locator}) : seul le jour de ces messages est gardé.",
        "{count:time of day of this table could not be read|times of day of this table could not be read} (first "
        "{locator}): only the day of these messages is kept.",
    ),
    "days_maybe_turned": Words(
        "Des dates en texte prouvent que le mois vient d’abord. Le tableur a pu en inverser d’autres en les prenant "
        "pour des dates ({count:jour|jours}). Vérifiez-les en ligne, ou refaites l’export sans tableur.",
        "Dates kept as text prove that the month comes first. The spreadsheet may have turned others round when it "
        "took them for dates ({count:day|days}). Check them online, or export again without a spreadsheet.",
    ),
    "days_maybe_swapped": Words(
        "Dans ce tableau, seules des dates dont le jour dépasse 12 sont restées du texte. Un tableur réglé en anglais "
        "a pu échanger le jour et le mois des autres ({count:jour|jours}). Vérifiez-les en ligne, ou refaites l’export "
        "sans tableur.",
        "In this table only dates whose day is over 12 are still texts. A spreadsheet set to American English may have "
        "swapped day and month of the others ({count:day|days}). Check them online, or export again without a "
        "spreadsheet.",
    ),
    "dates_unread": Words(
        "{count:date de ce tableau n’a pas pu être lue|dates de ce tableau n’ont pas pu être lues} (d’abord {locator}) "
        ": sans date, ces messages viennent en dernier. Un profil de colonnes peut dire comment les dates s’écrivent.",
        "{count:date|dates} of this table could not be read (first {locator}): without date, these messages come last. "
        "A column profile can say how dates are written.",
    ),
    "log_day_unread": Words(
        "Le jour de {count:message|messages} de ce journal n’a pas pu être lu, ou est sans année (d’abord {locator}). "
        "L’heure est gardée. Déposez le journal entier, sous son nom d’origine : l’un ou l’autre dit souvent le jour.",
        "The day of {count:message|messages} of this log could not be read, or has no year there (first {locator}). "
        "The time of day is kept. Deposit the whole log under its original name: one or the other often tells the day.",
    ),
    "dates_relative": Words(
        "{count:date est relative|dates sont relatives} (« il y a 2 jours », d’abord {locator}) : aucun jour n’en "
        "est tiré. Refaites la collecte avec des dates entières si l’outil le permet.",
        "{count:date is relative|dates are relative} (“2 days ago”, first {locator}): no day comes of it. "
        "Collect again with whole dates if the tool can.",
    ),
    "attached_mail": Words(
        "{count:courriel en porte|courriels en portent} un autre en pièce jointe, qui n’a pas été lu. Ouvrez-le, "
        "enregistrez-le à part (.eml), puis déposez-le : son auteur, sa date et son texte y sont.",
        "{count:mail carries|mails carry} another one attached, which was not read. Open it, save it apart (.eml), "
        "then deposit it: its author, date and text are there.",
    ),
    "duplicate_keys": Words(
        "{count:enregistrement répète|enregistrements répètent} un même champ ; la dernière valeur a été gardée.",
        "{count:record repeats|records repeat} a field; the last value was kept.",
    ),
    "unknown_header": Words(
        "Les colonnes de ce tableau ne sont pas celles du profil demandé : rien n’a été lu.",
        "The columns of this table are not those of the profile asked for: nothing was read.",
        is_problem=True,
    ),
    "zone_assumed": Words(
        "Les dates de ce fichier n’indiquent pas de fuseau horaire : l’heure de Paris a été "
        "appliquée ({count:message|messages}).",
        "The dates of this file carry no time zone: Paris time was applied ({count:message|messages}).",
    ),
    "zone_of_tool": Words(
        "Les dates de ce fichier n’indiquent pas de fuseau : elles ont été lues en UTC, que l’outil propose "
        "({count:message|messages}). Si vous y aviez choisi un autre fuseau, les heures sont décalées.",
        "The dates of this file carry no zone: they were read in UTC, which the tool offers "
        "({count:message|messages}). If you chose another zone there, the hours are shifted.",
    ),
    "ambiguous_dates": Words(
        "{count:date peut|dates peuvent} se lire de deux façons (jour ou mois d’abord), et rien dans ce fichier ne "
        "tranche : ces messages restent sans date. Refaites l’export avec une conversation plus longue ; un seul jour "
        "après le 12 du mois suffit.",
        "{count:date|dates} can be read in two ways (day or month first), and nothing in this file decides: these "
        "messages stay without date. Export again with more of the conversation; one day past the 12th is enough.",
    ),
    "hidden_rows": Words(
        "{count:ligne de cette feuille est masquée|lignes de cette feuille sont masquées}, par exemple par un filtre ; "
        "tout a été lu.",
        "{count:row of this sheet is|rows of this sheet are} hidden, by a filter for instance; everything was read.",
    ),
    "merged_cells": Words(
        "Des cellules de cette feuille sont fusionnées : {count:ligne|lignes} sous la première n’en ont pas la valeur "
        "(une date, un nom). Défusionnez-les, recopiez la valeur sur chaque ligne, puis importez de nouveau.",
        "Cells of this sheet are merged: {count:row|rows} below the first one lack their value (a date, a name). "
        "Unmerge them, copy the value to each row, then import again.",
    ),
    "formulas_empty": Words(
        "{count:cellule calculée est en erreur ou sans valeur enregistrée, et reste vide|cellules calculées sont en "
        "erreur ou sans valeur enregistrée, et restent vides}. Ouvrez le classeur dans un tableur et enregistrez-le.",
        "{count:computed cell is in error or holds no saved value, and stays empty|computed cells are in error or hold "
        "no saved value, and stay empty}. Open the workbook in a spreadsheet and save it.",
    ),
    "recoded": Words(
        "Ce fichier est en {locator} ; il a été converti en UTF-8 pour la lecture, et les positions "
        "indiquées "
        "sont celles du texte converti.",
        "This file is in {locator}; it was converted to UTF-8 for reading, and places refer to the "
        "converted text.",
    ),
}
