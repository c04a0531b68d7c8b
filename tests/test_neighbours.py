"""A sentence's number does not depend on what else stands in its batch."""

from __future__ import annotations

import numpy as np
from architecture import ROOT

from pipeline import StanceModel

SENTENCES = [
    "Accusing the council of deceit, the union walked out",
    "Denying the report, the minister left the hall,",
    "Warned by neighbours, the family fled;",
    "The price of bread rose",
    "Blaming the drought, farmers asked for help (again)",
    "Threatening to resign, he said: no",
    "There was nobody the men accused",
    "By noon the hall was empty",
]


def test_a_sentence_alone_has_the_number_it_has_in_a_batch() -> None:
    model = StanceModel.load(ROOT / "models" / "stance.npz")
    alone = {text: model.predict_proba([text])[0] for text in SENTENCES}
    for shift in range(len(SENTENCES)):
        order = SENTENCES[shift:] + SENTENCES[:shift]
        for texts in (order, order[::-1]):
            together = model.predict_proba(texts)
            assert np.abs(together - np.array([alone[text] for text in texts])).max() < 1e-12
