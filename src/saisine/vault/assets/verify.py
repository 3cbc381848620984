#!/usr/bin/env python3
"""Check a Saisine bundle offline. Python standard library only; openssl is called when it is present.

Run it in the folder "data" of the unpacked bundle:  python3 verify.py [--en]
It reads files and prints; it writes nothing and opens no connection.

  1  manifests      every file has the hash that the BagIt manifests give (RFC 8493)
  2  items          the file has the hash of its record, the record the hash of its log line
  3  inclusion      the log line is in the signed tree (RFC 6962, c2sp.org/tlog-proof)
  4  signatures     each head of the log is signed by trust/vault.pem (Ed25519, c2sp.org/signed-note)
  5  time stamps    each reply dates that head, under the authority in trust/ (RFC 3161)

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
from collections.abc import Iterator
from datetime import datetime, timezone

DATA = os.path.dirname(os.path.abspath(__file__))
BAG = os.path.dirname(DATA)
ENGLISH = "--en" in sys.argv[1:]
OPENSSL = shutil.which("openssl")

STATES = {
    "ok": ("vérifié", "verified"),
    "wrong": ("ÉCHEC", "FAILED"),
    "skipped": ("non vérifié", "not checked"),
    "absent": ("absent", "absent"),
}
counts = dict.fromkeys(STATES, 0)


def tell(state: str, french: str, english: str) -> None:
    """Print one finding and count it."""
    counts[state] += 1
    print(f"{STATES[state][ENGLISH]:12} {english if ENGLISH else french}")


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def sha256_file(path: str) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            found.update(piece)
    return found.hexdigest()


# ---- 1  manifests


def manifest_lines(name: str) -> Iterator[tuple[str, str]]:
    """(hash, path) for each line; the path is refused when it leaves the bag."""
    for line in read(os.path.join(BAG, name)).decode("utf-8").splitlines():
        expected, _, path = line.partition("  ")
        if path.startswith("/") or ".." in path.split("/") or "\\" in path:
            raise ValueError(f"{name}: {path}")
        yield expected, path


def check_manifest(name: str) -> set[str]:
    """The paths of one manifest, after comparing every hash."""
    paths = set()
    for expected, path in manifest_lines(name):
        paths.add(path)
        full = os.path.join(BAG, path)
        if not os.path.isfile(full):
            tell("wrong", "fichier manquant : " + path, "missing file: " + path)
        elif sha256_file(full) != expected:
            tell("wrong", "fichier modifié : " + path, "changed file: " + path)
    return paths


def check_manifests() -> None:
    before = counts["wrong"]
    check_manifest("tagmanifest-sha256.txt")
    listed = check_manifest("manifest-sha256.txt")
    for folder, _, names in os.walk(DATA):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), BAG).replace(os.sep, "/")
            if path not in listed and "__pycache__" not in path and path != "data/signature.bin":
                tell("wrong", "fichier en trop : " + path, "file that no manifest lists: " + path)
    if counts["wrong"] == before:
        tell("ok", f"manifestes : {len(listed)} fichiers intacts", f"manifests: {len(listed)} files intact")


# ---- 3  inclusion: RFC 6962 section 2.1.1, verified as RFC 9162 section 2.1.3.2 says


def root_from_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that a path gives for a leaf, or None when the path does not fit index and size."""
    position, last, value = index, size - 1, leaf
    if not 0 <= index < size:
        return None
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


def parse_proof(text: str) -> tuple[int, list[bytes], str]:
    """(index, path, note) of a .tlog-proof file."""
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("index "):
        raise ValueError("not a tlog-proof")
    return int(lines[1][6:]), [base64.b64decode(line) for line in lines[2:]], note


def parse_note(note: str) -> tuple[str, int, bytes, list[str]]:
    """(text, size, root, {name: signature lines}) of a signed head."""
    text, _, signatures = note.rpartition("\n\n")
    lines = text.split("\n")
    return text + "\n", int(lines[1]), base64.b64decode(lines[2]), signatures.splitlines()


# ---- 2  items


def check_item(number: str) -> int:
    """One item: content, record, line, proof. Returns the size of the head that its proof names."""
    folder = os.path.join(DATA, "items", number)
    names = set(os.listdir(folder)) - {"record.json", "entry.json", number + ".tlog-proof"}
    record_bytes, entry_bytes = (
        read(os.path.join(folder, "record.json")),
        read(os.path.join(folder, "entry.json")),
    )
    record, entry = json.loads(record_bytes), json.loads(entry_bytes)
    if len(names) != 1:
        raise ValueError(f"{len(names)} files instead of 1")
    content = os.path.join(folder, names.pop())
    if os.path.getsize(content) != record["size"] or sha256_file(content) != record["sha256"]:
        raise ValueError("the content is not the one of its record")
    if hashlib.sha256(record_bytes).hexdigest() != entry["record"]:
        raise ValueError("the record is not the one of its log line")
    index, path, note = parse_proof(read(os.path.join(folder, number + ".tlog-proof")).decode("utf-8"))
    _, size, root, _ = parse_note(note)
    leaf = hashlib.sha256(b"\x00" + entry_bytes).digest()
    if index != entry["seq"] or root_from_path(leaf, index, size, path) != root:
        raise ValueError("the log line is not in the signed tree")
    if read(os.path.join(DATA, "log", f"{size}.note")).decode("utf-8") != note:
        raise ValueError(f"the proof names another head than log/{size}.note")
    return size


def check_items() -> None:
    folder = os.path.join(DATA, "items")
    numbers = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for number in numbers:
        try:
            size = check_item(number)
        except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
            tell("wrong", f"pièce {number} : {error}", f"item {number}: {error}")
        else:
            tell("ok", f"pièce {number}, tête {size}", f"item {number}, head {size}")


