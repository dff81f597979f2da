"""Where alerts are sent: Apprise URLs of the environment, and the sending of one message.

A URL holds a secret (a token, a password). It is in no file that `kpis` writes and in nothing that
it prints: an address is shown as its number and scheme, and its host where that is no token.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sales_kpis.alerts import Message
from sales_kpis.errors import WrongUse, nearest

ENVIRONMENT = "SALES_KPIS_ALERT_URLS"
FILE = "SALES_KPIS_ALERT_URLS_FILE"
VARIABLES = (ENVIRONMENT, FILE)
HOW_TO_SET = (
    f"Set {ENVIRONMENT} to Apprise URLs with blanks between them, or {FILE} to a file with one a"
    " line."
)
# An address that has not answered by then has failed. Connecting and each read have shorter limits
# of Apprise's own (`cto` and `rto` of a URL; 4 seconds by default).
SECONDS = 20.0
# The name of an address in the memory must not help in guessing a password in it.
_ROUNDS = 200_000
_KINDS = {"critical": "failure", "warning": "warning", "info": "info", None: "success"}


@dataclass(frozen=True)
class Address:
    """One address; printing it shows what may be seen."""

    shown: str
    key: str
    service: Any = field(repr=False, compare=False)


def read_addresses(environment: Mapping[str, str]) -> list[Address]:
    """The addresses of the environment, else of the file that it names; none where neither is set.

    Raises:
        WrongUse: the file cannot be read, both are set, or a URL is none that Apprise knows.
    """
    value, file = environment.get(ENVIRONMENT), environment.get(FILE)
    if value and file:
        raise WrongUse(f"Both {ENVIRONMENT} and {FILE} are set.", "Keep one of them.")
    if file:
        urls, origin = _of_file(Path(file)), FILE
    else:
        urls, origin = (value or "").split(), ENVIRONMENT
    known: dict[str, Address] = {}
    for number, url in enumerate(urls, start=1):
        address = _address(url, number, origin)
        known.setdefault(address.key, address)
    return list(known.values())


def send(address: Address, message: Message) -> str:
    """Send a message; the result is the reason for a failure, or nothing where it was taken.

    The thread is a daemon, so that an address which answers a byte at a time holds up nothing.
    """
    reasons: list[str] = []
    thread = threading.Thread(target=lambda: reasons.append(_sent(address, message)), daemon=True)
    thread.start()
    thread.join(SECONDS)
    return reasons[0] if reasons else f"no answer within {SECONDS:g} seconds"


def _sent(address: Address, message: Message) -> str:
    apprise = _apprise()
    try:
        outbox = apprise.Apprise(asset=address.service.asset)
        outbox.add(address.service)
        result = outbox.notify(
            body=message.body,
            title=message.title,
            notify_type=_KINDS.get(message.severity, "failure"),
            body_format="text",
        )
    except Exception as error:
        return f"Apprise could not send it ({type(error).__name__})"
    if result:
        return ""
    # Nothing else is taken over of what Apprise says, which may hold the address.
    said = " ".join(str(entry.message) for entry in result.logs())
    codes = re.findall(r"error=(\d{3})\b", said)
    return f"it answered {codes[-1]}" if codes else "it could not be reached, or refused"


def _of_file(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise WrongUse(
            f"{FILE} names {file}, which cannot be read: {reason}.", HOW_TO_SET
        ) from None
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def _address(url: str, number: int, origin: str) -> Address:
    apprise = _apprise()
    asset = apprise.AppriseAsset(
        app_id="sales_kpis",
        app_desc="Sales KPIs",
        secure_logging=True,
        allow_templates=False,
        # The limit is that of `send`; Apprise's own would leave a thread that the end waits for.
        service_timeout=0,
    )
    # A redirect turns what is sent into a question for a page, whose answer looks like success.
    asset.http_redirects = False
    asset.interpret_emojis = False
    service = apprise.Apprise.instantiate(url, asset=asset)
    if service is None:
        raise WrongUse(
            f"Address {number} of {origin} is no Apprise URL that can be used"
            f"{_scheme_in_words(url)}; nothing was sent.",
            _advice(url, apprise),
        )
    if service.overflow_mode == apprise.OverflowMode.UPSTREAM:
        service.overflow_mode = apprise.OverflowMode.SPLIT
    digest = hashlib.pbkdf2_hmac("sha256", url.encode(), b"sales_kpis address", _ROUNDS)
    # Where each form of the URL has a host, it is one; elsewhere a token stands in its place.
    has_host = all("{host}" in template for template in service.templates)
    scheme = url.partition("://")[0].lower()
    if not has_host and scheme not in _schemes(apprise):
        scheme = str(service.service_name)
    host = f"://{service.host}" if has_host else ""
    return Address(f"address {number}, {scheme}{host}", digest.hex()[:16], service)


def _scheme_in_words(url: str) -> str:
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]{0,19})://", url)
    return f" ({found[1]}://…)" if found else " (it does not begin with scheme://)"


def _advice(url: str, apprise: Any) -> str:
    scheme = url.partition("://")[0].lower()
    if scheme in ("http", "https"):
        return f"A webhook of your own is {'json' if scheme == 'http' else 'jsons'}://host/path."
    known = _schemes(apprise)
    close = nearest(scheme, known) if len(scheme) < 20 and scheme not in known else []
    if close:
        return f"Did you mean {' or '.join(f'{name}://' for name in close)}?"
    return f"Compare it with Apprise's page of that service. {HOW_TO_SET}"


def _schemes(apprise: Any) -> set[str]:
    details = apprise.Apprise().details()["schemas"]
    return {
        str(name)
        for service in details
        for name in [*(service["protocols"] or ()), *(service["secure_protocols"] or ())]
    }


def _apprise() -> Any:
    """Apprise with its services loaded, which writes no log: its words may hold a URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It tries modules that Python is about to drop.
        import apprise

        apprise.Apprise.instantiate("json://localhost")
    logger = logging.getLogger("apprise")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    return apprise
