"""Errors of bags and export bundles, and the words of what a check of a bag finds."""

from saisine.errors import EXIT_REFUSED, EXIT_USAGE, ErrorText

TEXTS: dict[str, ErrorText] = {
    "bag_missing": ErrorText(
        what_fr="« {path} » n’existe pas.",
        why_fr="Il n’y a ni dossier ni fichier ZIP à cet endroit.",
        what_to_do_fr="Vérifiez le chemin.",
        what_en="“{path}” does not exist.",
        why_en="There is neither a folder nor a ZIP file at that place.",
        what_to_do_en="Check the path.",
        exit_code=EXIT_USAGE,
    ),
    "bag_unreadable": ErrorText(
        what_fr="« {path} » ne peut pas être lu.",
        why_fr="Ce n’est ni un dossier ni un ZIP, le ZIP est abîmé, ou la lecture est refusée.",
        what_to_do_fr="Demandez une nouvelle copie à qui vous l’a remis.",
        what_en="“{path}” cannot be read.",
        why_en="It is neither a folder nor a ZIP, the ZIP is damaged, or reading is refused.",
        what_to_do_en="Ask whoever handed it to you for a new copy.",
    ),
    "bundle_message": ErrorText(
        what_fr="Le message {number} ne peut pas être joint.",
        why_fr="Sa preuve ne correspond pas au journal de ce coffre ({reason}).",
        what_to_do_fr="Choisissez de nouveau ce message dans son export, puis recommencez.",
        what_en="Message {number} cannot be added to the bundle.",
        why_en="Its proof does not match the log of this vault ({reason}).",
        what_to_do_en="Choose that message again in its export, then try once more.",
    ),
    "bundle_encrypted": ErrorText(
        what_fr="« {path} » est chiffré.",
        why_fr="Saisine vérifie un dossier ouvert, pas sa copie chiffrée.",
        what_to_do_fr="Ouvrez-le d’abord : age -d -o dossier.zip {path}. Puis vérifiez dossier.zip.",
        what_en="“{path}” is encrypted.",
        why_en="Saisine checks an opened bundle, not its encrypted copy.",
        what_to_do_en="Open it first: age -d -o bundle.zip {path}. Then verify bundle.zip.",
    ),
    "age_recipient": ErrorText(
        what_fr="« {text} » n’est pas une adresse age.",
        why_fr="Une adresse age commence par « age1 » et compte 62 signes ; un seul signe faux la rend inutilisable.",
        what_to_do_fr="Copiez de nouveau l’adresse que la personne vous a donnée.",
        what_en="“{text}” is no age recipient.",
        why_en="An age recipient starts with “age1” and has 62 signs; one wrong sign makes it useless.",
        what_to_do_en="Copy again the recipient that the person gave you.",
        exit_code=EXIT_USAGE,
    ),
    "bundle_passphrase": ErrorText(
        what_fr="La phrase du dossier est vide.",
        why_fr="Une phrase vide ne protégerait rien.",
        what_to_do_fr="Écrivez une phrase de plusieurs mots dans le fichier, sur une seule ligne.",
        what_en="The passphrase of the bundle is empty.",
        why_en="An empty passphrase would protect nothing.",
        what_to_do_en="Write a passphrase of several words in the file, on one line.",
        exit_code=EXIT_USAGE,
    ),
    "bundle_too_large": ErrorText(
        what_fr="Ce dossier est trop grand pour une phrase : {size} octets.",
        why_fr="Avec une phrase, il doit tenir en mémoire ; la limite est de {limit} octets.",
        what_to_do_fr="Exportez en plusieurs fois, ou chiffrez pour une adresse « age1… », sans limite.",
        what_en="This bundle is too large for a passphrase: {size} bytes.",
        why_en="With a passphrase it has to fit in memory; the limit is {limit} bytes.",
        what_to_do_en="Export in several parts, or encrypt to an “age1…” recipient, which has no limit.",
        exit_code=EXIT_REFUSED,
    ),
}

