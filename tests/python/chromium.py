"""A headless Chromium that tests drive over a pipe, by the Chrome DevTools Protocol.

The protocol is JSON between two pipes (`--remote-debugging-pipe`), so neither a driver program nor
a package is needed: only Debian's `chromium`.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# A browser that says nothing for so long has failed.
PATIENCE = 60.0  # seconds
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """Where the browser is; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class BrowserError(Exception):
    """The browser or a script in it failed; the message is what it said."""


class Chromium:
    """One running browser; `page` opens a page of its own in it."""

    def __init__(self, profile: Path) -> None:
        browser = program()
        if browser is None:
            raise BrowserError("Chromium is not there. Install it: apt-get install chromium")
        told, self._tell = os.pipe()
        self._hear, heard = os.pipe()
        command = [
            browser, "--headless", "--remote-debugging-pipe", f"--user-data-dir={profile}",
            "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--disable-dev-shm-usage", "--disable-background-networking", "--disable-extensions",
        ]  # fmt: skip

        def give_pipes() -> None:
            # Chromium reads file 3 and writes file 4.
            spare = os.dup(heard)
            os.dup2(told, 3)
            os.dup2(spare, 4)

        self._process = subprocess.Popen(
            command,
            preexec_fn=give_pipes,
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(told)
        os.close(heard)
        self._number = 0
        self._rest = b""
        self._events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._tell)
        self._process.terminate()
        self._process.wait(PATIENCE)
        os.close(self._hear)

    def call(
        self, method: str, parameters: Mapping[str, Any] | None = None, session: str | None = None
    ) -> dict[str, Any]:
        """The answer to a command of the protocol.

        Raises:
            BrowserError: the browser refuses it, or has ended.
        """
        self._number += 1
        message: dict[str, Any] = {
            "id": self._number,
            "method": method,
            "params": dict(parameters or {}),
        }
        if session:
            message["sessionId"] = session
        os.write(self._tell, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._next()
            if heard.get("id") == self._number:
                if "error" in heard:
                    raise BrowserError(f"{method}: {heard['error']['message']}")
                result: dict[str, Any] = heard["result"]
                return result
            self._events.append(heard)

    def events(self, session: str) -> list[dict[str, Any]]:
        """Everything that has happened in a page so far."""
        return [event for event in self._events if event.get("sessionId") == session]

    def forget(self, session: str) -> None:
        """Forget what has happened in a page so far."""
        self._events = [event for event in self._events if event.get("sessionId") != session]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            if not select.select([self._hear], [], [], PATIENCE)[0]:
                raise BrowserError("Chromium does not answer.")
            heard = os.read(self._hear, 1 << 20)
            if not heard:
                raise BrowserError("Chromium has ended.")
            self._rest += heard
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    @contextmanager
    def page(
        self, width: int = 1440, height: int = 900, *, is_dark: bool = False, is_phone: bool = False
    ) -> Iterator[Page]:
        """An empty page of this size in CSS pixels."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = Page(self, session["sessionId"])
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        page.call("Emulation.setEmulatedMedia", {"features": [scheme]})
        page.call(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone},
        )
        try:
            yield page
        finally:
            self.call("Target.closeTarget", {"targetId": target})


class Page:
    """A page of the browser."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser = browser
        self._session = session

    def call(self, method: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer to a command of the protocol in this page."""
        return self._browser.call(method, parameters, self._session)

    def open(self, file: Path, address: str = "") -> None:
        """Open a file and wait until the dashboard in it is drawn."""
        self.call("Page.navigate", {"url": f"{file.as_uri()}{address}"})
        self.wait_for("document.readyState === 'complete' && document.body?.dataset.ready")

    def reload(self) -> None:
        """Load the same address anew and wait until it is drawn."""
        self.call("Page.reload")
        self.wait_for("document.readyState === 'complete' && document.body?.dataset.ready")

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression, or of what it promises."""
        answer = self.call(
            "Runtime.evaluate",
            {"expression": script, "returnByValue": True, "awaitPromise": True},
        )
        if "exceptionDetails" in answer:
            said = answer["exceptionDetails"]
            raise BrowserError(said.get("exception", {}).get("description") or said["text"])
        return answer["result"].get("value")

    def wait_for(self, script: str) -> Any:
        """The value of an expression as soon as it is true."""
        return self._wait(lambda: self.evaluate(script), script)

    def _wait(self, find: Callable[[], Any], words: str) -> Any:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = find()
            if found:
                return found
            self.evaluate("new Promise((done) => requestAnimationFrame(done))")
        raise BrowserError(f"This never became true: {words}")

    def go(self, address: str) -> None:
        """Go to another address of the same file (`#…`) and wait until it is drawn."""
        self._drawn_anew_after(f"location.hash = {json.dumps(address)}")

    def choose(self, chooser: str, value: str) -> None:
        """Choose a value of a list, as a reader does, and wait until the page is drawn anew."""
        self._drawn_anew_after(
            f"const list = document.getElementById({json.dumps(chooser)});"
            f" list.value = {json.dumps(value)};"
            " list.dispatchEvent(new Event('change', {bubbles: true}))"
        )

    def _drawn_anew_after(self, script: str) -> None:
        """Run what changes the address, and wait for the event that draws the page."""
        self.evaluate(
            "new Promise((done) => {"
            " addEventListener('hashchange', () => done(), {once: true});"
            f" {script}; }})"
        )

    def faults(self) -> list[str]:
        """Errors, warnings and broken rules of the page's policy that its console shows."""
        found = []
        for event in self._browser.events(self._session):
            said = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(str(said["exceptionDetails"].get("exception", {}).get("description")))
            if event["method"] == "Log.entryAdded":
                found.append(said["entry"]["text"])
            if event["method"] == "Runtime.consoleAPICalled":
                found.append(str([each.get("value") for each in said["args"]]))
        return found

    def forget_faults(self) -> None:
        """Forget the faults so far: a test has caused them."""
        self._browser.forget(self._session)

    def requests(self) -> list[str]:
        """Addresses that the page has asked for; its own file is the first."""
        return [
            event["params"]["request"]["url"]
            for event in self._browser.events(self._session)
            if event["method"] == "Network.requestWillBeSent"
        ]

    def screenshot(self, file: Path, *, is_whole: bool = False) -> None:
        """Write a PNG of what is seen, or of the whole page."""
        answer = self.call("Page.captureScreenshot", {"captureBeyondViewport": is_whole})
        file.write_bytes(base64.b64decode(answer["data"]))
