"""One label from several coders': policies in their order, how it was got, what it weighs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import params
from pipeline.coding import resolving
from pipeline.errors import ParamsError
from pipeline.params import LabelParams
from pipeline.records import LABELS

BOTH, MAJORITY, REVERSED, FIRST = (
    LabelParams(adjudicator="chair", policies=policies, otherwise=otherwise)
    for policies, otherwise in (
        (("adjudicated", "majority"), "drop"),
        (("majority",), "drop"),
        (("majority", "adjudicated"), "drop"),
        (("adjudicated", "majority"), "first"),
    )
)


@pytest.mark.parametrize(
    ("labels", "settings", "expected"),
    [
        ({"ana": "denial"}, BOTH, ("denial", "single")),
        ({"ana": "denial", "ben": "denial"}, BOTH, ("denial", "agreed")),
        ({"chair": "neutral"}, BOTH, ("neutral", "adjudicated")),
        ({"ana": "denial", "chair": "denial"}, BOTH, ("denial", "adjudicated")),
        ({"ana": "denial", "ben": "denial", "chair": "neutral"}, BOTH, ("neutral", "adjudicated")),
        ({"ana": "denial", "ben": "warning"}, BOTH, (None, "disputed")),
        ({"ana": "denial", "ben": "warning"}, FIRST, ("denial", "first")),
        ({"zoe": "denial", "ben": "warning"}, FIRST, ("warning", "first")),
        ({"ana": "denial", "ben": "denial", "cem": "warning"}, BOTH, ("denial", "majority")),
        ({"ana": "denial", "ben": "neutral", "cem": "warning"}, BOTH, (None, "disputed")),
        ({"ana": "denial", "ben": "denial", "cem": "warning", "dan": "warning"}, BOTH, (None, "disputed")),  # a half is no majority
        ({"ana": "denial", "ben": "denial", "cem": "warning", "dan": "neutral"}, BOTH, (None, "disputed")),  # nor is the most common
        ({"ana": "denial", "chair": "neutral"}, MAJORITY, (None, "disputed")),  # without the policy the adjudicator is a coder like others
        ({"chair": "neutral"}, MAJORITY, ("neutral", "single")),
        ({"ana": "denial", "ben": "denial", "chair": "neutral"}, REVERSED, ("denial", "majority")),
        ({"ana": "denial", "ben": "warning", "chair": "neutral"}, REVERSED, ("neutral", "adjudicated")),
    ],
)
def test_policies_settle_in_their_order(labels: dict[str, str], settings: LabelParams, expected: tuple[str | None, str]) -> None:
    assert resolving.resolve(labels, settings) == expected


CODERS = st.dictionaries(st.sampled_from(["ana", "ben", "cem", "dan", "chair"]), st.sampled_from(LABELS), min_size=1)


@given(CODERS, st.sampled_from([BOTH, MAJORITY, REVERSED, FIRST]), st.randoms(use_true_random=False))
def test_the_order_of_coders_does_not_matter_and_labels_are_somebodys(labels: dict[str, str], settings: LabelParams, order: object) -> None:
    shuffled = list(labels.items())
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    found = resolving.resolve(dict(shuffled), settings)
    assert found == resolving.resolve(labels, settings)
    assert found.label in {None, *labels.values()} and (found.label is None) == (found.how == "disputed")
    assert not (settings is FIRST and found.label is None)


@pytest.mark.parametrize(
    ("how", "precision", "expected"),
    [
        ("single", 1.0, 1.0),
        ("agreed", 1.0, 1.0),
        ("adjudicated", 1.0, 1.0),
        ("majority", 1.0, 0.4),
        ("first", 1.0, 0.4),
        ("rules", 0.75, 0.15),
        ("rules", 0.0, 0.0),
    ],
)
def test_what_is_disputed_or_guessed_weighs_less(how: str, precision: float, expected: float) -> None:
    settings = LabelParams(disputed_weight=0.4, rules_weight=0.2)
    assert resolving.weight(how, settings, precision=precision) == pytest.approx(expected)


@pytest.mark.parametrize("values", [{"policies": ["vote"]}, {"policies": []}, {"otherwise": "guess"}, {"disputed_weight": 1.5}, {"rules_weight": -0.1}])
def test_settings_out_of_range_are_named(values: dict[str, object]) -> None:
    with pytest.raises(ParamsError, match=next(iter(values))):
        params.parse(values, LabelParams, where="params.yaml label")
