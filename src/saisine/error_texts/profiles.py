"""Errors of proposing a column profile for an unknown table."""

from saisine.errors import EXIT_IO, EXIT_USAGE, ErrorText

TEXTS: dict[str, ErrorText] = {
    "table_not_found": ErrorText(
        what_fr="Aucun tableau n’a été trouvé dans « {name} ».",
        why_fr="{reason}",
        what_to_do_fr="Donnez un fichier CSV, .xlsx ou NDJSON, avec une ligne d’en-têtes au-dessus des messages.",
        what_en="No table was found in “{name}”.",
        why_en="{reason_en}",
        what_to_do_en="Give a CSV, .xlsx or NDJSON file, with a row of headers above the messages.",
    ),
    "sheet_unknown": ErrorText(
        what_fr="« {name} » n’a pas de tableau nommé « {sheet} ».",
        why_fr="Il contient : {names}.",
        what_to_do_fr="Donnez l’un de ces noms après le point d’exclamation.",
        what_en="“{name}” has no table named “{sheet}”.",
        why_en="It holds: {names}.",
        what_to_do_en="Give one of these names behind the exclamation mark.",
        exit_code=EXIT_USAGE,
    ),
    "profile_not_needed": ErrorText(
        what_fr="« {name} » n’est pas un tableau.",
        why_fr="Saisine le lit déjà sans profil (format {format}).",
        what_to_do_fr="Lisez-le avec « saisine read » ou « saisine import ».",
        what_en="“{name}” is no table.",
        why_en="Saisine reads it without a profile (format {format}).",
        what_to_do_en="Read it with “saisine read” or “saisine import”.",
    ),
    "profile_of_folder": ErrorText(
        what_fr="« {path} » est un dossier.",
        why_fr="Un profil décrit les colonnes d’un seul tableau.",
        what_to_do_fr="Donnez l’un des fichiers du dossier.",
        what_en="“{path}” is a folder.",
        why_en="A profile describes the columns of one table.",
        what_to_do_en="Give one of the files of the folder.",
        exit_code=EXIT_USAGE,
    ),
    "profile_exists": ErrorText(
        what_fr="« {path} » existe déjà.",
        why_fr="Un profil que vous avez corrigé serait perdu.",
        what_to_do_fr="Choisissez un autre nom.",
        what_en="“{path}” already exists.",
        why_en="A profile that you corrected would be lost.",
        what_to_do_en="Choose another name.",
        exit_code=EXIT_USAGE,
    ),
    "profile_not_written": ErrorText(
        what_fr="Le profil n’a pas pu être écrit dans « {path} ».",
        why_fr="Le disque répond : {reason}.",
        what_to_do_fr="Choisissez un autre emplacement.",
        what_en="The profile could not be written to “{path}”.",
        why_en="The disk answers: {reason}.",
        what_to_do_en="Choose another place.",
        exit_code=EXIT_IO,
    ),
    "profile_choice_unknown": ErrorText(
        what_fr="« {choice} » ne peut pas être appliqué à ce tableau.",
        why_fr="Un choix s’écrit champ=en-tête. Champs : {fields}. En-têtes : {headers}.",
        what_to_do_fr="Reprenez un champ et un en-tête de ces listes, ou laissez l’en-tête vide pour retirer le champ.",
        what_en="“{choice}” cannot be applied to this table.",
        why_en="A choice is written field=header. Fields: {fields}. Headers: {headers}.",
        what_to_do_en="Take a field and a header from these lists, or leave the header empty to remove the field.",
        exit_code=EXIT_USAGE,
    ),
}
