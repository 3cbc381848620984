"""The members in numpy: gradients against finite differences, sparse products, descent, blend and calibration."""

import numpy as np
import pytest
from scipy import sparse

from saisine.findings.triage import blend, network
from saisine.findings.triage.linear import Tfidf
from saisine.findings.triage.network import (
    Batch,
    Network,
    forward,
    new_arrays,
    pack,
    place,
    unpack,
    vectors_of,
)
from saisine.findings.triage.training import backward
from saisine.findings.triage.training.logistic import SLOPE, fit

DOCUMENTS = [["bonjour", "a", "tous"], ["quel", "temps", "quel", "temps", "!"], ["merci"], []]


def small() -> tuple[Batch, dict[str, np.ndarray], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    features = rng.random((4, 3)).astype(np.float32)
    arrays = {name: array.astype(np.float64) for name, array in new_arrays(3, 3).items()}
    labels = np.array([[0, 0], [1, 1], [0, 1], [1, 0]], np.float64)
    weights = np.array([[1, 1], [2, 0], [1, 1], [1, 0.5]], np.float64)
    return Batch.of(DOCUMENTS, features), arrays, labels, weights


def loss_of(batch: Batch, arrays: dict[str, np.ndarray], labels: np.ndarray, weights: np.ndarray) -> float:
    placed = place(batch, vectors_of(batch.words, arrays["vectors"]))
    logits, _ = forward(batch, placed, arrays)
    return backward.loss_and_error(logits, labels, weights)[0]


def test_gradients_agree_with_finite_differences() -> None:
    batch, arrays, labels, weights = small()
    placed = place(batch, vectors_of(batch.words, arrays["vectors"]))
    logits, kept = forward(batch, placed, arrays)
    _, error = backward.loss_and_error(logits, labels, weights)
    grads = backward.backward(batch, placed, arrays, kept, error, None)
    rng = np.random.default_rng(1)
    for name in ("out", "out_bias", "hidden", "filter1", "filter2", "filter3", "bias2"):
        for _ in range(4):
            at = tuple(int(rng.integers(0, size)) for size in arrays[name].shape)
            step = 1e-4
            arrays[name][at] += step
            above = loss_of(batch, arrays, labels, weights)
            arrays[name][at] -= 2 * step
            below = loss_of(batch, arrays, labels, weights)
            arrays[name][at] += step
            assert grads[name][at] == pytest.approx((above - below) / (2 * step), abs=2e-4), name


def test_the_gradient_on_words_agrees_with_finite_differences() -> None:
    batch, arrays, labels, weights = small()
    vectors = vectors_of(batch.words, arrays["vectors"]).astype(np.float64)
    logits, kept = forward(batch, place(batch, vectors), arrays)
    _, error = backward.loss_and_error(logits, labels, weights)
    grads = backward.backward(batch, place(batch, vectors), arrays, kept, error, None)["words"]
    for word, number in ((0, 3), (3, 7), (4, 1)):
        losses = []
        for step in (1e-4, -1e-4):
            moved = vectors.copy()
            moved[word, number] += step
            logits, _ = forward(batch, place(batch, moved), arrays)
            losses.append(backward.loss_and_error(logits, labels, weights)[0])
        assert grads[word, number] == pytest.approx((losses[0] - losses[1]) / 2e-4, abs=2e-4)


def test_training_learns_what_the_order_of_words_alone_tells() -> None:
    documents = [["pas", "bien"], ["bien", "pas"]] * 40
    labels = np.array([[1, 1], [0, 0]] * 40, np.float32)
    arrays = backward.train_network(
        documents, np.zeros((80, 1), np.float32), labels, np.ones((80, 2), np.float32), 1, 12
    )
    found = Network(arrays).logits([["pas", "bien"], ["bien", "pas"]], np.zeros((2, 1), np.float32))
    assert found[0, 0] > 0 > found[1, 0]


def test_the_same_seed_gives_the_same_network() -> None:
    args = DOCUMENTS, np.zeros((4, 1), np.float32), np.zeros((4, 2), np.float32), np.ones((4, 2), np.float32)
    one, two = (backward.train_network(*args, 3, 2) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_a_packed_network_says_nearly_the_same_and_a_wrong_shape_is_refused() -> None:
    arrays = new_arrays(3, 2)
    features = np.ones((4, 3), np.float32)
    before = Network(arrays).logits(DOCUMENTS, features)
    after = Network(unpack(pack(arrays))).logits(DOCUMENTS, features)
    assert np.abs(before - after).max() < 0.05
    broken = pack(arrays) | {"filter2": np.zeros((1, 1), np.float16)}
    with pytest.raises(ValueError):
        unpack(broken)


def test_the_table_of_words_gives_the_logits_of_the_way_forward() -> None:
    batch, _, _, _ = small()
    arrays = new_arrays(3, 3)
    arrays |= {f"bias{width}": np.full_like(arrays[f"bias{width}"], 0.1) for width in network.WIDTHS}
    expected, _ = forward(batch, place(batch, vectors_of(batch.words, arrays["vectors"])), arrays)
    assert Network(arrays).logits(DOCUMENTS, batch.features) == pytest.approx(expected, abs=1e-5)


def test_a_word_gives_the_filters_the_same_alone_and_in_a_batch() -> None:
    arrays = new_arrays(1, 4)
    (vector,) = vectors_of(["bonjour"], arrays["vectors"])
    network_read = Network(arrays)
    network_read.logits([["autre"], ["autre", "bonjour"]], np.zeros((2, 1), np.float32))
    given = vector @ network_read._filters
    assert np.allclose(network_read._table[network_read._row["bonjour"]], given, atol=1e-5)
    assert max(network.pieces_of("bonjour")) < network.BUCKETS


def test_the_vocabulary_keeps_no_rare_word_number_mention_or_forgotten_name() -> None:
    texts = [["bonjour", "lucie", "@user", "2026", "temps"]] * 6 + [["rarissime"]] * 2
    tfidf = Tfidf.fit(texts, frozenset({"lucie"}))
    words = {gram for gram in tfidf.vocabulary if gram.startswith("=")}
    assert words == {"=bonjour", "=temps"}
    assert not any("2026" in gram for gram in tfidf.vocabulary)
    assert not any("rarissime" in gram for gram in tfidf.vocabulary)


def test_rows_have_unit_length_and_their_product_is_that_of_a_matrix() -> None:
    tfidf = Tfidf.fit([["bonjour", "a", "tous"]] * 5)
    rows = tfidf.rows([["bonjour"], [], ["a", "tous", "tous"]])
    lengths = [float((rows.values[rows.starts[i] : rows.starts[i + 1]] ** 2).sum()) for i in range(3)]
    assert lengths == pytest.approx([1, 0, 1], abs=1e-5)
    weights = np.random.default_rng(0).random(len(tfidf.vocabulary))
    dense = np.zeros((3, len(weights)))
    dense[rows.of(), rows.columns] = rows.values
    assert np.allclose(rows.dot(weights), dense @ weights, atol=1e-5)


def test_logistic_regression_ends_at_the_one_optimum_whatever_the_order_of_the_texts() -> None:
    rng = np.random.default_rng(5)
    x = sparse.random(400, 30, 0.2, "csr", rng=rng)
    labels, weights = (
        (x[:, 0].toarray().ravel() + 0.2 * rng.normal(size=400) > 0.1).astype(float),
        rng.random(400),
    )
    ridge = np.full(30, 1e-4)
    w = fit(x, labels, weights, ridge)
    p = blend.sigmoid(x @ w[:-1] + w[-1])
    slope = np.append(x.T @ (weights * (p - labels)), weights @ (p - labels)) / weights.sum()
    assert np.linalg.norm(slope + np.append(ridge, 0) * w) <= SLOPE
    order = rng.permutation(400)
    assert np.allclose(fit(x[order], labels[order], weights[order], ridge), w, atol=0.02)
    assert w[0] > 3 * np.abs(w[1:-1]).max()


def test_platt_recovers_the_slope_and_bias_that_drew_the_labels() -> None:
    rng = np.random.default_rng(2)
    z = rng.normal(size=20_000)
    labels = (rng.random(20_000) < blend.sigmoid(1.5 * z - 0.5)).astype(float)
    slope, bias = blend.fit_platt(z, labels, np.full(20_000, 1 / 20_000))
    assert slope == pytest.approx(1.5, abs=0.1)
    assert bias == pytest.approx(-0.5, abs=0.1)
    scores = blend.sigmoid(slope * z + bias)
    assert blend.calibration_error(scores, labels, np.ones(20_000)) < 0.02


def test_the_blend_prefers_the_member_that_knows_and_bounds_the_rules() -> None:
    rng = np.random.default_rng(3)
    labels = (rng.random(800) < 0.5).astype(float)
    knows, noise = labels * 2 - 1 + rng.normal(size=800), rng.normal(size=800)
    members = np.stack([knows, noise, noise[::-1]], axis=1)
    found = blend.fit_blend(members, labels, np.full(800, 1 / 800), members.std(axis=0))
    assert found.shares[0] == max(found.shares)
    assert blend.RULES_LEAST - 1e-9 <= found.shares[2] <= blend.RULES_MOST + 1e-9
    assert sum(found.shares) == pytest.approx(1)
    assert min(found.shares) >= 0


def test_a_silent_alarm_changes_no_logit_and_one_that_speaks_adds_what_it_is_heard() -> None:
    rng = np.random.default_rng(4)
    labels = (rng.random(300) < 0.5).astype(float)
    members = np.column_stack([rng.normal(size=(300, 3)) + labels[:, None], np.zeros(300)])
    found = blend.fit_blend(members, labels, np.full(300, 1 / 300), members.std(axis=0), (0.5,))
    louder = members + np.array([0, 0, 0, 2.0])
    heard = found.logit(members) + found.slope * 0.5 * 2.0
    assert found.logit(louder) == pytest.approx(np.maximum(heard, blend.LIFTED))
    assert found.alone(louder).shape == (300, 3)
    assert np.array_equal(found.alone(louder), found.alone(members))


def test_a_danger_alarm_that_speaks_leaves_no_message_under_one_half_and_its_part_says_so() -> None:
    whole = blend.Blend((1.0,) * 5, (0.5, 0.3, 0.2, 0.5, 0.4), 1.0, 0.0)
    members = np.array([[-3, -3, -3, 0, 1.0], [-3, -3, -3, 0.1, 0], [2, 2, 2, 0.1, 0]])
    logits, parts = whole.logit(members), whole.alarms(members)
    assert logits == pytest.approx([-2.6, blend.LIFTED, 2.05])
    assert parts[:, 0] == pytest.approx([0, blend.LIFTED + 3, 0.05])
    assert parts[:, 1] == pytest.approx([0.4, 0, 0])
    unheard = blend.Blend(
        (1.0,) * 5, (0.5, 0.3, 0.2, 0.0, 0.4), 1.0, 0.0
    )  # that of `hate`: a threat may be none
    assert unheard.logit(members) == pytest.approx([-2.6, -3, 2])


def test_auc_counts_ties_half() -> None:
    assert blend.auc(np.array([0.0, 1, 0, 1]), np.array([0.1, 0.9, 0.2, 0.8])) == 1
    assert blend.auc(np.array([0.0, 1]), np.array([0.5, 0.5])) == 0.5
    assert np.isnan(blend.auc(np.ones(3), np.arange(3.0)))
