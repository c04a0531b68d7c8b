"""The cue lists of seeds/cues, read, inflected and compiled into arrays that find phrases by lookup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline import hashing
from pipeline.decoding import read_text
from pipeline.errors import DataError, ModelError
from pipeline.language.text import normalise, tokens, word_form

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMS = ("plain", "present", "past", "participle", "ing")
"""The form a verb stands in: base or other word, third person, past, past participle only, -ing."""
CUE_FORMS = 8
"""A cue's number is its entry's times this, plus its form."""
WHOLE, LONGER, HEAD, TAIL = 1, 2, 4, 8
"""What a node is: a whole phrase, the beginning of a longer one, the part before a gap, the part behind one."""
LONGEST = 6
"""Words in the longest phrase."""
GAP = "~"
_SECTION = re.compile(r"\[([a-z-]+)\]\s*(.*)")


class CueEntry(NamedTuple):
    """One line of a cue list: its section (`file.section`) and its words, `~` standing for a gap."""

    section: str
    words: tuple[str, ...]
    where: str


class Names(Sequence[str]):
    """Names kept as UTF-8, one a line, and cut apart only when one is asked for."""

    def __init__(self, lines: NDArray[np.uint8]) -> None:
        self.lines = lines

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """Names that hold no line feed."""
        return cls(np.frombuffer("\n".join(names).encode("utf-8", "surrogatepass"), dtype=np.uint8))

    @cached_property
    def _cut(self) -> list[str]:
        try:
            text = self.lines.tobytes().decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise ModelError(f"its names are no text (byte {error.start})", next_step="take a whole copy, or train it again") from None
        return text.split("\n") if text else []

    def __len__(self) -> int:
        return len(self._cut)

    def __getitem__(self, index: Any) -> Any:
        return self._cut[index]


@dataclass(frozen=True, eq=False, kw_only=True)
class Lexicon:
    """Compiled cue lists: E entries in S sections, and the N beginnings of their phrases as nodes of a tree.

    `nodes` (N,) are the sorted keys of every phrase and every beginning of one, word by word; `flags` (N,)
    are sums of WHOLE, LONGER, HEAD and TAIL. Node i is the whole phrase of the cues
    `cues[first[i]:first[i + 1]]`; a cue is entry * CUE_FORMS + form (a number in FORMS). An entry with a gap
    is a pair of phrases: `pairs` (P,) are the sorted keys that chain head and tail, with cues likewise.
    """

    sections: tuple[str, ...]
    names: Names
    section: NDArray[np.int64]
    nodes: hashing.Keys
    flags: NDArray[np.uint8]
    first: NDArray[np.int64]
    cues: NDArray[np.int64]
    pairs: hashing.Keys
    pair_first: NDArray[np.int64]
    pair_cues: NDArray[np.int64]

    @cached_property
    def list_of_section(self) -> NDArray[np.int64]:
        """The number of the list that each section stands in, shape (S,)."""
        lists = list(dict.fromkeys(name.split(".")[0] for name in self.sections))
        return np.array([lists.index(name.split(".")[0]) for name in self.sections], dtype=np.int64)

    @cached_property
    def structural(self) -> NDArray[np.bool_]:
        """Which sections hold what stands about cues and is none, shape (S,): grammar and negation."""
        return np.array([name.startswith(("grammar.", "negation.")) for name in self.sections], dtype=bool)

    @cached_property
    def node_index(self) -> hashing.Index:
        """Finds nodes by key."""
        return hashing.Index(self.nodes)

    @cached_property
    def pair_index(self) -> hashing.Index:
        """Finds pairs of head and tail by key."""
        return hashing.Index(self.pairs)


def read_folder(folder: Path) -> dict[str, str]:
    """The text of every cue list in `folder` by file name without ending.

    Raises:
        DataError: there is no list.
    """
    lists = {path.stem: read_text(path) for path in sorted(folder.glob("*.txt"))}
    if not lists:
        raise DataError("holds no cue list (*.txt)", where=str(folder), next_step="give the folder seeds/cues")
    return lists


def entries(lists: Mapping[str, str]) -> Iterator[CueEntry]:
    """Every entry of the lists, in order.

    Raises:
        DataError: naming file and line, for an entry outside a section, one too long or one given twice.
    """
    for name, text in lists.items():
        section, seen = "", dict[tuple[str, tuple[str, ...]], int]()
        for number, line in enumerate(text.splitlines(), start=1):
            line, where = line.strip(), f"{name}.txt line {number}"
            heading = _SECTION.fullmatch(line)
            if heading:
                section = f"{name}.{heading[1]}"
            elif line and not line.startswith("#"):
                words = tuple(GAP if token == GAP else word_form(token) for token in tokens(normalise(line)))
                if not section:
                    raise DataError(f"{line!r} stands before any [section]", where=where, next_step="write the section's heading first")
                if (section, words) in seen:
                    raise DataError(f"{line!r} stands in line {seen[section, words]} too", where=where, next_step="delete one")
                if len(words) > LONGEST + 1 or words[0] == GAP or words[-1] == GAP or words.count(GAP) > 1:
                    raise DataError(f"{line!r} cannot be an entry", where=where, next_step=f"use at most {LONGEST} words and one inner gap")
                seen[section, words] = number
                yield CueEntry(section, words, where)


def _inflections(entry: CueEntry) -> Iterator[tuple[tuple[str, ...], int]]:
    """The forms an entry stands in: verbs by their first word, nouns by their last, others as written."""
    from lemminflect import getInflection

    words = entry.words
    if entry.section.endswith("-verb"):
        yield words, FORMS.index("plain")
        past = set(getInflection(words[0], tag="VBD"))
        for tag, form in (("VBZ", "present"), ("VBD", "past"), ("VBN", "participle"), ("VBG", "ing")):
            for inflected in getInflection(words[0], tag=tag):
                if inflected != words[0] and not (tag == "VBN" and inflected in past):
                    yield (inflected, *words[1:]), FORMS.index(form)
    else:
        yield words, 0
        if entry.section.endswith("-noun"):
            for plural in getInflection(words[-1], tag="NNS"):
                if plural != words[-1]:
                    yield (*words[:-1], plural), 0


def compile_lists(lists: Mapping[str, str]) -> Lexicon:
    """Compile the texts of the cue lists.

    Raises:
        DataError: there is no entry, or one that `entries` refuses.
    """
    found = list(entries(lists))
    if not found:
        raise DataError("the cue lists hold no entry", where=", ".join(lists) or "no list", next_step="give the folder seeds/cues")
    sections = tuple(dict.fromkeys(entry.section for entry in found))
    whole: dict[tuple[tuple[str, ...], int], int] = {}
    gapped: dict[tuple[tuple[str, ...], tuple[str, ...], int], int] = {}
    for number, entry in enumerate(found):
        for words, form in _inflections(entry):
            if GAP in words:
                gap = words.index(GAP)
                gapped.setdefault((words[:gap], words[gap + 1 :], number), form)
            else:
                whole.setdefault((words, number), form)
    heads, tails = {head for head, _, _ in gapped}, {tail for _, tail, _ in gapped}
    keys = _prefix_keys(heads | tails | {words for words, _ in whole})
    longer = {words[:-1] for words in keys}
    flagged = ((WHOLE, {words for words, _ in whole}), (LONGER, longer), (HEAD, heads), (TAIL, tails))
    flags = {key: sum(flag for flag, words_of in flagged if words in words_of) for words, key in keys.items()}
    nodes = np.array(sorted(flags), dtype=np.uint64)
    first, cues = _ranges(nodes, [(keys[words], entry, form) for (words, entry), form in whole.items()])
    chained = [(_chained(keys[head], keys[tail]), entry, form) for (head, tail, entry), form in gapped.items()]
    pairs = np.array(sorted({key for key, _, _ in chained}), dtype=np.uint64)
    pair_first, pair_cues = _ranges(pairs, chained)
    return Lexicon(
        sections=sections,
        names=Names.of(" ".join(entry.words) for entry in found),
        section=np.array([sections.index(entry.section) for entry in found], dtype=np.int64),
        nodes=nodes,
        flags=np.array([flags[key] for key in nodes.tolist()], dtype=np.uint8),
        first=first,
        cues=cues,
        pairs=pairs,
        pair_first=pair_first,
        pair_cues=pair_cues,
    )


def _prefix_keys(phrases: set[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    """The key of every phrase and of every beginning of one."""
    keys: dict[tuple[str, ...], int] = {}
    for length in range(1, max(map(len, phrases)) + 1):
        level = sorted({words[:length] for words in phrases if len(words) >= length})
        own = hashing.string_keys([words[-1] for words in level])
        if length > 1:
            own = hashing.chain(np.array([keys[words[:-1]] for words in level], dtype=np.uint64), own)
        keys |= dict(zip(level, own.tolist(), strict=True))
    return keys


def _chained(left: int, right: int) -> int:
    return int(hashing.chain(np.array([left], dtype=np.uint64), np.array([right], dtype=np.uint64))[0])


def _ranges(keys: hashing.Keys, rows: list[tuple[int, int, int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cues (key, entry, form) in the order of `keys`, and where those of each key begin and end."""
    rows.sort()
    owners = np.array([key for key, _, _ in rows], dtype=np.uint64)
    first = np.searchsorted(owners, np.append(keys, np.uint64(2**64 - 1)))
    return first, np.array([entry * CUE_FORMS + form for _, entry, form in rows], dtype=np.int64)


def phrase_key(words: tuple[str, ...]) -> int:
    """The key of a phrase: its words' keys chained from left to right."""
    return int(reduce(_chained, hashing.string_keys(words).tolist()))


def grade(section: str) -> str:
    """The grade in a section's name: `strong`, `weak` or nothing.

    >>> grade("warning.weak-risk")
    'weak'
    """
    head = section.split(".")[1].split("-")[0]
    return head if head in ("strong", "weak") else ""
