"""Errors of captures and their containers."""

from saisine.errors import EXIT_IO, ErrorText

TEXTS: dict[str, ErrorText] = {
    "capture_unreadable": ErrorText(
        what_fr="Le fichier de capture « {name} » n’a pas pu être lu.",
        why_fr="{reason}.",
        what_to_do_fr="Rien n’a été modifié. Vérifiez que le fichier existe et que le disque répond, puis "
        "recommencez.",
        what_en="The capture file “{name}” could not be read.",
        why_en="{reason}.",
        what_to_do_en="Nothing was changed. Check that the file exists and that the disk answers, then try again.",
        exit_code=EXIT_IO,
    ),
    "capture_scratch": ErrorText(
        what_fr="La copie de travail de cette capture n’a pas pu être faite.",
        why_fr="Le dossier « {folder} » refuse l’écriture ({reason}).",
        what_to_do_fr="Rien n’a été modifié. Donnez le droit d’écriture sur ce dossier, puis recommencez.",
        what_en="The working copy of this capture could not be made.",
        why_en="The folder “{folder}” refuses writing ({reason}).",
        what_to_do_en="Nothing was changed. Allow writing to that folder, then try again.",
        exit_code=EXIT_IO,
    ),
}