# What check_bag says of a file, after its name: code -> (French, English), with {facts}.
BAG_FINDINGS: dict[str, tuple[str, str]] = {
    # B01: what the list of files shows
    "link": (
        "lien qui mène hors du dossier ; il n’est pas suivi",
        "a link that leads outside; it is not followed",
    ),
    "link_folder": (
        "lien vers un dossier ; il n’est pas suivi",
        "a link to a folder; it is not followed",
    ),
    "special": ("ni fichier, ni dossier ; il n’est pas lu", "neither file nor folder; it is not read"),
    "path": (
        "chemin refusé, il pourrait mener hors du dossier",
        "a path that is refused: it could lead outside",
    ),
    "name_bytes": ("son nom n’est pas écrit en UTF-8", "its name is not written in UTF-8"),
    "unreadable": ("illisible ou abîmé", "unreadable or damaged"),
    "encrypted": ("chiffré dans le ZIP", "encrypted inside the ZIP"),
    "compression": ("compression que Saisine ne lit pas", "a compression that Saisine does not read"),
    "overlap": (
        "il partage ses octets avec un autre fichier du ZIP",
        "it shares its bytes with another file of the ZIP",
    ),
    "twice_in_zip": ("présent deux fois dans le ZIP", "twice in the ZIP"),
    "outside_root": (
        "hors du dossier unique que le ZIP doit contenir",
        "outside the one folder that the ZIP must hold",
    ),
    "no_payload": ("ce dossier obligatoire manque", "this required folder is missing"),
    "twin": (
        "ce nom ne diffère de « {other} » que par la casse ou les accents ; un autre système peut les "
        "confondre",
        "this name differs from “{other}” only by case or accents; another system may confuse them",
    ),
    # B01: tag files
    "absent": ("ce fichier obligatoire manque", "this required file is missing"),
    "no_manifest": ("aucun manifeste des contenus", "no payload manifest"),
    "declaration": (
        "il doit tenir en deux lignes exactes : version, puis encodage",
        "it must be exactly two lines: version, then encoding",
    ),
    "version": ("version « {version} » inconnue", "unknown version “{version}”"),
    "encoding": ("encodage « {encoding} » inconnu", "unknown encoding “{encoding}”"),
    "encoding_unread": (
        "encodage « {encoding} » que Saisine ne lit pas",
        "an encoding, “{encoding}”, that Saisine does not read",
    ),
    "mark": (
        "il commence par une marque d’ordre des octets, interdite ici",
        "it starts with a byte-order mark, which is not allowed here",
    ),
    "mark_old": (
        "il commence par une marque d’ordre des octets inutile",
        "it starts with a needless byte-order mark",
    ),
    "not_decoded": (
        "ligne {line} : elle n’est pas écrite dans l’encodage annoncé",
        "line {line}: not written in the declared encoding",
    ),
    "too_large": ("trop grand pour un tel fichier", "too large for such a file"),
    "too_long": ("ligne {line} trop longue", "line {line} is too long"),
    "manifest_name": (
        "ce nom de manifeste n’a pas la forme prévue",
        "the name of this manifest does not have the expected form",
    ),
    "line_form": (
        "ligne {line} : elle n’a pas la forme prévue (vide, ou espaces mal placés)",
        "line {line}: not of the expected form (empty, or misplaced spaces)",
    ),
    "digest_form": (
        "ligne {line} : l’empreinte n’a pas la longueur de {algorithm}",
        "line {line}: the digest does not have the length of {algorithm}",
    ),
    "line_path": (
        "ligne {line} : chemin refusé, il pourrait mener hors du dossier ({path})",
        "line {line}: a path that is refused, it could lead outside ({path})",
    ),
    "not_payload": (
        "ligne {line} : {path} est hors de « data/ »",
        "line {line}: {path} is outside “data/”",
    ),
    "not_tag": (
        "ligne {line} : {path} n’a pas sa place dans ce manifeste",
        "line {line}: {path} has no place in this manifest",
    ),
    "asterisk": (
        "ligne {line} : une étoile précède le nom {path}",
        "line {line}: an asterisk stands before the name {path}",
    ),
    "percent": (
        "ligne {line} : dans {path}, le signe % doit s’écrire %25",
        "line {line}: in {path}, the sign % must be written %25",
    ),
    "listed_twice": ("{path} y figure deux fois", "it lists {path} twice"),
    "listed_apart": (
        "{path} y figure deux fois, avec deux empreintes différentes",
        "it lists {path} twice, with two different digests",
    ),
    "spelled_apart": (
        "{manifest} écrit ce nom avec d’autres signes Unicode, d’aspect identique",
        "{manifest} writes this name with other Unicode signs, which look the same",
    ),
    "missing": ("fichier manquant, que {manifest} annonce", "missing file, which {manifest} lists"),
    "to_fetch": (
        "fichier absent, à télécharger selon fetch.txt ; Saisine ne télécharge rien",
        "absent file, to be downloaded according to fetch.txt; Saisine downloads nothing",
    ),
    "unlisted": ("fichier que {manifest} n’annonce pas", "a file that {manifest} does not list"),
    "manifest_unlisted": (
        "manifeste que {manifest} n’annonce pas",
        "a manifest that {manifest} does not list",
    ),
    # B01: bag-info.txt and fetch.txt
    "info_form": (
        "ligne {line} : la forme est « nom: valeur », avec une seule espace",
        "line {line}: the form is “name: value”, with one space",
    ),
    "oxum_form": (
        "Payload-Oxum doit être de la forme octets.fichiers",
        "Payload-Oxum must be of the form bytes.files",
    ),
    "oxum_twice": ("Payload-Oxum y figure plusieurs fois", "Payload-Oxum is there several times"),
    "oxum": (
        "Payload-Oxum annonce {said} ; le dossier « data/ » en est à {found}",
        "Payload-Oxum says {said}; the folder “data/” gives {found}",
    ),
    "fetch_form": (
        "ligne {line} : la forme est « adresse longueur chemin »",
        "line {line}: the form is “address length path”",
    ),
    "fetch_unlisted": (
        "ligne {line} : {path} manque dans {manifest}",
        "line {line}: {path} is missing from {manifest}",
    ),
    "fetch_length": (
        "taille en octets : {said} selon fetch.txt, {found} ici",
        "size in bytes: {said} by fetch.txt, {found} here",
    ),
    # B02
    "changed": (
        "fichier modifié : son empreinte n’est pas celle de {manifest}",
        "changed file: its digest is not the one of {manifest}",
    ),
    "uncovered": ("aucune empreinte ne couvre ce fichier", "no digest covers this file"),
    "no_tag_manifest": (
        "absent ; aucune empreinte ne couvre les fichiers hors de « data/ »",
        "absent; no digest covers the files outside “data/”",
    ),
    "no_such_tag_manifest": (
        "absent, alors qu’il existe un manifeste {algorithm} des contenus",
        "absent, though there is a payload manifest in {algorithm}",
    ),
    "unknown_algorithm": (
        "Saisine ne sait pas calculer « {algorithm} » ; ces empreintes ne sont pas vérifiées",
        "Saisine cannot compute “{algorithm}”; these digests are not checked",
    ),
    "weak": (
        "les empreintes {algorithm} révèlent un accident, pas une falsification",
        "{algorithm} digests reveal an accident, not a forgery",
    ),
    "nothing": ("aucune empreinte à vérifier", "no digest to check"),
    "more": ("et d’autres constats du même genre : {count}", "and more like these: {count}"),
}
