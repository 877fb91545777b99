"""The web app over HTTP: authorisation, check reports of workbooks, runs."""

from __future__ import annotations

import http.client
import io
import json
import os
import queue
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import webbrowser
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import url2pathname

import openpyxl
import pytest

import optimizer
from optimizer.errors import Finding, UsageError
from optimizer.interrupts import TERMINATION_SIGNALS
from optimizer.web_app import (
    WebApp,
    bounded_server,
    command_process,
    http_server,
    page_files,
    plan_process,
    session_folder,
    termination_signals,
)
from optimizer.web_app.file_names import safe_name
from optimizer.web_app.workbook_view import MAX_WORKBOOK_BYTES, ROWS_PER_BLOCK, WorkbookView
from optimizer.workbook_check import check
from tests.conftest import ROOT, TUTORIAL, need, offer, save
from tests.web_visitor import Visitor, served

PAGE = ROOT / "optimizer" / "web_app" / "page"
INFEASIBLE = {"Supply": [offer("kaz", maximum=6)], "Demand": [need(10, minimum=1)]}


# Who is let in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what", ["", "state", "app.js", "page.css", "runs/1/plan", "runs/1/cells", "template"]
)
def test_nothing_is_answered_without_the_secret(visitor, what):
    for token in ("x", visitor.app.session.token[:-1], visitor.app.session.token + "x", "é", "%00"):
        answer = visitor.ask(what, raw=f"/{quote(token, safe='%')}/{what}")
        assert answer.status == 403
        assert b"session" in answer.body
    for raw in (f"/{what}", what or "/", f"x/{visitor.app.session.token}/{what}", "*"):
        assert visitor.ask(raw=raw).status in (400, 403)
    assert visitor.ask("state").status == 200


def test_another_name_that_leads_here_is_refused(visitor):
    port = visitor.app.port
    for host in (f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}", "", None):
        assert visitor.ask("state", headers={"Host": host}).status == 403
    assert visitor.ask("state", headers={"Host": f"localhost:{port}"}).status == 200


def test_only_the_page_itself_may_change_something(visitor):
    port = visitor.app.port
    for origin in ("http://evil.example", "null", None, f"http://127.0.0.1:{port + 1}"):
        for what in (
            *("solve", "stop", "close", "reload", "workbook?name=x.xlsx", "start/buy", "correct"),
            *("save", "study/stress", "go-on", "compare"),
        ):
            answer = visitor.ask(what, "POST", b"x", headers={"Origin": origin})
            assert answer.status == 403
    assert visitor.state()["workbook"] is None
    assert visitor.ask("close", "GET").status == 404


def test_only_this_computer_can_reach_it(app):
    assert app._server.server_address[0] == "127.0.0.1"


@pytest.fixture
def browser_start(monkeypatch):
    """What the browser is started with, as soon as it is started."""
    started: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr("webbrowser.open", lambda address: started.put(address) or True)
    return lambda: started.get(timeout=60)


def file_of(address) -> Path:
    """Path of a file that a browser is started with."""
    assert address.startswith("file:")
    return Path(url2pathname(urlsplit(address).path))


def ticket_in(text) -> str:
    """The path that the handed over file leads to."""
    (found,) = set(re.findall(r"http://127\.0\.0\.1:\d+(/[^\"]+/)", text))
    return found


def test_the_browser_is_started_with_a_file_that_leads_to_a_ticket(visitor, browser_start):
    visitor.app.open_browser(pytest.fail)
    file = file_of(browser_start())
    path = ticket_in(file.read_text())
    assert visitor.app.session.token not in file.read_text()
    assert visitor.ask(raw=path + "state").status == 403
    first, second = visitor.ask(raw=path), visitor.ask(raw=path)
    assert (first.status, first.headers["Location"]) == (303, f"/{visitor.app.session.token}/")
    assert second.status == 403
    assert not file.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a user's files apart by other means")
def test_only_the_planner_can_read_what_the_browser_is_started_with(visitor, browser_start):
    before = os.umask(0)
    try:
        visitor.app.open_browser(pytest.fail)
    finally:
        os.umask(before)
    address = browser_start()
    file = file_of(address)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.stat().st_uid == file.parent.stat().st_uid == os.getuid()
    assert ticket_in(file.read_text()).strip("/") not in address


@pytest.mark.parametrize("fault", [None, OSError("no display"), webbrowser.Error("none")])
def test_a_browser_that_is_not_found_is_told(visitor, monkeypatch, fault):
    def fail(address):
        if fault is not None:
            raise fault
        return False

    told = threading.Event()
    monkeypatch.setattr("webbrowser.open", fail)
    visitor.app.open_browser(told.set)
    assert told.wait(60)


