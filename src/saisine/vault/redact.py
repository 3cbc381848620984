"""The act of redacting: a copy with passages or boxes hidden, sealed beside the original, never over it.

The copy has a unit of its own, so that either can be erased without the other. Its line names the record of
the original: whoever gets the copy can be shown that a dated original exists, without seeing it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from saisine.errors import SaisineError
from saisine.vault import redacted_images, redacted_texts
from saisine.vault.records import Sealed, SealItem
from saisine.vault.redaction import Rule

if TYPE_CHECKING:
    from saisine.vault.store import Vault

# French, English: what a person reads before handing a copy over.
LIMITS: Final = (
    (
        "Ce qui entoure un passage masqué peut suffire à le deviner : relisez la copie en entier.",
        "What surrounds a hidden passage may be enough to guess it: read the whole copy again.",
    ),
    (
        "La façon d’écrire et les heures peuvent désigner une personne.",
        "A way of writing and the times may point to a person.",
    ),
    (
        "Un visage, un reflet ou une plaque hors des cadres reste visible.",
        "A face, a reflection or a number plate outside the boxes stays visible.",
    ),
    (
        "Un surnom, une faute ou une lettre qui ressemble ne sont pas reconnus. Un lien court ou une pièce "
        "jointe ne sont pas ouverts.",
        "A nickname, a misspelling or a look-alike letter is not recognised. A short link or an attached file "
        "is not opened.",
    ),
    (
        "Deux copies différentes du même original, posées côte à côte, peuvent montrer ce que chacune cache.",
        "Two different copies of one original, laid side by side, may show what each of them hides.",
    ),
    (
        "La copie dit qu’un original existe. La ligne de celui-ci montre sa date et sa taille chiffrée : "
        "la longueur totale masquée peut s’en déduire.",
        "The copy says that an original exists. The line of that original shows its date and its encrypted "
        "size: the total length hidden may be worked out from it.",
    ),
    (
        "L’original reste scellé dans le coffre, sans changement. L’effacer est un autre acte.",
        "The original stays sealed in the vault, unchanged. Erasing it is another act.",
    ),
)

_ENDINGS: Final = {
    "application/json": ".json",
    "application/x-ndjson": ".ndjson",
    "application/jsonl": ".jsonl",
    "application/xml": ".xml",
    "application/yaml": ".yaml",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/tab-separated-values": ".tsv",
    "text/xml": ".xml",
}
_TEXT_TYPES: Final = frozenset(_ENDINGS) | {
    "application/ndjson",
    "application/x-jsonlines",
    "application/xhtml+xml",
    "application/javascript",
    "application/csv",
    "application/x-yaml",
}
_UNKNOWN_TYPES: Final = frozenset({"", "application/octet-stream"})
_PICTURE_HEADS: Final = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A redacted copy, not sealed yet. `told` goes into its record; `encoding` is what a text was read in."""

    body: bytes
    media_type: str
    suffix: str
    told: tuple[dict[str, object], ...]
    encoding: str = ""


def redact(vault: "Vault", item: str, rules: Sequence[Rule], *, actor: str = "") -> Sealed:
    """Seal a redacted copy of a sealed thing, in a unit of its own; one `redact` line.

    Raises as `Vault.open_item` and `redacted_copy`; then nothing is written.
    """
    original = vault.find(item)
    return seal_copy(vault, original, redacted_copy(vault, original, rules), actor=actor)


def redacted_copy(vault: "Vault", original: Sealed, rules: Sequence[Rule]) -> Copy:
    """The copy alone, to look at before it is sealed. Raises `redaction_unsupported`, `redaction_too_large`,
    or as `redact_text` and `redact_image`."""
    limit = max(redacted_images.MAX_BYTES, redacted_texts.MAX_BYTES)
    _require_size(original.size, limit)
    return build_copy(vault.read_bytes(original.item, limit), original.media_type, rules)


def seal_copy(vault: "Vault", original: Sealed, copy: Copy, *, actor: str = "") -> Sealed:
    """Seal a copy beside its original. Its name is new: a file name may hold what the copy hides."""
    note = {"method": "redaction"} | ({"encoding": copy.encoding} if copy.encoding else {})
    item = SealItem(
        f"copie-masquee-{original.item[:8]}{copy.suffix}",
        copy.body,
        kind="derived",
        media_type=copy.media_type,
        origin_note=note,
        parents=(original.item,),
        act="redact",
        rules=copy.told,
    )
    return vault.seal(item, actor=actor)


