"""Words of the errors raised by the operations on decided data: deposits, sorting, incidents, jobs, dossiers."""

from saisine.errors import EXIT_IO, EXIT_REFUSED, EXIT_USAGE, ErrorText


def _unknown(fr: str, en: str, exit_code: int = EXIT_USAGE) -> ErrorText:
    """What is asked for does not exist here, or no longer: the same advice for each kind of thing."""
    return ErrorText(
        what_fr=f"{fr} n’existe pas, ou n’existe plus.",
        why_fr="L’adresse ou le numéro est peut-être ancien, ou vient d’un autre espace de travail.",
        what_to_do_fr="Revenez à la liste et choisissez de nouveau.",
        what_en=f"{en} does not exist, or no longer does.",
        why_en="The address or number may be old, or come from another workspace.",
        what_to_do_en="Go back to the list and choose again.",
        exit_code=exit_code,
    )


def _word(fr: str, en: str, name: str) -> ErrorText:
    """A value outside the words that are offered."""
    return ErrorText(
        what_fr=f"{fr} « {{{name}}} » n’est pas dans la liste.",
        why_fr="Seuls les mots proposés sont compris.",
        what_to_do_fr="Choisissez un des mots proposés.",
        what_en=f"{en} “{{{name}}}” is not in the list.",
        why_en="Only the words offered are understood.",
        what_to_do_en="Choose one of the words offered.",
        exit_code=EXIT_USAGE,
    )


