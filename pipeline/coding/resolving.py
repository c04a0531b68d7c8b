"""One label from several coders': who decides where they differ, and what the label weighs in training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from pipeline.params import LabelParams

RULES = "rules"
"""How a sentence came by its label where no coder read it."""
DISPUTED = ("majority", "first")
"""How a label was settled against a coder who gave another one."""


class Resolved(NamedTuple):
    """A sentence's label (None where it stays open) and how it was got.

    `how` is `single` (one coder), `agreed` (several say the same), `adjudicated`, `majority`, `first`, or
    `disputed` (coders differ and nothing settles it).
    """

    label: str | None
    how: str


def resolve(labels: Mapping[str, str], params: LabelParams) -> Resolved:
    """Settle the labels that coders gave one sentence.

    The adjudicator's label decides before all others where `adjudicated` is among the policies; then what
    all say; then the policies in their order, then what `otherwise` says.

    >>> resolve({"ana": "denial", "ben": "neutral"}, LabelParams())
    Resolved(label=None, how='disputed')
    >>> resolve({"ana": "denial", "ben": "neutral", "cem": "denial"}, LabelParams())
    Resolved(label='denial', how='majority')
    """
    votes = Counter(labels.values())
    for policy in params.policies:
        if policy == "adjudicated" and params.adjudicator in labels:
            return Resolved(labels[params.adjudicator], "adjudicated")
        if policy == "majority" and len(votes) > 1 and (most := _majority(votes)):
            return Resolved(most, "majority")
    if len(votes) == 1:
        return Resolved(next(iter(votes)), "single" if len(labels) == 1 else "agreed")
    if params.otherwise == "first":
        return Resolved(labels[min(labels)], "first")
    return Resolved(None, "disputed")


def _majority(votes: Counter[str]) -> str | None:
    """The label that more than half of the coders gave."""
    label, count = votes.most_common(1)[0]
    return label if 2 * count > votes.total() else None


def weight(how: str, params: LabelParams, *, precision: float = 1.0) -> float:
    """What a label that was got so weighs in training, 0 to 1.

    Args:
        precision: for a rule's label, the share (0 to 1) of coders' sentences on which the rule is right.
    """
    if how == RULES:
        return params.rules_weight * precision
    return params.disputed_weight if how in DISPUTED else 1.0
