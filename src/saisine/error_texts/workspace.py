"""Words of the errors raised when a workspace is made, opened or migrated."""

from saisine.errors import EXIT_IO, EXIT_USAGE, ErrorText

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
}
