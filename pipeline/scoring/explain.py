"""Why a model scores a sentence as it does: what every word and every cue adds to each label, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.growing import spans
from pipeline.language import cue_terms
from pipeline.language.context import CLAUSES, OBJECT_NAMES, POLARITIES, ROLES, Context
from pipeline.language.cues import Hits
from pipeline.language.lexicon import GAP, Lexicon
from pipeline.language.offsets import token_spans
from pipeline.language.text import Batch
from pipeline.records import LABELS
from pipeline.scoring import tfidf
from pipeline.scoring.lookup import Lookup
from pipeline.scoring.model import StanceModel, softmax

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shares = tuple[float, ...]
"""What something adds to the score (log odds) of each label, in the order of LABELS."""

_BATCH = 1024


class WordShare(NamedTuple):
    """A word at `text[start:end]` and what it adds to each label's score, cues that it belongs to included."""

    start: int
    end: int
    shares: Shares


class CueShare(NamedTuple):
    """A cue at `text[start:end]` and what it alone adds to each label's score; the words it consists of hold the same again.

    `section` and `entry` say which entry of the cue lists it is; `setting` what surrounds it, in words.
    """

    start: int
    end: int
    section: str
    entry: str
    setting: str
    shares: Shares

    @property
    def about(self) -> str:
        """The cue's entry and setting in words."""
        words, entry = self.section.replace(".", ", ").replace("-", " "), self.entry.replace(f" {GAP} ", " … ")
        return f"{words}: “{entry}”" + (f"; {self.setting}" if self.setting else "")


class Explanation(NamedTuple):
    """How a text comes by its scores.

    For every label, `intercept`, the shares of all `words` and `remainder` sum to `scores`, whose softmax
    is `probabilities`. `remainder` is what belongs to no word: rounding, below 1e-9. `label` is the
    likeliest one, None where the text holds no word. `words` and `cues` go from left to right.
    """

    text: str
    label: str | None
    probabilities: Shares
    scores: Shares
    intercept: Shares
    remainder: Shares
    words: list[WordShare]
    cues: list[CueShare]


class _Evidence(NamedTuple):
    """Shares by the tokens of a batch (T, 4) and, apart from that, by its cues (H, 4)."""

    tokens: Batch
    is_word: NDArray[np.bool_]
    by_token: Floats
    cues: Context
    by_cue: Floats


def explain(model: StanceModel, texts: Sequence[str]) -> list[Explanation]:
    """One Explanation a text, in order.

    A word bears its own features and its character n-grams; the two words of a pair bear half of it each;
    what stands several times in a text is divided evenly between its places; a term made of cues is divided
    between them, and what a cue bears between its words.
    """
    lookup, found = Lookup(model.stored), list[Explanation]()
    for begin in range(0, len(texts), _BATCH):
        part = texts[begin : begin + _BATCH]
        evidence = _weigh(lookup, model.stored.lexicon, part)
        scored = zip(part, model.log_odds(part), strict=True)
        found += [_explanation(model, evidence, row, *one) for row, one in enumerate(scored)]
    return found


def _weigh(lookup: Lookup, lexicon: Lexicon, texts: Sequence[str]) -> _Evidence:
    tokens, is_word = lookup.read(texts)
    cues = lookup.context(tokens)
    bearer, feature, part = _borne_by_words(lookup, tokens, np.flatnonzero(is_word))
    hit, term, term_part = _borne_by_cues(lookup, cues, lexicon)
    row = np.concatenate([tokens.row.take(bearer), cues.hits.row.take(hit)])
    shares = tfidf.shares(lookup.weights, row, np.concatenate([feature, term]), np.concatenate([part, term_part]))
    by_cue = _summed(hit, shares[:, len(bearer) :], len(cues.hits.row))
    by_token = _summed(bearer, shares[:, : len(bearer)], len(tokens.token))
    for number, own in enumerate(_own_tokens(cues.hits, lexicon)):
        by_token[own] += by_cue[number] / len(own)
    return _Evidence(tokens, is_word, by_token, cues, by_cue)


