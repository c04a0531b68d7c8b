"""What a regular expression costs: its matches found by a plain backtracking matcher that counts its steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Then = Callable[[int], bool]
_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    op.CATEGORY_SPACE: str.isspace,
    op.CATEGORY_DIGIT: str.isdecimal,
    op.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
}
_OPPOSITES = {op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE, op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT, op.CATEGORY_NOT_WORD: op.CATEGORY_WORD}
_ONE = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)
_USUAL = "a1 \n!"
_MOST = 50_000


class TooSlowError(Exception):
    """A pattern took more steps than any that is linear."""


class Matcher:
    """Finds what `pattern.finditer` finds in a text, as sre does, and counts the steps it takes."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._tree = list(parser.parse(pattern.pattern, pattern.flags))
        self._flags = pattern.flags
        self._text = ""
        self.steps = 0

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Begin and end of every match."""
        self._text, self.steps, found, begin = text, 0, [], 0
        while begin <= len(text):
            end: list[int] = []
            if self._run(self._tree, 0, begin, lambda place, end=end: not end.append(place)):
                found.append((begin, end[-1]))
            begin = max(end[-1], begin + 1) if end else begin + 1
        return found

    def _run(self, nodes: list[Any], number: int, place: int, then: Then) -> bool:
        self.steps += 1
        if self.steps > _MOST:
            raise TooSlowError
        if number == len(nodes):
            return then(place)
        kind, value = nodes[number]

        def rest(place: int) -> bool:
            return self._run(nodes, number + 1, place, then)

        if kind in _ONE:
            return place < len(self._text) and self._is(kind, value, self._text[place]) and rest(place + 1)
        if kind is op.AT:
            return self._at(value, place) and rest(place)
        if kind is op.SUBPATTERN:
            return self._run(list(value[-1]), 0, place, rest)
        if kind is op.BRANCH:
            return any(self._run(list(branch), 0, place, rest) for branch in value[1])
        if kind in (op.ASSERT, op.ASSERT_NOT) and value[0] == 1:
            return self._run(list(value[1]), 0, place, lambda _: True) == (kind is op.ASSERT) and rest(place)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            least, most, inner = value
            return self._repeat(list(inner), least, min(most, len(self._text) + 1), place, rest, greedy=kind is op.MAX_REPEAT)
        raise NotImplementedError(f"{kind} in a pattern")

    def _repeat(self, inner: list[Any], least: int, most: int, place: int, then: Then, *, greedy: bool) -> bool:
        self.steps += 1

        def again(end: int) -> bool:
            return end > place and self._repeat(inner, max(least - 1, 0), most - 1, end, then, greedy=greedy)

        if not greedy and not least and then(place):
            return True
        if most and self._run(inner, 0, place, again):
            return True
        return greedy and not least and then(place)

    def _is(self, kind: Any, value: Any, sign: str) -> bool:
        if kind is op.ANY:
            return sign != "\n" or bool(self._flags & re.DOTALL)
        if kind is op.IN:
            negated = value[0][0] is op.NEGATE
            return negated != any(self._in(*item, sign) for item in value[negated:])
        return (ord(sign) == value) == (kind is op.LITERAL)

    def _in(self, kind: Any, value: Any, sign: str) -> bool:
        if kind is op.RANGE:
            return bool(value[0] <= ord(sign) <= value[1])
        if kind is op.CATEGORY:
            category = _OPPOSITES.get(value, value)
            ascii_only = bool(self._flags & re.ASCII) and not sign.isascii()
            return (_CATEGORIES[category](sign) and not ascii_only) == (value == category)
        return bool(ord(sign) == value)

    def _at(self, where: Any, place: int) -> bool:
        before, after = self._text[place - 1 : place] if place else "", self._text[place : place + 1]
        if where is op.AT_BEGINNING:
            return not before or (before == "\n" and bool(self._flags & re.MULTILINE))
        if where is op.AT_END:
            return not after or (after == "\n" and (bool(self._flags & re.MULTILINE) or place + 1 == len(self._text)))
        if where is op.AT_END_STRING:
            return not after
        word = _CATEGORIES[op.CATEGORY_WORD]
        if where is op.AT_BOUNDARY:
            return bool(before and word(before)) != bool(after and word(after))
        raise NotImplementedError(f"{where} in a pattern")


def alphabet(pattern: re.Pattern[str]) -> str:
    """Characters that the pattern knows, one of each kind, and a few usual ones."""
    signs = dict.fromkeys(chr(value) for kind, value in _nodes(parser.parse(pattern.pattern, pattern.flags)) if kind in (op.LITERAL, op.NOT_LITERAL))
    return "".join(dict.fromkeys([*list(signs)[:8], *_USUAL]))


def opening(pattern: re.Pattern[str]) -> str:
    """The literal characters that the pattern begins with."""
    begin = ""
    for kind, value in parser.parse(pattern.pattern, pattern.flags):
        if kind is not op.LITERAL:
            break
        begin += chr(value)
    return begin


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    for kind, value in tree:
        yield kind, value
        for part in value if isinstance(value, list | tuple) else ():
            if isinstance(part, parser.SubPattern):
                yield from _nodes(part)
            elif isinstance(part, list):
                for one in part:
                    yield from _nodes(one) if isinstance(one, parser.SubPattern) else ([one] if isinstance(one, tuple) else [])


def attacks(pattern: re.Pattern[str], size: int) -> Iterator[tuple[str, str]]:
    """Texts of about a size that make backtracking matchers work hard, and what each is made of."""
    signs = alphabet(pattern)
    yield from ((repr(opening(pattern)), opening(pattern) * (size // max(len(opening(pattern)), 1))),)
    for one, other in product(signs, repeat=2):
        yield f"{one + other!r} again and again", (one + other) * (size // 2)
        yield f"{one!r} and then {other!r}", opening(pattern) + one + other * size + "\0"
        yield f"half {one!r}, half {other!r}", one * (size // 2) + other * (size // 2) + "\0"


def growth(pattern: re.Pattern[str], size: int) -> tuple[float, str]:
    """The largest factor by which the steps grow where a text is twice as long, and what that text is made of.

    Raises:
        AssertionError: the matcher finds other matches than `re` does.
    """
    matcher, worst = Matcher(pattern), (0.0, "")
    for (about, short), (_, long) in zip(attacks(pattern, size), attacks(pattern, 2 * size), strict=True):
        steps = []
        for text in (short, long):
            try:
                found = matcher.spans(text)
            except TooSlowError:
                return float("inf"), about
            if found != [one.span() for one in pattern.finditer(text)]:
                raise AssertionError(f"{pattern.pattern!r} is matched wrongly in {text!r}")
            steps.append(matcher.steps)
        worst = max(worst, (steps[1] / max(steps[0], 1), about))
    return worst
