"""Where the cues of the lexicon stand in a batch of sentences: clause, polarity, quotation, object."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import hashing
from pipeline.lexicon import LONGEST, Lexicon
from pipeline.text import Batch, WordTable

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

GAP_WORDS = 4
CLAUSES = ("main", "contrast", "time", "relative", "condition", "cause")
_OPENERS = {f"grammar.{name}": number for number, name in enumerate(CLAUSES) if number}


class Hits(NamedTuple):
    """Cues found in a batch, ordered by row and position: H of them, all arrays (H,).

    `start` and `end` are token numbers in the batch (end exclusive); `entry`, `section` and `form`
    are numbers of the lexicon.
    """

    row: Ints
    start: Ints
    end: Ints
    entry: Ints
    section: Ints
    form: Ints


class Setting(NamedTuple):
    """What surrounds the tokens of a batch; arrays over its T tokens unless said otherwise.

    `clause`: number in CLAUSES of the clause a token stands in. `clause_start`: token number where
    that clause (or stretch between breaks) begins. `quoted`: inside quotation marks.
    """

    clause: Ints
    clause_start: Ints
    quoted: Bools


def find(batch: Batch, table: WordTable, lexicon: Lexicon) -> Hits:
    """Every cue of `lexicon` in the batch; one that lies inside a longer one is left out (grammar stays)."""
    start, end, phrase = _phrases(batch, table, lexicon)
    part = lexicon.part[phrase]
    whole = part == 0
    gapped = _join_gaps(batch, start[~whole], end[~whole], phrase[~whole], lexicon)
    start, end, phrase = (np.concatenate([own[whole], extra]) for own, extra in zip((start, end, phrase), gapped, strict=True))
    order = np.lexsort((phrase, -end, start))
    start, end, phrase = start[order], end[order], phrase[order]
    grammar = np.array([name.startswith("grammar.") for name in lexicon.sections])[lexicon.section[lexicon.entry[phrase]]]
    keep = grammar | ~_inside_longer(start, end, ~grammar, len(batch.token))
    start, end, phrase = start[keep], end[keep], phrase[keep]
    entry = lexicon.entry[phrase]
    return Hits(batch.row[start], start, end, entry, lexicon.section[entry], lexicon.form[phrase])


def _phrases(batch: Batch, table: WordTable, lexicon: Lexicon) -> tuple[Ints, Ints, Ints]:
    """Start, end and phrase number of every phrase or part of one in the batch."""
    keys = table.keys_[batch.token]
    origin = np.arange(len(keys))
    chained = keys
    starts, ends, phrases = [origin[:0]], [origin[:0]], [origin[:0]]
    for length in range(1, LONGEST + 1):
        if length > 1:
            inside = origin + length - 1 < batch.offsets[batch.row[origin] + 1]
            origin, chained = origin[inside], chained[inside]
            chained = hashing.chain(chained, keys[origin + length - 1])
        left = np.searchsorted(lexicon.keys, chained, side="left")
        right = np.searchsorted(lexicon.keys, chained, side="right")
        while (more := left < right).any():
            starts.append(origin[more])
            ends.append(origin[more] + length)
            phrases.append(left[more])
            left = left + more
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(phrases)


def _join_gaps(batch: Batch, start: Ints, end: Ints, phrase: Ints, lexicon: Lexicon) -> tuple[Ints, Ints, Ints]:
    """Pairs of first and second parts of one entry with at most GAP_WORDS tokens between them."""
    size = len(batch.token) + 1
    first, second = lexicon.part[phrase] == 1, lexicon.part[phrase] == 2
    places = lexicon.entry[phrase] * size + start
    order = np.argsort(places[second], kind="stable")
    tail_place, tail_end = places[second][order], end[second][order]
    if not len(tail_place) or not first.any():
        return start[:0], end[:0], phrase[:0]
    wanted = lexicon.entry[phrase[first]] * size + end[first] + 1
    index = np.searchsorted(tail_place, wanted)
    found = np.minimum(index, len(tail_place) - 1)
    gap = tail_place[found] - wanted
    stop = tail_end[found]
    near = (index < len(tail_place)) & (gap >= 0) & (gap < GAP_WORDS)
    near &= batch.row[start[first]] == batch.row[np.maximum(stop - 1, 0)]
    return start[first][near], stop[near], phrase[first][near]


def _inside_longer(start: Ints, end: Ints, counts: Bools, size: int) -> Bools:
    """Which spans lie inside a longer one among those that count."""
    reach = np.zeros(size + 1, dtype=np.int64)
    np.maximum.at(reach, start[counts] + 1, end[counts])
    before = np.maximum.accumulate(reach)
    same_start = np.zeros(size + 1, dtype=np.int64)
    np.maximum.at(same_start, start[counts], end[counts])
    return (before[start] >= end) | (same_start[start] > end)


def setting(batch: Batch, hits: Hits, lexicon: Lexicon) -> Setting:
    """Clause and quotation of every token.

    A subordinate clause runs from its opener to the next break (comma, semicolon, dash, bracket) or to
    the end of the sentence; where clauses nest, the last opener counts.
    """
    size = len(batch.token)
    position = np.arange(size)
    row_start = batch.offsets[batch.row]
    is_break = mask(hits, lexicon, size, ("grammar.break",))
    last_break = last_before(is_break, row_start, inclusive=True)
    opener = np.zeros(size, dtype=np.int64)
    for name, number in _OPENERS.items():
        chosen = in_sections(hits, lexicon, (name,))
        opener[hits.start[chosen]] = number
    last_opener = last_before(opener > 0, row_start, inclusive=True)
    inside = (last_opener >= 0) & (last_opener > last_break)
    clause = np.where(inside, opener[np.maximum(last_opener, 0)], 0)
    clause_start = np.maximum(np.maximum(last_break + 1, last_opener), row_start)
    return Setting(clause, np.minimum(clause_start, position), _quoted(batch, hits, lexicon))


def _quoted(batch: Batch, hits: Hits, lexicon: Lexicon) -> Bools:
    """Inside straight (toggling) or curved (opening and closing) double quotation marks."""
    size = len(batch.token)
    if not size:
        return np.zeros(0, dtype=bool)
    depth = _running(mask(hits, lexicon, size, ("grammar.quote-open",))) - _running(mask(hits, lexicon, size, ("grammar.quote-close",)))
    straight = _running(mask(hits, lexicon, size, ("grammar.quote",)))
    row_start = batch.offsets[batch.row]
    inside: Bools = (depth - depth[row_start] > 0) | ((straight - straight[row_start]) % 2 == 1)
    return inside


def _running(marked: Bools) -> Ints:
    """How many tokens before each one are marked."""
    return np.cumsum(marked) - marked


def in_sections(hits: Hits, lexicon: Lexicon, names: tuple[str, ...]) -> Bools:
    """Which hits belong to one of the sections, of whatever grade where no grade is named, shape (H,)."""
    wanted: Bools = np.array([name in names or ungraded(name) in names for name in lexicon.sections], dtype=bool)
    chosen: Bools = wanted[hits.section]
    return chosen


def ungraded(section: str) -> str:
    """A section's name without its grade.

    >>> ungraded("judgement.strong-judge-verb")
    'judgement.judge-verb'
    """
    return section.replace(".strong-", ".").replace(".weak-", ".")


def mask(hits: Hits, lexicon: Lexicon, size: int, names: tuple[str, ...], *, at_end: bool = False) -> Bools:
    """Whether a hit of one of the sections starts (or ends) at each of `size` tokens."""
    chosen = in_sections(hits, lexicon, names)
    marked = np.zeros(size, dtype=bool)
    marked[hits.end[chosen] - 1 if at_end else hits.start[chosen]] = True
    return marked


def last_before(marked: Bools, row_start: Ints, *, inclusive: bool = False) -> Ints:
    """For each token the last marked token before (or at) it in its row, else -1."""
    position = np.where(marked, np.arange(len(marked)), -1)
    latest = np.maximum.accumulate(position) if len(position) else position
    if not inclusive:
        latest = np.concatenate([np.full(1, -1), latest[:-1]]) if len(latest) else latest
    return np.where(latest >= row_start, latest, -1)


def next_after(marked: Bools, row_end: Ints) -> Ints:
    """For each token the first marked token at or after it in its row, else a number past the row's end."""
    far = np.int64(2**40)
    position = np.where(marked, np.arange(len(marked)), far)
    soonest = np.minimum.accumulate(position[::-1])[::-1] if len(position) else position
    return np.where(soonest < row_end, soonest, far)
