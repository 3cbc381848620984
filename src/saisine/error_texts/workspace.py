"""Words of the errors raised when a workspace is made, opened or migrated."""

from dataclasses import replace

from saisine.errors import EXIT_IO, EXIT_REFUSED, EXIT_USAGE, ErrorText

TEXTS: dict[str, ErrorText] = {
    "workspace_missing": ErrorText(
        what_fr="Aucun espace de travail Saisine dans « {path} ».",
        why_fr="Ce dossier ne contient pas de fichier workspace.json.",
        what_to_do_fr="Vérifiez le chemin, ou créez un espace avec « saisine init {path} ».",
        what_en="No Saisine workspace in “{path}”.",
        why_en="That folder holds no workspace.json.",
        what_to_do_en="Check the path, or make a workspace with “saisine init {path}”.",
        exit_code=EXIT_USAGE,
    ),
    "workspace_exists": ErrorText(
        what_fr="« {path} » contient déjà des fichiers.",
        why_fr="Un espace de travail se crée dans un dossier vide, pour ne rien écraser.",
        what_to_do_fr="Choisissez un autre dossier.",
        what_en="“{path}” already holds files.",
        why_en="A workspace is made in an empty folder, so that nothing is overwritten.",
        what_to_do_en="Choose another folder.",
        exit_code=EXIT_USAGE,
    ),
    "workspace_newer": ErrorText(
        what_fr="Cet espace de travail a été écrit par une version plus récente de Saisine (format {found}).",
        why_fr="Cette version lit les formats jusqu’à {known} ; l’ouvrir pourrait abîmer vos données.",
        what_to_do_fr="Rien n’a été modifié. Installez la dernière version de Saisine, puis rouvrez l’espace.",
        what_en="This workspace was written by a newer Saisine (format {found}).",
        why_en="This version reads formats up to {known}; opening it could damage your data.",
        what_to_do_en="Nothing was changed. Install the latest Saisine, then open it again.",
        exit_code=EXIT_USAGE,
    ),
    "workspace_damaged": ErrorText(
        what_fr="Le fichier workspace.json de « {path} » est illisible.",
        why_fr="{reason}",
        what_to_do_fr="Rien n’a été modifié. Reprenez ce fichier dans une sauvegarde.",
        what_en="The file workspace.json of “{path}” cannot be read.",
        why_en="{reason}",
        what_to_do_en="Nothing was changed. Take that file from a backup.",
        exit_code=EXIT_IO,
    ),
    "workspace_no_room": ErrorText(
        what_fr="Il manque de la place sur le disque pour mettre à jour cet espace de travail.",
        why_fr="La sauvegarde préalable demande {needed} octets ; {free} sont libres.",
        what_to_do_fr="Rien n’a été modifié. Libérez de la place, puis rouvrez l’espace.",
        what_en="The disk lacks room to update this workspace.",
        why_en="The backup made first needs {needed} bytes; {free} are free.",
        what_to_do_en="Nothing was changed. Free some room, then open the workspace again.",
        exit_code=EXIT_IO,
    ),
    "workspace_not_named": ErrorText(
        what_fr="Aucun espace de travail n’est indiqué.",
        why_fr="Cette commande agit sur les données d’une association.",
        what_to_do_fr="Ajoutez « -w DOSSIER », ou définissez SAISINE_WORKSPACE.",
        what_en="No workspace is named.",
        why_en="This command works on an association’s data.",
        what_to_do_en="Add “-w FOLDER”, or set SAISINE_WORKSPACE.",
        exit_code=EXIT_USAGE,
    ),
    "passphrase_file_unreadable": ErrorText(
        what_fr="Le fichier de la phrase de passe « {path} » ne peut pas être lu.",
        why_fr="{reason}",
        what_to_do_fr="Vérifiez le chemin et les droits de ce fichier.",
        what_en="The passphrase file “{path}” cannot be read.",
        why_en="{reason}",
        what_to_do_en="Check the path and the rights of that file.",
        exit_code=EXIT_REFUSED,
    ),
    "system_io": ErrorText(
        what_fr="Le système a refusé une lecture ou une écriture{path}.",
        why_fr="{reason}.",
        what_to_do_fr="Ce qui était scellé le reste. Vérifiez le chemin, les droits et la place libre.",
        what_en="The system refused a read or a write{path}.",
        why_en="{reason}.",
        what_to_do_en="What was sealed stays sealed. Check the path, the rights and the free space.",
        exit_code=EXIT_IO,
    ),
    "disk_full": ErrorText(
        what_fr="Le disque de « {folder} » est plein : l’opération s’est arrêtée.",
        why_fr="Il n’y reste plus de place pour écrire.",
        what_to_do_fr="Rien de ce qui était gardé n’est perdu. Libérez de la place, puis recommencez.",
        what_en="The disk of “{folder}” is full: the operation stopped.",
        why_en="No room is left there to write.",
        what_to_do_en="Nothing that was kept is lost. Free some room, then try again.",
        exit_code=EXIT_IO,
    ),
    "unexpected": ErrorText(
        what_fr="Une erreur imprévue a arrêté cette commande.",
        why_fr="{reason}",
        what_to_do_fr="Ce qui était scellé le reste. Relancez avec « --debug » et signalez-nous cette erreur.",
        what_en="An unexpected error stopped this command.",
        why_en="{reason}",
        what_to_do_en="What was sealed stays sealed. Run again with “--debug” and report this error to us.",
        exit_code=EXIT_IO,
    ),
}
# refused by the system, where the other one holds what protects nothing
TEXTS["passphrase_file_missing"] = replace(TEXTS["passphrase_file_unreadable"], exit_code=EXIT_IO)
