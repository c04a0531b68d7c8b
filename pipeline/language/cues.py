"""Where the cues of the lexicon stand in a batch of sentences."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import hashing
from pipeline.growing import spans
from pipeline.language.lexicon import CUE_FORMS, HEAD, LONGER, TAIL, WHOLE, Lexicon, grade
from pipeline.language.text import Batch, WordTable

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

GAP_WORDS = 4
_LONGEST_HIT = 31


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

    def take(self, chosen: Ints) -> Hits:
        """Those with these numbers."""
        return Hits(*(column.take(chosen) for column in self))


def find(batch: Batch, table: WordTable, lexicon: Lexicon) -> Hits:
    """Every cue of `lexicon` in the batch; one inside a longer one of the same list is left out (grammar and negation stay)."""
    nodes = _nodes(batch, table, lexicon)
    start, end, cue = _ordered(np.concatenate([_whole(nodes, lexicon), _gapped(nodes, batch, lexicon)], axis=1))
    entry = cue // CUE_FORMS
    section = lexicon.section.take(entry)
    hits = Hits(batch.row.take(start), start, end, entry, section, cue % CUE_FORMS)
    return hits.take(np.flatnonzero(~_covered(hits, lexicon)))


def _covered(hits: Hits, lexicon: Lexicon) -> Bools:
    """Which hits lie inside a longer one of the same list; of grammar and negation none (the *not* of *did not deny* counts)."""
    other = np.flatnonzero(~lexicon.structural.take(hits.section))
    listed = lexicon.list_of_section.take(hits.section.take(other))
    order = np.argsort(listed, kind="stable")
    other = other.take(order)
    apart = listed.take(order) * (int(hits.end.max(initial=0)) + 1)
    covered = np.zeros(len(hits.row), dtype=bool)
    covered[other] = _inside_longer(hits.start.take(other) + apart, hits.end.take(other) + apart)
    return covered


class Nodes(NamedTuple):
    """Phrases, parts and beginnings of phrases found in a batch, shorter before longer; arrays (M,)."""

    start: Ints
    end: Ints
    node: Ints
    flags: NDArray[np.uint8]

    def having(self, flag: int) -> Nodes:
        """Those with a flag of the lexicon."""
        return self.take(np.flatnonzero(self.flags & flag))

    def take(self, chosen: Ints) -> Nodes:
        """Those with these numbers."""
        return Nodes(self.start.take(chosen), self.end.take(chosen), self.node.take(chosen), self.flags.take(chosen))


def _nodes(batch: Batch, table: WordTable, lexicon: Lexicon) -> Nodes:
    """Every phrase or part of one in the batch, grown word by word from those that have longer ones."""
    by_token = table.column(lexicon, lexicon.node_index.find)
    node = by_token.take(batch.token)
    start = np.flatnonzero(node >= 0)
    node = node.take(start)
    level = Nodes(start, start + 1, node, lexicon.flags.take(node))
    levels = [level]
    keys = table.keys_
    while len(level.start):
        begun = level.having(LONGER)
        inside = np.flatnonzero(begun.end < batch.offsets[batch.row.take(begun.start) + 1])
        start, end = begun.start.take(inside), begun.end.take(inside)
        chained = hashing.chain(lexicon.nodes.take(begun.node.take(inside)), keys.take(batch.token.take(end)))
        node = lexicon.node_index.find(chained)
        known = np.flatnonzero(node >= 0)
        node = node.take(known)
        level = Nodes(start.take(known), end.take(known) + 1, node, lexicon.flags.take(node))
        levels.append(level)
    start, end, node, flags = (np.concatenate(columns) for columns in zip(*levels, strict=True))
    return Nodes(start, end, node, flags)


def _whole(nodes: Nodes, lexicon: Lexicon) -> Ints:
    """Start, end and cue of every whole phrase, shape (3, W)."""
    start, end, node, _ = nodes.having(WHOLE)
    first = lexicon.first.take(node)
    sizes = lexicon.first.take(node + 1) - first
    return np.stack([np.repeat(start, sizes), np.repeat(end, sizes), lexicon.cues.take(spans(first, sizes))])


def _gapped(nodes: Nodes, batch: Batch, lexicon: Lexicon) -> Ints:
    """Start, end and cue of every head with the nearest tail of the same entry behind 1 to GAP_WORDS words, shape (3, G)."""
    heads, tails = nodes.having(HEAD), nodes.having(TAIL)
    tails = tails.take(np.argsort(tails.start, kind="stable"))
    near = np.searchsorted(tails.start, heads.end + 1)
    stop = np.minimum(heads.end + GAP_WORDS + 1, batch.offsets[batch.row.take(heads.start) + 1])
    sizes = np.maximum(np.searchsorted(tails.start, stop) - near, 0)
    head, tail = np.repeat(np.arange(len(sizes)), sizes), spans(near, sizes)
    pair = lexicon.pair_index.find(hashing.chain(lexicon.nodes.take(heads.node.take(head)), lexicon.nodes.take(tails.node.take(tail))))
    known = np.flatnonzero(pair >= 0)
    first = lexicon.pair_first.take(pair.take(known))
    sizes = lexicon.pair_first.take(pair.take(known) + 1) - first
    cue = lexicon.pair_cues.take(spans(first, sizes))
    head, tail = np.repeat(head.take(known), sizes), np.repeat(tail.take(known), sizes)
    _, nearest = np.unique(head << 32 | cue, return_index=True)
    return np.stack([heads.start[head[nearest]], tails.end[tail[nearest]], cue[nearest]])


def _ordered(hits: Ints) -> Ints:
    """Hits (3, H) by start, longer before shorter, then by cue."""
    start, end, cue = hits
    packed = np.sort(start << 37 | (_LONGEST_HIT - (end - start)) << 32 | cue)
    start = packed >> 37
    return np.stack([start, start + _LONGEST_HIT - (packed >> 32 & 31), packed & 0xFFFFFFFF])


def _inside_longer(start: Ints, end: Ints) -> Bools:
    """Which hits, in the order of `_ordered`, lie inside a longer one."""
    reach = np.maximum.accumulate(end)
    group = np.searchsorted(start, start)
    before = np.where(group > 0, reach[group - 1], 0) if len(end) else end
    furthest = np.maximum.accumulate(start << 32 | end)
    return (before >= end) | (furthest > (start << 32 | end))


@lru_cache(maxsize=256)
def of_sections(sections: tuple[str, ...], value: Callable[[str], Any]) -> NDArray[Any]:
    """What `value`, a function that lasts, says of each of a lexicon's sections, shape (S,)."""
    return np.array([value(section) for section in sections])


@lru_cache(maxsize=8)
def plain_sections(sections: tuple[str, ...]) -> Ints:
    """For each section the number of the first one that differs from it in grade alone, shape (S,)."""
    names = [ungraded(name) for name in sections]
    return np.array([names.index(name) for name in names], dtype=np.int64)


@cache
def named(*names: str) -> Callable[[str], bool]:
    """Whether a section has one of these names, in whatever grade where no grade is named."""
    return lambda section: section in names or ungraded(section) in names


def in_sections(hits: Hits, lexicon: Lexicon, names: tuple[str, ...]) -> Ints:
    """The numbers of the hits that belong to one of the sections, as `named` takes them."""
    return np.flatnonzero(of_sections(lexicon.sections, named(*names)).take(hits.section))


def ungraded(section: str) -> str:
    """A section's name without its grade.

    >>> ungraded("judgement.strong-judge-verb")
    'judgement.judge-verb'
    """
    return section.replace(f".{grade(section)}-", ".")
