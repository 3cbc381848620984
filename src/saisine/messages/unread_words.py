"""Why nothing is read of a file, in plain words of both languages, and what to do."""

from typing import Final

from saisine.messages.words import Words

UNREAD: Final[dict[str, Words]] = {
    "image": Words(
        "C’est une image, pas un fichier de messages.{sealed}",
        "This is a picture, not a message file.{sealed}",
    ),
    "document": Words(
        "C’est un document, pas un fichier de messages.{sealed}",
        "This is a document, not a message file.{sealed}",
    ),
    "media": Words("C’est un son ou une vidéo.{sealed}", "This is sound or video.{sealed}"),
    "spreadsheet": Words(
        "C’est un classeur d’un format que Saisine ne lit pas (.xls, .xlsb, .ods, .numbers). Enregistrez-le "
        "au format .xlsx, sans modifier les colonnes, puis déposez ce fichier.",
        "This is a workbook in a format that Saisine does not read (.xls, .xlsb, .ods, .numbers). Save it as "
        ".xlsx without changing the columns, then bring that file.",
    ),
    "outlook_mail": Words(
        "C’est un courriel d’Outlook (.msg), qui n’est pas lu.{sealed} Ouvrez-le sur Outlook en ligne ou Thunderbird, "
        "enregistrez-le au format .eml, puis déposez ce fichier.",
        "This is a mail of Outlook (.msg), which is not read.{sealed} Open it in Outlook on the web or Thunderbird, "
        "save it as .eml, then deposit that file.",
        is_problem=True,
    ),
    "system_file": Words(
        "Fichier du système (macOS, Windows), sans message.",
        "A file of the system (macOS, Windows), with no message.",
    ),
    "locked_workbook": Words(
        "Ce classeur est protégé par un mot de passe. Ouvrez-le avec ce mot de passe, enregistrez-en une "
        "copie sans mot de passe, puis déposez cette copie.",
        "A password protects this workbook. Open it with that password, save a copy without password, then "
        "bring that copy.",
        is_problem=True,
    ),
    "hidden_sheet": Words(
        "Cette feuille est masquée dans le classeur : elle n’a pas été lue. Affichez-la dans le tableur, "
        "enregistrez, puis déposez le fichier de nouveau si elle contient des messages.",
        "This sheet is hidden in the workbook: it was not read. Show it in the spreadsheet, save, then bring "
        "the file again if it holds messages.",
    ),
    "web_page": Words(
        "La plateforme a fourni la version à lire (HTML), pas les données. Redemandez l’export en "
        "choisissant « JSON ».",
        "The platform gave the version for reading (HTML), not the data. Ask for the export again and "
        "choose “JSON”.",
        is_problem=True,
    ),
    "own_export": Words(
        "C’est une copie de messages que Saisine a écrite. L’espace de travail d’où elle vient garde les fichiers "
        "d’origine, scellés : déposez plutôt ceux-ci.",
        "This is a copy of messages that Saisine wrote. The workspace it comes from keeps the original files, sealed: "
        "deposit those instead.",
    ),
    "parquet": Words(
        "Les fichiers Parquet ne sont pas lus. Déposez les fichiers d’origine, ou un export en CSV ou en NDJSON.",
        "Parquet files are not read. Deposit the original files, or an export as CSV or NDJSON.",
    ),
    "header_too_long": Words(
        "La ligne d’en-têtes de ce tableau est trop longue. Gardez les colonnes utiles (date, compte, texte, lien) "
        "dans une copie, puis déposez les deux.",
        "The row of headers of this table is too long. Keep the useful columns (date, account, text, link) in a copy, "
        "then deposit both.",
        is_problem=True,
    ),
    "table_page": Words(
        "C’est une page web nommée .xls, comme en donnent des sites. Ouvrez-la dans un tableur, enregistrez-la en "
        ".xlsx ou en CSV, puis déposez ce fichier.",
        "This is a web page named .xls, as some sites give. Open it in a spreadsheet, save it as .xlsx or CSV, then "
        "deposit that file.",
        is_problem=True,
    ),
    "saved_page": Words(
        "C’est une page enregistrée depuis le navigateur : ses messages n’y sont pas sous une forme qui se "
        "lit.{sealed} Refaites une capture HAR ou WACZ de la page ; la liste des formats dit comment.",
        "This is a page saved from the browser: its messages are not in a form that can be read.{sealed} Make a HAR "
        "or WACZ capture of the page instead; the list of formats says how.",
        is_problem=True,
    ),
    "tiktok_text": Words(
        "Cette partie de vos données TikTok au format TXT ne se lit pas.{sealed} Redemandez-les à TikTok au format "
        "JSON.",
        "This part of your TikTok data in TXT format is not read.{sealed} Ask TikTok again, for the JSON format.",
        is_problem=True,
    ),
    "error_answer": Words(
        "C’est un message d’erreur de la plateforme, sans message dedans.{sealed} Refaites la demande.",
        "This is an error message of the platform, with no message in it.{sealed} Ask again.",
    ),
    "empty_answer": Words(
        "C’est une réponse vide de la plateforme : elle n’a donné aucun message.{sealed}",
        "This is an empty answer of the platform: it gave no message.{sealed}",
    ),
    "wrong_format": Words(
        "Ce fichier n’est pas du format demandé : aucun message n’en est sorti.{sealed} Laissez Saisine reconnaître le "
        "format, ou choisissez-en un autre.",
        "This file is not of the format that was asked for: no message came out of it.{sealed} Let Saisine recognise "
        "the format, or choose another one.",
        is_problem=True,
    ),
    "unknown_format": Words(
        "Format non reconnu.{sealed} La liste des formats lus dit comment obtenir chaque fichier.",
        "Format not recognised.{sealed} The list of formats says how to get each file.",
    ),
    "unknown_table": Words(
        "C’est un tableau dont les colonnes ne sont pas reconnues. Un profil de colonnes permet de le lire.",
        "This is a table whose columns are not recognised. A column profile makes it readable.",
    ),
    "ambiguous": Words(
        "Ce fichier ressemble à deux formats ({names}). Lequel est-ce ? Indiquez le format pour le lire.",
        "This file looks like two formats ({names}). Which one is it? Name the format to read it.",
        is_problem=True,
    ),
    "no_message_inside": Words(
        "C’est un fichier de données qui ne contient pas de messages.", "A data file that holds no messages."
    ),
    "empty_archive": Words(
        "Cette archive ne contient aucun fichier. Refaites-la, ou déposez les fichiers eux-mêmes.",
        "This archive holds no file. Make it again, or bring the files themselves.",
        is_problem=True,
    ),
    "archive": Words("C’est une archive : ses fichiers suivent.", "An archive: its files follow."),
    "same_file": Words(
        "Ce fichier est identique à un autre du même import ; il n’a été lu qu’une fois.",
        "This file is the same as another of this import; it was read once.",
    ),
    "read_before": Words(
        "Ces mêmes octets ont déjà été lus : leurs messages ne sont pas comptés deux fois.",
        "These very bytes were read before: their messages are not counted twice.",
    ),
    "empty": Words(
        "Le fichier est vide (0 octet). Refaites l’export.",
        "The file is empty (0 bytes). Export again.",
        is_problem=True,
    ),
    "encrypted": Words(
        "Cette archive est protégée par un mot de passe. Ouvrez-la avec son mot de passe sur votre "
        "ordinateur, "
        "puis déposez les fichiers qu’elle contient.",
        "This archive is protected by a password. Open it with its password on your computer, then bring the "
        "files it holds.",
        is_problem=True,
    ),
    "too_expanded": Words(
        "Archive anormalement compressée : lecture arrêtée. Ne l’ouvrez pas sans l’avis d’une personne "
        "compétente.",
        "Abnormally compressed archive: reading stopped. Do not open it without advice.",
        is_problem=True,
    ),
    "too_many_members": Words(
        "Cette archive contient trop de fichiers ; les premiers ont été lus. Découpez-la et déposez le "
        "reste.",
        "This archive holds too many files; the first ones were read. Split it and bring the rest.",
        is_problem=True,
    ),
    "nested_too_deep": Words(
        "Une archive dans une archive, plus de trois fois : elle n’a pas été ouverte. Ouvrez-la et "
        "déposez son contenu.",
        "An archive within archives, more than three deep: it was not opened. Open it and bring what it "
        "holds.",
        is_problem=True,
    ),
    "unsafe_name": Words(
        "Le nom de ce fichier dans l’archive sort de son dossier ou désigne un lien : il n’a pas été lu.",
        "This file's name in the archive leaves its folder or names a link: it was not read.",
        is_problem=True,
    ),
    "duplicate_name": Words(
        "Deux fichiers de l’archive portent le même nom ; le second n’a pas été lu.",
        "Two files of the archive have the same name; the second was not read.",
        is_problem=True,
    ),
    "damaged": Words(
        "Ce fichier est abîmé : il n’a pas pu être ouvert, ou pas jusqu’au bout. Copiez-le ou téléchargez-le "
        "de nouveau.",
        "This file is damaged: it could not be opened, or not to its end. Copy or download it again.",
        is_problem=True,
    ),
    "unsupported_archive": Words(
        "Cette archive est d’une sorte que Saisine n’ouvre pas (.rar, .7z, ou une compression rare). Ouvrez-la sur "
        "votre ordinateur, refaites un zip ordinaire, et déposez-le.",
        "This archive is of a kind that Saisine does not open (.rar, .7z, or a rare compression). Open it on your "
        "computer, make an ordinary zip, and bring that.",
        is_problem=True,
    ),
    "unreadable": Words(
        "Ce fichier n’a pas pu être lu sur le disque.",
        "This file could not be read from the disk.",
        is_problem=True,
    ),
    "unreadable_folder": Words(
        "Ce dossier n’a pas pu être ouvert : rien de ce qu’il contient n’est scellé. Vérifiez ses droits, "
        "puis importez-le.",
        "This folder could not be opened: nothing in it is sealed. Check its rights, then import it.",
        is_problem=True,
    ),
    "workspace": Words(
        "C’est un espace de travail de Saisine : ses fichiers ne sont ni scellés ni lus.",
        "This is a Saisine workspace: its files are neither sealed nor read.",
    ),
    "changed": Words(
        "Ce fichier a changé pendant l’import ; sa version scellée est intacte. Importez-le de nouveau.",
        "This file changed during the import; its sealed version is whole. Import it again.",
        is_problem=True,
    ),
    "not_a_file": Words(
        "Ce n’est pas un fichier ordinaire (lien, périphérique) : il n’a été ni scellé ni lu.",
        "Not an ordinary file (link, device): neither sealed nor read.",
        is_problem=True,
    ),
}
