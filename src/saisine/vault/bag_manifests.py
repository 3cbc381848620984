"""The tag files of a bag, line by line: declaration, manifests, bag-info.txt, fetch.txt.

Sources: RFC 8493 (BagIt 1.0), sections 2.1 to 2.3; draft-kunze-bagit-00 to -13 (0.93 to 0.97) where they
are wider: `is_strict` is false for them. Pure functions: each returns what a line says or raises `LineFault`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from saisine.vault.bag_sources import BagFiles, is_plain_path, reading, text_of

VERSIONS: Final = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
DIGEST_DIGITS: Final = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
WEAK: Final = ("md5", "sha1")

# Registered names (IANA, lower case) to Python's; other registered ones are rare and named, not guessed.
CODECS: Final = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "utf-16": "utf-16",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "utf-32be": "utf-32-be",
    "utf-32le": "utf-32-le",
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in range(1, 17) if part != 12},
    "latin1": "iso8859-1",
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
}
_MARKS: Final = {
    "utf-8": b"\xef\xbb\xbf",
    "utf-16-be": b"\xfe\xff",
    "utf-16-le": b"\xff\xfe",
    "utf-32-be": b"\x00\x00\xfe\xff",
    "utf-32-le": b"\xff\xfe\x00\x00",
}
TAG_FILE_BYTES: Final = 64 << 20  # some 400,000 lines of a manifest: what is larger is not read into memory
_LINE_SIGNS: Final = 1 << 16

_DECLARATION: Final = re.compile(
    r"BagIt-Version: ([0-9]+\.[0-9]+)(?:\r\n|\n|\r)"
    r"Tag-File-Character-Encoding: ([!-~]+)(?:\r\n|\n|\r)?"
)
_CHARSET: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:+-]*[A-Za-z0-9])?")
_LIKE_A_DECLARATION: Final = re.compile(
    r"\s*BagIt-Version\s*:\s*([0-9.]+)\s+Tag-File-Character-Encoding\s*:\s*([!-~]+)", re.IGNORECASE
)
_MANIFEST_NAME: Final = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")
_LIKE_A_MANIFEST: Final = re.compile(r"(?:tag)?manifest-[^/]*\.txt", re.IGNORECASE)
_MANIFEST_LINE: Final = re.compile(r"([0-9A-Fa-f]+)[ \t]+([^ \t].*)", re.DOTALL)
_FETCH_LINE: Final = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*:[!-~]+)[ \t]+([0-9]+|-)[ \t]+([^ \t].*)", re.DOTALL
)
_INFO_LINE: Final = re.compile(r"([^\s:](?:[^:]*[^\s:])?):[ \t](.*)", re.DOTALL)
_INFO_LINE_OLD: Final = re.compile(r"[ \t]*([^\s:](?:[^:]*[^\s:])?)[ \t]*:(.*)", re.DOTALL)
_ESCAPES: Final = re.compile("%(0[DdAa]|25)")
_ESCAPES_OLD: Final = re.compile("%(0[DdAa])")


class LineFault(Exception):
    """What is wrong, as a code of `BAG_FINDINGS` with its facts."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Declaration:
    """What `bagit.txt` says, and what is wrong with it. `codec` is None when no text can be read."""

    version: str = "1.0"
    codec: str | None = "utf-8"
    faults: tuple[LineFault, ...] = ()

    @property
    def is_strict(self) -> bool:
        return self.version == "1.0"

    @property
    def info_name(self) -> str:
        return "package-info.txt" if self.version in VERSIONS[:3] else "bag-info.txt"

    @classmethod
    def of(cls, body: bytes) -> "Declaration":
        """Reads on after a fault as far as sense can be made, so that a person learns of every fault."""
        faults = []
        if body.startswith(_MARKS["utf-8"]):
            faults.append(LineFault("mark"))
        text = body.removeprefix(_MARKS["utf-8"]).decode("utf-8", "replace")
        exact = _DECLARATION.fullmatch(text)
        found = exact or _LIKE_A_DECLARATION.match(text)
        if exact is None:
            faults.append(LineFault("declaration"))
        version, encoding = found.groups() if found else ("1.0", "UTF-8")
        if version not in VERSIONS:
            faults.append(LineFault("version", version=version))
            version = "1.0"
        codec = CODECS.get(encoding.lower())
        if codec is None:
            faults.append(
                LineFault("encoding_unread" if _exists(encoding) else "encoding", encoding=encoding)
            )
        return cls(version, codec, tuple(faults))


def _exists(encoding: str) -> bool:
    """Whether Python knows a text encoding of that name; only asked, never used to read.

    Python takes any sign for a hyphen: a damaged `UTF,8` is no name (RFC 2978, section 2.3).
    """
    if not _CHARSET.fullmatch(encoding):
        return False
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        return False
    return True


# ---------------------------------------------------------------- text


def read_lines(bag: BagFiles, name: str, codec: str) -> Iterator[tuple[int, str]]:
    """Numbered lines without their ends. Raises `LineFault`, `UnreadableMember`."""
    if bag.listing.sizes[name] > TAG_FILE_BYTES:
        raise LineFault("too_large")
    codec, skip = _codec_of(bag, name, codec)
    number = 1
    with reading(bag, name, skip) as source, text_of(source, codec) as text:
        try:
            while line := text.readline(_LINE_SIGNS):
                if len(line) == _LINE_SIGNS:
                    raise LineFault("too_long", line=number)
                yield number, line.removesuffix("\n")
                number += 1
        except UnicodeDecodeError:
            raise LineFault("not_decoded", line=number) from None


