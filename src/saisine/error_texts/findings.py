"""Words of the errors raised by the findings engine."""

from saisine.errors import ErrorText

TEXTS: dict[str, ErrorText] = {
    "texts_empty": ErrorText(
        what_fr="« {name} » est vide.",
        why_fr="Le fichier ne contient aucun message.",
        what_to_do_fr="Vérifiez que l’export est allé à son terme, puis recommencez.",
        what_en="“{name}” is empty.",
        why_en="The file holds no message.",
        what_to_do_en="Check that the export was completed, then try again.",
    ),
    "texts_binary": ErrorText(
        what_fr="« {name} » n’est pas un fichier de texte.",
        why_fr="Comme une archive ou une image, il contient des octets qu’un CSV n’a jamais.",
        what_to_do_fr="Enregistrez la table en CSV, ou importez l’export d’origine avec « saisine import ».",
        what_en="“{name}” is not a text file.",
        why_en="It holds bytes that no CSV or NDJSON file has, like an archive or a picture.",
        what_to_do_en="Save the table as CSV, or import the original export with “saisine import”.",
    ),
    "texts_without_columns": ErrorText(
        what_fr="« {name} » n’a pas les deux colonnes attendues.",
        why_fr="Il faut « id » et « text » ; les colonnes trouvées sont : {columns}.",
        what_to_do_fr="Renommez les colonnes, ou importez l’export d’origine avec « saisine import ».",
        what_en="“{name}” lacks the two columns it needs.",
        why_en="“id” and “text” are needed; the columns found are: {columns}.",
        what_to_do_en="Rename the columns, or import the original export with “saisine import”.",
    ),
    "texts_unreadable": ErrorText(
        what_fr="Aucune ligne de « {name} » n’a pu être lue.",
        why_fr="Le fichier a {count} lignes de données, aucune dans la forme annoncée.",
        what_to_do_fr="Écrivez un objet JSON par ligne, ou un CSV dont les textes sont entre guillemets.",
        what_en="No line of “{name}” could be read.",
        why_en="The file has {count} lines of data, none in the form announced.",
        what_to_do_en="Write one JSON object per line, or a CSV whose texts stand between quotes.",
    ),
    "danger_rules_malformed": ErrorText(
        what_fr="Le fichier des signes de danger ne peut pas être utilisé.",
        why_fr="{place} : {reason}.",
        what_to_do_fr="Corrigez cette ligne ; docs/findings.md décrit ce qu’une règle peut contenir.",
        what_en="The file of danger signs cannot be used.",
        why_en="{place}: {reason}.",
        what_to_do_en="Mend this line; docs/findings.md says what a rule may hold.",
    ),
}
