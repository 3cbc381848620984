"""Words of the errors raised by the law engine and by the facts of an incident."""

from saisine.errors import EXIT_IO, EXIT_REFUSED, ErrorText

TEXTS: dict[str, ErrorText] = {
    "law_file_invalid": ErrorText(
        what_fr="Le fichier « {file} » n’est pas utilisable (ligne {line}).",
        why_fr="{reason_fr}.",
        what_to_do_fr="Corrigez cette ligne, puis relancez « saisine law check ». Rien n’a été changé.",
        what_en="The file “{file}” cannot be used (line {line}).",
        why_en="{reason_en}.",
        what_to_do_en="Mend that line, then run “saisine law check” again. Nothing was changed.",
    ),
    "law_file_unreadable": ErrorText(
        what_fr="Le fichier « {file} » ne peut pas être lu.",
        why_fr="Le système répond : {reason}.",
        what_to_do_fr="Vérifiez le chemin et vos droits sur ce fichier.",
        what_en="The file “{file}” cannot be read.",
        why_en="The system answers: {reason}.",
        what_to_do_en="Check the path and your rights on that file.",
        exit_code=EXIT_IO,
    ),
    "law_inputs_invalid": ErrorText(
        what_fr="Les faits décrits ne peuvent pas être examinés : « {key} ».",
        why_fr="{reason_fr}.",
        what_to_do_fr="Corrigez cette entrée ; la page docs/law.md montre la forme attendue.",
        what_en="The facts described cannot be examined: “{key}”.",
        why_en="{reason_en}.",
        what_to_do_en="Mend that entry; docs/law.md shows the expected shape.",
    ),
    "law_events_order": ErrorText(
        what_fr="« {later_fr} » du {later} précède « {earlier_fr} » du {earlier}.",
        why_fr="Un acte ne vient pas avant les faits qu’il vise, ni les faits avant la naissance.",
        what_to_do_fr="Vérifiez les deux dates.",
        what_en="“{later_en}” of {later_on} comes before “{earlier_en}” of {earlier_on}.",
        why_en="An act cannot come before the facts it concerns, nor the facts before the birth.",
        what_to_do_en="Check both dates.",
    ),
    "law_cases_missing": ErrorText(
        what_fr="Aucun cas trouvé dans « {path} ».",
        why_fr="Le dossier est absent, ou ne contient pas de fichier .yaml.",
        what_to_do_fr="Donnez le dossier law-cases du projet, ou le vôtre.",
        what_en="No case found in “{path}”.",
        why_en="The folder is absent, or holds no .yaml file.",
        what_to_do_en="Give the project’s law-cases folder, or your own.",
    ),
    "incident_fact_unknown": ErrorText(
        what_fr="Le fait « {fact} » n’existe pas dans le vocabulaire.",
        why_fr="Une réponse se rattache toujours à une question de facts.yaml.",
        what_to_do_fr="Choisissez une des questions proposées.",
        what_en="The fact “{fact}” is not in the vocabulary.",
        why_en="An answer always belongs to a question of facts.yaml.",
        what_to_do_en="Pick one of the questions offered.",
    ),
    "incident_consent_missing": ErrorText(
        what_fr="Cet acte n’est pas couvert par un accord : {missing_fr}.",
        why_fr="{reason_fr}",
        what_to_do_fr="Recueillez l’accord de la personne, puis notez-le dans l’incident.",
        what_en="This act is not covered by a consent: {missing_en}.",
        why_en="{reason_en}",
        what_to_do_en="Ask the person, then record the consent in the incident.",
        exit_code=EXIT_REFUSED,
    ),
}