def has_needless_mark(bag: BagFiles, name: str, codec: str) -> bool:
    """RFC 8493 section 2.3: a byte-order mark only where the encoding needs it, as UTF-16 does."""
    mark = _MARKS.get(codec)
    return mark is not None and _head(bag, name).startswith(mark)


def _codec_of(bag: BagFiles, name: str, codec: str) -> tuple[str, int]:
    """The codec and how many bytes of mark to skip. RFC 2781 section 4.3: UTF-16 unmarked is big-endian."""
    head = _head(bag, name)
    if codec == "utf-16":
        codec = "utf-16-le" if head.startswith(_MARKS["utf-16-le"]) else "utf-16-be"
    mark = _MARKS.get(codec, b"")
    return codec, len(mark) if head.startswith(mark) else 0


def _head(bag: BagFiles, name: str) -> bytes:
    with reading(bag, name) as source:
        return source.read(4)


# ---------------------------------------------------------------- manifests


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest by its file name; `algorithm` may be one that is not known."""

    name: str
    algorithm: str
    is_payload: bool

    @classmethod
    def of(cls, name: str) -> "Manifest | None":
        """None when that file is no manifest. Raises `LineFault` when its name is nearly one."""
        found = _MANIFEST_NAME.fullmatch(name)
        if found:
            return cls(name, found[2], found[1] is None)
        if _LIKE_A_MANIFEST.fullmatch(name):
            raise LineFault("manifest_name")
        return None


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a manifest: the digest in lower case, and the paths that it may mean, best first.

    Beside each path stands what is wrong when that is the one meant; earlier versions allow it.
    """

    digest: str
    spellings: tuple[tuple[str, LineFault | None], ...]

    @classmethod
    def of(cls, manifest: Manifest, number: int, line: str, is_strict: bool) -> "Listed":
        """Raises `LineFault`."""
        found = _MANIFEST_LINE.fullmatch(line)
        if found is None:
            raise LineFault("line_form", line=number)
        digest = found[1].lower()
        if len(digest) != DIGEST_DIGITS.get(manifest.algorithm, len(digest)):
            raise LineFault("digest_form", line=number, algorithm=manifest.algorithm)
        spellings = tuple(_spellings(manifest, number, found[2], is_strict))
        for path, _ in spellings:
            _require_place(manifest, number, path)
        return cls(digest, spellings)


def _spellings(
    manifest: Manifest, number: int, path: str, is_strict: bool
) -> Iterator[tuple[str, LineFault | None]]:
    """RFC 8493 section 6.1.3: the asterisk of md5sum, which no strict reader lets pass unsaid."""
    fault = None
    if path.startswith("*data/"):
        fault = LineFault("asterisk", line=number, path=path)
        path = path[1:]
    elif path.startswith("*") and not manifest.is_payload:
        yield path, None
        fault = LineFault("asterisk", line=number, path=path)
        path = path[1:]
    percent = LineFault("percent", line=number, path=path) if is_strict else None
    decoded = decode_path(path, is_strict)
    has_bare = is_strict and "%" in _ESCAPES.sub("", path)
    yield decoded, fault or (percent if has_bare else None)
    if decoded != path:
        yield path, fault or percent


def _require_place(manifest: Manifest, number: int, path: str) -> None:
    if not is_plain_path(path):
        raise LineFault("line_path", line=number, path=path)
    if manifest.is_payload and not path.startswith("data/"):
        raise LineFault("not_payload", line=number, path=path)
    is_tag_manifest = path.startswith("tagmanifest-") and _MANIFEST_NAME.fullmatch(path) is not None
    if not manifest.is_payload and (path.startswith("data/") or is_tag_manifest):
        raise LineFault("not_tag", line=number, path=path)


def decode_path(path: str, is_strict: bool) -> str:
    """CR, LF and (since 1.0) the percent sign are percent-encoded, and those only (section 2.1.3)."""
    escapes = _ESCAPES if is_strict else _ESCAPES_OLD
    return escapes.sub(lambda found: chr(int(found[1], 16)), path)


# ---------------------------------------------------------------- bag-info.txt, fetch.txt


def read_info(bag: BagFiles, name: str, codec: str, is_strict: bool) -> Iterator[tuple[str, str]]:
    """Labels and values, continued lines joined. Raises `LineFault`, `UnreadableMember`."""
    label, value = "", ""
    for number, line in read_lines(bag, name, codec):
        if line[:1] in (" ", "\t") and line.strip() and label:
            value = f"{value} {line.strip()}"
            continue
        found = (_INFO_LINE if is_strict else _INFO_LINE_OLD).fullmatch(line)
        if found is None and (is_strict or line.strip()):
            raise LineFault("info_form", line=number)
        if label:
            yield label, value
        label, value = (found[1], found[2].strip()) if found else ("", "")
    if label:
        yield label, value


@dataclass(frozen=True, slots=True)
class Fetched:
    """One line of `fetch.txt`: a payload file that is to come from elsewhere. Nothing is ever fetched."""

    path: str
    size: int | None

    @classmethod
    def of(cls, number: int, line: str, is_strict: bool) -> "Fetched":
        """Raises `LineFault`."""
        found = _FETCH_LINE.fullmatch(line)
        if found is None or len(found[2]) > 40:
            raise LineFault("fetch_form", line=number)
        path = decode_path(found[3], is_strict)
        if not is_plain_path(path):
            raise LineFault("line_path", line=number, path=path)
        if not path.startswith("data/"):
            raise LineFault("not_payload", line=number, path=path)
        return cls(path, None if found[2] == "-" else int(found[2]))
