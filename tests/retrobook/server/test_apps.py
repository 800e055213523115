"""Kernels: each for one visitor, thin, private, ended in time."""

from __future__ import annotations

import re
import stat
import time
from pathlib import Path

import pytest

from tests.retrobook.server import channel
from tests.retrobook.server.channel import message
from tests.retrobook.server.conftest import ROOT, Browser, RunningServer, eventually, kernel_of, look
from tests.retrobook.server.notebooks import LOOK_AROUND, app

SECRET = "correct-horse-battery"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from tests.retrobook.server.conftest import two_projects

    home = tmp_path_factory.mktemp("apps") / "home"
    found = RunningServer(
        home, RETROBOOK_NEO4J_PASSWORD=SECRET, DATABASE_PASSWORD=SECRET, RETROBOOK_KERNEL_IDLE_SECONDS="600"
    )
    found.fill(two_projects)
    app(home, "look_around", LOOK_AROUND)
    app(
        home,
        "parameterised",
        "note: str = 'none'",
        "import json; print('LOOK' + json.dumps({'note': note}) + 'AROUND')",
    )
    app(home, "broken", "raise ValueError('the secret of the cellar')")
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def bridge(server: RunningServer):
    with server.sign_in("bridge", server.add_person("bridge", ["unit:Works/bridge"])) as browser:
        yield browser


@pytest.fixture(scope="module")
def tunnel(server: RunningServer):
    with server.sign_in("tunnel", server.add_person("tunnel", ["unit:Works/tunnel"])) as browser:
        yield browser


@pytest.fixture(scope="module")
def page(bridge: Browser) -> str:
    answer = bridge.get("/apps/look_around?q=one")
    assert answer.status_code == 200
    return answer.text


def test_a_kernel_works_for_its_visitor_and_sees_what_they_may(page: str):
    said = look(page)
    assert (said["name"], said["via"], said["projects"]) == ("bridge", "kernel", 1)


def test_a_kernels_environment_holds_no_secret(page: str, server: RunningServer):
    names = set(look(page)["environment"])
    assert {"RETROBOOK_URL", "RETROBOOK_HANDLE", "PATH", "HOME", "LANG"} <= names
    assert not {name for name in names if re.search("PASSWORD|SECRET|TOKEN|KEY|NEO4J|HTTP_|COOKIE|AUTH", name)}
    for pid in server.kernels():
        held = Path(f"/proc/{pid}/environ").read_bytes()
        assert SECRET.encode() not in held
        assert server.token.encode() not in held


def test_a_kernels_channels_are_sockets_in_a_folder_nobody_else_can_enter(page: str):
    folder = Path(look(page)["cwd"]).parent
    assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
    channels = [path for path in folder.glob(f"kernel-{kernel_of(page)}-ipc-*") if path.is_socket()]
    assert len(channels) == 5


def test_the_query_reaches_the_kernel_as_text_and_nothing_more(bridge: Browser):
    query = "q=%22;import%20os;os.abort()%0A%00&token2=$(id)&QUERY_STRING=x&RETROBOOK_HANDLE=forged"
    said = look(bridge.get(f"/apps/look_around?{query}").text)
    assert said["query"] == query
    assert said["name"] == "bridge"


@pytest.mark.parametrize(
    "value", ["'); import os; os.abort()", '"""\nraise SystemExit', "\\'+str(1/0)+'", "{1/0}", "\u2028x\r\nimport os"]
)
def test_a_parameter_in_an_address_is_a_value_and_never_code(bridge: Browser, value: str):
    page = bridge.get("/apps/parameterised", params={"note": value, "unknown": "x"}).text
    assert look(page) == {"note": value.strip()}


@pytest.mark.parametrize("header", ["X-Retrobook-Handle", "RETROBOOK_HANDLE", "X-Forwarded-User", "Query-String"])
def test_no_header_reaches_a_kernel(bridge: Browser, server: RunningServer, header: str):
    said = look(bridge.get("/apps/look_around", headers={header: server.token}).text)
    assert said["name"] == "bridge"
    assert not [name for name in said["environment"] if name.startswith("HTTP_")]


@pytest.mark.parametrize("query", ["template=nosuch", "template=../../x", "theme=dark", "template=reveal&theme=x"])
def test_a_visitor_chooses_neither_template_nor_theme(bridge: Browser, query: str):
    answer = bridge.get(f"/apps/look_around?{query}", timeout=30)
    assert answer.status_code == 200
    assert look(answer.text)["name"] == "bridge"


