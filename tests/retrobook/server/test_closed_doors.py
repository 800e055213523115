"""What Voila and Jupyter would offer, and this server does not."""

from __future__ import annotations

import http.client

import httpx
import pytest

from tests.retrobook.server.conftest import RunningServer

NOT_THERE = [
    "/voila", "/voila/tree", "/voila/tree/apps", "/voila/render/apps/look_around.ipynb", "/voila/render/x.ipynb",
    "/voila/files/", "/voila/files/apps/look_around.ipynb", "/voila/files/picture.png", "/voila/files/.hidden.png",
    "/voila/api/contents", "/voila/api/contents/apps", "/api/contents", "/api/contents/apps", "/api/kernels",
    "/api/kernelspecs", "/api/sessions", "/api/terminals", "/api/config", "/api/settings", "/api/me", "/terminals/1",
    "/terminals/websocket/1", "/files/graph.kgl", "/tree", "/lab", "/notebooks/x.ipynb", "/nbconvert/html/x.ipynb",
    "/voila/query/00000000-0000-0000-0000-000000000000", "/voila/execution/00000000-0000-0000-0000-000000000000",
    "/metrics", "/api/status", "/look_around.ipynb", "/view/x", "/custom/custom.css", "/runtime.json", "/graph.kgl",
    "/apps/", "/apps/..%2Freports%2Fx", "/apps/look_around.ipynb", "/apps/.hidden", "/apps/nosuch", "/apps/%00",
    "/apps/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/reports/../graph.kgl", "/reports/..%2Fgraph.kgl/content",
    "/reports/%2e%2e/content", "/reports/failed/content",
]  # fmt: skip

TRAVERSALS = [
    f"{root}{path}"
    for root in (
        "/static/", "/voila/static/", "/voila/labextensions/", "/voila/templates/lab/static/", "/voila/templates/",
        "/voila/api/themes/",
    )
    for path in (
        "../../../../../../../../etc/passwd", "..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "%2fetc%2fpasswd",
        "....//....//....//etc/passwd", "..\\..\\..\\..\\etc\\passwd", ".git/config", "%00", "../static", "..", ".",
        "x/static/../../../../../../../etc/passwd", "../../static/x", "base/../../../../etc/passwd",
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def browser(server: RunningServer):
    (server.home / ".hidden.png").write_bytes(b"secret")
    with server.owner() as found:
        yield found


@pytest.mark.parametrize("path", NOT_THERE)
def test_nothing_is_there_even_for_the_owner(server: RunningServer, browser, path: str):
    answer = raw(server, path, browser.cookie_header())
    assert answer.status in (400, 403, 404), path
    assert b"Traceback" not in answer.read()


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leads_out_of_the_static_folders(server: RunningServer, browser, path: str):
    answer = raw(server, path, browser.cookie_header())
    body = answer.read()
    assert answer.status in (400, 403, 404), (path, answer.status)
    assert b"root:" not in body


@pytest.mark.parametrize(
    "path",
    ["/voila/static/voila.js", "/voila/templates/base/static/voila.js", "/voila/labextensions/anywidget/package.json"],
)
def test_the_front_end_is_there_for_those_signed_in_alone(server: RunningServer, browser, path: str):
    assert httpx.get(server.url.rstrip("/") + path).status_code == 401
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/login", "/nosuch", "/static/retrobook.css", "/api/openapi.json", "/healthz"])
def test_every_answer_carries_the_headers(server: RunningServer, browser, path: str):
    headers = browser.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers


def test_pages_allow_no_foreign_and_no_inline_script(browser):
    policy = browser.get("/nosuch").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe" not in scripts
    assert "http" not in scripts


def test_error_pages_are_friendly_in_both_languages(server: RunningServer):
    for language, words in (("en", "There is nothing here"), ("zh", "没有")):
        answer = httpx.get(server.url + "nosuch", headers={"Accept-Language": f"{language};q=0.9"})
        assert answer.status_code == 404
        assert words in answer.text
        assert "Traceback" not in answer.text


def test_the_language_follows_the_choice_then_the_browser(server: RunningServer):
    with server.client() as stranger:
        assert stranger.get("/login", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).headers["content-language"] == "zh"
        assert stranger.get("/login", headers={"Accept-Language": "fr"}).headers["content-language"] == "en"
        assert stranger.get("/login?lang=zh").headers["content-language"] == "zh"
        answer = stranger.submit("/language", language="zh", next="/login?next=%2F")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2F")
        assert stranger.get("/login", headers={"Accept-Language": "en"}).headers["content-language"] == "zh"


def test_methods_that_are_not_meant_do_nothing(server: RunningServer, browser):
    for method in ("PUT", "DELETE", "PATCH"):
        answer = browser.request(method, "/login", headers={"X-XSRFToken": browser.xsrf})
        assert answer.status_code in (400, 403, 405)


def raw(server: RunningServer, path: str, cookies: str) -> http.client.HTTPResponse:
    """Ask for a path exactly as written: clients would tidy it up."""
    url = httpx.URL(server.url)
    connection = http.client.HTTPConnection(url.host, url.port, timeout=30)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", f"{url.host}:{url.port}")
    connection.putheader("Cookie", cookies)
    connection.endheaders()
    return connection.getresponse()
