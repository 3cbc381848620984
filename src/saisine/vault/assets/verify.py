#!/usr/bin/env python3
"""Check a Saisine bundle offline. Python standard library only; openssl is called when it is present.

Run it in the folder "data" of the unpacked bundle:  python3 verify.py [--en]
It reads files and prints; it writes nothing in the bundle and opens no connection.

  1  manifests      every file has the hash that the BagIt manifests give (RFC 8493)
  2  keys           trust/vault.vkey, and the older keys that declared it as their successor
  3  heads          each head of the log is signed by such a key (Ed25519, c2sp.org/signed-note),
                    and by the witnesses who cosigned it (c2sp.org/tlog-cosignature)
  4  time stamps    each reply dates its head, under the authority in trust/ (RFC 3161)
  5  items          the file has the hash of its record, the record the hash of its log line, the line is
                    in the signed tree (RFC 6962, c2sp.org/tlog-proof); a copy has the line of its original
  6  messages       the message is a leaf of the tree that its log line seals

Exit: 0 all checked and right, 1 something is wrong, 2 nothing wrong but something could not be checked.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from typing import Any, Tuple  # noqa: UP035  (Python 3.8)

DATA = os.path.dirname(os.path.abspath(__file__))
BAG = os.path.dirname(DATA)
ENGLISH = "--en" in sys.argv[1:]
COLON = ":" if ENGLISH else " :"
SMALL = 8 << 20  # records, proofs, heads: anything larger is no such file

WORDS = {
    "ok": ("vérifié", "verified"),
    "wrong": ("ÉCHEC", "FAILED"),
    "skipped": ("non vérifié", "not checked"),
    "ignored": ("non vérifié", "not checked"),  # a stranger's signature: it takes nothing from the rest
    "missing": ("fichier manquant", "missing file"),
    "changed": ("fichier modifié, selon", "changed file, says"),
    "extra": ("fichier qu’aucun manifeste ne nomme", "a file that no manifest lists"),
    "bare": ("sans empreinte", "without a hash"),
    "large": ("fichier trop grand", "too large a file"),
    "form": ("malformé", "malformed"),
    "intact": ("fichiers intacts", "files intact"),
    "pem": ("n’est pas la clé du fichier .vkey", "is not the key of the .vkey file"),
    "declares": ("déclare la clé suivante", "declares the key that follows"),
    "undeclared": ("ne déclare pas la clé suivante", "does not declare the key that follows"),
    "unsigned": ("aucune signature par la clé attendue", "no signature by the expected key"),
    "forged": ("la signature ne tient pas", "the signature does not hold"),
    "text": ("n’est pas le texte de la tête", "is not the text of the head"),
    "signed": ("signature de la clé du coffre", "signed by the key of the vault"),
    "cosigned": ("contresignée par", "cosigned by"),
    "unknown": ("signature d’un témoin inconnu ici,", "signed by a witness that is not known here,"),
    "no_openssl": ("openssl est absent ou trop ancien", "openssl is absent or too old"),
    "no_stamp": ("aucun horodatage de tiers", "no third-party time stamp"),
    "refused": ("horodatage refusé", "time stamp refused"),
    "stamped": ("horodatage : existait avant le", "time stamp: existed before"),
    "tree": ("ne prouve pas cette ligne", "does not prove this line"),
    "head": ("nomme une tête qui n’est pas vérifiée", "names a head that is not verified"),
    "record": ("n’est pas la fiche de sa ligne", "is not the record of its line"),
    "one": ("un seul contenu est attendu, et non", "one content is expected, not"),
    "content": ("n’est pas le contenu qui a été scellé", "is not the content that was sealed"),
    "line": ("n’est pas la ligne attendue", "is not the line that is expected"),
    "original": ("original qui n’est pas joint", "original that is not in the bundle"),
    "message": ("n’est pas le message scellé à ce rang", "is not the message sealed at this place"),
    "dated": ("existait avant le", "existed before"),
    "undated": ("pas encore daté par un tiers", "not yet dated by a third party"),
    "compare": ("Clé à comparer :", "Key to compare:"),
}
Key = Tuple[str, bytes, bytes]  # noqa: UP006  name, 4-byte id, 32-byte key
counts = {"ok": 0, "wrong": 0, "skipped": 0, "ignored": 0}
keys: list[Key] = []  # the trusted signing keys, the oldest first
heads: dict[int, str] = {}  # the heads that hold: {size: note}
dates: dict[int, datetime] = {}  # the earliest verified time stamp over a head: {size: datetime}


class Wrong(Exception):
    """What does not hold: a file, a word of the table, a detail."""


def say(word: str) -> str:
    return WORDS[word][ENGLISH]


def tell(state: str, name: str, word: str, detail: object = "") -> None:
    """Print one finding and count it. A hostile file name cannot move the cursor of a terminal."""
    counts[state] += 1
    text = f"{say(state):12} {name}{COLON} {say(word)} {detail}".rstrip()
    print("".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text))


def attempt(name: str, check: Callable[..., Any], *arguments: Any) -> Any:
    """Run one check; whatever it meets becomes a finding. Returns what the check gives, or None."""
    try:
        return check(*arguments)
    except Wrong as error:
        tell("wrong", *error.args)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        tell("wrong", name, "form", f"({type(error).__name__}: {error})")
    return None


def read(path: str) -> bytes:
    """A small file, whole; the path is from data/."""
    full = os.path.join(DATA, path)
    if not os.path.isfile(full):
        raise Wrong(path, "missing")
    with open(full, "rb") as file:
        body = file.read(SMALL + 1)
    if len(body) > SMALL:
        raise Wrong(path, "large")
    return body


def names_in(folder: str, ending: str = "") -> list[str]:
    """The sorted names in a folder of data/; none when there is no such folder."""
    full = os.path.join(DATA, folder)
    return sorted(name for name in os.listdir(full) if name.endswith(ending)) if os.path.isdir(full) else []


def sha256_file(path: str) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            found.update(piece)
    return found.hexdigest()


# ---- 1  manifests


def check_manifest(name: str) -> set[str]:
    """The paths that one manifest lists, after comparing every hash."""
    paths = set()
    for line in read("../" + name).decode("utf-8").rstrip("\n").split("\n"):
        expected, _, path = line.partition("  ")
        if not path or path.startswith("/") or ".." in path.split("/") or "\\" in path:
            raise Wrong(name, "form", path)
        paths.add(path)
        full = os.path.join(BAG, path)
        if not os.path.isfile(full) or os.path.islink(full):
            tell("wrong", path, "missing", f"({name})")
        elif sha256_file(full) != expected:
            tell("wrong", path, "changed", name)
    return paths


def check_manifests() -> None:
    before = counts["wrong"]
    tags = attempt("tagmanifest-sha256.txt", check_manifest, "tagmanifest-sha256.txt") or set()
    listed = attempt("manifest-sha256.txt", check_manifest, "manifest-sha256.txt") or set()
    for name in sorted({"bagit.txt", "bag-info.txt", "manifest-sha256.txt"} - tags):
        tell("wrong", name, "bare")
    for folder, _, names in os.walk(DATA):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), BAG).replace(os.sep, "/")
            if path not in listed:
                tell("wrong", path, "extra")
    if counts["wrong"] == before:
        tell("ok", "manifest-sha256.txt", "intact", f"({len(listed)})")


# ---- what the other steps share: trees, notes, proofs, signatures


def root_from_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that a path gives for a leaf (RFC 9162 section 2.1.3.2), or None when it does not fit."""
    if not 0 <= index < size:
        return None
    position, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            value = hashlib.sha256(b"\x01" + sibling + value).digest()
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            value = hashlib.sha256(b"\x01" + value + sibling).digest()
        position, last = position >> 1, last >> 1
    return value if last == 0 else None


