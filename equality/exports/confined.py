"""Work on a file in a process of its own: if it crashes, hangs or takes all memory, only that process ends.

The readers of workbooks are native code. On a damaged file they may panic, loop or ask for more memory than there is,
and no `except` brings back a process to which that happens.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from equality.errors import ExportError
from equality.settings import ROOT

_OUT_OF_MEMORY = 3
_MEMORY_WORDS = (b"memory allocation", b"capacity overflow", b"Cannot allocate memory")
"""How native code says, before it ends the process, that there is no more memory."""


class ConfinedError(Exception):
    """The process ended without an answer; the message says how, without a word of the file."""


def confined(module: str, request: Mapping[str, Any], seconds: float, memory: int) -> dict[str, Any]:
    """Ask a module, run as a process of its own, for its answer.

    Args:
        module: its name; it calls `answer`.
        request: what it is asked; goes to and fro as JSON.
        seconds: how long it may take.
        memory: bytes of address space that it may take, where the operating system bounds that (not on Windows).

    Raises:
        ExportError: what the module raised.
        ConfinedError: if it crashed, took too long or too much memory.
    """
    said = json.dumps({"request": dict(request), "seconds": seconds, "memory": memory}).encode()
    command = [sys.executable, "-m", module]
    try:
        ended = subprocess.run(command, input=said, capture_output=True, cwd=ROOT, timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise ConfinedError(f"took longer than {seconds:,.0f} seconds") from error
    if ended.returncode == 0:
        result: dict[str, Any] = json.loads(ended.stdout)
        if "refused" in result:
            raise ExportError(result["refused"])
        return result
    if ended.returncode == _OUT_OF_MEMORY or any(words in ended.stderr for words in _MEMORY_WORDS):
        raise ConfinedError(f"needed more than {memory / (1 << 30):.2g} GB of memory")
    if hasattr(signal, "SIGALRM") and ended.returncode == -signal.SIGALRM:
        raise ConfinedError(f"took longer than {seconds:,.0f} seconds")
    raise ConfinedError("crashed")


def answer(work: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """In the process: read the request, do the work, write the answer; returns the exit status."""
    asked = json.loads(sys.stdin.buffer.read())
    _bound(asked["seconds"], asked["memory"])
    try:
        result = work(asked["request"])
    except ExportError as error:
        result = {"refused": str(error)}
    except MemoryError:
        return _OUT_OF_MEMORY
    sys.stdout.write(json.dumps(result))
    return 0


def _bound(seconds: float, memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    # Ctrl+C is for the one who asked; the alarm ends this process also if nobody waits for it any more.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (memory if hard == resource.RLIM_INFINITY else min(memory, hard), hard))
    # A crash is reported by its status: a core would leave people's records on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
