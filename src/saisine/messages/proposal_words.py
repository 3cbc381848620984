"""Why a column is proposed for a field, in words: the closed list of reasons of `saisine profile`."""

from typing import Final

from saisine.messages.words import Words

REASONS: Final[dict[str, Words]] = {
    "header": Words("l’en-tête le dit", "the header says so"),
    "header_part": Words("l’en-tête contient « {word} »", "the header contains “{word}”"),
    "shape_only": Words(
        "l’en-tête ne dit rien de connu ; seules les valeurs y ressemblent",
        "the header says nothing known; only the values look like it",
    ),
    "long_text": Words("textes d’environ {words} mots", "texts of about {words} words"),
    "short_text": Words("textes courts, environ {words} mot(s)", "short texts, about {words} word(s)"),
    "urls": Words("{percent} % d’adresses", "{percent}% addresses"),
    "handles": Words("{percent} % de noms précédés de @", "{percent}% names that start with @"),
    "names": Words("noms courts", "short names"),
    "one_word_names": Words("noms en un seul mot", "one-word names"),
    "keys": Words("{percent} % d’identifiants", "{percent}% identifiers"),
    "distinct": Words("toutes les valeurs sont différentes", "all values differ"),
    "repeated": Words("{percent} % de valeurs différentes", "{percent}% different values"),
    "counts": Words("{percent} % de nombres", "{percent}% numbers"),
    "languages": Words("codes de langue", "language codes"),
    "platforms": Words("noms de plateformes", "names of platforms"),
    "times": Words("{percent} % de dates lisibles", "{percent}% readable dates"),
    "day_first": Words("une date au moins prouve « jour d’abord »", "at least one date proves “day first”"),
    "month_first": Words(
        "une date au moins prouve « mois d’abord »", "at least one date proves “month first”"
    ),
    "order_chosen": Words("ordre du jour et du mois choisi par vous", "order of day and month chosen by you"),
    "chosen": Words("choisi par vous", "chosen by you"),
    "beside_clock": Words(
        "l’heure vient de la colonne « {header} »", "the time of day comes from the column “{header}”"
    ),
    "clock": Words("heures du jour, ajoutées à la date", "times of day, added to the date"),
    "rounded_ids": Words(
        "{percent} % d’identifiants abîmés par un tableur (1,75E+18) : ces lignes resteront sans identifiant",
        "{percent}% identifiers damaged by a spreadsheet (1.75E+18): these rows will stay without identifier",
    ),
    "row_numbers": Words(
        "numéros de ligne, qui ne désignent aucun message", "row numbers, which name no message"
    ),
    "known_not_a_field": Words(
        "colonne connue, qui n’est pas un champ d’un message", "a known column that is no field of a message"
    ),
    "who_reports": Words(
        "l’en-tête dit qui signale, pas qui a écrit", "the header says who reports, not who wrote"
    ),
    "who_is_aimed_at": Words(
        "l’en-tête dit qui est visé, pas qui a écrit", "the header says who is aimed at, not who wrote"
    ),
    "who_answers": Words(
        "semble nommer qui remplit le formulaire, pas qui a écrit",
        "seems to name who fills in the form, not who wrote",
    ),
    "perhaps_reports": Words(
        "nomme peut-être qui tient le tableau, pas qui a écrit",
        "perhaps names who keeps the table, not who wrote",
    ),
    "values_differ": Words(
        "l’en-tête annonce « {field} », les valeurs n’y ressemblent pas",
        "the header announces “{field}”, the values do not look like it",
    ),
    "taken": Words(
        "« {field} » est déjà pris par la colonne « {header} »",
        "“{field}” is already held by the column “{header}”",
    ),
    "unknown": Words("rien de connu", "nothing known"),
    "empty": Words("colonne vide", "empty column"),
    "duplicate_header": Words(
        "une autre colonne porte le même en-tête : un profil ne peut nommer que la première",
        "another column has the same header: a profile can only name the first",
    ),
    "odd_header": Words(
        "l’en-tête contient des signes qu’un profil ne peut pas garder",
        "the header holds signs that a profile cannot keep",
    ),
}