TEXTS: dict[str, ErrorText] = {
    "deposit_unknown": _unknown("Ce dépôt", "This deposit"),
    "job_unknown": _unknown("Ce travail", "This job"),
    "band_unknown": _unknown("Cette partie de la boîte de tri", "This part of the sorting box"),
    "card_unknown": _unknown("Ce message ou ce groupe", "This message or group"),
    "capture_unknown": _unknown("Cette capture", "This screenshot"),
    "decision_unknown": _unknown("Cette décision", "This decision"),
    "incident_unknown": _unknown("Cet incident", "This incident"),
    "notice_unknown": _unknown("Ce signalement", "This notice"),
    "dossier_unknown": _unknown("Ce dossier", "This dossier"),
    "decision_value_unknown": _word("La décision", "The decision", "value"),
    "deposit_answer_unknown": _word("La réponse", "The answer", "value"),
    "incident_value_unknown": _word("La réponse", "The answer", "value"),
    "incident_role_unknown": _word("Le rôle", "The role", "role"),
    "incident_act_unknown": _word("L’acte", "The act", "act"),
    "incident_offence_unknown": _word("L’infraction", "The offence", "offence"),
    "incident_decision_unknown": _word("La décision", "The decision", "decision"),
    "notice_platform_unknown": _word("La plateforme", "The platform", "platform"),
    "notice_decision_unknown": _word("La décision", "The decision", "decision"),
    "deposit_not_open": ErrorText(
        what_fr="Ce dépôt n’attend plus d’être scellé.",
        why_fr="Il a déjà été scellé, ou retiré.",
        what_to_do_fr="Déposez de nouveau les fichiers qui manquent.",
        what_en="This deposit no longer waits to be sealed.",
        why_en="It was already sealed, or withdrawn.",
        what_to_do_en="Deposit again the files that are missing.",
    ),
    "deposit_not_sealed": ErrorText(
        what_fr="Ce dépôt n’est pas encore scellé.",
        why_fr="Le scellement n’est pas terminé, ou n’a pas été demandé.",
        what_to_do_fr="Revenez à ce dépôt quand il sera scellé.",
        what_en="This deposit is not sealed yet.",
        why_en="The sealing has not ended, or was not asked for.",
        what_to_do_en="Come back to this deposit when it is sealed.",
    ),
    "job_failed": ErrorText(
        what_fr="Ce travail s’est arrêté sur une erreur imprévue.",
        why_fr="Détail pour qui vous aide : {reason}.",
        what_to_do_fr="Relancez-le. Ce qui était scellé le reste ; rien n’a été perdu.",
        what_en="This job stopped on an unforeseen error.",
        why_en="Detail for whoever helps you: {reason}.",
        what_to_do_en="Start it again. What was sealed stays sealed; nothing was lost.",
        exit_code=EXIT_IO,
    ),
    "job_gave_up": ErrorText(
        what_fr="Ce travail a été interrompu {attempts} fois, il n’est plus repris tout seul.",
        why_fr="L’ordinateur s’est peut-être éteint, ou la mémoire manquait.",
        what_to_do_fr="Relancez-le quand l’ordinateur est libre. Ce qui était scellé le reste.",
        what_en="This job was interrupted {attempts} times; it is no longer resumed by itself.",
        why_en="The computer may have been switched off, or memory was short.",
        what_to_do_en="Start it again when the computer is free. What was sealed stays sealed.",
        exit_code=EXIT_IO,
    ),
    "database_missing": ErrorText(
        what_fr="Il manque le fichier « {path} ».",
        why_fr="Il contient les incidents et les décisions. Les pièces scellées, elles, sont toujours là.",
        what_to_do_fr=(
            "Remettez ce fichier depuis une sauvegarde ({backups}, par exemple). "
            "Pour repartir des pièces seules, créez un fichier vide de ce nom."
        ),
        what_en="The file “{path}” is missing.",
        why_en="It holds the incidents and the decisions. The sealed pieces are still there.",
        what_to_do_en=(
            "Put that file back from a backup ({backups}, for example). "
            "To start again from the pieces alone, make an empty file of that name."
        ),
        exit_code=EXIT_IO,
    ),
    "database_damaged": ErrorText(
        what_fr="Le fichier « {path} » est abîmé.",
        why_fr="Il contient les incidents et les décisions ({reason}). Les pièces scellées n’ont pas été touchées.",
        what_to_do_fr="Remettez ce fichier depuis une sauvegarde ({backups}, par exemple).",
        what_en="The file “{path}” is damaged.",
        why_en="It holds the incidents and the decisions ({reason}). The sealed pieces were not touched.",
        what_to_do_en="Put that file back from a backup ({backups}, for example).",
        exit_code=EXIT_IO,
    ),
    "workspace_not_writable": ErrorText(
        what_fr="L’espace de travail « {folder} » est en lecture seule.",
        why_fr="Saisine y note chaque ouverture, et ne peut donc pas l’ouvrir ainsi.",
        what_to_do_fr="Copiez-le sur un disque où vous pouvez écrire. « saisine verify » marche sans cela.",
        what_en="The workspace “{folder}” is read-only.",
        why_en="Saisine notes each opening there, so it cannot open it like this.",
        what_to_do_en="Copy it to a disk you may write to. “saisine verify” works without that.",
        exit_code=EXIT_IO,
    ),
    "database_full": ErrorText(
        what_fr="Votre espace de travail ne peut plus rien noter.",
        why_fr="Le disque est plein, protégé ou occupé ({reason}).",
        what_to_do_fr="Libérez de la place, puis relancez Saisine. Ce qui était scellé le reste.",
        what_en="Your workspace can note nothing more.",
        why_en="The disk is full, protected or busy ({reason}).",
        what_to_do_en="Make room, then start Saisine again. What was sealed stays sealed.",
        exit_code=EXIT_IO,
    ),
    "card_in_incident": ErrorText(
        what_fr="Ces messages sont déjà dans un incident.",
        why_fr="Ils y sont des pièces : leur copie est scellée.",
        what_to_do_fr="Ouvrez l’incident pour voir ses pièces.",
        what_en="These messages are already in an incident.",
        why_en="They are exhibits there: their copy is sealed.",
        what_to_do_en="Open the incident to see its exhibits.",
        exit_code=EXIT_REFUSED,
    ),
    "undo_too_late": ErrorText(
        what_fr="Cette décision ne peut plus être annulée.",
        why_fr="Le délai de {seconds} secondes est passé, ou un incident s’en sert déjà.",
        what_to_do_fr="Le bouton « Changer d’avis » de chaque message ou groupe reste possible.",
        what_en="This decision can no longer be undone.",
        why_en="The {seconds} seconds have passed, or an incident already uses it.",
        what_to_do_en="The button “Change my mind” of each message or group remains possible.",
        exit_code=EXIT_REFUSED,
    ),
    "date_in_future": ErrorText(
        what_fr="La date « {day} » n’est pas encore arrivée.",
        why_fr="Un contenu ou une réponse ne peut pas être daté de demain.",
        what_to_do_fr="Vérifiez le jour, le mois et l’année.",
        what_en="The date “{day}” has not come yet.",
        why_en="A content or an answer cannot be dated tomorrow.",
        what_to_do_en="Check the day, the month and the year.",
    ),
    "incident_title_missing": ErrorText(
        what_fr="L’incident n’a pas de titre.",
        why_fr="Un titre neutre permet de le retrouver dans les listes.",
        what_to_do_fr="Écrivez un titre sans nom ni citation, par exemple « Vague du 14 mars ».",
        what_en="The incident has no title.",
        why_en="A neutral title lets you find it in lists.",
        what_to_do_en="Write a title without a name or a quote, such as “Wave of 14 March”.",
        exit_code=EXIT_USAGE,
    ),
    "incident_consent_state": ErrorText(
        what_fr="Cet état d’accord ne peut pas être noté : « {state} ».",
        why_fr="Un accord se donne, se refuse, ou se retire après avoir été donné.",
        what_to_do_fr="Choisissez « accord donné », « refus » ou « accord retiré ».",
        what_en="This state of consent cannot be noted: “{state}”.",
        why_en="A consent is given, refused, or withdrawn after it was given.",
        what_to_do_en="Choose given, refused or withdrawn.",
        exit_code=EXIT_USAGE,
    ),
    "exhibit_twice": ErrorText(
        what_fr="Cette pièce est déjà dans l’incident.",
        why_fr="Une pièce porte un seul numéro.",
        what_to_do_fr="Retrouvez-la dans la liste des pièces.",
        what_en="This exhibit is already in the incident.",
        why_en="An exhibit has one number.",
        what_to_do_en="Find it in the list of exhibits.",
    ),
    "exhibits_too_many": ErrorText(
        what_fr="Un incident compte au plus {most} pièces.",
        why_fr="Au-delà, un dossier ne peut plus être lu par une personne.",
        what_to_do_fr="Gardez les groupes plutôt que chaque message, ou ouvrez un second incident.",
        what_en="An incident holds at most {most} exhibits.",
        why_en="Beyond that, no person can read the dossier.",
        what_to_do_en="Keep groups rather than each message, or open a second incident.",
    ),
    "notice_nothing_unlawful": ErrorText(
        what_fr="Aucun texte de signalement n’est proposé pour cet incident.",
        why_fr="D’après vos réponses, aucune des infractions examinées ne semble en cause.",
        what_to_do_fr="Répondez aux questions de l’incident. Les règles de la plateforme restent une autre voie.",
        what_en="No notice is offered for this incident.",
        why_en="From your answers, none of the offences examined seems to apply.",
        what_to_do_en="Answer the incident’s questions. The platform’s own rules remain another way.",
        exit_code=EXIT_REFUSED,
    ),
    "notice_undecided": ErrorText(
        what_fr="Il est trop tôt pour écrire ce signalement.",
        why_fr="Aucune qualification n’est encore retenue, et il manque des réponses pour en proposer une.",
        what_to_do_fr="Répondez aux questions de l’incident, ou retenez une des qualifications proposées.",
        what_en="It is too early to write this notice.",
        why_en="No qualification is kept yet, and answers are missing to propose one.",
        what_to_do_en="Answer the incident’s questions, or keep one of the proposed qualifications.",
    ),
    "notice_exhibit_foreign": ErrorText(
        what_fr="Cette pièce appartient à un autre incident.",
        why_fr="Un signalement porte sur une pièce de son incident.",
        what_to_do_fr="Choisissez une pièce de la liste.",
        what_en="This exhibit belongs to another incident.",
        why_en="A notice is about an exhibit of its own incident.",
        what_to_do_en="Choose an exhibit of the list.",
        exit_code=EXIT_USAGE,
    ),
    "notice_incomplete": ErrorText(
        what_fr="Ce signalement n’est pas complet.",
        why_fr="L’article 16 du règlement européen (DSA) demande encore : {missing_fr}.",
        what_to_do_fr="Complétez ces points, puis marquez-le comme envoyé.",
        what_en="This notice is not complete.",
        why_en="Article 16 of the European regulation (DSA) still asks for: {missing_en}.",
        what_to_do_en="Complete these points, then mark it as sent.",
    ),
    "dossier_already_built": ErrorText(
        what_fr="La version {version} de ce dossier est déjà faite.",
        why_fr="Une version remise ne change plus.",
        what_to_do_fr="Préparez une nouvelle version.",
        what_en="Version {version} of this dossier is already made.",
        why_en="A version that was handed over no longer changes.",
        what_to_do_en="Prepare a new version.",
    ),
}
