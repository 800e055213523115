from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from retrobook.server.sessions import Sessions
from retrobook.server.throttle import PER_NAME_AND_ADDRESS, WINDOW, Throttle
from tests.retrobook.server.conftest import RunningServer


def test_a_person_signs_in_and_is_who_they_are(server: RunningServer):
    password = server.add_person("ada", ["unit:Works/bridge"])
    with server.sign_in("ada", password) as browser:
        assert browser.call("who_am_i").json() | {"display_name": "ada"} == {
            "name": "ada", "display_name": "ada", "roles": ["member"], "scopes": ["unit:Works/bridge"],
            "language": "en", "via": "session", "acting_for": None,
        }  # fmt: skip


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(server: RunningServer):
    with server.client() as browser:
        cookie = browser.get(f"/login?token={server.token}").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age" in cookie


def test_strangers_are_sent_to_sign_in_and_come_back(server: RunningServer):
    password = server.add_person("back")
    with server.client() as browser:
        answer = browser.get("/reports/x/content?y=1")
        assert (answer.status_code, answer.headers["location"]) == (302, "/login?next=%2Freports%2Fx%2Fcontent%3Fy%3D1")
        browser.get("/login")
        answer = browser.submit("/login", name="back", password=password, next="/search?q=1")
        assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=1")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "x"])
def test_signing_in_never_leads_to_another_site(server: RunningServer, target: str):
    with server.client() as browser:
        browser.get("/login")
        answer = browser.get("/login", params={"token": server.token, "next": target})
        assert answer.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/?token=wrong", "/login?token=wrong"])
def test_a_bad_token_is_refused(server: RunningServer, path: str):
    with server.client(follow_redirects=True) as browser:
        assert browser.get(path).status_code == 403
        assert browser.get("/", follow_redirects=False).status_code == 302


def test_an_operation_without_identity_is_401(server: RunningServer):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer rbk_forged"}):
        answer = httpx.post(server.url + "api/operations/who_am_i", json={}, headers=headers)
        assert answer.status_code == 401, headers
        assert answer.json()["code"] == "not_signed_in"


def test_a_bad_token_is_not_mended_by_a_good_cookie(server: RunningServer):
    with server.owner() as browser:
        answer = browser.post("/api/operations/who_am_i", json={}, headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 401


@pytest.mark.parametrize("header", ["X-Retrobook-Handle", "X-Forwarded-User", "Remote-User", "X-Retrobook-Visitor"])
def test_no_header_says_who_somebody_is(server: RunningServer, header: str):
    answer = httpx.post(server.url + "api/operations/who_am_i", json={}, headers={header: server.token})
    assert answer.status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "2|1:0|10:1700000000|9:retrobook|4:YWRh|0000"])
def test_a_forged_cookie_is_nobody(server: RunningServer, cookie: str):
    port = httpx.URL(server.url).port
    answer = httpx.get(server.url, headers={"Cookie": f"retrobook-{port}={cookie}"})
    assert answer.status_code == 302


def test_wrong_name_and_wrong_password_are_told_alike(server: RunningServer):
    server.add_person("bob")
    seconds, pages = [], []
    for name in ("bob", "nobody-here"):
        with server.client() as browser:
            browser.get("/login")
            start = time.perf_counter()
            answer = browser.submit("/login", name=name, password="a wrong password")
            seconds.append(time.perf_counter() - start)
            assert answer.status_code == 401
            pages.append(answer.text.replace(browser.xsrf, ""))
    assert len(pages[0]) == pytest.approx(len(pages[1]), abs=80)
    assert max(seconds) < 5 * min(seconds)


def test_guessing_is_slowed_down(server: RunningServer):
    password = server.add_person("carla")
    with server.client() as browser:
        browser.get("/login")
        for _ in range(PER_NAME_AND_ADDRESS):
            assert browser.submit("/login", name="carla", password="a wrong password").status_code == 401
        answer = browser.submit("/login", name="carla", password=password)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


def test_the_throttle_forgets_and_keeps_names_apart():
    now = [0.0]
    throttle = Throttle(clock=lambda: now[0])
    for _ in range(PER_NAME_AND_ADDRESS):
        throttle.failed("Ada", "10.0.0.1")
    assert throttle.wait("ada", "10.0.0.1") > 0
    assert throttle.wait("ada", "10.0.0.2") == 0
    assert throttle.wait("bob", "10.0.0.1") == 0
    now[0] = WINDOW + 1
    assert throttle.wait("ada", "10.0.0.1") == 0


def test_signing_out_ends_the_session(server: RunningServer):
    with server.owner() as browser, server.client() as thief:
        thief.cookies.update(browser.cookies)
        assert thief.call("who_am_i").status_code == 200
        assert browser.submit("/logout").status_code == 200
        assert thief.call("who_am_i").status_code == 401


def test_a_link_alone_signs_nobody_out(server: RunningServer):
    with server.owner() as browser:
        browser.get("/logout")
        assert browser.call("who_am_i").status_code == 200


def test_a_disabled_person_is_out(server: RunningServer):
    password = server.add_person("dora")
    with server.sign_in("dora", password) as browser:
        assert browser.call("who_am_i").status_code == 200
        with server.graph() as graph:
            graph.add_person(name="dora", disabled=True, replace=True)
        assert browser.call("who_am_i").status_code == 401
    with server.client() as browser:
        browser.get("/login")
        assert browser.submit("/login", name="dora", password=password).status_code == 401


def test_a_new_password_ends_older_sessions(server: RunningServer):
    password = server.add_person("emil")
    with server.sign_in("emil", password) as browser:
        fresh = server.add_person("emil", replace=True)
        assert browser.call("who_am_i").status_code == 401
    server.sign_in("emil", fresh).close()


def test_a_form_without_its_token_is_refused(server: RunningServer):
    with server.owner() as browser:
        assert browser.post("/logout").status_code == 403
        assert browser.post("/language", data={"language": "zh"}).status_code == 403
        foreign = {"Origin": "https://evil.example"}
        assert browser.post("/logout", data={"_xsrf": browser.xsrf}, headers=foreign).status_code == 403
        assert browser.call("who_am_i").status_code == 200


def test_the_owner_acts_as_sample_people_only_and_marked(server: RunningServer):
    server.add_person("sample-eve", ["unit:Works/tunnel"], sample=True)
    password = server.add_person("frank")
    with server.owner() as browser:
        assert browser.submit("/act-as", person="frank").status_code == 403
        assert browser.submit("/act-as", person="sample-eve").status_code == 200
        said = browser.call("who_am_i").json()
        assert (said["name"], said["acting_for"]) == ("sample-eve", "local")
        assert browser.call("list_projects").json()["total"] == 1
        assert browser.call("list_people").status_code == 403
        assert browser.submit("/act-as", person="").status_code == 200
        assert browser.call("list_projects").json()["total"] == 2
    with server.sign_in("frank", password) as browser:
        assert browser.submit("/act-as", person="sample-eve").status_code == 403


def test_sessions_end_in_time_and_outlive_a_restart(tmp_path):
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    sessions = Sessions(tmp_path, 7, clock=lambda: now[0])
    secret, owners = sessions.open("ada", "hash"), sessions.open(None)
    assert (tmp_path / "sessions.json").stat().st_mode & 0o077 == 0
    assert secret not in (tmp_path / "sessions.json").read_text()
    again = Sessions(tmp_path, 7, clock=lambda: now[0])
    found = again.find(secret)
    assert found is not None
    assert found.person == "ada"
    assert again.find(owners) is None
    now[0] += timedelta(days=7, seconds=1)
    assert again.find(secret) is None
    assert sessions.find(secret) is None
