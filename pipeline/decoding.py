"""From bytes to text: in which encoding, and what becomes of bytes, lines and rows that cannot be read."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pipeline.errors import DataError, UsageError

if TYPE_CHECKING:
    from io import TextIOWrapper

ON_ERROR = ("fail", "skip", "replace")
_MARKS = "stance-marks"
_UTF_8 = "utf-8-sig"
_MARK = re.compile("[\udc00-\udcff]")
_UTF_16_MARKS = ("\udcff\udcfe", "\udcfe\udcff")
_MIND = "save it as UTF-8, or name its encoding (--encoding; of several, such as utf-8,windows-1252, each file is read in the first that fits)"
_NUL_SHARE = 0.4
_SHOWN = 5
_BLOCK = 1 << 20


@dataclass
class Decoding:
    """How bytes become text, and what becomes of a line or row that cannot be read.

    Args:
        encoding: a codec of Python's by name; a byte order mark is dropped. Of several names with commas between, the first
            in which a whole file is text is that file's; where there is none, the first.
        on_error: `fail` at the first such line or row, `skip` it (it comes as an empty text, so that as many
            come out as went in, and is counted in `skipped`; the first are named in `shown`), or `replace` what is no text by U+FFFD.

    Raises:
        UsageError: the encoding is not known.
    """

    encoding: str = "utf-8"
    on_error: str = "fail"
    skipped: int = field(default=0, init=False)
    shown: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        codecs.register_error(_MARKS, _marked)
        names = [name.strip() for name in self.encoding.split(",")]
        self._codecs = [_codec(name) for name in names]
        self._known_as = " or ".join(map(str.upper, names))
        self._errors = "replace" if self.on_error == "replace" else _MARKS

    @property
    def is_utf_8(self) -> bool:
        """Whether files are UTF-8 and nothing else."""
        return self._codecs == [_UTF_8]

    @contextmanager
    def open(self, path: Path, *, newline: str) -> Iterator[TextIO]:
        """A file as text in which every byte that is none is marked, for `readable` to find; see `naming`."""
        with self.naming(str(path)), path.open(encoding=self._fitting(lambda codec: _is_text(path, codec)), errors=self._errors, newline=newline) as stream:
            yield stream

    @contextmanager
    def naming(self, where: str) -> Iterator[None]:
        """Name what is read in the body.

        Raises:
            DataError: not even its bytes can be marked, as of UTF-16 without its own mark.
        """
        try:
            yield
        except UnicodeError as error:
            raise DataError(f"is not {self._known_as} ({error})", where=where, next_step=_MIND) from None

    def reconfigure(self, stream: TextIOWrapper) -> None:
        """Make standard input give text as `open` does, lines ended by line feeds alone.

        Raises:
            UsageError: several encodings are named, of which none can be tried on a stream.
        """
        if len(self._codecs) > 1:
            raise UsageError("lines of standard input are read in one encoding", where=self.encoding, next_step="name one, or give a file")
        stream.reconfigure(encoding=self._codecs[0], errors=self._errors, newline="\n")

    def decode(self, data: bytes, where: str) -> str:
        """A whole text; an empty one where it is skipped."""
        text = self.marked(data).removeprefix("\ufeff")
        return text if self.readable(text, where, 1) else ""

    def marked(self, data: bytes) -> str:
        """Bytes as text in which every byte that is none is marked, for `readable` to find."""
        return data.decode(self._fitting(lambda codec: _decodes(data, codec)), self._errors)

    def _fitting(self, fits: Callable[[str], bool]) -> str:
        """The first codec that fits, else the first; a single one is not tried."""
        return next(filter(fits, self._codecs), self._codecs[0]) if len(self._codecs) > 1 else self._codecs[0]

    def readable(self, text: str, where: str, line: int) -> bool:
        """Whether a text that begins in a line of a file was text there.

        Raises:
            DataError: it was not, and nothing is skipped.
        """
        if text.isascii() and "\0" not in text:
            return True
        mark = _MARK.search(text) if self.on_error != "replace" else None
        if mark:
            line += text.count("\n", 0, mark.start())
            if text.startswith(_UTF_16_MARKS):
                self.refuse("is not UTF-8 and begins as UTF-16 does", where=where, next_step="give --encoding utf-16, or save it as UTF-8")
            else:
                self.refuse(f"is not {self._known_as} (byte 0x{ord(mark[0]) & 0xFF:02x})", where=f"{where} line {line}", next_step=_MIND)
            return False
        if self.on_error != "replace" and text.count("\0") > _NUL_SHARE * len(text) and len(text) > 3:
            self.refuse("holds as many NUL characters as UTF-16 does", where=f"{where} line {line}", next_step="give --encoding utf-16-le, or utf-16-be")
            return False
        return True

    def refuse(self, what: str, *, where: str, next_step: str) -> None:
        """Count what cannot be read as skipped.

        Raises:
            DataError: nothing is skipped.
        """
        if self.on_error != "skip":
            raise DataError(what, where=where, next_step=next_step)
        self.add(1, [f"{where} {what}"])

    def add(self, skipped: int, shown: Sequence[str]) -> None:
        """Count what was skipped, here or elsewhere, of which the first are named."""
        self.skipped += skipped
        self.shown += shown[: _SHOWN - len(self.shown)]

    def told(self, became: str = "came out empty") -> str:
        """What was skipped and what became of it, in a line; nothing where nothing was."""
        more = f"; and {self.skipped - len(self.shown)} more" if self.skipped > len(self.shown) else ""
        return f"{self.skipped} could not be read and {became}: {'; '.join(self.shown)}{more}" if self.skipped else ""


def _codec(name: str) -> str:
    """The codec that reads an encoding."""
    try:
        b"text".decode(name, _MARKS)
    except (LookupError, ValueError):
        raise UsageError(f"the encoding {name!r} is not known", next_step="name one, such as utf-8, utf-16, windows-1252 or latin-1") from None
    return _UTF_8 if codecs.lookup(name).name == "utf-8" else name


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeError:
        return False
    return True


def _is_text(path: Path, codec: str) -> bool:
    """Whether a whole file is text in a codec, read block by block."""
    try:
        with path.open(encoding=codec) as stream:
            while stream.read(_BLOCK):
                pass
    except UnicodeError:
        return False
    return True


def _marked(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no text, each as a lone surrogate, which no decoded text holds."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


def read_text(path: Path, decoding: Decoding | None = None) -> str:
    """The text of a file (UTF-8 where no other decoding is given; byte order mark dropped), line ends as they stand.

    Raises:
        DataError: it cannot be read, or is not text in its encoding.
    """
    try:
        return (decoding or Decoding()).decode(path.read_bytes(), str(path))
    except OSError as error:
        raise DataError(unread(error), where=str(path), next_step="check the path") from None


def unread(error: OSError) -> str:
    """Why a file could not be read, in a few words."""
    if isinstance(error, FileNotFoundError):
        return "is not there"
    return f"cannot be read ({' '.join(str(error.strerror or error).split())[:300]})"
