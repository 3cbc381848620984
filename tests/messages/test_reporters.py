"""Who reports is never named as who wrote: witnesses, volunteers and victims in tables kept by hand and in forms."""

from pathlib import Path

import pytest

from saisine.messages.column_scores import Column, header_scores
from saisine.messages.formats.table_cautions import AUTHORS, set_aside
from saisine.messages.proposal_documents import write_profile
from saisine.messages.proposal_words import REASONS
from saisine.messages.proposing import Proposal, propose
from saisine.messages.reading import read_paths
from saisine.messages.schema import Message
from tests.messages.x_lines import NOW

TEXTS = ("un mot puis un autre", "deux mots puis deux autres")
DAYS = ("13/04/2026", "14/04/2026")
HANDLES = ("@compte1", "@compte2")
# What stands under a header, in the two rows of a table.
CELLS = {
    "Date": DAYS,
    "Horodateur": DAYS,
    "Date du message": DAYS,
    "Message": TEXTS,
    "Message reçu": TEXTS,
    "Propos": TEXTS,
    "Texte copié": TEXTS,
    "Ce qui a été écrit": TEXTS,
    "Compte": HANDLES,
    "Pseudo": HANDLES,
    "Pseudo de l’auteur": HANDLES,
    "Compte signalé": HANDLES,
    "Reported account": HANDLES,
    "Reported user": HANDLES,
    "Nom d’utilisateur": HANDLES,
    "Plateforme": ("TikTok", "Facebook"),
    "Email": ("a@exemple.test", "b@exemple.test"),
    "Téléphone": ("0100000001", "0100000002"),
}
PERSONS = ("Camille Exemple", "Lou Exemple")


def table(path: Path, header: str) -> Path:
    """A table of two rows: what no header of `CELLS` tells is a person of the association."""
    names = header.split(";")
    rows = [";".join(CELLS.get(name, PERSONS)[row] for name in names) for row in range(2)]
    path.write_text("\n".join([header, *rows]), "utf-8")
    return path


def read(path: Path, profile: Path | None = None) -> list[Message]:
    return list(read_paths([path], profile=profile, now=NOW))


def authors(messages: list[Message]) -> set[tuple[str | None, str | None]]:
    return {(one.author_name, one.author_handle) for one in messages}


def held(proposal: Proposal) -> dict[str, str]:
    return {column.field: column.header for column in proposal.columns if column.field in AUTHORS}


def codes(proposal: Proposal) -> list[str]:
    return [check.code for check in proposal.checks]


def by_profile(path: Path) -> list[Message]:
    """The messages as the profile reads them that `saisine profile -o` saves."""
    proposal = propose(path, now=NOW)
    assert proposal.profile is not None
    saved = path.with_suffix(".yaml")
    write_profile(saved, proposal.profile)
    return read(path, saved)


NOBODY = {(None, None)}
ACCOUNTS = {(None, handle) for handle in HANDLES}
NAMES = {(name, None) for name in PERSONS}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        # a form: « Nom » is of whoever fills it in
        ("Date;Nom;Prénom;Email;Plateforme;Message", NOBODY),
        ("Horodateur;Nom;Prénom;Téléphone;Plateforme;Message reçu;Date du message", NOBODY),
        ("Date;Nom;Courriel;Message", NOBODY),
        ("Date;Nom;Adresse;Message", NOBODY),
        ("Date;Nom;Association;Message", NOBODY),
        ("Date;Nom;Structure;Message", NOBODY),
        ("Date;Nom;Contact;Message", NOBODY),
        ("Date;Name;Email;Message", NOBODY),
        ("Date;Nom;Email;Pseudo;Message", ACCOUNTS),
        # whose account is reported is said: the others are perhaps of who reports
        ("Date;Auteur;Compte signalé;Message", ACCOUNTS),
        ("Date;Author;Reported account;Message", ACCOUNTS),
        ("Date;Nom;Compte signalé;Message", ACCOUNTS),
        ("Date;Nom;Pseudo;Message", ACCOUNTS),
        ("Date;Nom;Nom d’utilisateur;Message", ACCOUNTS),
        ("Date;Name;Reported user;Message", ACCOUNTS),
        ("Date;Signalé par;Compte;Nom;Message", ACCOUNTS),
        ("Date;Nom du bénévole;Pseudo;Propos", ACCOUNTS),
        ("Date;Auteur du signalement;Pseudo de l’auteur;Propos", ACCOUNTS),
        # as before
        ("Date;Nom;Message", NAMES),
        ("Date;Auteur;Message", NAMES),
        ("Date;Author;Message", NAMES),
        ("Date;Name;Message", NAMES),
        ("Date;Auteur;Témoin;Message", NAMES),
        ("Date;Auteur;Email;Message", NAMES),
    ],
)
def test_a_table_and_its_proposal_name_the_same_author(
    tmp_path: Path, header: str, expected: set[tuple[str | None, str | None]]
) -> None:
    path = table(tmp_path / "a.csv", header)
    messages = read(path)
    assert len(messages) == 2
    assert authors(messages) == authors(by_profile(path)) == expected
    if expected == NOBODY:
        assert all({"author_name", "author_handle"} <= set(one.missing) for one in messages)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Date;Qui a signalé ?;Texte copié", NOBODY),
        ("Date;Qui a vu ?;Pseudo de l’auteur;Ce qui a été écrit", ACCOUNTS),
        ("Date;Votre nom;Texte copié", NOBODY),
        ("Date;Nom et prénom;Texte copié", NOBODY),
        ("Date;Qui a écrit ?;Texte copié", NAMES),
    ],
)
def test_a_saved_proposal_names_no_witness(
    tmp_path: Path, header: str, expected: set[tuple[str | None, str | None]]
) -> None:
    messages = by_profile(table(tmp_path / "a.csv", header))
    assert authors(messages) == expected
    assert [one.text for one in messages] == list(TEXTS)


