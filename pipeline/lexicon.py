"""The cue lists of seeds/cues, read, inflected and compiled into arrays that find phrases by lookup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import hashing
from pipeline.errors import DataError
from pipeline.text import normalise, tokens, word_form

FORMS = ("plain", "present", "past", "participle", "ing")
"""The form a verb stands in: base or other word, third person, past, past participle only, -ing."""
LONGEST = 6
"""Words in the longest phrase."""
GAP = "~"
_SECTION = re.compile(r"\[([a-z-]+)\]\s*(.*)")


class CueEntry(NamedTuple):
    """One line of a cue list: its section (`file.section`) and its words, `~` standing for a gap."""

    section: str
    words: tuple[str, ...]
    where: str


class Lexicon(NamedTuple):
    """Compiled cue lists: P phrases of E entries in S sections.

    `keys` (P,) is sorted; phrase i has `length[i]` words, belongs to entry `entry[i]` and stands in form
    `form[i]` (a number in FORMS). The parts of an entry with a gap are phrases of their own: `part[i]`
    is 0 for a whole phrase, 1 and 2 for the part before and after the gap.
    """

    sections: tuple[str, ...]
    names: tuple[str, ...]
    section: NDArray[np.int64]
    keys: hashing.Keys
    entry: NDArray[np.int64]
    form: NDArray[np.int64]
    length: NDArray[np.int64]
    part: NDArray[np.int64]


def read_folder(folder: Path) -> dict[str, str]:
    """The text of every cue list in `folder` by file name without ending.

    Raises:
        DataError: there is no list.
    """
    lists = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))}
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
    """Compile the texts of the cue lists."""
    found = list(entries(lists))
    sections = tuple(dict.fromkeys(entry.section for entry in found))
    phrases: dict[tuple[tuple[str, ...], int, int], int] = {}
    for number, entry in enumerate(found):
        for words, form in _inflections(entry):
            gap = words.index(GAP) if GAP in words else 0
            for part, piece in ((1, words[:gap]), (2, words[gap + 1 :])) if gap else ((0, words),):
                phrases.setdefault((piece, number, part), form)
    rows = [(phrase_key(piece), entry, form, len(piece), part) for (piece, entry, part), form in phrases.items()]
    rows.sort()
    columns = list(zip(*rows, strict=True))
    return Lexicon(
        sections,
        tuple(" ".join(entry.words) for entry in found),
        np.array([sections.index(entry.section) for entry in found], dtype=np.int64),
        np.array(columns[0], dtype=np.uint64),
        *(np.array(column, dtype=np.int64) for column in columns[1:]),
    )


def phrase_key(words: tuple[str, ...]) -> int:
    """The key of a phrase: its words' keys chained from left to right."""
    keys = hashing.string_keys(words)
    value = keys[:1]
    for key in keys[1:]:
        value = hashing.chain(value, np.array([key], dtype=np.uint64))
    return int(value[0])
