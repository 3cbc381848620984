"""Words of the errors raised while the pages are started or asked."""

from saisine.errors import EXIT_BAD_INPUT, EXIT_IO, EXIT_REFUSED, EXIT_USAGE, ErrorText

TEXTS: dict[str, ErrorText] = {
    "serve_not_loopback": ErrorText(
        what_fr="Saisine ne s’ouvre pas sur « {host} ».",
        why_fr="Cette adresse est visible d’autres machines, et aucun compte protégé n’est créé : "
        "tout le monde sur le réseau pourrait lire les preuves.",
        what_to_do_fr="Gardez l’adresse 127.0.0.1, réservée à cet ordinateur.",
        what_en="Saisine does not open on “{host}”.",
        why_en="Other machines can reach that address, and no protected account is set up: "
        "anyone on the network could read the evidence.",
        what_to_do_en="Keep the address 127.0.0.1, which is for this computer alone.",
        exit_code=EXIT_USAGE,
    ),
    "serve_port_taken": ErrorText(
        what_fr="Le port {port} est déjà pris sur cet ordinateur.",
        why_fr="Un autre programme y répond, peut-être Saisine déjà ouverte.",
        what_to_do_fr="Ouvrez http://127.0.0.1:{port}/ pour le voir, ou choisissez un autre port avec --port.",
        what_en="Port {port} is already taken on this computer.",
        why_en="Another program answers there, perhaps a Saisine that is already open.",
        what_to_do_en="Open http://127.0.0.1:{port}/ to see, or choose another port with --port.",
        exit_code=EXIT_IO,
    ),
    "serve_port_refused": ErrorText(
        what_fr="Cet ordinateur refuse le port {port}.",
        why_fr="Les ports sous 1024 sont réservés à l’administration du système.",
        what_to_do_fr="Choisissez un port plus grand, par exemple --port 8000.",
        what_en="This computer refuses port {port}.",
        why_en="Ports under 1024 are kept for the system’s administration.",
        what_to_do_en="Choose a larger port, for instance --port 8000.",
        exit_code=EXIT_REFUSED,
    ),
    "page_unknown": ErrorText(
        what_fr="Cette page n’existe pas, ou n’existe plus.",
        why_fr="Le lien est incomplet, ou ce qu’il montrait a été retiré.",
        what_to_do_fr="Rien n’a été modifié. Revenez à l’accueil.",
        what_en="This page does not exist, or no longer does.",
        why_en="The link is incomplete, or what it showed was removed.",
        what_to_do_en="Nothing was changed. Go back to the home page.",
        exit_code=EXIT_USAGE,
    ),
    "page_failed": ErrorText(
        what_fr="Cette page n’a pas pu être préparée.",
        why_fr="Une erreur imprévue s’est produite ; elle est notée dans le journal technique, sans aucun contenu.",
        what_to_do_fr="Ce qui était enregistré le reste. Revenez à l’accueil, puis réessayez.",
        what_en="This page could not be prepared.",
        why_en="An unforeseen failure occurred; it is noted in the technical log, without any content.",
        what_to_do_en="What was recorded stays so. Go back to the home page, then try again.",
        exit_code=EXIT_IO,
    ),
    "page_refused": ErrorText(
        what_fr="Cette demande a été refusée.",
        why_fr="Elle ne vient pas d’une page de Saisine ouverte sur cet ordinateur, ou la page était trop ancienne.",
        what_to_do_fr="Rien n’a été modifié. Rechargez la page, puis recommencez.",
        what_en="This request was refused.",
        why_en="It does not come from a Saisine page opened on this computer, or the page was too old.",
        what_to_do_en="Nothing was changed. Reload the page, then start again.",
        exit_code=EXIT_REFUSED,
    ),
    "deposit_without_file": ErrorText(
        what_fr="Aucun fichier n’a été reçu.",
        why_fr="Le dossier choisi est vide, ou le choix a été annulé.",
        what_to_do_fr="Choisissez un dossier ou des fichiers, puis continuez.",
        what_en="No file was received.",
        why_en="The chosen folder is empty, or the choice was cancelled.",
        what_to_do_en="Choose a folder or files, then go on.",
        exit_code=EXIT_BAD_INPUT,
    ),
    "upload_no_room": ErrorText(
        what_fr="Ces fichiers n’ont pas pu être copiés dans votre espace.",
        why_fr="Le disque a refusé l’écriture ({reason}) ; il est sans doute plein.",
        what_to_do_fr="Vos fichiers d’origine et les pièces déjà scellées sont intacts. "
        "Libérez de la place, puis déposez-les de nouveau.",
        what_en="These files could not be copied into your workspace.",
        why_en="The disk refused to write ({reason}); it is probably full.",
        what_to_do_en="Your original files and the pieces already sealed are intact. "
        "Free some room, then drop them again.",
        exit_code=EXIT_IO,
    ),
    "opening_expired": ErrorText(
        what_fr="Cette image n’est plus affichée.",
        why_fr="Une image s’ouvre pour dix minutes après « Afficher », puis se referme.",
        what_to_do_fr="Cliquez de nouveau sur « Afficher » pour la revoir.",
        what_en="This picture is no longer shown.",
        why_en="A picture opens for ten minutes after “Show”, then closes again.",
        what_to_do_en="Click “Show” again to see it.",
        exit_code=EXIT_REFUSED,
    ),
    "picture_unreadable": ErrorText(
        what_fr="Cette image ne peut pas être affichée.",
        why_fr="Le fichier est endommagé, trop grand, ou d’un type que Saisine ne dessine pas.",
        what_to_do_fr="L’original scellé est intact : vous pouvez le télécharger.",
        what_en="This picture cannot be shown.",
        why_en="The file is damaged, too large, or of a kind that Saisine does not draw.",
        what_to_do_en="The sealed original is intact: you can download it.",
        exit_code=EXIT_BAD_INPUT,
    ),
}