def test_the_page_may_load_and_ask_its_own_server_only(visitor):
    answer = visitor.ask("")
    assert answer.headers["Content-Type"].startswith("text/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] is None


def answer_to(app, request: bytes) -> tuple[bytes, bytes]:
    """Head and body of the answer to any bytes."""
    with socket.create_connection(("127.0.0.1", app.port), timeout=60) as link:
        link.sendall(request)
        link.shutdown(socket.SHUT_WR)
        with link.makefile("rb") as file:
            head, _, body = file.read().partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /wrong/ HTTP/1.1", b"403"),
        ("GET /", b"403"),  # HTTP/0.9
        ("GARBAGE", b"400"),
        ("GET / HTTP/9.9x", b"400"),
        ("GET / HTTP/2.0", b"505"),
        ("<script>alert(1)</script> / HTTP/1.1", b"501"),
        ("HEAD / HTTP/1.1", b"501"),
        ("GET /" + "x" * 70_000 + " HTTP/1.1", b"414"),
        ("GET / HTTP/1.1" + 200 * "\r\nX-Many: 1", b"431"),
    ],
    ids=lambda given: str(given)[:24],
)
def test_every_error_has_a_policy_that_allows_nothing(app, request_line, status):
    head, body = answer_to(app, request_line.encode() + b"\r\n\r\n")
    assert head.split()[1] == status
    for rule in ("default-src", "base-uri", "form-action", "frame-ancestors"):
        assert f"{rule} 'none'".encode() in head
    assert b"Content-Type: application/json" in head
    assert b"X-Content-Type-Options: nosniff" in head
    assert (body == b"") == request_line.startswith("HEAD")


def test_every_part_that_the_page_names_is_served(visitor):
    for name, path in page_files.PAGE_FILES.items():
        assert visitor.ask(name).body == path.read_bytes()
    served = set(page_files.PAGE_FILES.values())
    assert {path for path in PAGE.iterdir() if path.is_file()} <= served


def test_an_internal_error_is_a_sentence_on_the_page_and_a_traceback_in_the_log(
    visitor, monkeypatch, caplog
):
    def fail():
        raise KeyError("inside")

    monkeypatch.setattr(visitor.app.session, "to_dict", fail)
    answer = visitor.ask("state")
    assert answer.status == 500
    assert "internal error (KeyError)" in json.loads(answer.body)["message"]
    assert b"inside" not in answer.body
    (record,) = caplog.records
    assert record.exc_info[0] is KeyError
    assert visitor.app.session.token not in record.getMessage()


# Many at once ---------------------------------------------------------------------------------


