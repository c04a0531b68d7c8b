"""Where the cues of the lexicon stand in a batch of sentences: clause, polarity, quotation, object."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import hashing
from pipeline.growing import spans
from pipeline.lexicon import CUE_FORMS, HEAD, LONGER, TAIL, WHOLE, Lexicon, grade
from pipeline.text import Batch, WordTable

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

GAP_WORDS = 4
CLAUSES = ("main", "contrast", "time", "relative", "condition", "cause")
_LONGEST_HIT = 31
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
    """Every cue of `lexicon` in the batch; one inside a longer one of the same list is left out (grammar stays)."""
    nodes = _nodes(batch, table, lexicon)
    hits = _ordered(np.concatenate([_whole(nodes, lexicon), _gapped(nodes, batch, lexicon)], axis=1))
    start, end, cue = hits
    entry = cue // CUE_FORMS
    section = lexicon.section[entry]
    listed = lexicon.list_of_section.take(section)
    order = np.argsort(listed, kind="stable")
    apart = listed.take(order) * (len(batch.token) + 1)
    inside = _inside_longer(start.take(order) + apart, end.take(order) + apart)
    keep = np.sort(order[~inside | (listed.take(order) == lexicon.grammar_list)])
    start, end, cue, entry = start.take(keep), end.take(keep), cue.take(keep), entry.take(keep)
    return Hits(batch.row.take(start), start, end, entry, section.take(keep), cue % CUE_FORMS)


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
    wanted = lexicon.chosen_sections.get(names)
    if wanted is None:
        wanted = sections_where(lexicon, lambda name: name in names or ungraded(name) in names)
        lexicon.chosen_sections[names] = wanted
    chosen: Bools = wanted.take(hits.section)
    return chosen


def ungraded(section: str) -> str:
    """A section's name without its grade.

    >>> ungraded("judgement.strong-judge-verb")
    'judgement.judge-verb'
    """
    return section.replace(f".{grade(section)}-", ".")


def plain_sections(lexicon: Lexicon) -> Ints:
    """For each section the number of the first one that differs from it in grade alone, shape (S,)."""
    names = [ungraded(name) for name in lexicon.sections]
    return np.array([names.index(name) for name in names], dtype=np.int64)


def sections_where(lexicon: Lexicon, wanted: Callable[[str], bool]) -> Bools:
    """Which sections have a name that is `wanted`, shape (S,)."""
    return np.fromiter(map(wanted, lexicon.sections), bool, len(lexicon.sections))


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
