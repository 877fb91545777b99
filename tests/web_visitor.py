"""Requests to the web app as its page sends them, and what a planner does on the page."""

from __future__ import annotations

import base64
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from optimizer.web_app import WebApp


class Visitor:
    """Sends requests as the page does; every part of a request can be changed."""

    def __init__(self, app: WebApp) -> None:
        self.app = app
        self.host = f"127.0.0.1:{app.port}"

    def ask(self, what="", method="GET", body=None, token=None, headers=None, raw=None):
        """Status, headers and body of the answer."""
        path = raw if raw is not None else f"/{token or self.app.session.token}/{what}"
        own = {"Host": self.host}
        if method == "POST":
            own["Origin"] = f"http://{self.host}"
        own |= headers or {}
        link = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=60)
        link.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        if body is not None:
            own.setdefault("Content-Length", str(len(body)))
        for name, value in own.items():
            if value is not None:
                link.putheader(name, value)
        link.endheaders(body)
        answer = link.getresponse()
        content = answer.read()
        link.close()
        assert b"Traceback" not in content
        return SimpleNamespace(status=answer.status, headers=answer.headers, body=content)

    def state(self):
        """What the page knows."""
        return json.loads(self.ask("state").body)

    def post(self, what, body=b""):
        """The state after a request that changes something."""
        answer = self.ask(what, "POST", body)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def upload(self, content, name="case.xlsx"):
        """The workbook that the page shows after an upload."""
        content = content.read_bytes() if isinstance(content, Path) else content
        return self.post(f"workbook?name={quote(name, safe='')}", content)["workbook"]

    def solve(self):
        """The run after it has ended."""
        number = self.post("solve")["runs"][-1]["number"]
        assert self.app.session.runs[number - 1].ended.wait(120)
        return self.state()["runs"][-1]

    def send(self, what, **options):
        """The state after a request with options."""
        return self.post(what, json.dumps(options).encode())

    def refusal(self, what, **options):
        """Status and sentence of a request that is refused."""
        answer = self.ask(what, "POST", json.dumps(options).encode())
        assert answer.status >= 400, answer.body
        return answer.status, json.loads(answer.body)["message"]

    def finish(self, what, **options):
        """The run that a request starts, after it has ended."""
        number = self.send(what, **options)["runs"][-1]["number"]
        assert self.app.session.runs[number - 1].ended.wait(300)
        return self.state()["runs"][-1]

    def wait_for(self, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The last run as soon as something holds of it."""
        deadline = time.monotonic() + 120
        while not reached(run := self.state()["runs"][-1]):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return run


@contextmanager
def served(outputs: Path) -> Iterator[WebApp]:
    """An app that answers in a thread of its own."""
    with pytest.MonkeyPatch.context() as patch, WebApp(outputs) as opened:
        patch.setattr("optimizer.web_app.app.SHUTDOWN_POLL_SECONDS", 0.01)
        thread = threading.Thread(target=opened.serve)
        thread.start()
        yield opened
        opened.shut_down()
        thread.join(20)
        assert not thread.is_alive()


DROP = """([name, text]) => {
  const bytes = Uint8Array.from(atob(text), sign => sign.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name));
  for (const kind of ["dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: given, bubbles: true}));
}"""


def drop(page: Any, path: Path, name: str = "") -> None:
    """Let a file fall on the page as a planner does."""
    with page.expect_response(lambda answer: "/workbook?" in answer.url):
        page.evaluate(DROP, [name or path.name, base64.b64encode(path.read_bytes()).decode()])
    page.wait_for_selector("body:not(.busy)")


def focused(page: Any) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.className")