def parse_note(note: str) -> tuple[str, int, bytes, list[tuple[str, bytes, bytes]]]:
    """(text, size, root, signatures) of a signed head; each signature is (name, 4-byte id, value)."""
    text, _, lines = note.rpartition("\n\n")
    parts, signatures = text.split("\n"), []
    for line in lines.rstrip("\n").split("\n"):
        _, name, value = line.split(" ")
        blob = base64.b64decode(value)
        signatures.append((name, blob[:4], blob[4:]))
    return text + "\n", int(parts[1]), base64.b64decode(parts[2]), signatures


def proved_by(line: bytes, path: str) -> str:
    """The signed head whose tree holds this log line, as the .tlog-proof at `path` shows."""
    top, _, note = read(path).decode("utf-8").partition("\n\n")
    rows = top.split("\n")
    if rows[0] != "c2sp.org/tlog-proof@v1" or not rows[1].startswith("index "):
        raise Wrong(path, "form")
    index, nodes = int(rows[1][6:]), [base64.b64decode(row) for row in rows[2:]]
    _, size, root, _ = parse_note(note)
    leaf = hashlib.sha256(b"\x00" + line).digest()
    if index != json.loads(line)["seq"] or root_from_path(leaf, index, size, nodes) != root:
        raise Wrong(path, "tree")
    return note


