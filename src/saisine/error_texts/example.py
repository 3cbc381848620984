"""Words of the errors raised by the invented example."""

from saisine.errors import EXIT_IO, EXIT_USAGE, ErrorText

TEXTS: dict[str, ErrorText] = {
    "example_date_refused": ErrorText(
        what_fr="La vague de l’exemple ne peut pas avoir lieu le {day}.",
        why_fr="Avant, l’association inventée est trop jeune ; après, les identifiants de X finissent.",
        what_to_do_fr="Choisissez un jour entre le {first} et le {last}.",
        what_en="The wave of the example cannot take place on {day}.",
        why_en="Earlier, the invented association is too young; later, X identifiers come to an end.",
        what_to_do_en="Choose a day between {first} and {last}.",
        exit_code=EXIT_USAGE,
    ),
    "example_folder_taken": ErrorText(
        what_fr="Le dossier « {folder} » contient déjà autre chose que cet exemple.",
        why_fr="On y trouve « {name} », qui serait mêlé aux fichiers inventés.",
        what_to_do_fr="Donnez un dossier vide ou à créer. Rien n’a été écrit.",
        what_en="The folder “{folder}” already holds something else than this example.",
        why_en="It holds “{name}”, which would be mixed with the invented files.",
        what_to_do_en="Give an empty folder, or one to be made. Nothing was written.",
        exit_code=EXIT_USAGE,
    ),
    "example_not_written": ErrorText(
        what_fr="L’exemple n’a pas pu être écrit en entier dans « {folder} ».",
        why_fr="Le système répond : {reason}.",
        what_to_do_fr="Vérifiez la place libre et vos droits sur ce dossier, puis recommencez.",
        what_en="The example could not be written in full to “{folder}”.",
        why_en="The system answers: {reason}.",
        what_to_do_en="Check the free space and your rights on that folder, then start again.",
        exit_code=EXIT_IO,
    ),
    "example_not_typeset": ErrorText(
        what_fr="L’accusé de réception de l’exemple n’a pas pu être mis en page.",
        why_fr="Le composeur répond : {reason}.",
        what_to_do_fr="Vérifiez l’installation de Saisine (« make run » la refait), puis recommencez.",
        what_en="The acknowledgement of the example could not be typeset.",
        why_en="The typesetter answers: {reason}.",
        what_to_do_en="Check the installation of Saisine (“make run” does it again), then start again.",
        exit_code=EXIT_IO,
    ),
}
