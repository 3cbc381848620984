"""Words of the errors of searches, of their index and of their exports."""

from saisine.errors import EXIT_IO, EXIT_REFUSED, EXIT_USAGE, ErrorText

TEXTS: dict[str, ErrorText] = {
    "query_failed": ErrorText(
        what_fr="La recherche n’a pas abouti.",
        why_fr="Le moteur de recherche a renoncé ({reason}), sans doute faute de mémoire.",
        what_to_do_fr="Réduisez la période ou choisissez une plateforme. Les messages sont intacts.",
        what_en="The search did not succeed.",
        why_en="The search engine gave up ({reason}), probably for want of memory.",
        what_to_do_en="Shorten the period or choose one platform. The messages are unharmed.",
        exit_code=EXIT_IO,
    ),
    "export_kind_unknown": ErrorText(
        what_fr="Saisine ne sait pas écrire « {path} ».",
        why_fr="La fin du nom dit la forme du fichier : {known}.",
        what_to_do_fr="Donnez au fichier un nom qui finit ainsi.",
        what_en="Saisine cannot write “{path}”.",
        why_en="The end of the name says the form of the file: {known}.",
        what_to_do_en="Give the file a name that ends so.",
        exit_code=EXIT_USAGE,
    ),
    "export_exists": ErrorText(
        what_fr="« {path} » existe déjà.",
        why_fr="Saisine ne remplace pas un fichier que vous avez peut-être annoté.",
        what_to_do_fr="Choisissez un autre nom.",
        what_en="“{path}” already exists.",
        why_en="Saisine does not replace a file that you may have annotated.",
        what_to_do_en="Choose another name.",
        exit_code=EXIT_USAGE,
    ),
    "export_not_written": ErrorText(
        what_fr="L’export n’a pas pu être écrit dans « {path} ».",
        why_fr="Le disque répond : {reason}.",
        what_to_do_fr="Choisissez un autre emplacement. Aucun fichier incomplet n’est resté.",
        what_en="The export could not be written to “{path}”.",
        why_en="The disk answers: {reason}.",
        what_to_do_en="Choose another place. No incomplete file was left.",
        exit_code=EXIT_IO,
    ),
    "index_in_clear": ErrorText(
        what_fr="L’index n’a pas été écrit sur le disque.",
        why_fr="Il contient les mots des messages en clair ; les messages eux-mêmes sont chiffrés.",
        what_to_do_fr="Si ce disque est chiffré, dites-le avec --disk-is-encrypted. Sinon, cherchez sans index.",
        what_en="The index was not written to the disk.",
        why_en="It holds the words of the messages in the clear, while the messages are encrypted.",
        what_to_do_en="If this disk is encrypted, say so with --disk-is-encrypted. If not, search without one.",
        exit_code=EXIT_REFUSED,
    ),
    "index_not_written": ErrorText(
        what_fr="L’index n’a pas pu être écrit dans « {path} ».",
        why_fr="Le disque répond : {reason}.",
        what_to_do_fr="Libérez de la place, ou cherchez sans index : les résultats sont les mêmes.",
        what_en="The index could not be written to “{path}”.",
        why_en="The disk answers: {reason}.",
        what_to_do_en="Make some room, or search without an index: the results are the same.",
        exit_code=EXIT_IO,
    ),
}