def test_six_hundred_requests_at_once_are_all_answered(visitor):
    resource = pytest.importorskip("resource", reason="no limits of POSIX on this system")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < 2048:
        pytest.skip("this system allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
    together = threading.Barrier(600)

    def ask(_):
        together.wait(60)
        return visitor.ask("state").status

    try:
        with ThreadPoolExecutor(600) as pool:
            assert list(pool.map(ask, range(600))) == [200] * 600
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_no_more_threads_answer_than_are_allowed(visitor, monkeypatch):
    """All threads wait inside an answer; one request more finds none that is free."""
    inside = 0
    count, full, go_on = threading.Lock(), threading.Event(), threading.Event()
    state, close_unauthorised = visitor.app.session.to_dict, visitor.app._server.close_unauthorised

    def slow():
        nonlocal inside
        with count:
            inside += 1
        assert go_on.wait(60)
        return state()

    def look():
        full.set()
        close_unauthorised()

    monkeypatch.setattr(visitor.app.session, "to_dict", slow)
    monkeypatch.setattr(visitor.app._server, "close_unauthorised", look)
    monkeypatch.setattr(
        bounded_server, "UNAUTHORISED_TIMEOUT", 0.0
    )  # those who are let in stay all the same
    with ThreadPoolExecutor(bounded_server.MAX_SERVER_THREADS + 1) as pool:
        asked = [
            pool.submit(visitor.ask, "state") for _ in range(bounded_server.MAX_SERVER_THREADS + 1)
        ]
        assert full.wait(60)
        assert inside <= bounded_server.MAX_SERVER_THREADS
        go_on.set()
        assert {each.result(60).status for each in asked} == {200}


@pytest.mark.parametrize("sent", [b"", b"G"], ids=["silent", "a byte now and then"])
def test_strangers_who_keep_all_threads_busy_make_room(visitor, monkeypatch, sent):
    monkeypatch.setattr(bounded_server, "UNAUTHORISED_TIMEOUT", 0.05)
    monkeypatch.setattr(
        http_server.AppRequestHandler, "timeout", None
    )  # no silence is too long by itself
    strangers = [
        socket.create_connection(("127.0.0.1", visitor.app.port), timeout=60)
        for _ in range(bounded_server.MAX_SERVER_THREADS)
    ]
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(visitor.ask, "state")
        while not wait([asked], timeout=0.02).done:
            for stranger in strangers:
                with suppress(OSError):
                    stranger.send(sent)
        assert asked.result().status == 200
    for stranger in strangers:
        stranger.close()


# Files ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def after_a_run(tmp_path_factory) -> Iterator[Visitor]:
    """Visitor of an app with one run; for tests that change neither."""
    folder = tmp_path_factory.mktemp("after a run")
    with served(folder / "outputs") as app:
        visitor = Visitor(app)
        visitor.upload(TUTORIAL)
        assert visitor.solve()["state"] == "done"
        (folder / "run.json").write_text("secret")
        yield visitor


@pytest.mark.parametrize(
    "what",
    [
        "../../etc/passwd",
        "runs/1/../../../../etc/passwd",
        "runs/1/..%2f..%2frun.json",
        "runs/1/%2e%2e/run.json",
        "runs/1//etc/passwd",
        "runs/1/run.json",
        "runs/1/case.xlsx",
        "runs/1/plan%00",
        "runs/0/plan",
        "runs/-1/plan",
        "runs/2/plan",
        "runs/1e0/plan",
        "runs/١/plan",
        "web_app.py",
        "..%5c..%5cserver.py",
        "page/app.html",
        "%2e%2e/app.html",
    ],
)
def test_no_address_leads_out_of_the_files_of_a_run(after_a_run, what):
    answer = after_a_run.ask(quote(what, safe="/%"))
    assert answer.status in (403, 404)
    assert b"secret" not in answer.body
    assert b"root:" not in answer.body


def test_a_link_in_the_folder_of_a_run_is_not_followed(visitor, tmp_path):
    visitor.upload(TUTORIAL)
    folder = Path(visitor.solve()["folder"])
    secret = tmp_path / "secret.json"
    secret.write_text("secret")
    (folder / "run.json").unlink()
    (folder / "run.json").symlink_to(secret)
    assert visitor.ask("runs/1/record").status == 404
    assert visitor.ask("runs/1/plan").status == 200


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../x.xlsx", "x.xlsx"),
        ("..\\..\\x.xlsx", "x.xlsx"),
        ("/etc/cron.d/x.xlsx", "x.xlsx"),
        ("..", "workbook.xlsx"),
        ("", "workbook.xlsx"),
        (".xlsx", "xlsx"),
        ("a\x00b\n.xlsx", "a_b_.xlsx"),
        ('x";rm -rf $HOME.xlsx', "x__rm -rf $HOME.xlsx"),
        ("NUL.xlsx", "_NUL.xlsx"),
        ("Łódź 2027 (v2).xlsx", "Łódź 2027 (v2).xlsx"),
        ("<script>.xlsx", "_script_.xlsx"),
    ],
)
def test_the_name_of_an_upload_is_made_harmless(visitor, given, name):
    assert safe_name(given) == name
    shown = visitor.upload(TUTORIAL, given)
    assert shown["name"] == name
    assert shown["read_error"] == ""
    root = visitor.app.session.folder.path.resolve()
    path = visitor.app.session.workbook.path.resolve()
    assert path.parent.parent == root
    assert path.parent.exists()


def test_a_long_name_fits_a_file_system(visitor):
    shown = visitor.upload(TUTORIAL, "釹" * 300 + ".xlsx")
    assert shown["read_error"] == ""
    assert len(shown["name"].encode()) < 200


# Workbooks ------------------------------------------------------------------------------------


def broken(tmp_path) -> Path:
    """A workbook with a misspelt site in B2 of Supply, and a sheet that nobody knows."""
    path = save(tmp_path / "broken.xlsx", Supply=[offer("kaz", "Kaaz")], Demand=[need(10)])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Thoughts")["A1"] = "why?"
    book.save(path)
    return path


def test_an_upload_is_checked_as_the_command_checks_it(visitor, tmp_path):
    path = broken(tmp_path)
    shown = visitor.upload(path, "broken.xlsx")
    findings = check(path)
    assert [(one["severity"], one["place"], one["message"]) for one in shown["findings"]] == [
        (finding.severity, finding.place, finding.message) for finding in findings
    ]
    assert shown["errors"] == sum(finding.severity == "error" for finding in findings) > 0
    assert shown["warnings"] == len(findings) - shown["errors"] > 0


def test_a_finding_stands_at_its_cell_and_the_cells_are_shown(visitor, tmp_path):
    shown = visitor.upload(broken(tmp_path))
    first = shown["findings"][0]
    assert first["place"] == "Supply!B2"
    sheet, row, column = first["position"]
    assert shown["sheets"][sheet]["name"] == "Supply"
    assert (row, column) == (1, 1)
    ask = f"cells?workbook={shown['number']}&sheet={sheet}&first=0"
    cells = json.loads(visitor.ask(ask).body)
    assert cells["rows"][0][:2] == ["offer", "site"]
    assert cells["rows"][row][column] == "Kaaz"