# ---- 4  signatures


def run(*arguments: str) -> tuple[bool, str]:
    """Whether an openssl command succeeds, and what it printed."""
    done = subprocess.run(
        [OPENSSL or "openssl", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.returncode == 0, done.stdout.decode("utf-8", "replace")


def check_head(name: str) -> None:
    """One signed head, under the key of trust/vault.pem."""
    note = read(os.path.join(DATA, "log", name)).decode("utf-8")
    text, size, _, lines = parse_note(note)
    vkey = read(os.path.join(DATA, "trust", "vault.vkey")).decode("utf-8").strip()
    key_name, key_id, key = vkey.split("+", 2)
    public = read(os.path.join(DATA, "trust", "vault.pem")).decode("ascii").split("-----")[2]
    if base64.b64decode(public)[-32:] != base64.b64decode(key)[1:]:
        raise ValueError("vault.pem and vault.vkey hold different keys")
    if name != f"{size}.note" or read(os.path.join(DATA, "log", f"{size}.txt")) != text.encode("utf-8"):
        raise ValueError("the text beside the note is another one")
    blobs = [base64.b64decode(line.split(" ")[2]) for line in lines if line.startswith(f"— {key_name} ")]
    ours = [blob[4:] for blob in blobs if blob[:4].hex() == key_id]
    if not ours:
        raise ValueError("no signature by the vault's key")
    with tempfile.TemporaryDirectory() as scratch:
        signature = os.path.join(scratch, "signature")
        with open(signature, "wb") as file:
            file.write(ours[0])
        pem, body = os.path.join(DATA, "trust", "vault.pem"), os.path.join(DATA, "log", f"{size}.txt")
        good, said = run(
            "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", pem, "-in", body, "-sigfile", signature
        )
    if not good:
        raise ValueError("the signature does not hold: " + said.strip())


def check_heads() -> None:
    for name in sorted(name for name in os.listdir(os.path.join(DATA, "log")) if name.endswith(".note")):
        if OPENSSL is None:
            tell("skipped", f"signature de {name} : openssl est absent", f"signature of {name}: no openssl")
            continue
        try:
            check_head(name)
        except (OSError, ValueError, IndexError) as error:
            tell("wrong", f"signature de {name} : {error}", f"signature of {name}: {error}")
        else:
            tell("ok", f"signature de {name}", f"signature of {name}")


# ---- 5  time stamps


def stamp_time(reply: str) -> datetime:
    """The time inside a reply; it only counts once openssl has verified the reply."""
    good, text = run("ts", "-reply", "-in", reply, "-text")
    lines = [line for line in text.splitlines() if line.startswith("Time stamp: ")]
    if not good or not lines:
        raise ValueError("not a time-stamp reply")
    words = lines[0][len("Time stamp: ") :].replace(" GMT", "").split(".")[0]
    year = lines[0].split()[-2] if lines[0].endswith("GMT") else lines[0].split()[-1]
    if not words.endswith(year):
        words += " " + year
    return datetime.strptime(words, "%b %d %H:%M:%S %Y").replace(tzinfo=timezone.utc)  # noqa: UP017 (datetime.UTC needs Python 3.11)


def check_stamp(name: str) -> datetime:
    size, authority = name[: -len(".tsr")].split(".", 1)
    reply = os.path.join(DATA, "log", name)
    root = os.path.join(DATA, "trust", f"tsa-{authority}.pem")
    chain = os.path.join(DATA, "trust", f"tsa-{authority}-chain.pem")
    at = stamp_time(reply)
    command = [
        "ts",
        "-verify",
        "-in",
        reply,
        "-data",
        os.path.join(DATA, "log", size + ".txt"),
        "-CAfile",
        root,
    ]
    command += ["-untrusted", chain] if os.path.exists(chain) else []
    good, said = run(*command, "-attime", str(int(at.timestamp())))
    if not good:
        raise ValueError(said.strip().splitlines()[-1] if said.strip() else "refused")
    return at


def check_stamps() -> None:
    names = sorted(name for name in os.listdir(os.path.join(DATA, "log")) if name.endswith(".tsr"))
    if not names:
        tell(
            "absent", "aucun horodatage de tiers dans ce dossier", "no third-party time stamp in this bundle"
        )
    for name in names:
        if OPENSSL is None:
            tell("skipped", f"horodatage {name} : openssl est absent", f"time stamp {name}: no openssl")
            continue
        try:
            at = check_stamp(name)
        except (OSError, ValueError, IndexError) as error:
            tell("wrong", f"horodatage {name} : {error}", f"time stamp {name}: {error}")
        else:
            when = at.strftime("%Y-%m-%d %H:%M:%S UTC")
            tell(
                "ok",
                f"horodatage {name} : existait le {when}",
                f"time stamp {name}: existed on {when}",
            )


def main() -> int:
    for step in (check_manifests, check_items, check_heads, check_stamps):
        try:
            step()
        except (OSError, ValueError) as error:
            tell("wrong", f"{step.__name__} : {error}", f"{step.__name__}: {error}")
    vkey = read(os.path.join(DATA, "trust", "vault.vkey")).decode("utf-8", "replace").strip()
    print("\n" + ("Key to compare: " if ENGLISH else "Clé à comparer : ") + vkey)
    print(", ".join(f"{counts[state]} {STATES[state][ENGLISH]}" for state in ("ok", "wrong", "skipped")))
    return 1 if counts["wrong"] else 2 if counts["skipped"] else 0


if __name__ == "__main__":
    sys.exit(main())
