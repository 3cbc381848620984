"""What a bundle tells in words: `LISEZ-MOI.txt`, and `VERIFIER.md` with the commands that fit this very bundle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from saisine.vault.bundle_dating import DatedHead, Witness
from saisine.vault.bundle_zip import Member, safe_name
from saisine.vault.notes import Head, NoteError, VerifierKey
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.records import Sealed
from saisine.vault.report import counted


@dataclass(frozen=True, slots=True)
class Parent:
    """The original of a piece: its line of the log; `joined` is its number when it is in the bundle too."""

    seq: int
    dated: DatedHead | None = None
    joined: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    number: int
    row: Sealed
    dated: DatedHead | None
    parents: tuple[Parent, ...]


@dataclass(frozen=True, slots=True)
class DisclosedMessage:
    """One message shown out of a larger export, whose line of the log is `seq`."""

    number: int
    index: int
    seq: int
    dated: DatedHead | None


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """All that the words tell. `keys` gives the PEM path under data/ of each signing key, newest first."""

    origin: str
    newest: Head
    heads: Sequence[Head]
    stamps: Sequence[DatedHead]
    keys: Sequence[tuple[str, VerifierKey]]
    witnesses: Sequence[Witness]
    pieces: Sequence[Piece]
    messages: Sequence[DisclosedMessage]


def text_members(facts: BundleFacts) -> Iterator[Member]:
    assets = files("saisine.vault") / "assets"
    yield Member.of("data/verify.py", (assets / "verify.py").read_bytes())
    guide = Template((assets / "VERIFIER.md").read_text("utf-8"))
    blocks = {
        "origin": facts.origin,
        "signatures": _fenced(list(_signature_commands(facts))),
        "stamps_fr": _stamp_block(facts, "Aucun horodatage de tiers dans ce dossier."),
        "stamps_en": _stamp_block(facts, "No third-party time stamp in this bundle."),
        "witnesses_fr": _witness_block(facts, "Aucune contresignature de témoin dans ce dossier."),
        "witnesses_en": _witness_block(facts, "No cosignature of a witness in this bundle."),
    }
    yield Member.of("data/VERIFIER.md", guide.substitute(blocks).encode())
    readme = Template((assets / "LISEZ-MOI.txt").read_text("utf-8"))
    rows = "\n".join([*map(_say_piece, facts.pieces), *map(_say_message, facts.messages)])
    body = readme.substitute(pieces=_say_count(facts), rows=rows, notes=_notes(facts))
    yield Member.of("data/LISEZ-MOI.txt", body.encode())


# ---------------------------------------------------------------- LISEZ-MOI.txt


def _say_count(facts: BundleFacts) -> str:
    count, shown = len(facts.pieces), len(facts.messages)
    pieces, messages = counted(count, "pièce", "item")[0], counted(shown, "message", "message")[0]
    return f"{pieces} et {messages}" if count and shown else messages if shown else pieces


def _say_date(dated: DatedHead | None, gender: str = "e") -> str:
    if dated is None:
        return f"pas encore daté{gender} par un tiers"
    return f"existait avant le {say_moment_fr(dated.at)} (heure de Paris), selon {dated.authority.name}"


def _say_piece(piece: Piece) -> str:
    row = piece.row
    lines = [
        f"{piece.number:04d}  {safe_name(row.name)}",
        f"      {counted(row.size, 'octet', 'byte')[0]}, SHA-256 {row.sha256}",
        f"      scellée le {say_moment_fr(row.sealed_at)} selon l’horloge de l’ordinateur ; "
        f"{_say_date(piece.dated)}",
    ]
    return "\n".join([*lines, *map(_say_parent, piece.parents)])


def _say_parent(parent: Parent) -> str:
    if parent.joined is not None:
        return f"      faite à partir de la pièce {parent.joined:04d}"
    return (
        f"      faite à partir d’un original qui n’est pas joint (ligne {parent.seq} du journal) ; "
        f"cet original {_say_date(parent.dated, '')}"
    )


def _say_message(message: DisclosedMessage) -> str:
    return (
        f"messages/{message.number:04d}  le message de rang {message.index} d’un export plus grand\n"
        f"      arbre des messages scellé à la ligne {message.seq} du journal ; {_say_date(message.dated, '')}"
    )


def _notes(facts: BundleFacts) -> str:
    """What is special in this bundle, in words; nothing when nothing is."""
    notes = []
    if any(parent.joined is None for piece in facts.pieces for parent in piece.parents):
        notes.append(
            "Certaines pièces sont des copies, parfois caviardées. Leur original n’est pas joint.\n"
            "Sa ligne du journal et la preuve de cette ligne le sont (parent-…) : elles montrent\n"
            "qu’un original existe, et depuis quand si un tiers l’a daté, sans son contenu.\n"
        )
    if facts.messages:
        notes.append(
            "Le dossier « messages » montre des messages choisis dans un export plus grand. Chacun\n"
            "se vérifie seul ; les autres messages de l’export ne peuvent pas être devinés.\n"
        )
    if len(facts.keys) > 1:
        notes.append("Le coffre a changé de clé : l’ancienne clé a déclaré la nouvelle (trust/keys).\n")
    if facts.witnesses:
        notes.append(
            "Une association témoin a contresigné le journal : elle a vu sa taille et son empreinte,\n"
            "jamais son contenu.\n"
        )
    return "".join(f"{note}\n" for note in notes)


# ---------------------------------------------------------------- VERIFIER.md


def _fenced(commands: Sequence[str]) -> str:
    return "```\n" + "\n".join(commands) + "\n```"


def _signature_commands(facts: BundleFacts) -> Iterator[str]:
    """For each key of the vault, the newest head here that it signed."""
    heads = sorted(facts.heads, key=lambda head: head.size, reverse=True)
    for pem, key in facts.keys:
        for head in heads:
            position = _position(head, key)
            if position is not None and _is_signed(head, key):
                yield _verify_command(head, position, 5, pem, f"log/{head.size}.txt")
                break


def _verify_command(head: Head, position: int, first_byte: int, pem: str, text: str) -> str:
    return (
        f"grep '^— ' log/{head.size}.note | sed -n {position}p | cut -d' ' -f3 | base64 -d | "
        f"tail -c +{first_byte} | \\\n"
        f"  openssl pkeyutl -verify -rawin -pubin -inkey {pem} -in {text} -sigfile /dev/stdin"
    )


def _position(head: Head, key: VerifierKey) -> int | None:
    """The rank, from 1, of a key's signature line in a note."""
    for rank, signature in enumerate(head.note.signatures, 1):
        if (signature.name, signature.id) == (key.name, key.id):
            return rank
    return None


