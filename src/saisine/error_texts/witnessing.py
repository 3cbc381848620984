"""Words of the errors about witnesses and the heads of others."""

from saisine.errors import EXIT_BAD_INPUT, EXIT_IO, EXIT_NO, EXIT_REFUSED, EXIT_USAGE, ErrorText

TEXTS: dict[str, ErrorText] = {
    "witness_fork": ErrorText(
        what_fr="Le journal de cette association ne prolonge plus celui que nous avions contresigné. "
        "Ne contresignez pas ; appelez-la.",
        why_fr="« {name} » : tête de {before_fr} gardée, tête de {after_fr} présentée. Rien n’a été signé.",
        what_to_do_fr="Les deux notes sont gardées dans « {folder} ». Si le fichier a été abîmé en route, une "
        "nouvelle demande le montrera.",
        what_en="This association’s log no longer extends the one that we had cosigned. Do not cosign; call them.",
        why_en="“{name}”: head of {before_en} kept, head of {after_en} shown. Nothing was signed.",
        what_to_do_en="Both notes are kept in “{folder}”. If the file was damaged on its way, a new request will "
        "show it.",
        exit_code=EXIT_NO,
    ),
    "witness_behind": ErrorText(
        what_fr="Cette demande s’arrête à {theirs_fr} ; nous en avions contresigné {size} pour « {name} ».",
        why_fr="La demande est ancienne, ou leur dossier a été remis à un état antérieur. Rien n’a été signé.",
        what_to_do_fr="Appelez cette association. Elle peut vérifier son dossier avec la note que vous lui aviez "
        "rendue : « saisine verify --witness ».",
        what_en="This request stops at {theirs_en}; we had cosigned {size} for “{name}”.",
        why_en="The request is old, or their folder was put back to an earlier state. Nothing was signed.",
        what_to_do_en="Call this association. It can check its folder with the note that you had given back: "
        "“saisine verify --witness”.",
        exit_code=EXIT_NO,
    ),
    "witness_other_size": ErrorText(
        what_fr="Cette demande part de {old_fr} ; pour « {name} », nous en avons contresigné {size}.",
        why_fr="Leur journal ne connaît pas ce contreseing : la note rendue n’y a pas été gardée, ou leur dossier a "
        "été remis à un état antérieur. Rien n’a été signé.",
        what_to_do_fr="Appelez cette association. Si la note n’avait pas été gardée, qu’elle la garde (« saisine "
        "witness keep ») et redemande : « saisine witness request --old {size} ». Sa preuve dira si les deux "
        "histoires se suivent.",
        what_en="This request starts from {old_en}; for “{name}” we have cosigned {size}.",
        why_en="Their log does not know that cosignature: the note given back was not kept there, or their folder "
        "was put back to an earlier state. Nothing was signed.",
        what_to_do_en="Call this association. If the note had not been kept, they keep it (“saisine witness keep”) "
        "and ask again: “saisine witness request --old {size}”. Their proof will tell whether one history follows "
        "the other.",
        exit_code=EXIT_BAD_INPUT,
    ),
    "witness_rolled_back": ErrorText(
        what_fr="Un témoin tient {theirs_fr} de notre journal ; ce dossier n’en a que {ours}.",
        why_fr="Ce dossier a sans doute été remis à un état antérieur, par une sauvegarde ou par quelqu’un.",
        what_to_do_fr="N’écrivez plus ici et gardez ce dossier tel quel. Reprenez la sauvegarde la plus récente.",
        what_en="A witness holds {theirs_en} of our log; this folder has only {ours}.",
        why_en="This folder was probably put back to an earlier state, by a backup or by someone.",
        what_to_do_en="Write nothing more here and keep this folder as it is. Take the newest backup.",
        exit_code=EXIT_NO,
    ),
    "witness_own_fork": ErrorText(
        what_fr="Deux histoires pour {lines_fr} : cette tête, signée de notre clé ou d’un témoin, n’est pas "
        "la nôtre.",
        why_fr="Racine présentée : {theirs}. Racine d’ici : {ours}.",
        what_to_do_fr="Les deux sont gardées (« {folder} »). N’écrivez plus ici ; cherchez l’autre copie du "
        "dossier.",
        what_en="Two histories for {lines_en}: this head, signed by our key or by a witness, is not ours.",
        why_en="Root shown: {theirs}. Root here: {ours}.",
        what_to_do_en="Both are kept (“{folder}”). Write nothing more here; look for the other copy of the folder.",
        exit_code=EXIT_NO,
    ),
    "witness_log_unknown": ErrorText(
        what_fr="Nous ne suivons pas ce journal : {origin}.",
        why_fr="Une tête n’est acceptée qu’avec la clé remise en personne par l’association.",
        what_to_do_fr="Demandez sa clé à cette association, de vive voix ou en main propre, puis : "
        "« saisine witness add NOM.vkey ».",
        what_en="We do not watch this log: {origin}.",
        why_en="A head is accepted only with the key that the association gave in person.",
        what_to_do_en="Ask this association for its key, by voice or by hand, then: “saisine witness add NAME.vkey”.",
        exit_code=EXIT_REFUSED,
    ),
    "witness_signature": ErrorText(
        what_fr="Cette tête n’est pas signée par la clé que « {name} » nous a remise.",
        why_fr="Détail : {reason_fr}. Rien n’a été signé.",
        what_to_do_fr="Redemandez le fichier en pièce jointe. Si l’association a changé de clé, ajoutez la "
        "nouvelle, remise en personne, avec « --replace ».",
        what_en="This head is not signed by the key that “{name}” gave us.",
        why_en="Detail: {reason_en}. Nothing was signed.",
        what_to_do_en="Ask for the file again as an attachment. If the association changed its key, add the new "
        "one, given in person, with “--replace”.",
        exit_code=EXIT_NO,
    ),
    "witness_request_malformed": ErrorText(
        what_fr="Ce fichier n’est pas une demande de contreseing lisible.",
        why_fr="Détail : {reason_fr}. Rien n’a été signé.",
        what_to_do_fr="Demandez que le fichier soit renvoyé en pièce jointe, sans le copier dans le message.",
        what_en="This file is no readable request for a cosignature.",
        why_en="Detail: {reason_en}. Nothing was signed.",
        what_to_do_en="Ask for the file again as an attachment, not copied into the message.",
        exit_code=EXIT_BAD_INPUT,
    ),
    "witness_file_too_large": ErrorText(
        what_fr="Ce fichier pèse {size} octets : une tête ou une demande en a {limit} au plus.",
        why_fr="Rien n’en a été lu ni signé.",
        what_to_do_fr="Vérifiez que c’est le bon fichier.",
        what_en="This file is {size} bytes: a head or a request has {limit} at most.",
        why_en="Nothing in it was read or signed.",
        what_to_do_en="Check that it is the right file.",
        exit_code=EXIT_BAD_INPUT,
    ),
    "witness_note_malformed": ErrorText(
        what_fr="Ce fichier ne contient ni tête signée ni ligne de contreseing lisible.",
        why_fr="Détail : {reason_fr}.",
        what_to_do_fr="Demandez que le fichier soit renvoyé en pièce jointe, sans le copier dans le message.",
        what_en="This file holds no readable signed head and no cosignature line.",
        why_en="Detail: {reason_en}.",
        what_to_do_en="Ask for the file again as an attachment, not copied into the message.",
        exit_code=EXIT_BAD_INPUT,
    ),
    "witness_no_line": ErrorText(
        what_fr="Aucune ligne de ce fichier ne vient d’un témoin que nous acceptons.",
        why_fr="Signataires trouvés : {names}.",
        what_to_do_fr="Ajoutez d’abord la clé du témoin, remise en personne : « saisine witness add NOM.vkey ».",
        what_en="No line in this file comes from a witness that we accept.",
        why_en="Signers found: {names}.",
        what_to_do_en="First add the witness’s key, given in person: “saisine witness add NAME.vkey”.",
        exit_code=EXIT_BAD_INPUT,
    ),
    "witness_bad_line": ErrorText(
        what_fr="La signature de {names} ne tient pas : elle ne correspond à aucune de nos têtes.",
        why_fr="Le fichier a été changé en route, ou la signature porte sur un autre journal. Rien n’a été gardé.",
        what_to_do_fr="Redemandez le fichier en pièce jointe.",
        what_en="The signature of {names} does not hold: it fits none of our heads.",
        why_en="The file was changed on its way, or the signature is over another log. Nothing was kept.",
        what_to_do_en="Ask for the file again as an attachment.",
        exit_code=EXIT_NO,
    ),
    "witness_trust_changed": ErrorText(
        what_fr="Ce que nous gardons des autres associations a été modifié.",
        why_fr="{detail_fr}.",
        what_to_do_fr="Rien n’a été signé ni gardé. Reprenez le dossier « trust » dans une sauvegarde, puis "
        "vérifiez avec « saisine verify ».",
        what_en="What we keep of other associations was changed.",
        why_en="{detail_en}.",
        what_to_do_en="Nothing was signed or kept. Take the “trust” folder from a backup, then check with "
        "“saisine verify”.",
        exit_code=EXIT_REFUSED,
    ),
    "witness_name": ErrorText(
        what_fr="« {name} » ne peut pas servir de nom.",
        why_fr="Le nom du fichier sert de nom : lettres sans accent, chiffres et tirets, 64 signes au plus.",
        what_to_do_fr="Renommez le fichier, par exemple « lucioles.vkey ».",
        what_en="“{name}” cannot serve as a name.",
        why_en="The file’s name is the name: plain letters, digits and hyphens, 64 signs at most.",
        what_to_do_en="Rename the file, for instance “lucioles.vkey”.",
        exit_code=EXIT_USAGE,
    ),
    "witness_name_taken": ErrorText(
        what_fr="« {name} » désigne déjà une autre clé.",
        why_fr="Une clé ne se remplace que lorsque l’association l’a changée et l’a redonnée en personne.",
        what_to_do_fr="Si c’est le cas, ajoutez « --replace ». Sinon, renommez le fichier.",
        what_en="“{name}” already stands for another key.",
        why_en="A key is replaced only when the association changed it and gave it again in person.",
        what_to_do_en="If so, add “--replace”. Else rename the file.",
        exit_code=EXIT_USAGE,
    ),
    "witness_known_as": ErrorText(
        what_fr="Ce journal ou ce témoin est déjà connu sous le nom « {name} ».",
        why_fr="Un journal suivi sous deux noms serait contrôlé deux fois, sans jamais être comparé.",
        what_to_do_fr="Donnez ce nom au fichier : « {name}.vkey ».",
        what_en="This log or witness is already known as “{name}”.",
        why_en="A log watched under two names would be checked twice and never compared.",
        what_to_do_en="Give the file that name: “{name}.vkey”.",
        exit_code=EXIT_USAGE,
    ),
    "witness_key_malformed": ErrorText(
        what_fr="« {file} » ne contient pas de clé de vérification lisible.",
        why_fr="Détail : {reason_fr}.",
        what_to_do_fr="Le fichier contient une seule ligne, de la forme nom+identifiant+clé. Redemandez-le.",
        what_en="“{file}” holds no readable verifier key.",
        why_en="Detail: {reason_en}.",
        what_to_do_en="The file holds one line of the form name+id+key. Ask for it again.",
        exit_code=EXIT_BAD_INPUT,
    ),
    "witness_key_kind": ErrorText(
        what_fr="« {file} » contient une clé d’un genre que nous n’employons pas ({kind}).",
        why_fr="Un témoin a une clé de type 0x04, un journal une clé de type 0x01.",
        what_to_do_fr="Demandez la bonne clé : « saisine witness list » montre les deux.",
        what_en="“{file}” holds a key of a type that we do not use ({kind}).",
        why_en="A witness has a key of type 0x04, a log one of type 0x01.",
        what_to_do_en="Ask for the right key: “saisine witness list” shows both.",
        exit_code=EXIT_BAD_INPUT,
    ),
    "witness_key_ours": ErrorText(
        what_fr="« {name} » est notre propre clé.",
        why_fr="Se contresigner soi-même ne prouverait rien.",
        what_to_do_fr="Remettez cette clé à l’autre association, et ajoutez ici la sienne.",
        what_en="“{name}” is our own key.",
        why_en="Cosigning ourselves would prove nothing.",
        what_to_do_en="Give this key to the other association, and add theirs here.",
        exit_code=EXIT_USAGE,
    ),
    "witness_unknown": ErrorText(
        what_fr="Aucun témoin ni journal suivi ne s’appelle « {name} ».",
        why_fr="",
        what_to_do_fr="« saisine witness list » montre les noms.",
        what_en="No witness and no watched log is called “{name}”.",
        why_en="",
        what_to_do_en="“saisine witness list” shows the names.",
        exit_code=EXIT_USAGE,
    ),
    "witness_which": ErrorText(
        what_fr="Plusieurs témoins sont acceptés : {names}.",
        why_fr="Chaque témoin garde une tête à lui : la demande dépend de celui à qui elle va.",
        what_to_do_fr="Dites lequel avec « --witness NOM ».",
        what_en="Several witnesses are accepted: {names}.",
        why_en="Each witness keeps a head of its own: the request depends on whom it goes to.",
        what_to_do_en="Say which with “--witness NAME”.",
        exit_code=EXIT_USAGE,
    ),
    "witness_address": ErrorText(
        what_fr="« {url} » n’est pas une adresse http ou https.",
        why_fr="",
        what_to_do_fr="Demandez au témoin son adresse, qui commence par « https:// ».",
        what_en="“{url}” is no http or https address.",
        why_en="",
        what_to_do_en="Ask the witness for its address, which starts with “https://”.",
        exit_code=EXIT_USAGE,
    ),
    "witness_unreachable": ErrorText(
        what_fr="Le témoin ne répond pas à « {url} ».",
        why_fr="Réponse du réseau : {reason}.",
        what_to_do_fr="Rien n’a changé ici. Réessayez plus tard, ou envoyez la demande par courriel (« -o »).",
        what_en="The witness does not answer at “{url}”.",
        why_en="The network said: {reason}.",
        what_to_do_en="Nothing changed here. Try again later, or send the request by mail (“-o”).",
        exit_code=EXIT_IO,
    ),
    "witness_refused": ErrorText(
        what_fr="Le témoin a refusé la demande (HTTP {status}).",
        why_fr="{reason_fr}",
        what_to_do_fr="Rien n’a changé ici. Appelez l’association témoin.",
        what_en="The witness refused the request (HTTP {status}).",
        why_en="{reason_en}",
        what_to_do_en="Nothing changed here. Call the witnessing association.",
        exit_code=EXIT_NO,
    ),
}
