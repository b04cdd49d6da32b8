"""The set-up behind a TLS proxy, as docs/operating.md has it: nginx, options of Streamlit, signing in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from driving import ARGUMENTS, ROOT, drawn, free_port
from playwright.sync_api import Browser, BrowserType, Error, Page, expect
from signing_in import Provider, SignedServer, new_context, sign_in

from dashboard.navigation import PAGES

pytestmark = pytest.mark.browser
HOST: Final = "equality.force.example"
ADDRESS: Final = f"https://{HOST}"
NGINX: Final = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def documented() -> tuple[str, list[str]]:
    """The server of nginx, and the options of Streamlit."""
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    (server,) = re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)
    (command,) = re.findall(r"```sh\n(streamlit run app\.py .*?)```", text, re.DOTALL)
    return server, command.replace("\\\n", " ").split()[3:]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """Nginx with a certificate of its own: its port, and that of the dashboard behind it."""
    if NGINX is None:
        reason = "nginx is not installed: apt-get install nginx-light, or run make test"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("nginx")
    outside, inside = free_port(), free_port()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    server, _ = documented()
    for found, put in (
        ("listen 443", f"listen 127.0.0.1:{outside}"),
        ("127.0.0.1:8501", f"127.0.0.1:{inside}"),
        ("/etc/ssl/equality.pem", str(certificate)),
        ("/etc/ssl/private/equality.key", str(key)),
    ):
        assert found in server
        server = server.replace(found, put)
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"{user}\npid {folder}/pid;\nerror_log {folder}/error.log;\ndaemon off;\nevents {{}}\n"
        f"http {{\naccess_log {folder}/access.log;\n{places}{server}}}\n"
    )
    process = subprocess.Popen([NGINX, "-p", folder, "-c", configuration, "-e", folder / "error.log"])
    time.sleep(0.5)
    assert process.poll() is None, (folder / "error.log").read_text()
    yield outside, inside
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def behind(
    role_store: Path, proxy: tuple[int, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SignedServer]:
    """The dashboard behind it, started as documented."""
    _, options = documented()
    folder = tmp_path_factory.mktemp("behind")
    provider = Provider([ADDRESS], folder / "provider.log")
    server = SignedServer(role_store, folder, provider, port=proxy[1], outside=ADDRESS, options=options)
    yield server.wait()
    server.stop()
    provider.stop()


@pytest.fixture(scope="module")
def outside(browser: Browser, proxy: tuple[int, int]) -> Iterator[Browser]:
    """A browser that finds the dashboard's name at the proxy."""
    kind: BrowserType = browser.browser_type
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    rules = f"--host-resolver-rules=MAP {HOST}:443 127.0.0.1:{proxy[0]}"
    started = kind.launch(executable_path=path if Path(path).exists() else None, args=[*ARGUMENTS, rules])
    yield started
    started.close()


def test_signing_in_uploading_and_signing_out_through_the_proxy(behind: SignedServer, outside: Browser) -> None:
    context = new_context(outside, ignore_https_errors=True, also=ADDRESS)
    page: Page = context.new_page()
    page.goto(ADDRESS)
    drawn(page)
    sign_in(page, "administrator@force.example")
    assert page.url.startswith(f"{ADDRESS}/")
    assert page.locator("h1").inner_text() == PAGES["overview"].question
    cookies = {cookie["name"]: cookie for cookie in context.cookies(ADDRESS)}
    assert cookies["_streamlit_user"]["httpOnly"]
    assert all(cookie["secure"] for cookie in cookies.values())
    # An upload carries the token against forged requests; without it, or from elsewhere, there is none.
    page.goto(f"{ADDRESS}/mapping")
    drawn(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "export.csv", "mimeType": "text/csv", "buffer": b"Crime Ref,Date Recorded\n1,01/02/2026\n"}
    )
    expect(page.get_by_text("export.csv").first).to_be_visible()
    drawn(page)
    assert page.get_by_text("403").count() == 0
    forged = context.request.put(f"{ADDRESS}/_stcore/upload_file/x/y", multipart={"file": "x"})
    assert forged.status in (400, 403)
    assert context.request.get(f"{ADDRESS}/_stcore/metrics").status == 404
    assert context.request.get(f"{ADDRESS}/_stcore/health").text() == "ok"
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url(f"{ADDRESS}/**")
    drawn(page)
    assert page.locator("h1").inner_text() == "Sign in"
    context.close()


def test_who_goes_around_the_proxy_or_by_another_name_is_not_served(behind: SignedServer, outside: Browser) -> None:
    context = new_context(outside)
    page = context.new_page()
    failed: list[str] = []
    page.on("websocket", lambda socket: socket.on("close", lambda _: failed.append(socket.url)))
    try:
        page.goto(behind.address)
        page.wait_for_timeout(3000)
    except Error:
        pass
    assert page.locator("h1").count() == 0
    context.close()
