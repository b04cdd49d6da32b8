"""A dashboard of its own process, and waiting until a page is drawn."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Of Chromium, which asks nobody but the dashboard."""


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """A dashboard of its own process."""

    def __init__(
        self,
        store: Path,
        log: Path,
        *,
        port: int = 0,
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start it, without waiting until it answers: several can start at once."""
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = log.open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port), *options],
            cwd=ROOT,
            env=os.environ | {"EQUALITY_STORE": str(store)} | dict(env or {}),
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def wait(self) -> Self:
        """Wait until it answers."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2) as answer:
                    if answer.read() == b"ok":
                        return self
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise AssertionError("the dashboard did not start")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def drawn(page: Page) -> None:
    """Wait until the script has run, has not begun again for a moment, and every chart is drawn."""
    page.evaluate("window.quietSince = undefined")
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid=stApp]');
            const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
            const quiet = app?.getAttribute('data-test-script-state') === 'notRunning'
                && !document.querySelector('[data-stale=true]') && document.querySelector('h1')
                && charts.every(chart => chart.querySelector('svg.marks, canvas.marks'));
            window.quietSince = quiet ? window.quietSince ?? performance.now() : undefined;
            return quiet && performance.now() - window.quietSince > 400;
        }""",
        polling=50,
    )


def assert_accessible(page: Page) -> None:
    """Axe finds nothing serious on the page, and a phone need not scroll sideways."""
    found = Axe().run(page).response["violations"]
    serious = [
        (violation["id"], [node["html"][:200] for node in violation["nodes"][:3]])
        for violation in found
        if violation["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