def _borne_by_words(lookup: Lookup, tokens: Batch, word: Ints) -> tuple[Ints, Ints, Floats]:
    """Token, feature and part of one occurrence for what words bear alone, and for each half of a pair."""
    token = tokens.token.take(word)
    features, sizes = lookup.words.of(token)
    left, pair = lookup.pairs(token, tokens.row.take(word))
    bearer = np.concatenate([np.repeat(word, sizes), word.take(left), word.take(left + 1)])
    return bearer, np.concatenate([features, pair, pair]), np.repeat([1.0, 0.5], [len(features), 2 * len(pair)])


def _borne_by_cues(lookup: Lookup, cues: Context, lexicon: Lexicon) -> tuple[Ints, Ints, Floats]:
    """Hit, feature and part of one occurrence for the terms that cues make up."""
    bearers, features, parts = [], [], []
    for one in cue_terms.occurrences(cues, lexicon):
        known, feature = lookup.cue_terms(one.code)
        for hit in one.hits:
            bearers.append(hit.take(known))
            features.append(feature)
            parts.append(np.full(len(known), 1 / len(one.hits)))
    return np.concatenate(bearers), np.concatenate(features), np.concatenate(parts)


def _summed(bearer: Ints, shares: Floats, size: int) -> Floats:
    """The shares (4, K) added up by bearer, shape (size, 4)."""
    sums = np.zeros((size, len(shares)))
    np.add.at(sums, bearer, shares.T)
    return sums


def _own_tokens(hits: Hits, lexicon: Lexicon) -> list[Ints]:
    """The tokens of the batch that each cue consists of, those in its gap left out."""
    found = []
    for start, end, entry in zip(hits.start.tolist(), hits.end.tolist(), hits.entry.tolist(), strict=True):
        words = lexicon.names[entry].split(" ")
        head = words.index(GAP) if GAP in words else end - start
        tail = len(words) - head - 1 if GAP in words else 0
        found.append(spans(np.array([start, end - tail]), np.array([head, tail])))
    return found


def _explanation(model: StanceModel, evidence: _Evidence, row: int, text: str, scores: Floats) -> Explanation:
    begin, end = evidence.tokens.offsets[row : row + 2].tolist()
    places, intercept = token_spans(text), model.stored.intercept
    own = evidence.by_token[begin:end]
    told = np.flatnonzero(evidence.is_word[begin:end] | own.any(axis=1)).tolist()
    words = [WordShare(*places[number], tuple(own[number].tolist())) for number in told]
    return Explanation(
        text=text,
        label=LABELS[scores.argmax()] if evidence.is_word[begin:end].any() else None,
        probabilities=tuple(softmax(scores[None])[0].tolist()),
        scores=tuple(scores.tolist()),
        intercept=tuple(intercept.tolist()),
        remainder=tuple((scores - intercept - own.sum(axis=0)).tolist()),
        words=words,
        cues=_cue_shares(evidence, row, places, model.stored.lexicon),
    )


def _cue_shares(evidence: _Evidence, row: int, places: list[tuple[int, int]], lexicon: Lexicon) -> list[CueShare]:
    """The cues of a text that add anything."""
    hits, begin = evidence.cues.hits, int(evidence.tokens.offsets[row])
    found = []
    for number in np.flatnonzero((hits.row == row) & evidence.by_cue.any(axis=1)).tolist():
        start, end = places[int(hits.start[number]) - begin][0], places[int(hits.end[number]) - begin - 1][1]
        section, entry = lexicon.sections[hits.section[number]], lexicon.names[hits.entry[number]]
        found.append(CueShare(start, end, section, entry, _setting(evidence.cues, number), tuple(evidence.by_cue[number].tolist())))
    return found


def _setting(cues: Context, number: int) -> str:
    """What surrounds a cue, as far as it is not the plainest."""
    polarity, role, clause = POLARITIES[cues.polarity[number]], ROLES[cues.role[number]], CLAUSES[cues.clause[number]]
    about = OBJECT_NAMES[cues.object[number]]
    told = [polarity if cues.polarity[number] else "", role if cues.role[number] else "", f"{clause} clause" if cues.clause[number] else ""]
    told += [f"of {about}" if cues.object[number] else "", "quoted" if cues.quoted[number] else ""]
    return ", ".join(filter(None, told))
