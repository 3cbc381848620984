"""Time-stamp authorities that a person chose: their description, the files it is made of, and presets.

A description is `trust/tsa/<name>.yaml` with its certificates; `<name>.sha256` lists the hash of each file
(`sha256sum -c` reads it) and the log holds the hash of that list. An authority that is no longer asked keeps
its description, so that what it dated stays verifiable: `<name>.retired` beside it says since when.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from saisine.errors import SaisineError
from saisine.vault.chains import HOLDS, Reason, is_issued_by, is_self_signed
from saisine.vault.faults import SMALL_BYTES, disk_faults, read_regular, write_durably
from saisine.vault.log import canonical, format_moment

if TYPE_CHECKING:
    from saisine.vault.core import OpenVault

Qualified = Literal["true", "false", "unknown"]
ADDED: Final = "authority"  # codes of the log
REMOVED: Final = "authority_removed"
_QUALIFIED: Final = ("true", "false", "unknown")
_POLICY: Final = re.compile(r"[0-2](\.(0|[1-9]\d*))+", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", re.ASCII)
_MANIFEST_LINE: Final = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9.-]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Authority:
    """One time-stamp authority that a person chose. `policies` empty accepts any policy of that authority."""

    name: str
    url: str
    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    policies: tuple[str, ...] = ()
    qualified: Qualified = "unknown"
    is_retired: bool = False

    @property
    def roots_pem(self) -> bytes:
        return b"".join(one.public_bytes(Encoding.PEM) for one in self.roots)

    @property
    def intermediates_pem(self) -> bytes:
        return b"".join(one.public_bytes(Encoding.PEM) for one in self.intermediates)

    @classmethod
    def load(cls, path: Path) -> "Authority":
        """Read `trust/tsa/<name>.yaml` and the certificates beside it. Raises `authority_malformed`."""
        try:
            bodies = {name: read_regular(path.parent / name, SMALL_BYTES) for name in description_files(path)}
        except OSError as error:
            raise malformed(path.stem, _unreadable(error)) from error
        retired = path.with_suffix(".retired").exists()
        return cls.of(path.stem, bodies, is_retired=retired)

    @classmethod
    def of(cls, name: str, bodies: Mapping[str, bytes], *, is_retired: bool = False) -> "Authority":
        """From the bytes of its files, by their names. Raises `authority_malformed`."""
        try:
            facts = _read_facts(bodies[f"{name}.yaml"])
            return cls(
                name=name,
                url=str(facts["url"]),
                roots=_certificates(bodies, [facts["root"]]),
                intermediates=_certificates(bodies, facts.get("intermediates") or []),
                policies=tuple(map(str, facts.get("policies") or ())),
                qualified=_qualified(facts.get("qualified", "unknown")),
                is_retired=is_retired,
            )
        except (ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            raise malformed(name, _unreadable(error)) from error


def _read_facts(body: bytes) -> dict[str, Any]:
    facts = yaml.safe_load(body.decode("utf-8"))
    if not isinstance(facts, dict):
        raise ValueError("not a table")
    return facts


def _qualified(value: object) -> Qualified:
    text = str(value).lower()
    if text not in _QUALIFIED:
        raise ValueError(f"qualified: {text}")
    return cast("Qualified", text)


def _certificates(bodies: Mapping[str, bytes], names: Sequence[str]) -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    for name in names:
        found += x509.load_pem_x509_certificates(bodies[name])
    return tuple(found)


def description_files(path: Path) -> list[str]:
    """The names of the files that make a description: itself, its root, its intermediates.

    Raises `authority_malformed`.
    """
    try:
        facts = _read_facts(read_regular(path, SMALL_BYTES))
        names = [path.name, str(facts["root"]), *map(str, facts.get("intermediates") or ())]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise malformed(path.stem, _unreadable(error)) from error
    if any(Path(name).name != name for name in names):
        raise malformed(
            path.stem,
            Reason(
                "Ses certificats doivent se trouver à côté d’elle", "Its certificates have to lie beside it"
            ),
        )
    return list(dict.fromkeys(names))


def load_authorities(folder: Path) -> list[Authority]:
    """The authorities of a vault by name, those no longer asked too. Raises `authority_malformed`."""
    return [Authority.load(path) for path in sorted((folder / "trust" / "tsa").glob("[!.]*.yaml"))]


def is_asking(folder: Path) -> bool:
    """Whether an authority is asked, by the names of its files alone: cheap enough for every page."""
    paths = (folder / "trust" / "tsa").glob("[!.]*.yaml")
    return any(not path.with_suffix(".retired").exists() for path in paths)


# ---------------------------------------------------------------- the hash that the log keeps


def description_hash(hashed: Mapping[str, str]) -> str:
    """SHA-256 of the canonical JSON {file name: SHA-256 of the file}: what the log keeps of a description."""
    return hashlib.sha256(canonical(dict(hashed))).hexdigest()


def hash_files(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """SHA-256 of each file that is there, by name."""
    found = [folder / name for name in names if (folder / name).is_file()]
    return {path.name: hashlib.sha256(read_regular(path, SMALL_BYTES)).hexdigest() for path in found}


def read_hashes(path: Path) -> dict[str, str] | None:
    """The list `<name>.sha256`; None when it is absent or malformed."""
    try:
        lines = read_regular(path, SMALL_BYTES).decode("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    matches = [_MANIFEST_LINE.fullmatch(line) for line in lines]
    return {one[2]: one[1] for one in matches if one} if all(matches) else None


def _list_hashes(bodies: Mapping[str, bytes]) -> tuple[dict[str, str], bytes]:
    hashed = {name: hashlib.sha256(body).hexdigest() for name, body in sorted(bodies.items())}
    return hashed, "".join(f"{digest}  {name}\n" for name, digest in hashed.items()).encode()


# ---------------------------------------------------------------- choosing


def build_description(
    name: str,
    url: str,
    root_pem: bytes,
    *,
    intermediates: Sequence[bytes] = (),
    facts: Mapping[str, Any] | None = None,
) -> dict[str, bytes]:
    """The files of a new description, checked. Raises `authority_malformed`."""
    if not _NAME.fullmatch(name):
        words = Reason(
            "Un nom est fait de lettres sans accent, de chiffres et de tirets",
            "A name is made of plain letters, digits and hyphens",
        )
        raise malformed(name, words)
    chain = {f"{name}-chain-{number}.pem": body for number, body in enumerate(intermediates, 1)}
    body = {"url": url, "root": f"{name}.pem", "qualified": "unknown", **(facts or {})}
    body |= {"intermediates": list(chain)} if chain else {}
    text = yaml.safe_dump(body, sort_keys=True, allow_unicode=True).encode()
    bodies = {f"{name}.yaml": text, f"{name}.pem": root_pem, **chain}
    fault = _fault_of(Authority.of(name, bodies))
    if fault:
        raise malformed(name, fault)
    return bodies


def _fault_of(authority: Authority) -> Reason:
    """What would make every reply of this authority be refused, or its address go nowhere."""
    if not authority.url.startswith(("https://", "http://")):
        return Reason(
            "Son adresse ne commence ni par https:// ni par http://",
            "Its address begins neither with https:// nor with http://",
        )
    if not authority.roots or not all(map(is_self_signed, authority.roots)):
        return Reason(
            "Son certificat racine n’est pas signé par lui-même",
            "Its root certificate is not signed by itself",
        )
    above = [*authority.roots, *authority.intermediates]
    if not all(any(is_issued_by(one, other) for other in above) for one in authority.intermediates):
        return Reason(
            "Un certificat intermédiaire ne mène pas à sa racine",
            "An intermediate certificate does not lead to its root",
        )
    wrong = [policy for policy in authority.policies if not _POLICY.fullmatch(policy)]
    if wrong:
        return Reason(
            f"« {wrong[0]} » n’est pas un identifiant de politique", f"“{wrong[0]}” is no policy identifier"
        )
    return HOLDS


def malformed(name: str, reason: Reason) -> SaisineError:
    """The error of a description that cannot serve."""
    return SaisineError("authority_malformed", name=name, reason_fr=reason.fr, reason_en=reason.en)


def _unreadable(error: Exception) -> Reason:
    """The reader’s own words stand in English only."""
    return Reason(
        "Un de ses fichiers est absent ou illisible", f"One of its files is missing or unreadable: {error}"
    )


def add_authority(
    folder: Path,
    name: str,
    url: str,
    root_pem: bytes,
    *,
    intermediates: Sequence[bytes] = (),
    facts: Mapping[str, Any] | None = None,
) -> Authority:
    """Write a description. From then on stamping sends head hashes to `url`.

    Raises `authority_malformed`, or `authority_exists` when the name is taken, be it by a retired one.
    """
    bodies = build_description(name, url, root_pem, intermediates=intermediates, facts=facts)
    require_free_name(folder, name)
    _keep(folder, name, bodies)
    return Authority.of(name, bodies)


def require_free_name(folder: Path, name: str) -> None:
    """Raises `authority_exists`: a name stands in the file names of replies, so it is never used again."""
    if (folder / "trust" / "tsa" / f"{name}.yaml").exists():
        raise SaisineError("authority_exists", name=name)


def free_name(folder: Path, name: str) -> str:
    """The name, or `<name>-2` and so on when an authority that is no longer asked bore it.

    One that is asked now keeps its name for itself: `require_free_name` says so.
    """
    known = {one.name: one for one in load_authorities(folder)}
    if name not in known or not known[name].is_retired:
        return name
    numbered = (f"{name}-{number}" for number in range(2, len(known) + 3))
    return next(one for one in numbered if one not in known)


def _keep(folder: Path, name: str, bodies: Mapping[str, bytes]) -> None:
    """The description itself last: without it the other files mean nothing."""
    target = folder / "trust" / "tsa"
    if not target.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    write_durably(target / f"{name}.sha256", _list_hashes(bodies)[1])
    for file in sorted(bodies, key=lambda file: file.endswith(".yaml")):
        write_durably(target / file, bodies[file])


def choose_authority(
    vault: "OpenVault",
    name: str,
    url: str,
    root_pem: bytes,
    *,
    intermediates: Sequence[bytes] = (),
    facts: Mapping[str, Any] | None = None,
    actor: str = "",
) -> Authority:
    """Choose an authority for a vault: the log keeps the hash of its whole description.

    The line comes first: a stop in between leaves a line and no authority, never one that is not logged.
    Raises `authority_malformed`, `authority_exists`, or what the vault refuses.
    """
    bodies = build_description(name, url, root_pem, intermediates=intermediates, facts=facts)
    require_free_name(vault.folder, name)
    _log(vault, ADDED, description_hash(_list_hashes(bodies)[0]), actor)
    with disk_faults(vault.folder):
        _keep(vault.folder, name, bodies)
    return Authority.of(name, bodies)


def retire_authority(vault: "OpenVault", name: str, *, now: datetime, actor: str = "") -> None:
    """Ask an authority no more; what it dated stays verifiable. Raises `authority_unknown`.

    The mark comes before the line: from the first moment nothing is sent any more.
    """
    path = vault.folder / "trust" / "tsa" / f"{name}.yaml"
    mark = path.with_suffix(".retired")
    if not _NAME.fullmatch(name) or not path.exists() or mark.exists():
        raise SaisineError("authority_unknown", name=name)
    vault.require_writable()
    with disk_faults(vault.folder):
        write_durably(mark, f"{format_moment(now)}\n".encode())
    hashed = read_hashes(path.with_suffix(".sha256")) or hash_files(path.parent, description_files(path))
    _log(vault, REMOVED, description_hash(hashed), actor)


def _log(vault: "OpenVault", code: str, root: str, actor: str) -> None:
    vault.write_lines([{"act": "note", "code": code, "root": root, **({"actor": actor} if actor else {})}])


# ---------------------------------------------------------------- presets


@dataclass(frozen=True, slots=True)
class Preset:
    """A public authority that can be picked by name. Nobody has tried it from this software yet:
    a reply that does not lead to `root_pem` is refused, so that a wrong preset fails safe."""

    name: str
    label: str
    url: str
    root_pem: bytes
    qualified: Qualified
    checked_on: str | None
    note_fr: str
    note_en: str
    source: str

    @property
    def root(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.root_pem)

    def facts(self) -> dict[str, object]:
        """What goes into the description of an authority made from it."""
        return {"preset": self.name, "qualified": self.qualified, "checked_on": self.checked_on}


def load_presets() -> list[Preset]:
    """The authorities that ship with Saisine, by name."""
    folder = files("saisine.vault") / "assets" / "tsa"
    names = sorted(one.name.removesuffix(".yaml") for one in folder.iterdir() if one.name.endswith(".yaml"))
    found = []
    for name in names:
        facts = _read_facts((folder / f"{name}.yaml").read_bytes())
        facts["qualified"] = _qualified(facts["qualified"])
        root = (folder / str(facts.pop("root"))).read_bytes()
        found.append(Preset(name=name, root_pem=root, **facts))
    return found


def find_preset(name: str) -> Preset:
    """One preset. Raises `preset_unknown`."""
    known = {preset.name: preset for preset in load_presets()}
    if name not in known:
        raise SaisineError("preset_unknown", name=name, known=", ".join(known))
    return known[name]


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 of a certificate as people compare it: pairs of upper-case signs."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()