@pytest.mark.parametrize("v1", [False, True], ids=["json", "v1"])
@pytest.mark.parametrize("on", ["shell", "control", "stdin", "iopub"])
def test_no_message_makes_a_kernel_run_code(server: RunningServer, bridge: Browser, page: str, v1: bool, on: str):
    spoor = server.home / f"spoor-{v1}-{on}"
    code = f"from pathlib import Path; Path({str(spoor)!r}).write_text('x')"
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {"x": code}}
    sent = [
        message("execute_request", content, on),
        message("inspect_request", {"code": code, "cursor_pos": 3, "detail_level": 1}, on),
        message("complete_request", {"code": code, "cursor_pos": 3}, on),
        message("input_reply", {"value": code}, on),
        message("debug_request", {"type": "request", "command": "evaluate", "arguments": {"expression": code}}, on),
        message("history_request", {"hist_access_type": "tail", "n": 9}, on),
        message("kernel_info_request", {}, "shell"),
    ]
    heard = channel.talk(server.url, kernel_of(page), bridge.cookie_header(), sent, seconds=1.5, v1=v1)
    assert heard
    assert not channel.kinds(heard) & {
        "execute_reply",
        "inspect_reply",
        "complete_reply",
        "debug_reply",
        "history_reply",
    }
    assert not spoor.exists()


@pytest.mark.parametrize(
    "sent",
    ["not json", "[]", "{}", b"\x00", b"\xff" * 64, '{"header": {}}', '{"header": {"msg_type": ["execute_request"]}}',
     '{"header": {"msg_type": "comm_msg"}, "header": {"msg_type": "execute_request"}}'],
)  # fmt: skip
def test_malformed_messages_harm_nobody(server: RunningServer, bridge: Browser, page: str, sent):
    channel.talk(server.url, kernel_of(page), bridge.cookie_header(), [sent], seconds=0.5)
    heard = channel.talk(server.url, kernel_of(page), bridge.cookie_header(), [message("kernel_info_request", {})])
    assert "kernel_info_reply" in channel.kinds(heard)


def test_widgets_can_be_used(server: RunningServer, bridge: Browser, page: str):
    model = re.search(r'"model_id": "([0-9a-f]{32})"', page)
    assert model
    press = message("comm_msg", {"comm_id": model[1], "data": {"method": "custom", "content": {"event": "click"}}})
    heard = channel.talk(server.url, kernel_of(page), bridge.cookie_header(), [press])
    assert any("Pressed as bridge" in str(item) for item in heard)


def test_another_visitors_kernel_is_not_there(server: RunningServer, bridge: Browser, tunnel: Browser, page: str):
    kernel = kernel_of(page)
    assert channel.refusal(server.url, kernel, bridge.cookie_header()) == 101
    assert channel.refusal(server.url, kernel, tunnel.cookie_header()) == 404
    assert channel.refusal(server.url, kernel) == 401
    assert channel.refusal(server.url, kernel, Authorization=f"Bearer {server.token}") == 404
    assert channel.refusal(server.url, kernel, bridge.cookie_header(), Origin="https://evil.example") == 403
    assert channel.refusal(server.url, kernel, bridge.cookie_header(), Origin="http://[nowhere") == 403
    assert bridge.get(f"/api/kernels/{kernel}").status_code == 200
    assert tunnel.get(f"/api/kernels/{kernel}").status_code == 404
    assert tunnel.submit(f"/voila/api/shutdown/{kernel}").status_code == 404
    assert bridge.delete(f"/api/kernels/{kernel}", headers={"X-XSRFToken": bridge.xsrf}).status_code in (400, 405)
    assert bridge.get(f"/api/kernels/{kernel}").status_code == 200
    for action in ("interrupt", "restart"):
        headers = {"X-XSRFToken": bridge.xsrf}
        assert bridge.post(f"/api/kernels/{kernel}/{action}", headers=headers).status_code == 404


def test_leaving_a_page_ends_its_kernel(server: RunningServer, bridge: Browser):
    kernel = kernel_of(bridge.get("/apps/look_around").text)
    before = len(server.kernels())
    assert bridge.post(f"/voila/api/shutdown/{kernel}").status_code == 403
    beacon = {"_xsrf": (None, bridge.xsrf)}
    assert bridge.post(f"/voila/api/shutdown/{kernel}", files=beacon).status_code == 204
    assert eventually(lambda: len(server.kernels()) < before)
    assert bridge.get(f"/api/kernels/{kernel}").status_code == 404


