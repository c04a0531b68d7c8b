"""Does an input look like the text that a model was trained on? Signs that it does not, with limits from collections left out in turn."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline import hashing
from pipeline.errors import ModelError
from pipeline.language import casing
from pipeline.language import text as reading

if TYPE_CHECKING:
    from pipeline.scoring.modelfile import ModelFile

HEADER = "usual"
"""Where in a model's header the limits stand."""
_OFTEN = 0.01
"""A word that stands in this share of the training sentences is one of the commonest."""
_OFTEN_IDF = 1 - math.log(_OFTEN)
"""What that share is as idf, which scikit-learn raises by 1."""
_SELDOM = 1e-3
"""A limit is what so few collections would exceed, and an input exceeds it where chance would bring it so far more seldom than this."""
_LENGTHS = (0.05, 0.99)
MOST = 256
"""An input is judged by so many of its texts at most."""
_LONGEST = 2000


class Sign(NamedTuple):
    """A property that `cases` words or sentences might have, and how many `have` it."""

    have: int
    cases: int


class Lengths(NamedTuple):
    """Sentences of fewer words than `short` or more than `long` are unusual in the training text."""

    short: float
    long: float


_SIGNS = {
    "unknown": "{share} of its words are not in the model's vocabulary",
    "uncommon": "{share} of its words are not among the commonest of that text, as in another language",
    "capitals": "{share} of its sentences are all in capitals",
    "short": "{share} of its sentences have fewer than {short:.0f} words",
    "long": "{share} of its sentences have more than {long:.0f} words, as where documents are not split (--documents)",
}
"""The signs, and how each is told."""


def limits(texts: Sequence[str], collections: Sequence[str], common: frozenset[str], *, min_documents: int) -> dict[str, Any]:
    """The limits of every sign, for a model's header; empty where the texts come from one collection.

    Each collection in turn is counted with the vocabulary of the others. A limit is the upper end of the
    one-sided prediction interval for one collection more (Student's t), taken of the log odds of the shares.

    Args:
        common: the forms that are no names (casing.common_forms of the texts).
        min_documents: sentences a word must stand in to be in the vocabulary.
    """
    words = [casing.words(one, common) for one in texts]
    lengths = Lengths(*np.quantile([len(one) for one in words], _LENGTHS).tolist()) if words else Lengths(0.0, 0.0)
    members: dict[str, list[int]] = defaultdict(list)
    for number, collection in enumerate(collections):
        members[collection].append(number)
    if len(members) < 2:
        return {}
    everywhere = Counter(form for one in words for form in set(one))
    found: dict[str, list[Sign]] = {name: [] for name in _SIGNS}
    for own in members.values():
        here = Counter(form for number in own for form in set(words[number]))
        left = {form: count - here[form] for form, count in everywhere.items() if count - here[form] >= min_documents}
        often = {form for form, count in left.items() if count >= _OFTEN * (len(words) - len(own))}
        signs = _count([texts[number] for number in own], [words[number] for number in own], lengths, known=left.keys(), often=often)
        for name, sign in signs.items():
            found[name].append(sign)
    return {"lengths": lengths._asdict(), "limits": {name: _limit(signs) for name, signs in found.items()}}


def _limit(signs: Sequence[Sign]) -> dict[str, float]:
    """The `most` that a collection had, and the `limit`; a share's log odds are taken of half a case more on either side."""
    from scipy.stats import t

    odds = np.array([math.log((sign.have + 0.5) / (sign.cases - sign.have + 0.5)) for sign in signs])
    upper = odds.mean() + t.ppf(1 - _SELDOM, len(odds) - 1) * odds.std(ddof=1) * math.sqrt(1 + 1 / len(odds))
    return {"most": max(sign.have / sign.cases for sign in signs if sign.cases), "limit": float(1 / (1 + math.exp(-upper)))}


def _count(texts: Sequence[str], words: Sequence[Sequence[str]], lengths: Lengths, *, known: Container[str], often: Container[str]) -> dict[str, Sign]:
    """Every sign; names and numbers, which each have one form, and sentences without a word tell nothing."""
    forms = [form for one in words for form in one if form not in (casing.NAME, reading.NUMBER)]
    sizes = [len(one) for one in words if one]
    return {
        "unknown": Sign(sum(form not in known for form in forms), len(forms)),
        "uncommon": Sign(sum(form not in often for form in forms), len(forms)),
        "capitals": Sign(sum(one.isupper() for one, found in zip(texts, words, strict=True) if found), len(sizes)),
        "short": Sign(sum(size < lengths.short for size in sizes), len(sizes)),
        "long": Sign(sum(size > lengths.long for size in sizes), len(sizes)),
    }


def told(stored: ModelFile, texts: Sequence[str]) -> list[str]:
    """Each sign that `texts` are unlike what the model was trained on, in words and numbers; none where it holds no limits.

    Of many texts some at even distances are looked at, of long ones the beginning.

    Raises:
        ModelError: the limits in the model's header are not as `limits` gives them.
    """
    usual = stored.header.get(HEADER)
    if not usual:
        return []
    try:
        lengths = Lengths(*(float(usual["lengths"][name]) for name in Lengths._fields))
        bounds = {name: (float(usual["limits"][name]["limit"]), float(usual["limits"][name]["most"])) for name in _SIGNS}
    except (KeyError, TypeError, ValueError):
        raise ModelError("what its header says of the usual text cannot be read", next_step="train it again") from None
    chosen = [one[:_LONGEST] for one in texts[:: -(-len(texts) // MOST) or 1]]
    return list(_told(_signs(stored, chosen, lengths), bounds, lengths))


def _told(signs: Mapping[str, Sign], bounds: Mapping[str, tuple[float, float]], lengths: Lengths) -> Iterator[str]:
    for name, sign in signs.items():
        limit, most = bounds[name]
        if exceeds(sign, limit):
            yield _SIGNS[name].format(share=f"{sign.have / sign.cases:.1%}", **lengths._asdict()) + f" (at most {most:.1%} in a collection of that text)"


def exceeds(sign: Sign, limit: float) -> bool:
    """Whether a share lies above the limit, and further than chance explains: by Chernoff's bound on the binomial tail (Hoeffding 1963).

    >>> exceeds(Sign(3, 10), 0.1), exceeds(Sign(30, 100), 0.1), exceeds(Sign(1, 1), 0.1)
    (False, True, False)
    """
    if not sign.cases or sign.have <= limit * sign.cases:
        return False
    share = sign.have / sign.cases
    apart = share * math.log(share / limit) + ((1 - share) * math.log((1 - share) / (1 - limit)) if share < 1 else 0.0)
    return sign.cases * apart > -math.log(_SELDOM)


def _signs(stored: ModelFile, texts: Sequence[str], lengths: Lengths) -> dict[str, Sign]:
    """The signs of texts with a model's vocabulary."""
    forms = sorted({form for one in texts for form in reading.words(one)})
    keys = hashing.string_keys(forms)
    common = frozenset(compress(forms, hashing.Index(stored.common.keys).find(keys) >= 0))
    places = hashing.Index(stored.words.keys).find(keys)
    stands = places >= 0
    known, at = list(compress(forms, stands)), places[stands]
    often = frozenset(compress(known, stored.words.idf.take(at) <= _OFTEN_IDF))
    return _count(texts, [casing.words(one, common) for one in texts], lengths, known=frozenset(known), often=often)
