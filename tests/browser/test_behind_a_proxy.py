"""The set-up behind a TLS proxy, as docs/operating.md has it: nginx, options of Streamlit, signing in."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Final

import pytest
from driving import ARGUMENTS, ROOT, drawn, free_port
from playwright.sync_api import Browser, expect
from signing_in import Provider, SignedServer, new_context, sign_in

from dashboard.navigation import PAGES
from equality.protection.audit import Act, Wanted, audit_log
from equality.store.registry import Registry

pytestmark = pytest.mark.browser
HOST: Final = "equality.force.example"
ADDRESS: Final = f"https://{HOST}"
ANOTHER: Final = "elsewhere.example"
"""A name that leads to the proxy too, as any does that somebody else gives its address."""
WHO: Final = "administrator@force.example"
NGINX: Final = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
HANDSHAKE: Final = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
STREAM: Final = "/_stcore/stream"
"""Everything that a page shows comes through this WebSocket."""


def documented() -> tuple[str, list[str]]:
    """The server of nginx, and the options of Streamlit."""
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    (server,) = re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)
    (command,) = re.findall(r"```sh\n(streamlit run app\.py .*?)```", text, re.DOTALL)
    return server, command.replace("\\\n", " ").split()[3:]


@dataclass(frozen=True)
class Answer:
    """What a server answers: the status, the headers and, unless it is a WebSocket, the content."""

    status: int
    headers: HTTPMessage
    content: bytes


def _ask(through: socket.socket, method: str, path: str, headers: Mapping[str, str]) -> Answer:
    connection = HTTPConnection(headers["Host"])
    connection.sock = through
    connection.request(method, path, headers=dict(headers))
    answer = connection.getresponse()
    found = Answer(answer.status, answer.headers, b"" if answer.status == 101 else answer.read())
    connection.close()
    return found


@dataclass(frozen=True)
class Proxy:
    """Nginx, and what it stands in front of.

    Attributes:
        outside: its port.
        inside: the port of the dashboard behind it.
        certificate: what it shows; who asks here believes no other.
    """

    outside: int
    inside: int
    certificate: Path

    def answer(self, path: str, method: str = "GET", host: str = HOST, **headers: str) -> Answer:
        """What it answers whoever asks for a host."""
        trusted = ssl.create_default_context(cafile=self.certificate)
        bare = socket.create_connection(("127.0.0.1", self.outside), timeout=30)
        return _ask(trusted.wrap_socket(bare, server_hostname=HOST), method, path, {"Host": host, **headers})

    def around(self, path: str, host: str, **headers: str) -> Answer:
        """What the dashboard answers whoever goes around the proxy."""
        bare = socket.create_connection(("127.0.0.1", self.inside), timeout=30)
        return _ask(bare, "GET", path, {"Host": host, **headers})


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Nginx as documented, but for the ports and a certificate of its own."""
    if NGINX is None:
        reason = "nginx is not installed: apt-get install nginx-light, or run make test"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("nginx")
    outside, inside = free_port(), free_port()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    named = ["-addext", f"subjectAltName=DNS:{HOST}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *named], check=True, capture_output=True)
    server, _ = documented()
    for found, put in (
        ("listen 443", f"listen 127.0.0.1:{outside}"),
        ("127.0.0.1:8501", f"127.0.0.1:{inside}"),
        ("/etc/ssl/equality.pem", str(certificate)),
        ("/etc/ssl/private/equality.key", str(key)),
    ):
        assert found in server
        server = server.replace(found, put)
    # What a package's own configuration says beside the servers: here all of it stays in one folder.
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    configuration, log = folder / "nginx.conf", folder / "error.log"
    configuration.write_text(
        f"{user}\npid {folder}/pid;\nerror_log {log};\ndaemon off;\nevents {{}}\n"
        f"http {{\naccess_log {folder}/access.log;\n{places}{server}}}\n"
    )
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(configuration), "-e", str(log)])
    _wait_for(outside, process, log)
    yield Proxy(outside, inside, certificate)
    process.terminate()
    process.wait(timeout=20)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nginx does not listen")


@pytest.fixture(scope="module")
def behind(role_store: Path, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedServer]:
    """The dashboard behind it, started as documented."""
    _, options = documented()
    folder = tmp_path_factory.mktemp("behind")
    provider = Provider([ADDRESS], folder / "provider.log")
    server = SignedServer(role_store, folder, provider, port=proxy.inside, outside=ADDRESS, options=options)
    yield server.wait()
    server.stop()
    provider.stop()


