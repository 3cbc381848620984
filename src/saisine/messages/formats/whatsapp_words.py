"""What WhatsApp itself writes into an export, in the languages of its users in France and around.

Sources: exports in French, English, Spanish, German, Italian, Portuguese, Dutch, and in part Arabic, Turkish,
Russian, Polish, Swedish; wordings change with versions, so each is recognised by its stable part. A wording that
is not here stays a message as it is written.
"""

import re
from typing import Final

MARK: Final = "\u200e"  # iOS puts it before its own words, never before those of a person

_DELETED: Final = re.compile(
    r"(?:this message was deleted|you deleted this message|message deleted by admin.*"
    r"|ce message a été supprimé|vous avez supprimé ce message|ce message a été supprimé par l[’']admin.*"
    r"|se eliminó este mensaje|eliminaste este mensaje|este mensaje fue eliminado"
    r"|diese nachricht wurde gelöscht|du hast diese nachricht gelöscht"
    r"|questo messaggio è stato eliminato|hai eliminato questo messaggio"
    r"|(?:esta )?mensagem (?:foi )?apagada|você apagou esta mensagem|apagou esta mensagem"
    r"|dit bericht (?:is|werd) verwijderd|(?:je|u) hebt dit bericht verwijderd"
    r"|تم حذف هذه الرسالة|(?:لقد )?حذفت هذه الرسالة|bu mesaj silindi|bu mesajı sildiniz"
    r"|(?:данное|это) сообщение удалено|вы удалили (?:данное|это) сообщение"
    r"|usunięto tę wiadomość|ta wiadomość została usunięta)\s*\.?",
    re.IGNORECASE,
)
_OMITTED: Final = re.compile(
    r"<(?:view once (?:voice message|message|photo|video|media) omitted"
    r"|(?:médias?|photo|vidéo|message vocal) (?:à |en )?vue unique omise?s?)>"
    r"|<(?:media omitted|médias? omis|multimedia omitido|medien ausgeschlossen|media omessi|media non inclusi"
    r"|mídia oculta|ficheiro não revelado|media weggelaten|medien weggelassen|media har utelämnats"
    r"|تم استبعاد الوسائط|medya dahil edilmedi|без медиафайлов|pominięto multimedia)>"
    r"|(?:image|video|audio|sticker|gif|document|contact card|voice message) omitted|carte (?:de )?contact omise"
    r"|(?:image|vidéo|audio|autocollant|sticker|gif|document|fiche contact|message vocal)"
    r"\s+(?:absente?|omise?|manquante?|retirée?)"
    r"|(?:imagen|video|audio|sticker|gif|documento) omitid[oa]"
    r"|(?:bild|video|audio|sticker|gif|dokument) weggelassen"
    r"|(?:immagine|video|audio|sticker|gif|documento) omess[oa]"
    r"|(?:imagem|vídeo|áudio|figurinha|gif|documento) ocult[oa]"
    r"|(?:afbeelding|video|audio|sticker|gif|document) weggelaten",
    re.IGNORECASE,
)
_ATTACHED: Final = (
    re.compile(
        r"<(?:attached|pièce jointe|fichier joint|adjunto|angehängt|allegato|anexado|anexo|bijgevoegd)\s?: ?"
        r"([^<>\n]{1,255})>",
        re.IGNORECASE,
    ),
    re.compile(
        r"([^\n<>|/\\]{1,250}\.\w{2,5}) \((?:file attached|fichier joint|archivo adjunto|datei angehängt"
        r"|file allegato|arquivo anexado|ficheiro anexado|bestand bijgevoegd)\)",
        re.IGNORECASE,
    ),
)
_EDITED: Final = re.compile(
    rf"\s?{MARK}?<(?:this message was edited|ce message a été modifié|se editó este mensaje"
    r"|diese nachricht wurde bearbeitet|questo messaggio è stato modificato|mensagem editada"
    r"|dit bericht is bewerkt)\.?>\s*$",
    re.IGNORECASE,
)
_SYSTEM: Final = re.compile(
    r"end-to-end encrypted|chiffrés de bout en bout|cifrados de extremo a extremo|ende-zu-ende-verschlüsselt"
    r"|مشفرة تمامًا بين الطرفين|uçtan uca şifreli|защищены сквозным шифрованием"
    r"|crittografati end-to-end|criptografia de ponta a ponta|criptografadas de ponta a ponta|end-to-end versleuteld"
    r"|created (?:this )?group|a créé (?:le|ce) groupe|avez créé (?:le|ce) groupe|creó (?:el|este) grupo"
    r"|hat (?:die|diese) gruppe .*erstellt|ha creato (?:il|questo) gruppo|criou (?:o|este) grupo"
    r"|\badded\b|a ajouté|avez été ajouté|vous a ajouté|\bjoined using|a rejoint|\bleft$|est parti|a quitté|\bremoved\b"
    r"|changed (?:the|this|their|your) |a changé|avez changé|a modifié|a retiré|security code|code de sécurité"
    r"|missed (?:voice|video) call|appel (?:vocal|vidéo) manqué|(?:voice|video) call[,.]|appel (?:vocal|vidéo)[,.]"
    r"|été retiré|avez retiré|waiting for this message|en attente de ce message"
    r"|disappearing messages|messages éphémères|pinned a message|a épinglé",
    re.IGNORECASE,
)


