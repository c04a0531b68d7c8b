"""A Python in which no socket reaches beyond this machine, made by a `sitecustomize` in a folder of its own."""

from __future__ import annotations

from pathlib import Path

_BLOCK = """
import sys

def watch(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host and host not in ("localhost", "::1") and not host.startswith("127."):
        sys.stderr.write(f"NETWORK: {event} {host}\\n")
        sys.stderr.flush()
        raise OSError("the network was touched")

sys.addaudithook(watch)
"""


def blocked(folder: Path, *, more: str = "") -> Path:
    """A folder to put first on PYTHONPATH; `more` is run at every start of Python too."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(_BLOCK + more, "utf-8")
    return folder
