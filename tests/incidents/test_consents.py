"""Nothing leaves without a consent that covers it; a withdrawal counts from the moment it is said."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.dossiers import RECIPIENTS as DOSSIER_RECIPIENTS
from saisine.errors import SaisineError
from saisine.incidents.consents import (
    ACTS,
    IN_ITS_NAME,
    RECIPIENTS,
    Consent,
    State,
    require_act,
    require_consent,
)

AT = datetime(2026, 4, 21, 8, tzinfo=UTC)
HISTORY = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(["given", "refused", "withdrawn"])), max_size=12
)


def rows(pairs: list[tuple[str, State]]) -> list[Consent]:
    return [Consent(act, state, AT) for act, state in pairs]


@given(HISTORY, st.sampled_from(sorted(ACTS)))
def test_the_last_word_on_an_act_decides(pairs: list[tuple[str, State]], act: str) -> None:
    last = dict(pairs).get(act)
    if last == "given":
        require_consent(rows(pairs), (act,))
        return
    with pytest.raises(SaisineError) as told:
        require_consent(rows(pairs), (act,))
    assert told.value.code == "incident_consent_missing"
    assert told.value.exit_code == 77
    assert ACTS[act][0] in told.value.sentence("fr")
    assert ("refusé ou retiré" in told.value.why("fr")) is (last is not None)


@pytest.mark.parametrize(("recipient", "act"), sorted(product(RECIPIENTS, ACTS)))
def test_each_recipient_is_opened_by_its_own_acts_alone(recipient: str, act: str) -> None:
    given_one = rows([(act, "given")])
    if act in RECIPIENTS[recipient]:
        require_consent(given_one, RECIPIENTS[recipient])
    else:
        with pytest.raises(SaisineError):
            require_consent(given_one, RECIPIENTS[recipient])


def test_every_recipient_of_a_dossier_has_its_consent() -> None:
    assert set(RECIPIENTS) == set(DOSSIER_RECIPIENTS)
    assert {act for acts in RECIPIENTS.values() for act in acts} <= set(ACTS)


def test_acting_in_its_own_name_never_publishes() -> None:
    assert "publier" not in IN_ITS_NAME
    assert "observatoire" not in IN_ITS_NAME


def test_an_unknown_act_is_refused() -> None:
    with pytest.raises(SaisineError) as told:
        require_act("tout")
    assert told.value.code == "incident_act_unknown"