def require_logged(line: bytes, path: str) -> int:
    """The size of the head that proves a log line; that head stands in log/, verified."""
    note = proved_by(line, path)
    size = parse_note(note)[1]
    if heads.get(size) != note:
        raise Wrong(path, "head", f"({size})")
    return size


def parse_vkey(path: str) -> tuple[str, bytes, bytes, int]:
    """(name, id, key, type) of a public key file: name+id+base64."""
    name, identity, body = read(path).decode("utf-8").strip().split("+", 2)
    blob = base64.b64decode(body)
    if len(blob) != 33 or hashlib.sha256(name.encode() + b"\n" + blob).digest()[:4].hex() != identity:
        raise Wrong(path, "form")
    pem = path[: -len("vkey")] + "pem"
    if read(pem).decode("ascii") != to_pem(blob[1:]):
        raise Wrong(pem, "pem")
    return name, bytes.fromhex(identity), blob[1:], blob[0]


def to_pem(key: bytes) -> str:
    """An Ed25519 key as openssl reads it (RFC 8410)."""
    body = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + key).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


def run(*arguments: str) -> tuple[bool, str]:
    """Whether an openssl command succeeds, and what it printed."""
    command = [OPENSSL or "openssl", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode == 0, done.stdout.decode("utf-8", "replace").strip()


def find_openssl() -> str | None:
    """openssl, when it can check Ed25519 (version 3.0 or newer)."""
    found = shutil.which("openssl")
    if found is None or "-rawin" not in subprocess.getoutput("openssl pkeyutl -help"):
        return None
    return found


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether openssl finds that this Ed25519 signature holds."""
    with tempfile.TemporaryDirectory() as scratch:
        command = ["pkeyutl", "-verify", "-rawin", "-pubin"]
        for option, body in (("-inkey", to_pem(key).encode()), ("-in", message), ("-sigfile", signature)):
            path = os.path.join(scratch, option)
            with open(path, "wb") as file:
                file.write(body)
            command += [option, path]
        return run(*command)[0]


def require_signed(path: str, note: str, wanted: list[Key]) -> None:
    """One of the wanted keys signed the head, and each of them that signed it did so well."""
    text, _, _, signatures = parse_note(note)
    known = {key[:2]: key[2] for key in wanted}
    ours = [(known[one[:2]], one[2]) for one in signatures if one[:2] in known]
    if not ours:
        raise Wrong(path, "unsigned")
    if OPENSSL and not all(is_signed(key, text.encode("utf-8"), value) for key, value in ours):
        raise Wrong(path, "forged")


# ---- 2  keys


def check_successor(base: str, old: Key, new: Key, new_path: str) -> None:
    """A line of the log names the new key, in a head that both keys signed."""
    line = read(base + ".entry.json")
    entry, named = json.loads(line), hashlib.sha256(read(new_path).strip()).hexdigest()
    if (entry["act"], entry["code"], entry["root"]) != ("key", "successor", named):
        raise Wrong(base + ".entry.json", "undeclared")
    note = proved_by(line, base + ".tlog-proof")
    require_signed(base + ".tlog-proof", note, [old])
    require_signed(base + ".tlog-proof", note, [new])
    keys.append(new)
    tell("ok" if OPENSSL else "skipped", base + ".entry.json", "declares", new_path)


def check_keys() -> None:
    retired = sorted(names_in("trust/keys", ".vkey"), key=lambda name: (len(name), name))
    paths = [f"trust/keys/{name}" for name in retired] + ["trust/vault.vkey"]
    found = [attempt(path, parse_vkey, path) for path in paths]
    keys.extend(key[:3] for key in found[:1] if key)
    for rank, path in enumerate(paths[:-1]):
        old, new = found[rank], found[rank + 1]
        if old and new:
            base = path[: -len(".vkey")]
            attempt(path, check_successor, base, old[:3], new[:3], paths[rank + 1])


# ---- 3  heads


def check_head(path: str) -> int:
    """One signed head, and its text alone beside it. Returns its size."""
    note = read(path).decode("utf-8")
    text, size, _, _ = parse_note(note)
    beside = f"log/{size}.txt"
    if path != f"log/{size}.note" or read(beside) != text.encode("utf-8"):
        raise Wrong(beside, "text")
    require_signed(path, note, keys)
    heads[size] = note
    return size


def check_cosignature(
    path: str, text: str, signature: tuple[str, bytes, bytes], witnesses: dict[tuple[str, bytes], bytes]
) -> None:
    """8 bytes of time, then Ed25519 over that time and the text of the head."""
    name, _, value = signature
    if signature[:2] not in witnesses:
        tell("ignored", path, "unknown", name)
    elif OPENSSL is None:
        tell("skipped", path, "no_openssl")
    else:
        message = f"cosignature/v1\ntime {int.from_bytes(value[:8], 'big')}\n{text}"
        good = is_signed(witnesses[signature[:2]], message.encode("utf-8"), value[8:])
        tell("ok" if good else "wrong", path, "cosigned" if good else "forged", name)


def check_heads() -> None:
    paths = [f"trust/witnesses/{name}" for name in names_in("trust/witnesses", ".vkey")]
    found = [attempt(path, parse_vkey, path) for path in paths]
    witnesses = {key[:2]: key[2] for key in found if key and key[3] == 4}
    for path in [f"log/{name}" for name in names_in("log", ".note")]:
        size = attempt(path, check_head, path)
        if size is None:
            continue
        tell("ok" if OPENSSL else "skipped", path, "signed" if OPENSSL else "no_openssl")
        text, _, _, signatures = parse_note(heads[size])
        for signature in signatures:
            if signature[:2] not in [key[:2] for key in keys]:
                attempt(path, check_cosignature, path, text, signature, witnesses)


# ---- 4  time stamps


def stamp_time(path: str) -> datetime:
    """The time inside a reply; it only counts once openssl has verified the reply."""
    good, text = run("ts", "-reply", "-in", os.path.join(DATA, path), "-text")
    lines = [line for line in text.splitlines() if line.startswith("Time stamp: ")]
    if not good or not lines:
        raise Wrong(path, "refused")
    month, day, clock, year = lines[0][len("Time stamp: ") :].replace(" GMT", "").split()
    words = f"{month} {day} {clock.split('.')[0]} {year} +0000"
    return datetime.strptime(words, "%b %d %H:%M:%S %Y %z")


def check_stamp(path: str) -> None:
    """One reply, over the text of its head, under the root in trust/ as of its own time."""
    size, authority = path[len("log/") : -len(".tsr")].split(".", 1)
    if int(size) not in heads:
        raise Wrong(path, "head", f"({size})")
    at = stamp_time(path)
    root, chain = (os.path.join(DATA, "trust", f"tsa-{authority}{end}.pem") for end in ("", "-chain"))
    command = ["ts", "-verify", "-in", os.path.join(DATA, path), "-attime", str(int(at.timestamp()))]
    command += ["-data", os.path.join(DATA, "log", f"{size}.txt"), "-CAfile", root]
    good, said = run(*command, *(["-untrusted", chain] if os.path.exists(chain) else []))
    if not good:
        raise Wrong(path, "refused", said[-200:])
    dates[int(size)] = min(at, dates.get(int(size), at))
    tell("ok", path, "stamped", f"{at:%Y-%m-%d %H:%M:%S} UTC")


def check_stamps() -> None:
    paths = [f"log/{name}" for name in names_in("log", ".tsr")]
    if not paths:
        print(f"{'':12} log{COLON} {say('no_stamp')}")
    for path in paths:
        if OPENSSL is None:
            tell("skipped", path, "no_openssl")
        else:
            attempt(path, check_stamp, path)


def tell_date(path: str, size: int, before: str = "") -> None:
    """A line that holds, and what is known of its date from the stamps over the head that proves it."""
    word, detail = "undated", ""
    if size in dates:
        word, detail = "dated", f"{dates[size]:%Y-%m-%d %H:%M:%S} UTC"
    tell("ok", f"{path} ({say(before)})" if before else path, word, detail)


# ---- 5  items


def check_item(folder: str, number: str, joined: list[str]) -> None:
    """One item: content, record, line, proof, and the lines of the originals that stayed at home."""
    line, record_bytes = read(f"{folder}/entry.json"), read(f"{folder}/record.json")
    record = json.loads(record_bytes)
    if hashlib.sha256(record_bytes).hexdigest() != json.loads(line)["record"]:
        raise Wrong(f"{folder}/record.json", "record")
    parents = {f"parent-{rank}": item for rank, item in enumerate(record.get("parents", []))}
    apart = {name: item for name, item in parents.items() if item not in joined}
    known = {"record.json", "entry.json", f"{number}.tlog-proof"}
    known.update(name + end for name in apart for end in (".entry.json", ".tlog-proof"))
    contents = sorted(set(names_in(folder)) - known)
    if len(contents) != 1:
        raise Wrong(folder, "one", ", ".join(contents))
    content = os.path.join(DATA, folder, contents[0])
    if os.path.getsize(content) != record["size"] or sha256_file(content) != record["sha256"]:
        raise Wrong(f"{folder}/{contents[0]}", "content")
    tell_date(folder, require_logged(line, f"{folder}/{number}.tlog-proof"))
    for name, item in apart.items():
        attempt(f"{folder}/{name}", check_original, f"{folder}/{name}", item)


def check_original(base: str, item: str) -> None:
    """The line of an original that is not here: it exists and is dated, nothing more is shown."""
    line = read(base + ".entry.json")
    if json.loads(line)["record"] != item:
        raise Wrong(base + ".entry.json", "line")
    tell_date(base, require_logged(line, base + ".tlog-proof"), "original")


def check_items() -> None:
    records = [os.path.join(DATA, "items", number, "record.json") for number in names_in("items")]
    joined = [sha256_file(path) for path in records if os.path.isfile(path)]
    for number in names_in("items"):
        attempt(f"items/{number}", check_item, f"items/{number}", number, joined)


# ---- 6  messages


def check_message(folder: str, number: str) -> None:
    """One message of a large export: a leaf SHA-256(0x00 || salt || SHA-256(message)) of the sealed tree."""
    line, body = read(f"{folder}/entry.json"), read(f"{folder}/record.bin")
    entry, shown = json.loads(line), json.loads(read(f"{folder}/disclosure.json"))
    if (entry["act"], entry["root"], entry["count"]) != ("rows", shown["root"], shown["count"]):
        raise Wrong(f"{folder}/entry.json, {folder}/disclosure.json", "line")
    salt, path = bytes.fromhex(shown["salt"]), [base64.b64decode(node) for node in shown["path"]]
    leaf = hashlib.sha256(b"\x00" + salt + hashlib.sha256(body).digest()).digest()
    root = root_from_path(leaf, shown["index"], shown["count"], path)
    if len(salt) != 32 or root != bytes.fromhex(shown["root"]):
        raise Wrong(f"{folder}/record.bin, {folder}/disclosure.json", "message")
    tell_date(folder, require_logged(line, f"{folder}/{number}.tlog-proof"))


def check_messages() -> None:
    for number in names_in("messages"):
        attempt(f"messages/{number}", check_message, f"messages/{number}", number)


def main() -> int:
    for step in (check_manifests, check_keys, check_heads, check_stamps, check_items, check_messages):
        attempt(step.__name__, step)
    for name, identity, key in keys[:1]:
        body = base64.b64encode(b"\x01" + key).decode()
        print(f"\n{say('compare')} {name}+{identity.hex()}+{body}")
    print(", ".join(f"{counts[state]} {say(state)}" for state in ("ok", "wrong", "skipped")))
    return 1 if counts["wrong"] else 2 if counts["skipped"] else 0


OPENSSL = find_openssl()
if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
