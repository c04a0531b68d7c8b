"""Write and read an uncompressed .npz of plain arrays: everything checked, nothing run, nothing copied.

numpy's own reader imports zipfile and what that needs, which takes longer than reading a model.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.lib import format as npy

from pipeline.errors import ModelError

if TYPE_CHECKING:
    from mmap import mmap

    from numpy.typing import NDArray

_END = struct.Struct("<4s4xHHII2x")
_ENTRY = struct.Struct("<4s6xH4xIII3H8xI")
_PADDING = struct.Struct("<HH")
_PADDING_MARK = 0xD935
_LINE = 64
LARGEST = 1 << 30
"""Bytes of the largest file that is read."""
_LONGEST_HEAD = 4096
_LOCAL = struct.Struct("<4s22xHH")


def write(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An .npz of `arrays` whose data begin at multiples of 64 bytes: what is mapped out of line numpy copies at every use."""
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            data = io.BytesIO()
            npy.write_array(data, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy")
            room = -(buffer.tell() + _LOCAL.size + len(info.filename) + _PADDING.size) % _LINE
            info.extra = _PADDING.pack(_PADDING_MARK, room) + bytes(room)
            archive.writestr(info, data.getvalue())
    return buffer.getvalue()


class _Member(NamedTuple):
    name: str
    crc: int
    data: memoryview


def read(content: bytes | mmap, allowed: Collection[str]) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz by name, as read-only views of `content`.

    Raises:
        ModelError: the content is no whole uncompressed .npz, an array is damaged or not a plain one, or
            a name is not among those allowed.
    """
    if len(content) > LARGEST:
        raise ModelError(f"is of {len(content):,} bytes, and no model is larger than {LARGEST:,}")
    arrays: dict[str, NDArray[Any]] = {}
    members = _members(content)
    if sum(len(member.data) for member in members) > len(content):
        raise ModelError("holds members that overlap")
    for member in members:
        name = member.name.removesuffix(".npy")
        if name not in allowed or name in arrays:
            raise ModelError(f"holds what no model holds ({member.name[:100]!r})")
        if zlib.crc32(member.data) != member.crc:
            raise ModelError(f"{name} is damaged")
        arrays[name] = _array(name, member.data)
    return arrays


def _members(content: bytes | mmap) -> list[_Member]:
    """The members that the directory at the end of a zip file lists."""
    if len(content) < _END.size:
        raise ModelError("is not a whole model file")
    mark, listed, entries, size, place = _END.unpack_from(content, len(content) - _END.size)
    if mark != b"PK\5\6" or listed != entries or place + size + _END.size != len(content):
        raise ModelError("is not a whole model file")
    members = []
    for _ in range(entries):
        mark, method, crc, packed, full, name_size, extra, comment, local = _unpack(_ENTRY, content, place)
        name = content[place + _ENTRY.size : place + _ENTRY.size + name_size].decode("ascii", "replace")
        place += _ENTRY.size + name_size + extra + comment
        if mark != b"PK\1\2" or method != 0 or packed != full:
            raise ModelError(f"{name[:100]!r} is compressed or of an unknown kind")
        mark, local_name, local_extra = _unpack(_LOCAL, content, local)
        begin = local + _LOCAL.size + local_name + local_extra
        if mark != b"PK\3\4" or begin + full > len(content):
            raise ModelError(f"{name[:100]!r} is not whole")
        members.append(_Member(name, crc, memoryview(content)[begin : begin + full]))
    return members


def _unpack(form: struct.Struct, content: bytes | mmap, place: int) -> tuple[Any, ...]:
    if place + form.size > len(content):
        raise ModelError("is not a whole model file")
    return form.unpack_from(content, place)


def _array(name: str, data: memoryview) -> NDArray[Any]:
    stream = io.BytesIO(data[:_LONGEST_HEAD])
    try:
        if npy.read_magic(stream) != (1, 0):
            raise ModelError(f"{name} has an unknown form")
        shape, fortran, kind = npy.read_array_header_1_0(stream)
    except ValueError as error:
        raise ModelError(f"{name} has a damaged head ({error})") from None
    count = math.prod(shape)
    if not shape or kind.hasobject or fortran or count < 0 or stream.tell() + count * kind.itemsize != len(data):
        raise ModelError(f"{name} does not hold what its head says")
    array = np.frombuffer(data, dtype=kind, offset=stream.tell(), count=count).reshape(shape)
    return array if array.flags.aligned else array.copy()
