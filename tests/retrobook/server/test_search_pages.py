"""The search page over HTTP: its buttons work without a script, and show nobody else's things."""

from __future__ import annotations

from urllib.parse import quote

import pytest

BRIDGE, TUNNEL = "project:test:bridge", "project:test:tunnel"


def test_the_buttons_of_the_page_work_as_plain_forms(server):
    password = server.add_person("sam", ["unit:Works"])
    with server.sign_in("sam", password) as sam:
        page = sam.get(f"/search?q=dig&for={BRIDGE}")
        assert page.status_code == 200
        back = f"/search?q=dig&for={BRIDGE}"
        fields = {"do": "heed", "lesson": "lesson:test:tunnel", "project": BRIDGE, "next": back}
        answer = sam.submit("/search/do", **fields)
        assert answer.url.query == sam.get(back).url.query
        assert 'aria-pressed="true"' in answer.text
        assert "Lessons to heed" in sam.get(f"/projects/{BRIDGE}").text
        sam.submit("/search/do", **{**fields, "do": "unheed"})
        assert "Lessons to heed" not in sam.get(f"/projects/{BRIDGE}").text
        answer = sam.submit("/search/do", do="save", name="Digging well", query="?q=dig", next="/search?q=dig")
        assert "Digging well" in answer.text


def test_a_form_of_another_site_does_nothing(server):
    password = server.add_person("kim", ["unit:Works"])
    with server.sign_in("kim", password) as kim:
        fields = {"do": "save", "name": "x", "query": "?q=dig"}
        assert kim.post("/search/do", data=fields).status_code == 403
        evil = {"Origin": "https://evil.example"}
        assert kim.post("/search/do", data={"_xsrf": kim.xsrf, **fields}, headers=evil).status_code == 403
        assert kim.call("list_saved_searches").json()["searches"] == []
        away = kim.submit("/search/do", **fields, next="https://evil.example/")
        assert str(away.url).startswith(server.url)


def test_saved_searches_and_lists_stay_with_those_they_belong_to(server):
    passwords = {name: server.add_person(name, [f"unit:Works/{name}"]) for name in ("bridge", "tunnel")}
    with server.sign_in("bridge", passwords["bridge"]) as bridge:
        bridge.submit("/search/do", do="save", name="Our secret worry", query="?q=dig")
        kept = bridge.call("list_saved_searches").json()["searches"][0]["id"]
        bridge.submit("/search/do", do="heed", lesson="lesson:test:bridge", project=BRIDGE)
    with server.sign_in("tunnel", passwords["tunnel"]) as tunnel:
        for path in ("/search", "/search?q=dig", f"/search?q=dig&saved={kept}", f"/search?q=dig&for={BRIDGE}"):
            page = tunnel.get(path)
            assert page.status_code == 200
            assert "secret worry" not in page.text
            assert "The bridge" not in page.text
        assert tunnel.get(f"/search?around={BRIDGE}").text.count("There is no such record")
        assert tunnel.submit("/search/do", do="heed", lesson="lesson:test:bridge", project=TUNNEL).status_code == 404
        assert tunnel.submit("/search/do", do="forget", id=kept).status_code == 404


def test_surroundings_have_an_address_of_their_own(server):
    with server.owner() as owner:
        page = owner.get(f"/around/{quote(BRIDGE, safe='')}")
        assert str(page.url).endswith("/search?around=project%3Atest%3Abridge")
        assert "The bridge" in page.text
        assert "walk.js" in page.text
        assert "walk.js" not in owner.get("/search?q=dig").text


@pytest.mark.parametrize("name", ["for", "around", "like", "saved", "as_of", "from", "q", "via", "project"])
@pytest.mark.parametrize(
    "value", ["%00", "'%20OR%201=1", "%7D)%20DETACH%20DELETE%20n%20//", "%F0%9F%92%A5" * 50, "%FF", "x" * 3000]
)
def test_an_address_of_nonsense_is_answered_in_words(server, name, value):
    with server.owner() as owner:
        page = owner.get(
            f"/search?{'' if name == 'q' else 'q=dig&'}{'around=x&' if name == 'via' else ''}{name}={value}"
        )
        assert page.status_code == 200, page.text[:300]
        assert "Traceback" not in page.text


def test_pages_bring_their_style_sheets_with_them(server):
    with server.owner() as owner:
        page = owner.get("/search?q=dig").text
        assert "--rb-accent:" in page.split("</head>")[0]
        assert 'rel="stylesheet"' not in page
        styles = server.home / "templates" / "pages" / "static"
        styles.mkdir(parents=True)
        (styles / "results.css").write_text(".mine { color: red }")
        assert ".mine { color: red }" in owner.get("/search?q=dig").text
        (styles / "results.css").unlink()
        assert ".rb-hit" in owner.get("/search?q=dig").text
