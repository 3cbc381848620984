"""Errors of backups and restoring."""

from saisine.errors import EXIT_BAD_INPUT, EXIT_IO, EXIT_USAGE, ErrorText

TEXTS: dict[str, ErrorText] = {
    "backup_until": ErrorText(
        what_fr="La date de fin {until} est déjà passée.",
        why_fr="Une sauvegarde porte le jour où elle doit être détruite.",
        what_to_do_fr="Choisissez un jour à venir.",
        what_en="The end date {until} has already passed.",
        why_en="A backup bears the day on which it must be destroyed.",
        what_to_do_en="Choose a day to come.",
        exit_code=EXIT_USAGE,
    ),
    "backup_changed": ErrorText(
        what_fr="« {name} » a changé pendant la sauvegarde.",
        why_fr="Un autre programme écrivait ce fichier.",
        what_to_do_fr="Aucune sauvegarde n’a été gardée. Recommencez.",
        what_en="“{name}” changed during the backup.",
        why_en="Another program was writing that file.",
        what_to_do_en="No backup was kept. Try again.",
        exit_code=EXIT_IO,
    ),
    "backup_unreadable": ErrorText(
        what_fr="« {path} » n’est pas une sauvegarde Saisine lisible.",
        why_fr="Le fichier est d’un autre genre, vide ou coupé.",
        what_to_do_fr="Vérifiez le nom du fichier, ou reprenez une autre sauvegarde.",
        what_en="“{path}” is no readable Saisine backup.",
        why_en="The file is of another kind, empty or cut short.",
        what_to_do_en="Check the name of the file, or take another backup.",
        exit_code=EXIT_BAD_INPUT,
    ),
    "backup_newer": ErrorText(
        what_fr="Cette sauvegarde a été faite par un Saisine plus récent (format {found}).",
        why_fr="Cette version lit jusqu’au format {known}.",
        what_to_do_fr="Mettez Saisine à jour, puis recommencez.",
        what_en="This backup was made by a newer Saisine (format {found}).",
        why_en="This version reads up to format {known}.",
        what_to_do_en="Update Saisine, then try again.",
        exit_code=EXIT_USAGE,
    ),
    "backup_damaged": ErrorText(
        what_fr="Cette sauvegarde est abîmée : rien n’a été remis en place.",
        why_fr="Son contenu ne se déchiffre pas en entier ({reason}).",
        what_to_do_fr="Reprenez une autre copie de ce fichier, ou une autre sauvegarde.",
        what_en="This backup is damaged: nothing was restored.",
        why_en="Its content does not decrypt to the end ({reason}).",
        what_to_do_en="Take another copy of this file, or another backup.",
        exit_code=EXIT_BAD_INPUT,
    ),
    "restore_target": ErrorText(
        what_fr="« {path} » n’est pas un dossier vide.",
        why_fr="Une sauvegarde ne se remet que dans un dossier neuf : rien n’est recouvert.",
        what_to_do_fr="Donnez le nom d’un nouveau dossier.",
        what_en="“{path}” is no empty folder.",
        why_en="A backup is restored into a new folder only: nothing is overwritten.",
        what_to_do_en="Give the name of a new folder.",
        exit_code=EXIT_USAGE,
    ),
}
