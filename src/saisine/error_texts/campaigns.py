"""Words of the errors raised while looking for coordination and campaigns."""

from saisine.errors import EXIT_USAGE, ErrorText

TEXTS: dict[str, ErrorText] = {
    "coordination_settings": ErrorText(
        what_fr="La fenêtre ou la participation minimale ne convient pas.",
        why_fr="La fenêtre doit être supérieure à zéro seconde ({window}), et la participation au moins 1 "
        "({participation}).",
        what_to_do_fr="Donnez par exemple « --window 60 --min-participation 2 ».",
        what_en="The window or the least participation does not fit.",
        why_en="The window must be above zero seconds ({window}), and the participation at least 1 "
        "({participation}).",
        what_to_do_en="Give for instance “--window 60 --min-participation 2”.",
        exit_code=EXIT_USAGE,
    ),
    "coordination_columns": ErrorText(
        what_fr="« {name} » n’a pas toutes les colonnes attendues.",
        why_fr="Il manque : {missing}. Les colonnes trouvées sont : {columns}.",
        what_to_do_fr="Renommez les colonnes, ou nommez celle de l’objet commun avec « --actions ».",
        what_en="“{name}” lacks some of the columns it needs.",
        why_en="Missing: {missing}. The columns found are: {columns}.",
        what_to_do_en="Rename the columns, or name the one of the shared object with “--actions”.",
        exit_code=EXIT_USAGE,
    ),
    "coordination_unreadable": ErrorText(
        what_fr="« {name} » ne peut pas être lu comme une table.",
        why_fr="Ce n’est ni un CSV ni un fichier Parquet lisible, ou il est vide.",
        what_to_do_fr="Enregistrez la table en CSV, avec une ligne de titres, puis recommencez.",
        what_en="“{name}” cannot be read as a table.",
        why_en="It is neither a readable CSV nor a Parquet file, or it is empty.",
        what_to_do_en="Save the table as CSV, with a line of titles, then try again.",
    ),
    "coordination_mixed_times": ErrorText(
        what_fr="Les dates de « {name} » ne sont pas toutes écrites de la même façon.",
        why_fr="Par exemple : {values}. Un décalage d’une heure inventerait ou cacherait des synchronisations.",
        what_to_do_fr="Écrivez toutes les dates en secondes, ou toutes en ISO 8601 avec leur fuseau.",
        what_en="The times of “{name}” are not all written in the same way.",
        why_en="For instance: {values}. A shift of one hour would invent or hide common timing.",
        what_to_do_en="Write all times in seconds, or all in ISO 8601 with their zone.",
    ),
    "coordination_milliseconds": ErrorText(
        what_fr="Les dates de « {name} » semblent être en millisecondes.",
        why_fr="Lues en secondes, elles tomberaient après l’an 5000 : {values}.",
        what_to_do_fr="Divisez cette colonne par 1 000, puis recommencez.",
        what_en="The times of “{name}” seem to be in milliseconds.",
        why_en="Read as seconds, they would fall after the year 5000: {values}.",
        what_to_do_en="Divide this column by 1,000, then try again.",
    ),
    "coordination_no_times": ErrorText(
        what_fr="La synchronisation ne peut pas être étudiée dans « {name} ».",
        why_fr="Les dates de ce fichier sont absentes, ou ne sont connues qu’au jour.",
        what_to_do_fr="Demandez un export avec l’heure ; les textes copiés se cherchent sans elle.",
        what_en="Common timing cannot be studied in “{name}”.",
        why_en="The times of this file are absent, or known only to the day.",
        what_to_do_en="Ask for an export with hours; copied texts can be looked for without them.",
    ),
    "coordination_too_many_pairs": ErrorText(
        what_fr="Ce réseau est trop dense pour être calculé.",
        why_fr="La fenêtre de {window} s rapproche {pairs} paires d’actions ; la limite est de {limit}.",
        what_to_do_fr="Choisissez une fenêtre plus courte, ou les messages d’une seule cible.",
        what_en="This network is too dense to be computed.",
        why_en="The window of {window} s brings {pairs} pairs of actions together; the limit is {limit}.",
        what_to_do_en="Choose a shorter window, or the messages of one target.",
    ),
}