def build_copy(body: bytes, media_type: str, rules: Sequence[Rule]) -> Copy:
    """The redacted copy of these bytes. Raises as `redacted_copy`."""
    base = media_type.partition(";")[0].strip().lower()
    if _is_picture(body):
        _require_size(len(body), redacted_images.MAX_BYTES)
        image = redacted_images.redact_image(body, rules)
        return Copy(image.body, image.media_type, image.suffix, image.told)
    _refuse_other_kinds(body, base)
    _require_size(len(body), redacted_texts.MAX_BYTES)
    text = redacted_texts.redact_text(body, rules, media_type)
    shown = "text/plain" if base in _UNKNOWN_TYPES else base
    return Copy(text.body, shown, _ENDINGS.get(shown, ".txt"), text.told, text.encoding)


def _is_picture(body: bytes) -> bool:
    """By shape, not by name or type: people rename their files."""
    is_bmp = body[:2] == b"BM" and body[6:10] == bytes(4)
    is_webp = body[:4] == b"RIFF" and body[8:12] == b"WEBP"
    return body.startswith(_PICTURE_HEADS) or is_bmp or is_webp


def _require_size(size: int, limit: int) -> None:
    if size > limit:
        facts = {
            f"{name}_{ending}": f"{number} {word}"
            for name, number in (("size", size), ("limit", limit))
            for ending, word in (("fr", "octets"), ("en", "bytes"))
        }
        raise SaisineError("redaction_too_large", **facts)


# What it is, and what to do instead: French, English.
_CAPTURES: Final = (
    "Faites des captures PNG des pages utiles, scellez-les, puis masquez-les.",
    "Make PNG screenshots of the pages you need, seal them, then redact them.",
)
_STILLS: Final = (
    "Tirez-en des images fixes ou une transcription, scellez-les, puis masquez-les.",
    "Take still pictures or a transcript of it, seal them, then redact them.",
)
_PARTS: Final = (
    "Sortez-en le fichier utile, scellez-le, puis masquez-le.",
    "Take the file you need out of it, seal it, then redact it.",
)
_PAGE: Final = (
    "Masquez la capture d’écran ou le texte de la page, scellés avec elle.",
    "Redact the screenshot or the text of the page, which were sealed with it.",
)
_CONVERT: Final = (
    "Convertissez-en une copie en PNG ou en texte, scellez-la, puis masquez-la.",
    "Convert a copy of it to PNG or to text, seal it, then redact it.",
)


def _refuse_other_kinds(body: bytes, base: str) -> None:
    found = _other_kind(body, base)
    if found is not None:
        (kind_fr, kind_en), (do_fr, do_en) = found
        raise SaisineError(
            "redaction_unsupported", kind_fr=kind_fr, kind_en=kind_en, do_fr=do_fr, do_en=do_en
        )


def _other_kind(body: bytes, base: str) -> tuple[tuple[str, str], tuple[str, str]] | None:
    head = body[:1024]
    if head.startswith(b"%PDF-") or base == "application/pdf":
        return ("Un PDF", "A PDF"), _CAPTURES
    if base.startswith(("video/", "audio/")) or head[4:8] == b"ftyp" or head[:4] == b"\x1aE\xdf\xa3":
        return ("Une vidéo ou un son", "A video or a sound"), _STILLS
    if "wacz" in base or base in ("application/warc", "multipart/related", "message/rfc822"):
        return ("Une page ou un courriel archivé", "An archived page or e-mail"), _PAGE
    if head[:4] in (b"PK\3\4", b"PK\5\6") or head[:2] == b"\x1f\x8b" or base == "application/zip":
        return ("Une archive ou un document bureautique", "An archive or an office document"), _PARTS
    if not (base in _UNKNOWN_TYPES or base in _TEXT_TYPES or base.startswith("text/") or _is_marked_up(base)):
        return (f"Un contenu « {base} »", f"A content “{base}”"), _CONVERT
    return None


def _is_marked_up(base: str) -> bool:
    return base.endswith(("+json", "+xml")) and not base.startswith("image/")
