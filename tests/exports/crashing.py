"""Work that ends its process, for tests of what the process that asked is told."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

from equality.exports.confined import answer


def work(asked: dict[str, Any]) -> dict[str, Any]:
    if "signal" in asked:
        os.kill(os.getpid(), getattr(signal, asked["signal"]))
    if "bytes" in asked:
        return {"size": len(bytearray(asked["bytes"]))}
    time.sleep(asked.get("sleep", 0))
    return {"process": os.getpid()}


if __name__ == "__main__":
    sys.exit(answer(work))