@pytest.fixture(scope="module")
def outside(browser: Browser, proxy: Proxy) -> Iterator[Browser]:
    """A browser that finds the dashboard's name, and another one, at the proxy."""
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    rules = ", ".join(f"MAP {name}:443 127.0.0.1:{proxy.outside}" for name in (HOST, ANOTHER))
    started = browser.browser_type.launch(
        executable_path=path if Path(path).exists() else None, args=[*ARGUMENTS, f"--host-resolver-rules={rules}"]
    )
    yield started
    started.close()


def test_signing_in_uploading_and_signing_out_through_the_proxy(
    behind: SignedServer, outside: Browser, role_store: Path
) -> None:
    log, acts = audit_log(Registry(role_store)), (Act.sign_in, Act.sign_out)
    before = [log.count(Wanted(act=act, words=WHO)) for act in acts]
    context = new_context(outside, ignore_https_errors=True, also=ADDRESS)
    page = context.new_page()
    page.goto(ADDRESS)
    drawn(page)
    sign_in(page, WHO)
    assert page.url.startswith(f"{ADDRESS}/")
    expect(page.locator("h1")).to_have_text(PAGES["overview"].question)
    cookies = {cookie["name"]: cookie for cookie in context.cookies(ADDRESS)}
    assert {"_streamlit_user", "_streamlit_xsrf"} <= set(cookies)
    assert cookies["_streamlit_user"]["httpOnly"]
    assert [name for name, cookie in cookies.items() if not cookie["secure"]] == []

    page.goto(f"{ADDRESS}/mapping")
    drawn(page)
    # Larger than nginx takes unless it is told otherwise.
    rows = "".join(f"22/{n}/26,{n % 28 + 1:02d}/02/2026,Victim,{'seen by the bus stop ' * 50}\n" for n in range(2000))
    export = f"Crime Ref,Date Recorded,Role,Free text\n{rows}".encode()
    assert len(export) > 2_000_000
    page.locator("input[type=file]").set_input_files(
        {"name": "export.csv", "mimeType": "text/csv", "buffer": export},
    )
    expect(page.get_by_role("heading", level=2)).to_contain_text("of 4 columns recognised", timeout=60_000)
    drawn(page)

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page.locator("h1")).to_have_text("Sign in", timeout=60_000)
    drawn(page)
    assert "_streamlit_user" not in {cookie["name"] for cookie in context.cookies(ADDRESS)}
    context.close()
    assert [log.count(Wanted(act=act, words=WHO)) for act in acts] == [number + 1 for number in before]


def test_what_the_proxy_answers(behind: SignedServer, proxy: Proxy) -> None:
    health = proxy.answer("/_stcore/health")
    assert (health.status, health.content) == (200, b"ok")
    for name, value in {
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "same-origin",
    }.items():
        assert value in (health.headers.get_all(name) or []), name
    # Numbers about the server are for this machine only, where nobody goes through the proxy.
    assert proxy.answer("/_stcore/metrics").status == 404
    # An upload without the token against forged requests.
    assert proxy.answer("/_stcore/upload_file/x/y", "PUT").status == 403


def test_whoever_comes_by_another_name_gets_nothing(behind: SignedServer, proxy: Proxy, outside: Browser) -> None:
    assert proxy.answer(STREAM, **HANDSHAKE).status == 101
    assert proxy.answer(STREAM, host=ANOTHER, **HANDSHAKE).status == 403
    assert proxy.around(STREAM, HOST, **HANDSHAKE).status == 101
    assert proxy.around(STREAM, f"127.0.0.1:{proxy.inside}", **HANDSHAKE).status == 403
    # A page of another name, which a browser would send its own origin with.
    assert proxy.answer(STREAM, Origin=f"https://{ANOTHER}", **HANDSHAKE).status == 403

    for address in (f"https://{ANOTHER}", behind.address):
        _assert_nothing_is_shown(outside, address)


def _assert_nothing_is_shown(outside: Browser, address: str) -> None:
    context = new_context(outside, ignore_https_errors=True, also=f"https://{ANOTHER}")
    page = context.new_page()
    refused: list[str] = []

    def failed(error: str) -> None:
        refused.append(error)

    page.on("websocket", lambda opened: opened.on("socketerror", failed))
    page.goto(address)
    expect(page.get_by_test_id("stApp")).to_be_attached(timeout=60_000)
    end = time.monotonic() + 60
    while not refused and time.monotonic() < end:
        page.wait_for_timeout(100)
    assert "403" in refused[0]
    expect(page.locator("h1")).to_have_count(0)
    context.close()
