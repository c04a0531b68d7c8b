"""What is printed of a text on a terminal: nothing that the terminal would obey."""

from __future__ import annotations

import re

_CONTROL = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # a terminal's control sequences
    "|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"  # its strings, such as a window's title
    "|\x1b[ -/]*[0-~]?"  # its other escapes
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"  # other controls, those of the direction of writing included
)


def shown(text: str) -> list[str]:
    """What is printed for each character of a text: nothing for control sequences, a blank for white space."""
    signs = [" " if sign.isspace() else sign for sign in text]
    for control in _CONTROL.finditer(text):
        signs[control.start() : control.end()] = [""] * (control.end() - control.start())
    return signs


def plain(text: str) -> str:
    """A text as it is printed: what `shown` gives, joined."""
    return "".join(shown(text))


def line(text: str) -> str:
    """A text as one line of single blanks.

    >>> line("No, \\x1b[31mhe\\n  said")
    'No, he said'
    """
    return " ".join(_CONTROL.sub("", text).split())
