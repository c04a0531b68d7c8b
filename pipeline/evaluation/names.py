"""Names by kind: find those of the lists in a text, and put others of their kind in their place."""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from pipeline import decoding
from pipeline.errors import DataError
from pipeline.language.text import TOKEN
from pipeline.records import LABELS

_Tokens = tuple[str, ...]


class Names(NamedTuple):
    """Names ready to be found.

    `others` holds for every name those it can change places with: all that stand in the same lists.
    `names` maps a name's tokens to the name; `capitals` maps the tokens of its upper-case form.
    `lengths` gives for a first token the numbers of tokens of the names that begin with it, longest first.
    """

    others: dict[str, tuple[str, ...]]
    names: dict[_Tokens, str]
    capitals: dict[_Tokens, str]
    lengths: dict[str, tuple[int, ...]]


class Found(NamedTuple):
    """A name in a text: `text[start:end]`, a possessive left out; `name` is how the list writes it."""

    start: int
    end: int
    name: str


class Flip(NamedTuple):
    """A text whose predicted label `before` became `after` when its names were swapped."""

    text: str
    swapped: str
    before: str
    after: str


def read_folder(folder: Path) -> Names:
    """The names in the .txt files of `folder`, one a line, a file a kind; lines that begin with # are notes.

    Raises:
        DataError: there is no file, or a name stands twice in one.
    """
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise DataError("holds no names", where=str(folder), next_step="add a .txt file for each kind, a name a line")
    lists: dict[str, list[str]] = {}
    for path in paths:
        lists[path.stem] = [line for line in map(str.strip, decoding.read_text(path).splitlines()) if line and not line.startswith("#")]
        for number, name in enumerate(lists[path.stem]):
            if name in lists[path.stem][:number]:
                raise DataError(f"{name!r} stands there twice", where=str(path), next_step="delete one")
    return compile_lists(lists)


def compile_lists(lists: Mapping[str, Sequence[str]]) -> Names:
    """Names from lists by kind; a name in several kinds changes places only with names in the same ones."""
    kinds: dict[str, list[str]] = {}
    for kind, members in lists.items():
        for name in members:
            kinds.setdefault(name, []).append(kind)
    alike: dict[_Tokens, list[str]] = {}
    for name, found in kinds.items():
        alike.setdefault(tuple(found), []).append(name)
    others = {name: tuple(other for other in alike[tuple(found)] if other != name) for name, found in kinds.items()}
    names = {_tokens(name): name for name in kinds}
    capitals = {_tokens(name.upper()): name for name in kinds if not name.isupper()}
    lengths: dict[str, set[int]] = {}
    for tokens in (*names, *capitals):
        lengths.setdefault(tokens[0], set()).add(len(tokens))
    return Names(others, names, capitals, {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()})


def _tokens(text: str) -> _Tokens:
    return tuple(_plain(token) for token in TOKEN.findall(text))


def _plain(token: str) -> str:
    """A token without accents, with straight apostrophes: how names are compared."""
    if token.isascii():
        return token
    return "".join(sign for sign in unicodedata.normalize("NFKD", token.replace("’", "'")) if not unicodedata.combining(sign))


def find(text: str, names: Names) -> Iterator[Found]:
    """The names in `text` from left to right, the longest where several begin at one place.

    Case counts, but a name all in capitals is found too. In a text all in capitals acronyms are left
    out: WHO and US cannot be told from words there.
    """
    matches = list(TOKEN.finditer(text))
    tokens = [_plain(match.group()) for match in matches]
    shouted = text.isupper()
    place = 0
    while place < len(tokens):
        length, found = _at(tokens, place, names, shouted)
        if found:
            yield Found(matches[place].start(), matches[place + length - 1].end() - _possessive(tokens[place + length - 1]), found)
        place += length


def _at(tokens: Sequence[str], place: int, names: Names, shouted: bool) -> tuple[int, str]:
    """How many tokens the longest name at `place` has, and that name; 1 and "" where there is none."""
    first = tokens[place]
    for length in names.lengths.get(first[: len(first) - _possessive(first)], ()):
        last = tokens[place + length - 1] if place + length <= len(tokens) else ""
        wanted = (*tokens[place : place + length - 1], last[: len(last) - _possessive(last)])
        name = names.capitals.get(wanted, "") or names.names.get(wanted, "")
        if name and not (shouted and name.isupper() and name.isalpha()):
            return length, name
    return 1, ""


def _possessive(token: str) -> int:
    return 2 if token.endswith(("'s", "'S")) else 0


def swap(texts: Sequence[str], names: Names, *, seed: int) -> list[str]:
    """Every text with other names of the same kind; a name that stands twice in a text gets one substitute.

    The same texts, names and seed give the same result; a name without others of its kind stays.
    """
    draw = random.Random(seed)
    return [_swapped(text, names, draw) for text in texts]


def _swapped(text: str, names: Names, draw: random.Random) -> str:
    chosen: dict[str, str] = {}
    parts, position = [], 0
    for found in find(text, names):
        if found.name not in chosen:
            chosen[found.name] = draw.choice(names.others[found.name] or (found.name,))
        other = chosen[found.name]
        capitals = text[found.start : found.end].isupper() and not found.name.isupper()
        parts += [text[position : found.start], other.upper() if capitals or text.isupper() else other]
        position = found.end
    return "".join((*parts, text[position:]))


def flips(
    predict: Callable[[Sequence[str]], NDArray[Any]], texts: Sequence[str], names: Names, *, swaps: int, seed: int
) -> tuple[dict[str, float], list[Flip]]:
    """How often other names change the prediction of a text that holds a name, and every such change.

    Args:
        predict: texts to probabilities, shape (n, 4).
        swaps: how many times names are drawn for every text.

    Returns:
        `sentences` with a name, their `share` (0 to 1) that flips in the mean over the draws, `share_of_all`
        texts that do; and the flips, draw by draw.
    """
    named = [text for text in texts if next(find(text, names), None)]
    before = predict(named).argmax(axis=1)
    found = []
    for draw in range(swaps):
        swapped = swap(named, names, seed=seed + draw)
        after = predict(swapped).argmax(axis=1)
        found += [Flip(named[i], swapped[i], LABELS[before[i]], LABELS[after[i]]) for i in (before != after).nonzero()[0]]
    share, of_all = (len(found) / max(swaps * size, 1) for size in (len(named), len(texts)))
    return {"sentences": len(named), "share": share, "share_of_all": of_all}, found


def flipped(texts: Sequence[str], names: Names, flips: Sequence[Flip], *, swaps: int) -> list[float | None]:
    """The share (0 to 1) of the swaps that changed each text's prediction, None for a text without a name."""
    changed, alike = Counter(flip.text for flip in flips), Counter(texts)
    return [changed[text] / (swaps * alike[text]) if next(find(text, names), None) else None for text in texts]