def test_a_finding_about_a_column_or_a_sheet_stands_at_a_header(tmp_path):
    path = tmp_path / "case.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "supply"
    book.active["A1"] = "our offers"
    book.active.append(["offer", "site", "Price"])
    book.active.append(["kaz", "Kaz", 5])
    book.save(path)
    read = WorkbookView(1, "case.xlsx", tmp_path)
    read.check()

    def place(sheet, cell="", column=""):
        return read.position_of(Finding("error", sheet, cell, column, "wrong"))

    assert place("Supply", "C3") == (0, 2, 2)
    assert place("Supply", "AB12") == (0, 11, 27)
    assert place("Supply", "C") == (0, 1, 2)
    assert place("Supply", column="price") == (0, 1, 2)
    assert place("Supply") == (0, 1, 0)
    assert place("Lanes") is None


def test_a_long_sheet_comes_in_blocks(visitor, tmp_path):
    offers = [offer(f"kaz {number}") for number in range(1, 701)]
    shown = visitor.upload(save(tmp_path / "long.xlsx", Supply=offers, Demand=[need(10)]))
    sheet = next(n for n, one in enumerate(shown["sheets"]) if one["name"] == "Supply")
    assert shown["sheets"][sheet]["rows"] == 701
    ask = f"cells?workbook={shown['number']}&sheet={sheet}&first={2 * ROWS_PER_BLOCK}"
    cells = json.loads(visitor.ask(ask).body)
    assert [row[0] for row in cells["rows"]] == [f"kaz {n}" for n in range(2 * ROWS_PER_BLOCK, 701)]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "workbook=1&sheet=99&first=0",
        "workbook=1&sheet=-1&first=0",
        "workbook=1&sheet=x&first=0",
    ],
)
def test_cells_that_are_not_there_are_refused(visitor, query):
    assert visitor.upload(TUTORIAL)["number"] == 1
    assert visitor.ask(f"cells?{query}").status == 404
    assert visitor.ask("cells?workbook=7&sheet=0&first=0").status == 409


def test_the_marked_copy_is_that_of_the_command(visitor, tmp_path):
    shown = visitor.upload(broken(tmp_path), "my case.xlsx")
    answer = visitor.ask("marked")
    assert 'filename="my case.checked.xlsx"' in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.body))
    assert "Check report" in book.sheetnames
    assert shown["findings"][0]["message"] in book["Supply"]["B2"].comment.text


def _zip(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty (0 bytes)"),
        (b"offer,site\nkaz,Kaz\n", "is text (CSV?)"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0 an old one", "old Excel file"),
        (_zip(**{"readme.txt": b"hello"}), "without an Excel workbook"),
        (b"PK\x03\x04 torn", "is damaged"),
        (b"\x00\x01\x02" * 50, "is not an Excel workbook"),
    ],
)
def test_a_file_that_is_no_workbook_is_told_once_and_clearly(visitor, content, said):
    shown = visitor.upload(content, "given.xlsx")
    assert shown["read_error"].startswith("given.xlsx: ")
    assert said in shown["read_error"]
    assert str(visitor.app.session.folder.path) not in shown["read_error"]
    assert shown["findings"] == []
    assert visitor.ask("solve", "POST", b"").status == 409
    assert visitor.ask("marked").status == 404