OTHERS = (
    "Signalé par|Signalée par|Qui a signalé ?|Qui signale ?|Personne ayant signalé|Nom du signalant|Bénévole|Bénévole·s"
    "|Pseudo du bénévole|Auteur du signalement|Auteur de la fiche|Auteur de la capture|Déclarant(e)|Témoin"
    "|Compte du témoin|Victime|Compte de la victime|Personne visée|Qui a été visé ?|Qui a vu ?|Rapporté par|Saisi par"
    "|Repéré par|Contact|Référente|Nom du référent|Votre nom|Votre pseudo|Notre compte|Nom de l’association|À qui"
    "|Qui êtes-vous ?|Compte signalé par|Reporter|Reporter name|Reported by|Reporting user|Submitted by|Volunteer"
    "|Witness|Username of the witness|Victim|Victim account|Target|Author of the report|Nom du groupe|In reply to user"
).split("|")


@pytest.mark.parametrize("values", [PERSONS, HANDLES], ids=["names", "handles"])
@pytest.mark.parametrize("header", OTHERS)
def test_a_header_that_names_another_person_is_no_author(
    tmp_path: Path, header: str, values: tuple[str, str]
) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{day};{one};{text}" for day, one, text in zip(DAYS, values, TEXTS, strict=True)]
    path.write_text("\n".join([f"Date;{header};Message", *rows]), "utf-8")
    proposal = propose(path, now=NOW)
    assert held(proposal) == {}
    assert "no_author" in codes(proposal)


WRITERS = (
    "Compte signalé|Pseudo signalé|Profil signalé|Pseudo de l’auteur|Compte de l’auteur|Auteur du message"
    "|Auteur du message signalé|Auteur des propos|Nom du compte signalé|Qui a écrit ?|Qui l’a écrit ?|Reported user"
    "|Auteur / autrice|Nom affiché|Nom sur Facebook|Author name|Posted by|Sender|Name (click to view profile)"
    "|authorMeta/nickName|from/name|Nom d’utilisateur|Compte qui a publié"
).split("|")


@pytest.mark.parametrize("header", WRITERS)
def test_a_header_that_says_who_wrote_is_an_author(tmp_path: Path, header: str) -> None:
    assert set_aside(["Date", header, "Message"]) == {}
    assert len(held(propose(table(tmp_path / "a.csv", f"Date;{header};Message"), now=NOW))) == 1


@pytest.mark.parametrize(
    ("headers", "aside"),
    [
        ("fullName|firstName|lastName|profileLink|comment", []),  # a tool that collects profiles
        ("Name|Profile ID|Date|Likes|Comment", []),
        ("Name|Username|Text", []),
        ("Nom affiché|Pseudo|Texte", []),
        ("Auteur|Compte|Texte", []),
        ("Auteur|Pseudo de l’auteur|Texte", []),
        ("Auteur|Auteur du message|Message", ["auteur"]),
        ("Nom|Auteur|Message", ["nom"]),
        ("Compte|Compte signalé|Message", ["compte"]),
        ("Nom|Téléphone|Auteur|Message", ["nom"]),
        ("Votre e-mail|Nom|Message", ["votre e-mail", "nom"]),
    ],
)
def test_what_the_other_columns_tell_of_a_name(headers: str, aside: list[str]) -> None:
    found = set_aside(headers.split("|"))
    assert sorted(found) == sorted(aside)
    assert set(found.values()) <= set(REASONS)