def test_signing_out_ends_kernels_and_their_handles(server: RunningServer):
    import httpx

    password = server.add_person("gone", ["unit:Works/bridge"])
    before = set(server.kernels())
    with server.sign_in("gone", password) as browser:
        browser.get("/apps/look_around")
        kernels = set(server.kernels()) - before
        assert kernels
        held = Path(f"/proc/{kernels.pop()}/environ").read_bytes().split(b"\0")
        handle = next(item for item in held if item.startswith(b"RETROBOOK_HANDLE=")).decode().partition("=")[2]
        headers = {"Authorization": f"Bearer {handle}"}
        ask = server.url + "api/operations/who_am_i"
        assert httpx.post(ask, json={}, headers=headers).json()["name"] == "gone"
        assert httpx.get(server.url, headers=headers).status_code == 403
        assert httpx.get(server.url + "apps/look_around", headers=headers).status_code == 403
        assert httpx.post(server.url + "api/operations/list_people", json={}, headers=headers).status_code == 403
        browser.submit("/logout")
        assert httpx.post(ask, json={}, headers=headers).status_code == 401
    assert eventually(lambda: not set(server.kernels()) - before)


def test_a_cell_that_fails_shows_nothing_of_the_inside(bridge: Browser):
    answer = bridge.get("/apps/broken")
    assert "the secret of the cellar" not in answer.text
    assert "Traceback" not in answer.text


def test_unknown_apps_name_the_nearest(bridge: Browser):
    answer = bridge.get("/apps/look_arond")
    assert answer.status_code == 404
    assert "look_around" in answer.text


def test_what_a_kernel_imports_stays_thin():
    import subprocess
    import sys

    code = (
        "import sys, kg; from widgets.apps import lesson_search; print(*{name.split('.')[0] for name in sys.modules})"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    heavy = {"torch", "sentence_transformers", "transformers", "sklearn", "scipy", "pandas", "kglite", "neo4j", "jieba"}
    assert not heavy & set(said.split())


def test_apps_may_load_nothing_from_elsewhere(bridge: Browser):
    policy = bridge.get("/apps/look_around").headers["content-security-policy"]
    assert "http" not in policy
    assert "frame-ancestors 'self'" in policy


def test_unused_kernels_end(tmp_path: Path):
    server = RunningServer(tmp_path / "home", RETROBOOK_KERNEL_IDLE_SECONDS="2")
    app(server.home, "look_around", LOOK_AROUND)
    server.start()
    try:
        with server.owner() as browser:
            browser.get("/apps/look_around")
            assert server.kernels()
            assert eventually(lambda: not server.kernels(), 15)
    finally:
        server.stop()


def test_a_kernel_that_waited_is_given_to_one_visitor_once(tmp_path: Path):
    server = RunningServer(tmp_path / "home", RETROBOOK_SPARE_KERNELS="1", RETROBOOK_KERNEL_IDLE_SECONDS="3")
    app(server.home, "look_around", LOOK_AROUND)
    server.start()
    passwords = {name: server.add_person(name, ["*"]) for name in ("first", "second")}
    try:
        assert eventually(lambda: len(server.kernels()) == 1)
        (waiting,) = server.kernels()
        assert b"RETROBOOK_HANDLE=\0" in Path(f"/proc/{waiting}/environ").read_bytes()
        time.sleep(4)
        said = {}
        for name, password in passwords.items():
            with server.sign_in(name, password) as browser:
                said[name] = look(browser.get("/apps/look_around?q=%27%29%3Bx").text)
        assert {name: page["name"] for name, page in said.items()} == {"first": "first", "second": "second"}
        assert said["first"]["query"] == "q=%27%29%3Bx"
        assert said["first"]["pid"] == waiting
        assert said["second"]["pid"] != waiting
        assert eventually(lambda: len(server.kernels()) == 1 and waiting not in server.kernels())
    finally:
        server.stop()
    assert not server.home.joinpath("runtime.json").exists()


def test_too_many_apps_are_refused_kindly(tmp_path: Path):
    server = RunningServer(tmp_path / "home", RETROBOOK_KERNEL_LIMIT="1")
    app(server.home, "look_around", LOOK_AROUND)
    server.start()
    try:
        with server.owner() as browser:
            kernel = kernel_of(browser.get("/apps/look_around").text)
            refused = browser.get("/apps/look_around").text
            assert "data-no-kernel" in refused
            assert "LOOK" not in refused
            assert len(server.kernels()) == 1
            browser.submit(f"/voila/api/shutdown/{kernel}")
            assert browser.get("/apps/look_around").status_code == 200
            assert len(server.kernels()) == 1
    finally:
        server.stop()
