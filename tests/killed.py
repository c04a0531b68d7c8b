"""Running a command that is killed just before the n-th time it opens, renames or deletes a file below a folder to change it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from command_line import environment

_SCRIPT = """
import os, runpy, signal, sys
root, stop, done = sys.argv[1] + os.sep, int(sys.argv[2]), 0

def watch(event, arguments):
    global done
    if event not in ("open", "os.rename", "os.remove", "os.mkdir", "os.chmod"):
        return
    path = arguments[0]
    if not isinstance(path, (str, bytes, os.PathLike)) or not os.path.abspath(os.fsdecode(path)).startswith(root):
        return
    if event == "open" and not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        return
    done += 1
    if done == stop:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
if not stop:
    import atexit
    atexit.register(lambda: print(f"changes: {done}", file=sys.stderr))
sys.dont_write_bytecode = True
sys.argv = sys.argv[3:]
if sys.argv[0] == "stance":
    from pipeline.cli import console
    console()
else:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def run(command: Sequence[str], folder: Path, *, stop: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `stance ARGUMENTS` or a module in a folder; 0 kills it never."""
    line = [sys.executable, "-c", _SCRIPT, str(folder), str(stop), *command]
    return subprocess.run(line, cwd=folder, env=environment(**env), capture_output=True, text=True, check=False)


def changes(command: Sequence[str], folder: Path, **env: str) -> tuple[int, str]:
    """Run the command undisturbed; how many changes it made, and what it said.

    Raises:
        AssertionError: the command fails.
    """
    done = run(command, folder, **env)
    assert done.returncode == 0, done.stderr
    return int(done.stderr.rsplit("changes: ", 1)[1]), done.stdout + done.stderr


def contents(folder: Path) -> dict[str, bytes]:
    """What every file below a folder holds."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts}