CHECKS: Final[dict[str, Words]] = {
    "tie": Words(
        "« {field} » : les colonnes « {header} » et « {other} » conviennent presque autant. Laquelle est-ce ?",
        "“{field}”: the columns “{header}” and “{other}” fit almost as well. Which one is it?",
    ),
    "two_persons": Words(
        "« {header} » et « {other} » nomment peut-être deux personnes. « {header} » est proposé pour qui a écrit. "
        "Vérifiez : un témoin ne doit pas passer pour l’auteur.",
        "“{header}” and “{other}” perhaps name two persons. “{header}” is proposed for who wrote. "
        "Check: a witness must not pass for the author.",
    ),
    "person_left_out": Words(
        "« {header} » semble nommer une autre personne que celle qui a écrit : témoin ou bénévole. La colonne est "
        "laissée de côté. Si elle dit qui a écrit, choisissez-la.",
        "“{header}” seems to name another person than the one who wrote: a witness or a volunteer. The column is left "
        "aside. If it says who wrote, choose it.",
    ),
    "weak": Words(
        "« {field} » : la colonne « {header} » est proposée avec peu d’indices.",
        "“{field}”: the column “{header}” is proposed on few signs.",
    ),
    "rounded_ids": Words(
        "« {header} » : un tableur a abîmé {percent} % des identifiants (1,75E+18). Ils ne peuvent pas être "
        "reconstitués : reprenez le fichier d’origine si vous l’avez.",
        "“{header}”: a spreadsheet damaged {percent}% of the identifiers (1.75E+18). They cannot be rebuilt: go back "
        "to the original file if you have it.",
    ),
    "date_order": Words(
        "« {header} » : aucune date ne dit si le jour ou le mois vient d’abord (08/04 : 8 avril ou 4 août ?). "
        "Les dates restent vides tant que personne ne l’a dit.",
        "“{header}”: no date tells whether the day or the month comes first (08/04: 8 April or 4 August?). Dates "
        "stay empty until someone says so.",
    ),
    "date_contradiction": Words(
        "« {header} » : {count} date(s) contredisent l’ordre des autres et resteront vides.",
        "“{header}”: {count} date(s) contradict the order of the others and will stay empty.",
    ),
    "date_mixed": Words(
        "« {header} » : un tableur a converti une partie des dates et pas l’autre ; le jour et le mois des "
        "premières ont pu être inversés. Comparez avec l’original.",
        "“{header}”: a spreadsheet converted some of the dates and not the others; day and month of the former may "
        "have been swapped. Compare with the original.",
    ),
    "dates_unreadable": Words(
        "« {header} » : ces dates ne sont pas dans une écriture que Saisine sait lire ; elles sont gardées "
        "telles quelles, sans jour ni heure.",
        "“{header}”: these dates are not in a writing that Saisine reads; they are kept as they are, without day "
        "or time.",
    ),
    "date_relative": Words(
        "« {header} » : ces dates sont relatives (« il y a 3 h ») ; sans le jour de la collecte, elles ne "
        "donnent pas de jour.",
        "“{header}”: these dates are relative (“3 h ago”); without the day of collection they give no day.",
    ),
    "serial_dates": Words(
        "« {header} » : ces dates sont des nombres de tableur, comptés depuis 1900. Un vieux Mac compte depuis "
        "1904 : comparez une date à l’original.",
        "“{header}”: these dates are spreadsheet numbers, counted from 1900. An old Mac counts from 1904: compare "
        "one date with the original.",
    ),
    "no_created_at": Words(
        "Aucune colonne de date : les messages n’auront pas de date.",
        "No date column: messages will have no date.",
    ),
    "no_author": Words(
        "Aucune colonne ne dit qui a écrit : les messages n’auront ni nom ni compte.",
        "No column says who wrote: messages will have no name and no account.",
    ),
    "zone": Words(
        "Les heures n’indiquent pas de fuseau : celui de l’import sera appliqué (Paris par défaut).",
        "Times name no zone: that of the import will be applied (Paris by default).",
    ),
    "hidden_sheets": Words("Feuilles masquées, non lues : {names}.", "Hidden sheets, not read: {names}."),
    "other_sheets": Words(
        "Autres feuilles ou fichiers qui ressemblent à un tableau de messages : {names}. « {chosen} » a été choisi. "
        "Pour un autre, ajoutez son nom au fichier : « classeur.xlsx!Nom ».",
        "Other sheets or files that look like a table of messages: {names}. “{chosen}” was chosen. For another one, "
        "add its name to the file: “workbook.xlsx!Name”.",
    ),
}

FIELDS: Final[dict[str, Words]] = {
    "text": Words("texte", "text"),
    "created_at": Words("date", "date"),
    "time_of_day": Words("heure", "time of day"),
    "edited_at": Words("date de modification", "date of the edit"),
    "collected_at": Words("date de collecte", "date of collection"),
    "author_created_at": Words("création du compte", "creation of the account"),
    "author_name": Words("nom affiché", "displayed name"),
    "author_handle": Words("compte", "account"),
    "author_id": Words("identifiant du compte", "account’s identifier"),
    "message_id": Words("identifiant du message", "message’s identifier"),
    "parent_id": Words("réponse à", "reply to"),
    "conversation_id": Words("fil", "thread"),
    "target_id": Words("identifiant de la publication visée", "identifier of the post"),
    "target_handle": Words("compte visé", "account aimed at"),
    "url": Words("lien", "link"),
    "like_count": Words("mentions j’aime", "likes"),
    "share_count": Words("partages", "shares"),
    "reply_count": Words("réponses", "replies"),
    "view_count": Words("vues", "views"),
    "lang": Words("langue", "language"),
    "platform": Words("plateforme", "platform"),
    "hashtags": Words("mots-dièse", "hashtags"),
    "mentions": Words("comptes mentionnés", "accounts mentioned"),
    "media_urls": Words("images et vidéos", "pictures and videos"),
}


def field_words(name: str, language: str) -> str:
    """The field as a person names it."""
    return FIELDS[name].say(language) if name in FIELDS else name