# ------------------------------------------------------------------ what a person sees


def column(proposal: Proposal, header: str) -> Column:
    return next(one for one in proposal.columns if one.header == header)


@pytest.mark.parametrize(
    ("header", "kept", "other"),
    [
        ("Date;Auteur;Compte signalé;Message", "Compte signalé", "Auteur"),
        ("Date;Nom;Pseudo;Message", "Pseudo", "Nom"),
        ("Date;Nom;Auteur;Message", "Auteur", "Nom"),
        ("Date;Nom;Email;Auteur;Message", "Auteur", "Nom"),
    ],
)
def test_two_persons_are_to_be_checked(tmp_path: Path, header: str, kept: str, other: str) -> None:
    proposal = propose(table(tmp_path / "a.csv", header), now=NOW)
    assert list(held(proposal).values()) == [kept]
    assert column(proposal, kept).is_to_check
    assert column(proposal, other).field is None
    (check,) = [one for one in proposal.checks if one.code == "two_persons"]
    assert check.facts == {"header": kept, "other": other}


def test_a_person_left_out_is_told(tmp_path: Path) -> None:
    proposal = propose(table(tmp_path / "a.csv", "Date;Nom;Prénom;Message"), now=NOW)
    (check,) = [one for one in proposal.checks if one.code == "person_left_out"]
    assert check.facts == {"header": "Nom"}
    assert "no_author" in codes(proposal)


def test_what_a_person_chose_is_not_doubted(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "Date;Nom;Prénom;Message")
    proposal = propose(path, now=NOW, chosen={"author_name": "Nom"})
    assert held(proposal) == {"author_name": "Nom"}
    assert not {"person_left_out", "two_persons", "no_author"} & set(codes(proposal))


@pytest.mark.parametrize(("second", "is_doubtful"), [("@compte2", True), ("Compte1", False)])
def test_a_name_beside_several_accounts_is_to_be_checked(
    tmp_path: Path, second: str, *, is_doubtful: bool
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        f"Date;Auteur;Compte;Message\n{DAYS[0]};Camille;@compte1;{TEXTS[0]}\n{DAYS[1]};Camille;{second};{TEXTS[1]}\n",
        "utf-8",
    )
    proposal = propose(path, now=NOW)
    assert column(proposal, "Auteur").is_to_check is is_doubtful
    assert ("two_persons" in codes(proposal)) is is_doubtful


@pytest.mark.parametrize("header", ["Ce qui a été écrit", "Ce qui est dit", "Ce que la personne a écrit"])
def test_what_was_written_is_a_text(header: str) -> None:
    assert list(header_scores(header)) == ["text"]


# ------------------------------------------------------------------ what looks like an account and is none


@pytest.mark.parametrize("answer", ["oui", "Non", "x"])
def test_an_answer_is_no_account(tmp_path: Path, answer: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"Date;Auteur;Message;Compte signalé\n05/03/2026;Jean Exemple;Propos;{answer}\n", "utf-8")
    reading = read_paths([path], now=NOW)
    (message,) = list(reading)
    assert (message.author_handle, message.text) == (None, "Propos")
    assert "person_left_out" in reading.ledger.sources[0].notes


@pytest.mark.parametrize(
    "header",
    ["Compte signalé (oui/non)", "Compte signalé à la plateforme", "Compte signalé le", "Account reported"],
)
def test_what_says_whether_an_account_was_reported_takes_no_author_away(tmp_path: Path, header: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"Date;Auteur;Message;{header}\n05/03/2026;Jean Exemple;Propos;oui\n", "utf-8")
    (message,) = list(read_paths([path], now=NOW))
    assert (message.author_name, message.author_handle) == ("Jean Exemple", None)


@pytest.mark.parametrize(
    "headers", ["Timestamp,Username", "Horodatage,Nom d’utilisateur", "Horodatage,Utilisateur"]
)
def test_the_account_that_sent_a_form_is_no_author(tmp_path: Path, headers: str) -> None:
    path = tmp_path / "a.csv"
    row = "2026-03-05 14:01,benevole@asso.test,Jean Exemple,Propos,https://www.facebook.com/x/posts/1001"
    path.write_text(f"{headers},Auteur,Message,Lien\n{row}\n", "utf-8")
    (message,) = list(read_paths([path], now=NOW))
    assert (message.author_name, message.author_handle) == ("Jean Exemple", None)


def test_who_wrote_a_comment_is_not_who_wrote_the_post(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Date,Auteur,Auteur du post,Commentaire,Lien\n2026-03-05,Jean,Asso,Propos,https://x.com/a\n"
    )
    (message,) = list(read_paths([path], now=NOW))
    assert message.author_name == "Jean"