def _is_signed(head: Head, key: VerifierKey) -> bool:
    try:
        head.note.require_signed_by([key])
    except NoteError:
        return False
    return True


def _stamp_block(facts: BundleFacts, nothing: str) -> str:
    commands = []
    for one in facts.stamps:
        chain = f" -untrusted trust/tsa-{one.authority.name}-chain.pem" if one.authority.intermediates else ""
        commands.append(
            f"# {say_moment_fr(one.at)} / {say_moment_en(one.at)} (Paris)\n"
            f"openssl ts -verify -in log/{one.head.size}.{one.authority.name}.tsr "
            f"-data log/{one.head.size}.txt "
            f"-CAfile trust/tsa-{one.authority.name}.pem{chain} -attime {int(one.at.timestamp())}"
        )
    return _fenced(commands) if commands else nothing


def _witness_block(facts: BundleFacts, nothing: str) -> str:
    commands = [command for one in facts.witnesses for command in _witness_commands(facts, one)]
    return _fenced(commands) if commands else nothing


def _witness_commands(facts: BundleFacts, witness: Witness) -> Iterator[str]:
    """For each head that this witness cosigned: the message is composed beside the bag, then checked."""
    pem, text = f"trust/witnesses/{safe_name(witness.name)}.pem", "../../contresigne.txt"
    for head in facts.heads:
        for position, (signature, _, holds) in enumerate(head.note.judge([witness.key]), 1):
            if holds:
                seconds = int(signature.cosigned_at.timestamp())
                compose = f"(printf 'cosignature/v1\\ntime {seconds}\\n'; cat log/{head.size}.txt) > {text}"
                yield f"{compose}\n{_verify_command(head, position, 13, pem, text)}"
