"""Text of mails by the charset that they name, as browsers and mail programs understand the name.

A name is often that of an old subset (`gb2312`) while the bytes are those of what replaced it (GBK, GB 18030): read by
the subset alone they fail, or give other signs. Sources: WHATWG, Encoding Standard, "Names and labels" (its labels and
what each stands for); Python's `codecs` for those that it knows already; the names of Microsoft and Apple.
"""

import codecs
import re
from typing import Final

from saisine.texts import is_read_as_windows, stops_inside_sign

# What is asked of `codecs.lookup` in place of a label that it lacks. Those with a number go through `_NUMBERED`.
LABELS: Final = {
    **dict.fromkeys(("unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"), "utf-8"),
    **dict.fromkeys(
        ("unicode", "csunicode", "ucs-2", "iso-10646-ucs-2", "unicodefeff", "utf-16"),
        "utf-16-le",  # "utf-16" too: a mark of the other order is looked for before
    ),
    "unicodefffe": "utf-16-be",
    **dict.fromkeys(("csmacintosh", "mac", "x-mac-roman"), "mac-roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("x-mac-ce", "x-mac-centraleurroman"), "mac-latin2"),  # Apple's, not in the standard
    **{f"x-mac-{name}": f"mac-{name}" for name in ("greek", "turkish", "icelandic")},  # the same
    "sun_eu_greek": "iso8859-7",
    **dict.fromkeys(("logical", "visual"), "iso8859-8"),
    "csisolatin9": "iso8859-15",
    **dict.fromkeys(("koi", "koi8"), "koi8-r"),
    "koi8-ru": "koi8-u",
    "dos-874": "cp874",
    **dict.fromkeys(("csgb2312", "gb_2312", "gb_2312-80", "x-gbk"), "gb18030"),
    **dict.fromkeys(("cn-big5", "x-x-big5", "x-big5"), "big5"),
    **dict.fromkeys(("cseucpkdfmtjapanese", "x-euc-jp", "x-euc", "eucjp-ms", "cp51932"), "euc_jp"),
    **dict.fromkeys(("windows-31j", "cswindows31j", "x-sjis", "x-ms-cp932"), "cp932"),
    **dict.fromkeys(("cseuckr", "csksc56011987", "iso-ir-149", "ks_c_5601-1989", "ksc_5601"), "cp949"),
    **dict.fromkeys(("x-euc-kr", "cp51949"), "cp949"),
    **dict.fromkeys(("cp50220", "cp50221", "cp50222"), "iso2022_jp"),  # Microsoft's names of it
}
# "cp-850", "ibm-850", "x-cp1251", "win1251", "windows-949"; "iso88592", "iso-8859-8-i", "csiso88596e".
_NUMBERED: Final = (
    (re.compile(r"(?:x-)?(?:cp|ibm|win|windows)-?(\d{3,4})"), "cp"),
    (re.compile(r"(?:cs|x-)?iso[-_]?8859[-_]?(\d{1,2})(?:-?[ei])?"), "iso8859-"),
)
# Python's codec of a subset, and the codec of what the standard reads under the same label.
WIDER: Final = {
    "iso8859-1": "cp1252",  # ’ and € are controls of the first
    "iso8859-9": "cp1254",
    **dict.fromkeys(("iso8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_ext",
}
# The wide ones of Asia take nearly any bytes. What their subset refuses and UTF-8 reads is UTF-8 under a false label.
_NARROW: Final = {"gb18030": "gb2312", "big5hkscs": "big5", "cp932": "shift_jis", "cp949": "euc_kr"}
# What programs name by habit: of bytes that are UTF-8 it makes « Ã© ».
_WESTERN: Final = frozenset({"cp1252", "iso8859-15", "mac-roman"})
# Codecs of Python that are no charset of a text: one of them takes hours over a long body. `x-user-defined` is not
# known here either: the standard makes signs without a meaning of it, while mails name so what is in UTF-8 or
# Windows-1252.
_NO_CHARSETS: Final = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"})
_LONGEST: Final = 40
_ASCII_BYTES: Final = bytes(range(128))
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def codec_of(label: str | None) -> str | None:
    """Python's codec for a label of a mail; None when nothing is known of it.

    >>> codec_of("GB2312"), codec_of("iso-8859-8-i"), codec_of("x-unknown")
    ('gb18030', 'iso8859-8', None)
    """
    # "utf-8*fr" names the language too (RFC 2231, section 5)
    name = (label or "").partition("*")[0].strip(" \t\r\n'\"").lower()
    if not name or len(name) > _LONGEST or not name.isascii():
        return None
    name = LABELS.get(name) or next(
        (f"{kind}{found[1]}" for pattern, kind in _NUMBERED if (found := pattern.fullmatch(name))), name
    )
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return None if codec.replace("_", "-") in _NO_CHARSETS else WIDER.get(codec, codec)


def decode_labelled(data: bytes, label: str | None) -> tuple[str, str]:
    """(text, `declared`, `utf-8`, `windows-1252` or `damaged`): by the charset that is named; where it fails, by UTF-8
    if that is right; else by what loses least. `windows-1252` was guessed; of `damaged`, signs became U+FFFD."""
    mark = next((codec for sign, codec in _MARKS if data.startswith(sign)), None)
    codec = codec_of(label)
    # a mark decides, as in the standard; of two bytes it may also be the beginning of « ÿþ » in another charset
    if mark == "utf-8" or (mark and (codec or "").startswith("utf-16")):
        codec = mark
    # what some programs name by default: bytes beyond ASCII say that it is false
    if codec is None or codec == "ascii":
        return _unlabelled(data, is_named=bool(label))
    if codec.startswith("utf-16") and not mark and b"\0" not in data and _is_utf8(data):
        codec = "utf-8"  # any bytes are UTF-16, and some programs call UTF-8 "unicode"
    if codec in _NARROW and not data.isascii() and _is_utf8(data) and not _reads(data, _NARROW[codec]):
        return data.decode(), "utf-8"
    is_false = codec in _WESTERN and _is_utf8(data) and is_read_as_windows(data.decode("cp1252", "replace"))
    if is_false:
        return data.decode().removeprefix("\ufeff"), "utf-8"
    try:
        return _strictly(data, codec).removeprefix("\ufeff"), "declared"
    except LookupError:  # a codec of bytes, such as "hex"
        return _unlabelled(data, is_named=True)
    except ValueError:
        return _despite(data, codec)


def _is_utf8(data: bytes) -> bool:
    return _reads(data, "utf-8")


def _reads(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _strictly(data: bytes, codec: str) -> str:
    """The text when every byte of it can be read. Raises ValueError."""
    others = {"iso2022_jp_ext": _from_jis, "euc_jp": _from_euc, "big5hkscs": _from_big5}
    try:
        return data.decode(codec)
    except UnicodeError:
        if codec not in others:
            raise
        return others[codec](data)


def _despite(data: bytes, codec: str) -> tuple[str, str]:
    """Bytes that their charset does not read: a false label, or damage."""
    high = len(data.translate(None, _ASCII_BYTES))
    if high and _is_utf8(data):
        return data.decode(), "utf-8"
    text = data.decode(codec, "replace")
    # a label under which most signs cannot be read is false
    if high and text.count("\ufffd") * 2 >= high:
        return _unlabelled(data, is_named=False)
    return text.removeprefix("\ufeff"), "damaged"


def _unlabelled(data: bytes, *, is_named: bool) -> tuple[str, str]:
    """Text of a charset that is not known: UTF-8, failing that Windows-1252."""
    if (
        is_named and b"\x1b$" in data
    ):  # a charset of Asia in seven bits, such as ISO-2022-CN: it passes for ASCII
        return data.decode("ascii", "replace").replace("\x1b", "\ufffd"), "damaged"
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError as error:
        is_cut = stops_inside_sign(data, error)
    # a sign of several bytes that is right tells UTF-8, damaged somewhere or cut in the middle of a sign
    if is_cut or not data.decode("utf-8", "ignore").isascii():
        return data.decode("utf-8", "replace"), "damaged"
    text = data.decode("cp1252", "replace")
    return text, "damaged" if "\ufffd" in text else "windows-1252"


# ------------------------------------------------------------------ Japanese, Chinese
# Microsoft's programs write signs of their own (① ㈱ 髙) under the names of the charsets that lack them. Those of Japan
# have the same places in each writing, so they are brought to the one that Python reads whole.
_ESCAPES: Final = re.compile(rb"(\x1b(?:\$[@B]|\([BJI]))")
_EUC: Final = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xfe]{2}|\x8e[\xa1-\xdf])*")
_EUC_SIGNS: Final = re.compile(rb"(?:[\xa1-\xfe]{2})+|\x8e[\xa1-\xdf]")
_PAIRS: Final = re.compile(rb"(?:[\x21-\x7e]{2})*")
_BIT_OFF: Final = bytes(byte & 0x7F for byte in range(256))
_BIT_ON: Final = bytes(byte | 0x80 for byte in range(256))


def _from_jis(data: bytes) -> str:
    """ISO-2022-JP with the signs of cp50221. Raises ValueError."""
    found: list[bytes] = []
    state = b""
    for index, piece in enumerate(_ESCAPES.split(data)):
        if index % 2:
            state = piece[1:]
        elif not piece.isascii() or b"\x1b" in piece:
            raise ValueError("not ISO-2022-JP")
        elif state.startswith(b"$"):
            found.append(_shifted(piece))
        else:
            found.append(piece.translate(_BIT_ON) if state == b"(I" else piece)
    return b"".join(found).decode("cp932")


def _from_euc(data: bytes) -> str:
    """EUC-JP with the signs of cp51932. Raises ValueError."""
    if not _EUC.fullmatch(data):
        raise ValueError("not EUC-JP")

    def brought(found: re.Match[bytes]) -> bytes:
        signs = found[0]
        return signs[1:] if signs.startswith(b"\x8e") else _shifted(signs.translate(_BIT_OFF))

    return _EUC_SIGNS.sub(brought, data).decode("cp932")


def _shifted(pairs: bytes) -> bytes:
    """Rows and cells of JIS X 0208 as Shift_JIS writes them. Raises ValueError."""
    if not _PAIRS.fullmatch(pairs):
        raise ValueError("not pairs of JIS X 0208")
    found = bytearray()
    for row, cell in zip(pairs[::2], pairs[1::2], strict=True):
        lead = (row - 0x21 >> 1) + 0x81
        found.append(lead if lead <= 0x9F else lead + 0x40)
        found.append(cell + 0x7E if row % 2 == 0 else cell + (0x1F if cell < 0x60 else 0x20))
    return bytes(found)


def _from_big5(data: bytes) -> str:
    """Big5 with Microsoft's signs, the euro among them. Raises ValueError."""
    return data.decode("cp950")
