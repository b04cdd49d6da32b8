"""Who is there: signed in by OpenID Connect, or, where that is not set up, the one local user of this machine.

The cookie that Streamlit sets is good for 30 days and says only who somebody was when they signed in. What they may do
is looked up on every run (`equality.protection.access`), and after `EQUALITY_SESSION_HOURS` they sign in again.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from dashboard import data
from dashboard.text import plain
from equality.errors import EqualityError
from equality.protection.access import Roles, person_of, signed_in_until
from equality.protection.audit import Act, audit_log
from equality.protection.people import Person, local_person
from equality.settings import settings

NOBODY: Final = Person("", "Nobody", None)
_FORWARDED: Final = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "X-Forwarded-Host")


@dataclass
class _Sessions:
    """What this process has seen of sign-ins: which are written to the audit log, and who signed out when."""

    written: set[tuple[str, float]] = field(default_factory=set)
    out: dict[str, float] = field(default_factory=dict)
    changing: threading.Lock = field(default_factory=threading.Lock)


@st.cache_resource(show_spinner=False)
def _sessions() -> _Sessions:
    return _Sessions()


def sign_in_is_set_up() -> bool:
    """Whether the server has an `[auth]` section."""
    return st.user.get("is_logged_in") is not None


def person() -> Person:
    """Who asks, with the role that they have now; `NOBODY` before signing in, after signing out, and too long after.

    Raises:
        StoreError: if the roles cannot be read.
    """
    if not sign_in_is_set_up():
        return local_person() if not _open_to_others() else NOBODY
    claims = _claims()
    if not claims or _over(claims):
        return NOBODY
    return person_of(claims, Roles(data.registry().database), settings())


def let_in() -> Person:
    """Who asks; stops the page, with what to do, if it is nobody or somebody without a role."""
    if not sign_in_is_set_up():
        if why := _open_to_others():
            _refuse_others(why)
        return local_person()
    claims = _claims()
    if not claims:
        _ask_to_sign_in("Sign in", "Sign in to see this dashboard.")
    if _over(claims):
        _ask_to_sign_in("Sign in again", "Your session has ended.")
    try:
        found = person()
        _note_sign_in(claims, found)
    except EqualityError as error:
        _stop("The dashboard cannot let you in", str(error))
    if found.role is None:
        st.title("You have no role here", anchor=False)
        st.write("You are signed in, but nobody has given you a role: you cannot see anything. Ask an administrator.")
        sign_out_button(found)
        st.stop()
    return found


def refuse(found: Person, page: str) -> None:
    """Say that a page is not for this role, write it to the audit log, and stop."""
    told = st.session_state.setdefault("_refused", set())
    if page not in told:
        told.add(page)
        note(Act.refusal, found, {"page": page})
    _stop("This page is not for your role", "Ask an administrator if you need it. That you asked for it was logged.")


def note(act: Act, found: Person, about: dict[str, Any]) -> None:
    """Write something to the audit log that is over or refused anyway: if that fails, it stays so."""
    try:
        audit_log(data.registry()).write(act, found, about)
    except EqualityError as error:
        _stop("Not possible now", str(error))


def sign_out_button(found: Person) -> None:
    """A button that ends this person's sessions on this server, in every browser."""
    if sign_in_is_set_up():
        st.button("Sign out", key="sign-out", on_click=_sign_out, args=(found,), help=f"Signed in as {plain(found.id)}")


def _sign_out(found: Person) -> None:
    sessions = _sessions()
    with sessions.changing:
        sessions.out[str(_claims().get("sub"))] = time.time()
    note(Act.sign_out, found, {})
    st.logout()


def _claims() -> dict[str, Any]:
    known = st.user.to_dict()
    return known if known.get("is_logged_in") is True else {}


def _over(claims: dict[str, Any]) -> bool:
    out = _sessions().out.get(str(claims.get("sub")))
    issued = claims.get("iat")
    if out is not None and (not isinstance(issued, int | float) or issued <= out):
        return True
    return time.time() >= signed_in_until(claims, settings())


def _note_sign_in(claims: dict[str, Any], found: Person) -> None:
    seen = (str(claims.get("sub")), float(claims["iat"]))
    sessions = _sessions()
    with sessions.changing:
        if seen in sessions.written:
            return
        about = {"issuer": str(claims.get("iss", "")), "subject": seen[0]}
        audit_log(data.registry()).write(Act.sign_in, found, about)
        sessions.written.add(seen)


def _open_to_others() -> str:
    """Why somebody else than the user of this machine could be asking; empty if nobody could."""
    address = st.get_option("server.address")
    if not _is_loopback(address):
        return f"it listens on {address or 'every address of this machine'}"
    # On the loopback address, but handed on by a proxy.
    if any(st.context.headers.get(name) for name in _FORWARDED):
        return "requests reach it through a proxy"
    return ""


def _is_loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def _refuse_others(why: str) -> None:
    _stop(
        "Not without sign-in",
        f"This dashboard has no sign-in set up, and {why}: it would show everything to anybody. Serve it on 127.0.0.1, "
        "or set up sign-in (docs/operating.md).",
    )


def _ask_to_sign_in(title: str, words: str) -> None:
    st.title(title, anchor=False)
    st.write(words)
    st.button("Sign in", key="sign-in", on_click=st.login, type="secondary")
    st.stop()


def _stop(title: str, words: str) -> None:
    st.title(title, anchor=False)
    st.error(plain(words))
    st.stop()
