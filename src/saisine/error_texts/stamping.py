"""Errors of time stamps and their authorities."""

from saisine.errors import EXIT_USAGE, ErrorText

TEXTS: dict[str, ErrorText] = {
    "authority_exists": ErrorText(
        what_fr="Le nom « {name} » est déjà celui d’une autorité.",
        why_fr="Ce nom figure dans celui des réponses reçues : il ne sert qu’une fois, même après un retrait.",
        what_to_do_fr="Rien n’a été modifié. Choisissez un autre nom, par exemple « {name}-2 ».",
        what_en="The name “{name}” is already that of an authority.",
        why_en="That name stands in the names of the replies received: it serves once, even after a removal.",
        what_to_do_en="Nothing was changed. Choose another name, for example “{name}-2”.",
        exit_code=EXIT_USAGE,
    ),
    "authority_unknown": ErrorText(
        what_fr="Aucune autorité nommée « {name} » n’est interrogée.",
        why_fr="Elle n’a pas été ajoutée, ou elle a déjà été retirée.",
        what_to_do_fr="Regardez les noms avec « saisine authority list ».",
        what_en="No authority named “{name}” is being asked.",
        why_en="It was not added, or it was already removed.",
        what_to_do_en="See the names with “saisine authority list”.",
        exit_code=EXIT_USAGE,
    ),
    "preset_unknown": ErrorText(
        what_fr="« {name} » n’est pas une autorité proposée.",
        why_fr="Les autorités proposées sont : {known}.",
        what_to_do_fr="Choisissez l’une d’elles, ou donnez --url et --root.",
        what_en="“{name}” is not a proposed authority.",
        why_en="The proposed authorities are: {known}.",
        what_to_do_en="Choose one of them, or give --url and --root.",
        exit_code=EXIT_USAGE,
    ),
    "certificate_unreadable": ErrorText(
        what_fr="Le fichier « {path} » n’est pas un certificat lisible.",
        why_fr="Il faut un certificat au format PEM (il commence par -----BEGIN CERTIFICATE-----).",
        what_to_do_fr="Rien n’a été modifié. Téléchargez le certificat racine depuis le site de l’autorité.",
        what_en="The file “{path}” is no readable certificate.",
        why_en="It takes a certificate in PEM form (it begins with -----BEGIN CERTIFICATE-----).",
        what_to_do_en="Nothing was changed. Download the root certificate from the authority’s site.",
        exit_code=EXIT_USAGE,
    ),
}