def test_a_workbook_without_its_sheets_has_a_report(visitor, tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "hello"
    book.save(tmp_path / "other.xlsx")
    shown = visitor.upload(tmp_path / "other.xlsx")
    assert shown["read_error"] == ""
    assert shown["errors"] > 0


def test_a_failure_of_the_program_is_a_sentence(visitor, monkeypatch):
    def fail(path):
        raise KeyError("inside")

    monkeypatch.setattr("optimizer.workbook_check.check", fail)
    shown = visitor.upload(TUTORIAL)
    assert "the program failed while it read the workbook (KeyError)" in shown["read_error"]


def test_a_workbook_that_is_too_big_is_refused_before_it_is_sent(visitor):
    size = {"Content-Length": str(MAX_WORKBOOK_BYTES + 1)}
    answer = visitor.ask("workbook?name=big.xlsx", "POST", headers=size)
    assert answer.status == 413
    assert "big.xlsx: has 100 MB" in json.loads(answer.body)["message"]
    for size in ("-1", "x", "", "٣"):
        headers = {"Content-Length": size.encode("utf-8").decode("latin-1")}
        assert visitor.ask("workbook?name=x.xlsx", "POST", headers=headers).status == 411
    assert visitor.ask("workbook", "POST", headers={"Transfer-Encoding": "chunked"}).status == 411
    assert visitor.state()["workbook"] is None


def test_an_upload_that_breaks_off_changes_nothing(visitor):
    visitor.upload(TUTORIAL, "good.xlsx")
    link = http.client.HTTPConnection("127.0.0.1", visitor.app.port, timeout=20)
    link.putrequest("POST", f"/{visitor.app.session.token}/workbook?name=torn.xlsx", skip_host=True)
    link.putheader("Host", visitor.host)
    link.putheader("Origin", f"http://{visitor.host}")
    link.putheader("Content-Length", "1000")
    link.endheaders(b"only this")
    link.close()
    assert visitor.state()["workbook"]["name"] == "good.xlsx"


def test_the_last_workbook_is_shown_and_the_one_before_is_gone(visitor):
    visitor.upload(TUTORIAL, "one.xlsx")
    before = visitor.app.session.workbook.path
    visitor.upload(TUTORIAL, "two.xlsx")
    assert visitor.state()["workbook"]["name"] == "two.xlsx"
    assert not before.exists()


def test_the_file_of_the_command_line_is_read_again_when_it_has_changed(tmp_path):
    path = broken(tmp_path)
    with WebApp(tmp_path / "outputs", workbook=path) as app:
        thread = threading.Thread(target=app.serve)
        thread.start()
        visitor = Visitor(app)
        while visitor.state()["reading"]:
            time.sleep(0.02)
        shown = visitor.state()["workbook"]
        assert shown["can_reload"]
        assert shown["errors"] == 1
        save(path, Supply=[offer("kaz")], Demand=[need(10)])
        assert visitor.post("reload")["workbook"]["errors"] == 0
        path.unlink()
        assert "cannot be read" in visitor.post("reload")["workbook"]["read_error"]
        visitor.post("close")
        thread.join(20)
        assert not thread.is_alive()


def test_an_upload_cannot_be_read_again(visitor):
    visitor.upload(TUTORIAL)
    assert visitor.ask("reload", "POST", b"").status == 409


def test_a_blank_workbook_is_to_be_had(visitor, tmp_path):
    answer = visitor.ask("template")
    assert "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.body))
    assert {"Settings", "Supply", "Rules"} <= set(book.sheetnames)


# Runs -----------------------------------------------------------------------------------------


def test_a_run_gives_the_plan_its_page_and_its_record(visitor, tmp_path):
    visitor.upload(TUTORIAL, "hand trader.xlsx")
    run = visitor.solve()
    assert (run["state"], run["status"], run["currency"]) == ("done", "optimal", "USD")
    assert run["objective"] == pytest.approx(50)  # 10 t of the one offer that is allowed, at 5
    assert run["shortage"] == 0
    assert run["audit"]["passed"] is True
    assert run["step"] == "write"
    assert set(run["files"]) == {"plan", "page", "record"}
    folder = tmp_path / "outputs" / "hand trader"
    assert Path(run["folder"]) == folder
    for word, name in plan_process.PLAN_FILES.items():
        answer = visitor.ask(f"runs/1/{word}")
        assert answer.status == 200
        assert answer.body == (folder / name).read_bytes()
    assert (folder / "hand trader.xlsx").read_bytes() == TUTORIAL.read_bytes()
    sent = visitor.ask("runs/1/plan").headers["Content-Disposition"]
    assert 'filename="hand trader plan.xlsx"' in sent


def test_the_page_of_a_run_is_alone_in_its_frame(visitor):
    visitor.upload(TUTORIAL)
    visitor.solve()
    shown, saved = visitor.ask("runs/1/page"), visitor.ask("runs/1/page?save")
    assert "Content-Disposition" not in shown.headers
    assert "attachment" in saved.headers["Content-Disposition"]
    policy = shown.headers["Content-Security-Policy"]
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "connect-src" not in policy
    own = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', shown.body.decode())
    for each in (policy, own[1]):
        for rule in ("default-src", "base-uri", "form-action"):
            assert f"{rule} 'none'" in each


def test_each_run_has_a_folder_of_its_own_and_they_stay(tmp_path):
    (tmp_path / "outputs" / "case").mkdir(parents=True)
    (tmp_path / "outputs" / "case" / "mine.txt").write_text("kept")
    with WebApp(tmp_path / "outputs") as app:
        thread = threading.Thread(target=app.serve)
        thread.start()
        visitor = Visitor(app)
        visitor.upload(TUTORIAL)
        folders = [Path(visitor.solve()["folder"]).name for _ in range(2)]
        assert [run["number"] for run in visitor.state()["runs"]] == [1, 2]
        work = app.session.folder.path
        visitor.post("close")
        thread.join(20)
    assert folders == ["case-2", "case-3"]
    assert not work.exists()
    assert (tmp_path / "outputs" / "case" / "mine.txt").read_text() == "kept"
    assert (tmp_path / "outputs" / "case-3" / "plan.xlsx").is_file()


def test_a_case_without_a_plan_is_told_and_has_a_page(visitor, tmp_path):
    visitor.upload(save(tmp_path / "hard.xlsx", **INFEASIBLE))
    run = visitor.solve()
    assert (run["state"], run["status"], run["objective"]) == ("done", "infeasible", None)
    assert run["repairs"]
    assert run["files"] == ["page"]
    assert visitor.ask("runs/1/plan").status == 404


def test_a_workbook_with_errors_is_not_solved(visitor, tmp_path):
    assert visitor.ask("solve", "POST", b"").status == 409
    visitor.upload(broken(tmp_path))
    answer = visitor.ask("solve", "POST", b"")
    assert answer.status == 409
    assert "without errors" in json.loads(answer.body)["message"]
    assert visitor.state()["runs"] == []
    assert not (tmp_path / "outputs").exists()


SLOW = """
import json, sys, time
def tell(**event):
    sys.stderr.write(json.dumps(event) + chr(10))
    sys.stderr.flush()
tell(step="solve")
tell(seconds=2.0, line="best plan 70, no plan can cost less than 40")
sys.stdin.buffer.read(1)
"""
"""A solve that does not come to an end by itself."""
BEST_SO_FAR = (
    SLOW
    + """
sys.stdout.write(json.dumps({"status": "interrupted", "objective": 70.0, "currency": "USD"}))
"""
)
DEAF = SLOW + "time.sleep(600)"
CRASH = "import os, sys; sys.stderr.write('Traceback: secret words'); os.abort()"


@pytest.fixture
def stand_in(monkeypatch):
    """Lets another program stand in for the solve."""
    start = subprocess.Popen

    def use(program):
        def started(words, **options):
            assert words[:5] == [sys.executable, "-P", "-m", "optimizer", "solve"]
            return start([sys.executable, "-c", program], **options)

        monkeypatch.setattr(command_process.subprocess, "Popen", started)

    return use


def begun(visitor):
    """The run once its solver has spoken."""
    visitor.upload(TUTORIAL)
    visitor.post("solve")
    deadline = time.monotonic() + 60
    while not (run := visitor.state()["runs"][-1])["lines"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return run


def test_progress_is_shown_and_stop_keeps_the_best_plan_so_far(visitor, stand_in):
    stand_in(BEST_SO_FAR)
    run = begun(visitor)
    assert (run["state"], run["step"]) == ("running", "solve")
    assert run["lines"] == ["best plan 70, no plan can cost less than 40"]
    answer = visitor.ask("solve", "POST", b"")
    assert answer.status == 409
    assert "wait for it, or stop it" in json.loads(answer.body)["message"]
    assert visitor.upload(TUTORIAL, "other.xlsx")["name"] == "other.xlsx"
    visitor.post("stop")
    assert visitor.app.session.runs[0].ended.wait(60)
    run = visitor.state()["runs"][0]
    assert (run["state"], run["status"], run["objective"]) == ("done", "interrupted", 70.0)


def test_a_solve_that_does_not_listen_is_killed_when_asked_again(visitor, stand_in):
    stand_in(DEAF)
    begun(visitor)
    assert visitor.post("stop")["runs"][0]["state"] == "stopping"
    visitor.post("stop")
    assert visitor.app.session.runs[0].ended.wait(60)
    run = visitor.state()["runs"][0]
    assert (run["state"], run["message"]) == ("stopped", "Stopped before there was a plan.")


def test_a_real_solve_stops_when_it_is_asked_to(visitor):
    visitor.upload(ROOT / "inputs" / "north_america.xlsx")
    visitor.post("solve")
    deadline = time.monotonic() + 60
    while not visitor.state()["runs"][0]["step"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    visitor.post("stop")
    assert visitor.app.session.runs[0].ended.wait(60)
    run = visitor.state()["runs"][0]
    assert run["state"] == "stopped"
    visitor.upload(TUTORIAL)
    assert visitor.solve()["state"] == "done"


def test_a_crash_of_the_solve_is_a_sentence_and_the_app_goes_on(visitor, stand_in, monkeypatch):
    visitor.upload(TUTORIAL)
    with monkeypatch.context():
        stand_in(CRASH)
        run = visitor.solve()
    assert run["state"] == "failed"
    assert "ended without an answer" in run["message"]
    assert "secret" not in json.dumps(run)
    assert visitor.ask("runs/1/plan").status == 404


def test_what_the_command_says_of_a_failure_is_shown(visitor, stand_in):
    visitor.upload(TUTORIAL)
    told = json.dumps({"status": "error", "message": "outputs is full", "exit_code": 1})
    stand_in(f"import sys; sys.stdout.write({told!r}); sys.exit(1)")
    run = visitor.solve()
    assert (run["state"], run["message"]) == ("failed", "Outputs is full.")


def test_closing_stops_the_solve_that_runs(tmp_path, stand_in):
    stand_in(DEAF)
    with WebApp(tmp_path / "outputs") as app:
        threading.Thread(target=app.serve, daemon=True).start()
        begun(Visitor(app))
        app.shut_down()
        running_process = app.session.runs[0]._process
        app.session.runs[0].stop()
    assert running_process.poll() is not None
    assert (tmp_path / "outputs").is_dir()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "outputs").write_text("a file")
    with WebApp(tmp_path / "outputs") as app:
        threading.Thread(target=app.serve, daemon=True).start()
        visitor = Visitor(app)
        visitor.upload(TUTORIAL)
        answer = visitor.ask("solve", "POST", b"")
        app.shut_down()
    assert answer.status == 409
    assert "outputs" in json.loads(answer.body)["message"]


# The command ----------------------------------------------------------------------------------


def test_the_app_opens_without_the_libraries_of_a_solve(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom optimizer.web_app import WebApp\n"
        "app = WebApp(Path('outputs'))\n"
        "heavy = {'pyomo', 'highspy', 'pandas', 'openpyxl', 'xlsxwriter', 'numpy', 'scipy'}\n"
        "found = heavy & {name.split('.')[0] for name in sys.modules}\n"
        "book = app.session.new_workbook('case.xlsx')\n"
        f"book.path.write_bytes(Path({str(TUTORIAL)!r}).read_bytes())\n"
        "app.session.check_and_show(book)\nassert book.solvable, book.read_error\n"
        "found |= {'pyomo', 'highspy'} & {name.split('.')[0] for name in sys.modules}\n"
        "app.close()\nsys.exit(' '.join(sorted(found)) or 0)"
    )
    root = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | root, capture_output=True
    )
    assert done.stderr.decode().strip() == ""
    assert done.returncode == 0


POSIX = pytest.mark.skipif(os.name == "nt", reason="signals and terminals of POSIX")


def command(tmp_path, *words, **options) -> subprocess.Popen:
    """``optimizer`` in a folder; what is temporary is in its folder ``temporary``."""
    temporary = tmp_path / "temporary"
    temporary.mkdir(exist_ok=True)
    own = {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "PYTHONUTF8": "1"}
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(
        [sys.executable, "-m", "optimizer", *words],
        cwd=tmp_path,
        env=os.environ | own | options.pop("env", {}),
        **(pipes | options),
    )


def state_at(address) -> dict:
    """What the page at an address knows, as soon as the first workbook is read."""
    host, _, rest = address.removeprefix("http://").partition("/")
    while True:
        link = http.client.HTTPConnection(host, timeout=60)
        link.request("GET", f"/{rest}state")
        state = json.loads(link.getresponse().read())
        link.close()
        if not state["reading"]:
            return state


def leftovers(tmp_path) -> list[Path]:
    """Folders of sessions and what they hold."""
    return sorted((tmp_path / "temporary").glob(f"{session_folder.SESSION_FOLDER_PREFIX}*/**/*"))


@POSIX
@pytest.mark.parametrize(
    ("word", "name"),
    [("open", "SIGINT"), ("serve", "SIGINT"), ("open", "SIGTERM"), ("open", "SIGHUP")],
)
def test_the_command_opens_answers_and_ends_with_a_signal(tmp_path, word, name):
    process = command(tmp_path, word, str(TUTORIAL), "--no-browser")
    address = process.stderr.readline().split()[-1]
    assert state_at(address)["version"] == optimizer.__version__
    assert TUTORIAL.name in [path.name for path in leftovers(tmp_path)]
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out == ""
    assert "Closed. Plans are kept in outputs." in err
    assert "Traceback" not in err
    assert list((tmp_path / "temporary").iterdir()) == []


@POSIX
def test_a_terminal_that_is_closed_ends_the_session_and_leaves_nothing(tmp_path):
    import fcntl
    import pty
    import termios

    own, other = pty.openpty()

    def take_terminal():
        fcntl.ioctl(other, termios.TIOCSCTTY, 0)

    words = ("open", str(TUTORIAL), "--no-browser")
    ends = {"stdin": other, "stdout": other, "stderr": other}
    process = command(
        tmp_path, *words, **ends, start_new_session=True, preexec_fn=take_terminal, text=False
    )
    os.close(other)
    said = b""
    while said.count(b"\n") < 2:
        said += os.read(own, 4096)
    assert state_at(said.splitlines()[0].split()[-1].decode())["workbook"]
    assert leftovers(tmp_path)
    os.close(own)
    assert process.wait(60) == 0
    assert list((tmp_path / "temporary").iterdir()) == []


@POSIX
def test_what_a_killed_session_has_left_is_removed_by_the_next_one(tmp_path):
    first = command(tmp_path, "open", str(TUTORIAL), "--no-browser")
    assert state_at(first.stderr.readline().split()[-1])["workbook"]
    living = command(tmp_path, "open", str(TUTORIAL), "--no-browser")
    assert state_at(living.stderr.readline().split()[-1])["workbook"]
    both = {path.parents[1] for path in leftovers(tmp_path) if path.name == TUTORIAL.name}
    assert len(both) == 2
    first.kill()
    first.communicate(timeout=60)
    (left,) = [path for path in both if not lock_is_held(path)]
    assert [path.name for path in left.glob("*/*")] == [TUTORIAL.name]
    third = command(tmp_path, "open", "--no-browser")
    state_at(third.stderr.readline().split()[-1])
    assert not left.exists()
    assert (both - {left}).pop().exists()
    for process in (living, third):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert list((tmp_path / "temporary").iterdir()) == []


def lock_is_held(folder: Path) -> bool:
    found = session_folder._open_locked(folder, "r+b")
    if found is not None:
        found.close()
    return found is None


def test_what_others_have_in_the_temporary_folder_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def made(name, *, lock=True):
        folder = tmp_path / f"{session_folder.SESSION_FOLDER_PREFIX}{name}"
        folder.mkdir()
        (folder / "case.xlsx").touch()
        if lock:
            (folder / session_folder.LOCK_FILE).touch()
        return folder

    dead, without_lock = made("dead"), made("without", lock=False)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / session_folder.LOCK_FILE).touch()
    link = tmp_path / f"{session_folder.SESSION_FOLDER_PREFIX}link"
    link.symlink_to(elsewhere)
    if os.name != "nt":
        other = os.getuid() + 1
        monkeypatch.setattr(os, "getuid", lambda: other)
        session_folder.remove_dead_folders()
        assert dead.exists()  # it is another user's
        monkeypatch.undo()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    living = session_folder.SessionFolder()
    session_folder.remove_dead_folders()
    assert not dead.exists()
    assert without_lock.exists()
    assert (elsewhere / session_folder.LOCK_FILE).exists()
    assert living.path.exists()
    living.remove()
    assert not living.path.exists()


