"""Each person and each account of a dossier has a label of its own, and keeps it."""

from saisine.casework.dossier_people import merged
from saisine.dossiers import Person

NOTED = Person("compte 1", "auteur_presume", handles=("@exemple",))
TARGETED = Person("personne visée 1", "visee", ("Camille Exemple",))


def test_accounts_of_exhibits_go_on_after_those_noted_by_hand() -> None:
    found = merged([Person("tiers 1", "tiers"), NOTED, TARGETED], ["@autre (identifiant 12)", "@tierce"])
    assert [one.label for one in found] == ["personne visée 1", "compte 1", "compte 2", "compte 3", "tiers 1"]


def test_an_account_noted_by_hand_and_seen_in_an_exhibit_is_one() -> None:
    (account,) = merged([NOTED], ["@Exemple (identifiant 12)", "@exemple"])
    assert account.label == "compte 1"
    assert account.handles == ("@exemple", "@Exemple (identifiant 12)")


def test_one_handle_with_two_identifiers_is_two_accounts() -> None:
    assert len(merged([], ["@exemple (identifiant 12)", "@exemple (identifiant 34)"])) == 2


def test_a_person_targeted_is_never_an_account() -> None:
    assert len(merged([TARGETED], ["Camille Exemple"])) == 2


def test_who_answers_a_hatred_is_a_witness_unless_the_account_also_wrote_some() -> None:
    found = merged([Person("témoin 1", "temoin")], ["@attaque"], ["@attaque", "@amie"])
    assert [(one.label, one.role, one.handles) for one in found if one.handles] == [
        ("témoin 2", "temoin", ("@amie",)),
        ("compte 1", "auteur_presume", ("@attaque",)),
    ]