# Only in a group does WhatsApp write these.
_GROUP: Final = re.compile(
    r"created (?:this )?group|(?:a|avez) créé (?:le|ce) groupe|creó (?:el|este) grupo|creaste (?:el|este) grupo"
    r"|hat (?:die|diese) gruppe .*erstellt|ha creato (?:il|questo) gruppo|criou (?:o|este) grupo"
    r"|groep .*gemaakt|joined using (?:this|a) group|a rejoint (?:le groupe )?(?:en utilisant|via|à l[’'])"
    r"|changed (?:the group|this group|the subject)"
    r"|a changé (?:le sujet|la description|l[’']icône|l[’']image) (?:du|de ce)"
    r"|(?:you were|was) added|vous a ajouté|a ajouté .+|avez été ajouté",
    re.IGNORECASE,
)


def is_group_event(author: str | None, text: str) -> bool:
    """Whether WhatsApp wrote this, as it only does in a group: its creation, people who are added."""
    is_platform = author is None or text.startswith(MARK)
    return is_platform and len(text) < 300 and _GROUP.search(text) is not None


# Words of WhatsApp in languages whose dates begin with the day, whatever the country (CLDR: fr, es, de, it, pt, nl).
_DAY_FIRST: Final = re.compile(
    r"chiffrés de bout en bout|médias? omis|vue unique omis|ce message a été"
    r"|vous avez (?:supprimé|créé|été ajouté)|est parti|a quitté"
    r"|(?:image|vidéo|audio|autocollant|message vocal|fiche contact)\s+(?:absente?|omise?)|appel (?:vocal|vidéo) manqué"
    r"|a (?:créé le|rejoint|ajouté|retiré|changé)"
    r"|cifrados de extremo|multimedia omitido|(?:se eliminó|eliminaste) este mensaje|imagen omitida"
    r"|creó (?:el|este) grupo"
    r"|ende-zu-ende-verschlüsselt|medien (?:ausgeschlossen|weggelassen)|diese nachricht (?:wurde )?gelöscht"
    r"|bild weggelassen|crittografati end-to-end|media omessi|questo messaggio è stato eliminato|immagine omessa"
    r"|criptografadas? de ponta a ponta|mídia oculta|mensagem apagada|end-to-end versleuteld|media weggelaten"
    r"|dit bericht (?:is|werd) verwijderd",
    re.IGNORECASE,
)
_DAY_FIRST_TITLE: Final = re.compile(
    r"Discussion WhatsApp avec|Chat de WhatsApp con|WhatsApp-Chat mit|Chat WhatsApp con|Conversa do WhatsApp com"
    r"|WhatsApp-chat met",
    re.IGNORECASE,
)


def tells_day_first(author: str | None, text: str) -> bool:
    """Whether WhatsApp wrote this, in a language whose dates begin with the day."""
    if author is None or text.startswith(MARK):
        return len(text) < 400 and _DAY_FIRST.search(text) is not None
    return (is_omitted_media(text) or is_deletion(text)) and _DAY_FIRST.search(text) is not None


def is_titled_day_first(path: str) -> bool:
    """Whether the name that WhatsApp gave to the file is in such a language."""
    return _DAY_FIRST_TITLE.search(path) is not None


# Marked as well, and written by a person all the same: a poll, a place, a card.
_OWN: Final = re.compile(
    r"(?:sondage|poll|encuesta|umfrage|sondaggio|enquete|localisation|location|ubicación|contact)\s?:"
    rf"|[^\n]{{1,250}}\.\w{{2,5}}\s*(?:•|{MARK}|<)",
    re.IGNORECASE,
)


def is_deletion(text: str) -> bool:
    return len(text) < 80 and _DELETED.fullmatch(text.strip()) is not None


def is_omitted_media(text: str) -> bool:
    """Whether the words stand for a file that was left out; Android writes `null` for media seen once, and for some
    calls."""
    if text.strip() == "null":
        return True
    return len(text) < 60 and _OMITTED.fullmatch(text.strip(MARK + " \u202f\xa0")) is not None


def is_system_text(text: str) -> bool:
    """Whether WhatsApp wrote this under a name: iOS marks it, and the notice of encryption has one wording."""
    if not text.startswith(MARK) or len(text) >= 400 or _OWN.match(text.lstrip(MARK)):
        return False
    return _SYSTEM.search(text) is not None and attachment_in(text.lstrip(MARK))[0] is None


def before_omitted(text: str) -> str | None:
    """What stands before the words of a file that was left out (« facture.pdf • 2 pages document omis »); None where
    none was."""
    before, mark, last = text.rpartition(MARK)
    return before.replace(MARK, "").strip(" •") if mark and before and is_omitted_media(last) else None


def without_edit_mark(text: str) -> tuple[str, bool]:
    """(text, whether it was edited): the mark at its end taken off."""
    found = _EDITED.search(text) if text.rstrip().endswith(">") else None
    return (text[: found.start()], True) if found else (text, False)


def without_reactions(text: str) -> str:
    """The text of a message of Signal, without the line of reactions that signal-export puts below it."""
    text = text.rstrip()
    before, end, last = text.rpartition("\n")
    is_reactions = bool(end) and last.startswith("(- ") and last.endswith(" -)") and ": " in last
    return before.rstrip() if is_reactions else text


def attachment_in(text: str) -> tuple[str | None, str]:
    """(file name, caption) when the message is a file; (None, text) otherwise."""
    if "(" not in text and "<" not in text:
        return None, text
    for shape in _ATTACHED:
        found = shape.match(text)
        if found is not None:
            return found.group(1).strip(), text[found.end() :].strip(f"\n {MARK}")
    found = _ATTACHED[0].search(text)  # iOS writes the words before the file
    if (
        found is not None
        and text[: found.start()].endswith(MARK)
        and not text[found.end() :].strip(f"\n {MARK}")
    ):
        name, caption = found.group(1).strip(), text[: found.start()].strip(f"\n {MARK}")
        return name, "" if caption == name else caption
    return None, text
