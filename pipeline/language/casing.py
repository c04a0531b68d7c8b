"""Names take no side: a word that begins with a capital and seldom stands in lower case is counted as NAME."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from pipeline.language import text

NAME = "N"
"""The form that all names share; no word form, as those are in lower case."""
LEAST_SHARE = 0.05
"""A form that stands in lower case less often than this is a name."""


def common_forms(texts: Iterable[str]) -> frozenset[str]:
    """The word forms of `texts` that are no names: in lower case at least LEAST_SHARE of the times, or the pronoun I.

    Texts in capitals throughout say nothing about names and are passed over.
    """
    lower, capital = Counter[str](), Counter[str]()
    for one in texts:
        if not one.isupper():
            for token in text.tokens(one):
                (capital if text.begins_capital(token) else lower)[text.word_form(token)] += 1
    seldom = {form for form in capital if lower[form] < LEAST_SHARE * (lower[form] + capital[form]) and form != "i" and not form.startswith("i'")}
    return frozenset(form for form in {*lower, *capital} - seldom if text.is_word(form))


def words(written: str, common: Collection[str]) -> list[str]:
    """The words of one text as the features count them: word forms without signs, NAME for names.

    >>> words("“It isn't so,” Iran’s envoy said.", {"it", "isn't", "so", "envoy", "said"})
    ['it', "isn't", 'so', 'N', 'envoy', 'said']
    """
    counted = []
    for token in text.tokens(written):
        form = text.word_form(token)
        if text.is_word(form):
            counted.append(NAME if text.begins_capital(token) and form not in common else form)
    return counted