@pytest.mark.parametrize("locks", ["that another session takes", "that the system has not"])
def test_a_session_begins_without_a_lock_too(tmp_path, monkeypatch, locks):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def refuse(descriptor):
        raise OSError(locks)

    monkeypatch.setattr(session_folder, "_lock_descriptor", refuse)
    session = session_folder.SessionFolder()
    monkeypatch.undo()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    session_folder.remove_dead_folders()
    assert list(tmp_path.iterdir()) == [session.path]
    session.remove()
    assert list(tmp_path.iterdir()) == []


BROWSER = """
    import re, sys, urllib.request
    from urllib.parse import urlsplit

    [start] = sys.argv[1:]
    text = urllib.request.urlopen(start).read().decode()
    ticket = re.search('http://[^"]+/', text)[0]
    page = urllib.request.urlopen(ticket, timeout=60)
    address = page.geturl()
    with open("browser.txt", "w") as file:
        file.write(start + chr(10) + page.read().decode())
    origin = "http://" + urlsplit(address).netloc
    asked = urllib.request.Request(address + "close", b"", {"Origin": origin})
    urllib.request.urlopen(asked, timeout=60).read()
"""
"""A browser that stays until it has its page, and closes the session then."""


@POSIX
def test_a_browser_that_stays_in_the_terminal_has_its_page(tmp_path):
    program = tmp_path / "browser.py"
    program.write_text(textwrap.dedent(BROWSER))
    process = command(tmp_path, "open", env={"BROWSER": f"{sys.executable} {program} %s"})
    try:
        _, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0, err
    start, page = (tmp_path / "browser.txt").read_text().split("\n", 1)
    assert start.startswith("file:")
    assert page.encode() == (PAGE / "app.html").read_bytes()


@POSIX
def test_only_the_first_of_several_signals_interrupts():
    before = [signal.getsignal(each) for each in TERMINATION_SIGNALS]
    with termination_signals.interrupted_by_signals():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGHUP)
        for each in TERMINATION_SIGNALS:
            signal.raise_signal(each)
    with termination_signals.signals_ignored():
        for each in TERMINATION_SIGNALS:
            signal.raise_signal(each)
    assert [signal.getsignal(each) for each in TERMINATION_SIGNALS] == before


@POSIX
def test_a_session_that_is_to_outlive_its_terminal_does():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with termination_signals.interrupted_by_signals():
            signal.raise_signal(signal.SIGHUP)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_port_that_is_taken_and_a_file_that_is_missing_are_wrong_use(app, tmp_path):
    with pytest.raises(UsageError, match=f"port {app.port} cannot be used"):
        WebApp(tmp_path, app.port)
    with pytest.raises(UsageError, match="port 70000 is not from 0 to 65535"):
        WebApp(tmp_path, 70000)
    with pytest.raises(UsageError, match="no such file"):
        WebApp(tmp_path, 0, tmp_path / "nowhere.xlsx")
