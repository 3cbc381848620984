"""Asking a witness over HTTPS: one add-checkpoint call, a bounded reply, no redirect (c2sp.org/tlog-witness).

The size of the log, its root, a proof and the machine's address leave; nothing else. The cosignatures that come
back are checked and kept as those of a file are.
"""

import http.client
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from saisine.errors import SaisineError
from saisine.vault.keeping import Kept, keep
from saisine.vault.witness import request

if TYPE_CHECKING:
    from saisine.vault.store import Vault

TIMEOUT_S: Final = 10.0
MAX_REPLY_BYTES: Final = 64 * 1024

# status -> why, in French and in English: c2sp.org/tlog-witness, add-checkpoint
_REASONS: Final = {
    400: ("La demande n’est pas dans la forme attendue.", "The request is not in the expected form."),
    403: (
        "Il ne reconnaît pas la clé qui signe notre journal.",
        "It does not know the key that signs our log.",
    ),
    404: (
        "Il ne suit pas notre journal : remettez-lui d’abord notre clé.",
        "It does not watch our log: give it our key first.",
    ),
    409: (
        "Il tient une autre tête pour cette taille : notre journal a peut-être deux histoires.",
        "It holds another head of this size: our log may have two histories.",
    ),
    422: (
        "Notre journal ne prolonge plus celui qu’il avait contresigné.",
        "Our log no longer extends the one that it had cosigned.",
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of one call, and its body up to the limit."""

    status: int
    body: bytes


class Poster(Protocol):
    """Carries one request body to an address. Raises `OSError` when nothing comes back."""

    def __call__(self, url: str, body: bytes, /) -> Answer: ...


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """A redirect would send the request where nobody chose to send it."""
        return


def post_over_http(url: str, body: bytes, /) -> Answer:
    """The standard library's HTTP: 10 s, at most 64 KiB, no redirect."""
    message = urllib.request.Request(url, body, {"Content-Type": "text/plain; charset=utf-8"})
    context = ssl.create_default_context()
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(message, timeout=TIMEOUT_S) as reply:
            return Answer(reply.status, reply.read(MAX_REPLY_BYTES + 1))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(MAX_REPLY_BYTES + 1))
    except http.client.HTTPException as error:
        raise OSError(f"{type(error).__name__}: {error}") from error


def ask_over_http(
    vault: "Vault",
    url: str,
    witness: str | None = None,
    *,
    old: int | None = None,
    post: Poster = post_over_http,
) -> Kept:
    """Send our newest head to the witness at `<url>/add-checkpoint`; keep the cosignatures that it answers.

    A witness that holds another size says which (409): the request is made again from there, once. Raises
    `witness_address`, `witness_unreachable`, `witness_refused`, and as `request` and `keep` do.
    """
    if not url.startswith(("https://", "http://")) or not url.isprintable():
        raise SaisineError("witness_address", url=url)
    target = f"{url.rstrip('/')}/add-checkpoint"
    body = request(vault, witness, old=old)
    answer = _post(post, target, body)
    held = _size_in(answer)
    if held is not None and held != _old_of(body):
        # more lines than we have: `request` says that this folder was put back to an earlier state
        answer = _post(post, target, request(vault, witness, old=held))
    if answer.status != 200:
        raise _refused(answer.status)
    return keep(vault, answer.body)


def _post(post: Poster, url: str, body: bytes) -> Answer:
    try:
        answer = post(url, body)
    except (OSError, ValueError) as error:  # ValueError: an address that the library cannot take apart
        raise SaisineError("witness_unreachable", url=url, reason=_network_words(error)) from error
    if len(answer.body) > MAX_REPLY_BYTES:
        raise SaisineError("witness_file_too_large", size=len(answer.body), limit=MAX_REPLY_BYTES)
    return answer


def _network_words(error: Exception) -> str:
    """Why no answer came, in the words of the system: the library wraps them in signs of its own."""
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    return (inner.strerror if isinstance(inner, OSError) else None) or str(inner)


def _old_of(body: bytes) -> int:
    return int(body.split(b"\n", 1)[0].removeprefix(b"old "))


def _size_in(answer: Answer) -> int | None:
    """The size that the witness holds, when that is what it answers."""
    text = answer.body.strip()
    return int(text) if answer.status == 409 and text.isdigit() and len(text) < 20 else None


def _refused(status: int) -> SaisineError:
    fr, en = _REASONS.get(
        status, ("Sa réponse n’est pas celle d’un témoin.", "Its answer is not a witness’s.")
    )
    return SaisineError("witness_refused", status=status, reason_fr=fr, reason_en=en)
