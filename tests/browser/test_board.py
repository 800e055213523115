"""The board in the browser: real rules in this process, the widget's own script in the page, no kernel between."""

from __future__ import annotations

import json

import pytest
from axe_core_python.sync_playwright import Axe

from .board_stage import Stage

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PHASES = ["check_in", "previous", "facts", "write", "group", "vote", "discuss", "actions", "close"]
ANSWERS = {
    "people": [{"name": "ana", "display_name": "Ana Ruiz"}, {"name": "bo", "display_name": "Bo Lind"}],
    "metrics": [{"key": "process:restore", "name": "time to restore", "direction": "decrease", "count": 9}],
    "previous": [
        {"id": "a1", "title": "Rehearse the rollback", "owner": "bo", "due": "2026-10-30", "carry_count": 2, "status": "open", "overdue": True, "revision": 1}
    ],
    "facts": {
        "facts": [
            {"id": "milestone:m#late", "kind": "milestone", "kind_words": "Milestones", "day": "2026-09-01", "day_words": "1 Sep 2026", "text": "Federation 2.0 came late", "pin": "Federation 2.0 came late (1 Sep 2026)", "tone": "bad", "tone_words": "bad news"}
        ],
        "weeks": [{"start": "2026-09-01", "opened": 4, "closed": 2, "words": "Week of 1 Sep: 4 opened, 2 closed"}], "missing": [], "left_out": {},
    },
    "similar": [{"lesson": "lesson:7", "title": "Certificates lapse when nobody owns them", "project_name": "mybinder.org", "learnt_on": "2025-03-02", "recommendation": "Name an owner.", "terms": ["certificate"], "recurred": 1}],
    "suggest_groups": lambda args: {"read": True, "suggestions": [{"notes": [note["id"] for note in args["notes"]][:2], "title": "Certificates", "strength": 0.9}]},
    "health_history": {"rounds": []},
}  # fmt: skip


@pytest.fixture
def stage(tmp_path):
    """A named board with two people."""
    made = Stage(tmp_path)
    made.answers = dict(ANSWERS)
    made.sit("bo", "Bo Lind")
    return made


@pytest.fixture
def show(browser, stage):
    """Opens somebody's page; at the end no page has logged an error."""
    contexts, pages = [], []

    def shown(name="ana", *, width=1280, dark=False, language="en", board=None, context=None):
        if context is None:
            context = browser.new_context(
                viewport={"width": width, "height": 844}, has_touch=width < 600,
                locale="zh-CN" if language == "zh" else "en-GB", color_scheme="dark" if dark else "light",
            )  # fmt: skip
            context.set_default_timeout(10_000)
            contexts.append(context)
        page = (board or stage).show(context, name, language=language, dark=dark)
        pages.append(page)
        page.wait_for_selector("[data-screen]:not([data-screen=opening])")
        return page

    yield shown
    errors = [error for page in pages for error in page.errors]
    for context in contexts:
        context.close()
    assert errors == []


def notes_on(stage, *texts, by="bo"):
    """Notes that everyone sees, with the board at *group*; their keys."""
    stage.go("write")
    for place, text in enumerate(texts):
        stage.play(by, "add_note", note=f"n{place}", column="start", text=text)
    stage.go("group")
    return [f"n{place}" for place in range(len(texts))]


def note(page, key):
    return page.locator(f"[data-note='{key}']")


def test_notes_of_others_are_blank_until_the_facilitator_reveals_them(stage, show):
    stage.go("write")
    bo, ana = show("bo"), show("ana")
    bo.fill("[data-quick-add=start]", "Only mine for now")
    bo.press("[data-quick-add=start]", "Enter")
    ana.wait_for_selector("[data-column=start] [data-others='1']")
    assert "Only mine" not in ana.content()
    ana.click("[data-action=reveal]")
    ana.click("[data-confirm=reveal] [data-action=confirm]")
    ana.wait_for_selector("text=Only mine for now")
    assert "Bo Lind" in ana.locator("[data-note]").inner_text()


def test_markup_in_a_note_is_words(stage, show):
    notes_on(stage, "<img src=x onerror=alert(1)><script>alert(2)</script>")
    page = show()
    assert page.locator("[data-note]").inner_text().count("<script>alert(2)</script>") == 1
    assert page.locator("[data-note] img, [data-note] script").count() == 0


def test_a_note_dragged_onto_another_makes_a_topic_that_is_named_at_once(stage, show):
    a, b, c = notes_on(stage, "Certificates expired", "Nobody renews certificates", "Lunch was good")
    page, other = show(), show("bo")
    drag(page, note(page, a), note(page, b))
    page.wait_for_selector("[data-topic] .rb-group-name:focus")
    page.keyboard.type("Certificates")
    page.keyboard.press("Enter")
    other.wait_for_function(
        "[...document.querySelectorAll('.rb-group-name')].some((el) => el.value === 'Certificates')"
    )
    drag(page, note(page, c), page.locator("[data-topic]"))
    other.wait_for_function("document.querySelectorAll('[data-topic] [data-note]').length === 3")
    drag(page, note(page, c), page.locator("#rb-loose-title"))
    other.wait_for_function("document.querySelectorAll('[data-topic] [data-note]').length === 2")


def drag(page, what, onto):
    start, end = what.bounding_box(), onto.bounding_box()
    page.mouse.move(start["x"] + 70, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + 10, steps=6)
    page.wait_for_selector("[data-over]")
    page.mouse.up()


def test_a_finger_drags_a_note_by_its_grip_on_a_phone(stage, show):
    notes_on(stage, "Certificates expired", "Nobody renews certificates")
    page = show("bo", width=390)
    start, end = note(page, "n0").bounding_box(), note(page, "n1").bounding_box()
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    here, there = (start["x"] + 12, start["y"] + start["height"] / 2), (end["x"] + 60, end["y"] + end["height"] / 2)
    send("touchStart", here)
    for step in range(1, 6):
        send("touchMove", tuple(a + (b - a) * step / 5 for a, b in zip(here, there, strict=True)))
    page.wait_for_selector("[data-note=n1][data-over]")
    send("touchEnd")
    page.wait_for_selector("[data-topic] [data-note=n1]")
    assert stage.room.state.items["n0"].group == stage.room.state.items["n1"].group


def test_notes_are_grouped_with_the_keyboard_alone_and_it_is_said(stage, show):
    notes_on(stage, "Certificates expired", "Nobody renews certificates", "Lunch was good")
    page = show()
    note(page, "n0").focus()
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('[data-announce]').textContent.includes('Picked up')")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.querySelector('[data-announce]').textContent.includes('Nobody renews')")
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelector('[data-announce]').textContent.includes('Put back')")
    assert page.locator("[data-topic]").count() == 0
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-topic] [data-note=n0]")
    page.wait_for_function("document.activeElement.dataset.note === 'n0'")


def test_suggested_topics_change_nothing_until_somebody_accepts(stage, show):
    notes_on(stage, "Certificates expired", "Nobody renews certificates", "Lunch was good")
    page = show()
    page.click("[data-action=suggest]")
    page.wait_for_selector("[data-suggestion]")
    assert stage.room.state.topics() == ["n0", "n1", "n2"]
    page.click("[data-action=accept-suggestion]")
    page.wait_for_selector("[data-topic]")
    assert page.locator(".rb-group-name").input_value() == "Certificates"


def test_two_people_who_write_about_a_topic_at_once_both_keep_their_words(stage, show):
    notes_on(stage, "Certificates expired")
    stage.go("discuss")
    ana, bo = show("ana"), show("bo")
    for page in (ana, bo):
        page.wait_for_selector(".rb-discussion")
    stage.play("ana", "write_discussion", topic="n0", text="First line.\n\nLast line.", base=0)
    ana.wait_for_function("document.querySelector('.rb-discussion').value.startsWith('First')")
    type_at(ana, "First line.", " Ana adds here.")
    type_at(bo, "Last line.", " Bo adds there.")
    both = "First line. Ana adds here.\n\nLast line. Bo adds there."
    for page in (ana, bo):
        page.wait_for_function(f"document.querySelector('.rb-discussion').value === {json.dumps(both)}")
    assert stage.room.state.topic("n0").discussion == both


def type_at(page, after, text):
    page.evaluate(
        "(after) => { const el = document.querySelector('.rb-discussion'); el.focus(); const at = el.value.indexOf(after) + after.length; el.setSelectionRange(at, at); }",
        after,
    )
    page.keyboard.type(text)


def test_both_versions_are_shown_where_words_cannot_be_joined(stage, show):
    stage.go("actions")
    stage.play("bo", "put_action", action="a1", title="Name owners")
    page = show()
    page.click("[data-board-action=a1] [data-action=edit-action]")
    page.fill("[data-board-action=a1] [name=title]", "Name an owner for each")
    stage.play("bo", "put_action", action="a1", title="Find somebody", base=stage.room.state.items["a1"].rev)
    page.click("[data-board-action=a1] [data-action=save-action]")
    clash = page.locator("[data-clash]")
    clash.wait_for()
    assert "Find somebody" in clash.inner_text() and "Name an owner for each" in clash.inner_text()
    assert stage.room.state.items["a1"].title == "Find somebody"
    page.click("[data-action=keep-mine]")
    page.wait_for_selector("[data-board-action=a1] h4 >> text=Name an owner for each")
    assert stage.room.state.items["a1"].title == "Name an owner for each"


def test_what_is_done_without_a_connection_arrives_once_when_it_is_back_even_after_a_reload(stage, show, browser):
    stage.go("write")
    context = browser.new_context()
    context.set_default_timeout(10_000)
    page = show("bo", context=context)
    page.line.lose()
    page.wait_for_selector("[data-link=lost]")
    page.fill("[data-quick-add=start]", "Written in the tunnel")
    page.press("[data-quick-add=start]", "Enter")
    page.fill("[data-quick-add=stop]", "Half a tho")
    page.wait_for_function("document.querySelector('.rb-link').textContent.includes('1 change kept')")
    page.wait_for_timeout(400)
    assert page.errors == []
    page.close()
    again = show("bo", context=context)
    again.wait_for_selector("[data-note] >> text=Written in the tunnel")
    assert again.input_value("[data-quick-add=stop]") == "Half a tho"
    again.line.lose()
    again.wait_for_selector("[data-link=lost]")
    again.line.open()
    again.wait_for_selector("[data-screen=board][data-link=open]")
    assert [item.text for item in stage.room.state.items.values() if item.kind == "note"] == ["Written in the tunnel"]
    context.close()


def test_votes_are_limited_and_totals_come_when_voting_is_over(stage, show):
    notes_on(stage, "One", "Two")
    stage.go("vote")
    page = show("bo")
    for _ in range(stage.room.state.board.per_topic):
        page.click("[data-topic=n0] [data-action=vote-more]")
    page.wait_for_selector("[data-topic=n0] [data-action=vote-more]:disabled")
    page.wait_for_selector(f"[data-left='{stage.room.state.board.votes - stage.room.state.board.per_topic}']")
    assert page.locator("[data-votes]").count() == 0
    stage.go("discuss")
    page.wait_for_selector("[data-phase=discuss] [data-on-table]")
    assert page.locator("[data-on-table] .rb-total").inner_text().startswith("3")


def test_a_refused_move_is_told_in_words_and_what_it_showed_is_taken_back(stage, show):
    notes_on(stage, "One")
    stage.go("vote")
    page = show("bo", language="zh")
    page.line.cut = True
    stage.go("discuss")
    page.evaluate("model.send({ type: 'move', id: 'forged', move: { move: 'go_to_phase', phase: 0, seen: 0 } })")
    page.wait_for_timeout(300)
    assert stage.room.state.board.kind_now == "discuss"
    stage.go("vote")
    page.wait_for_selector("[data-phase=vote]")
    page.wait_for_function("document.querySelectorAll('[data-topic=n0]').length === 1")
    page.evaluate("document.querySelector('[data-action=vote-more]').click()")
    page.wait_for_selector("[data-topic=n0][data-dots='1']")
    stage.go("discuss")
    page.wait_for_selector("[data-phase=discuss]")


def test_answers_of_fewer_than_five_people_are_not_shown(stage, show):
    page = show("bo")
    page.click("[data-question=mood] [data-level='4']")
    page.wait_for_selector("[data-few='1']")
    assert page.locator("[data-mean]").count() == 0
    for number in range(4):
        stage.sit(f"p{number}", f"P{number}")
        stage.play(f"p{number}", "answer", phase="check_in", question="mood", value=2)
    page.wait_for_selector("[data-mean='2.4']")


def test_a_fact_is_pinned_into_a_note_under_the_column_that_is_chosen(stage, show):
    stage.go("facts")
    page = show("bo")
    page.click("[data-action=pin]")
    page.click("[data-action=pin-to][data-column=stop]")
    page.wait_for_selector("[data-fact] >> text=Pinned under Stop")
    kept = next(item for item in stage.room.state.items.values() if item.kind == "note")
    assert (kept.column, kept.fact["id"]) == ("stop", "milestone:m#late")


def test_a_guest_waits_until_a_facilitator_lets_them_in(stage, show):
    stage.sit("guest-1", "Kim", guest=True, waits=True)
    kim, ana = show("guest-1", width=390), show("ana")
    kim.wait_for_selector("[data-screen=waiting]")
    ana.click("[data-action=admit]")
    kim.wait_for_selector("[data-screen=board]")
    assert kim.locator("[data-action=next], [data-action=share]").count() == 0


def test_a_guest_of_an_anonymous_board_writes_as_soon_as_they_are_let_in(show, tmp_path):
    board = Stage(tmp_path / "anonymous", anonymous=True)
    board.go("write")
    board.sit("guest-1", "Kim", guest=True, waits=True)
    kim, ana = show("guest-1", board=board), show("ana", board=board)
    ana.click("[data-action=admit]")
    kim.fill("[data-quick-add=start]", "From a guest")
    kim.press("[data-quick-add=start]", "Enter")
    ana.wait_for_selector("[data-others='1']")


def test_a_guest_who_comes_back_in_another_browser_has_their_notes_again(stage, show):
    stage.go("write")
    stage.sit("guest-1", "Kim", guest=True)
    stage.play("guest-1", "add_note", note="kims", column="start", text="Mine from before")
    stage.sit("guest-2", "Kim again", guest=True, waits=True)
    kim, ana = show("guest-2"), show("ana")
    ana.select_option("[data-action=same-as]", index=1)
    kim.wait_for_selector("[data-note=kims][data-mine]")
    kim.fill("[data-quick-add=start]", "Mine from now")
    kim.press("[data-quick-add=start]", "Enter")
    kim.wait_for_function("document.querySelectorAll('[data-note][data-mine]:not(.unsent)').length === 2")


def test_phases_in_ones_own_time_are_open_at_once_and_looked_at_freely(stage, show):
    plan = [phase.model_dump(mode="json") for phase in stage.room.state.board.phases]
    for phase in plan:
        phase["asynchronous"] = phase["kind"] in ("check_in", "previous", "facts", "write")
    stage.play("ana", "plan_phases", phases=plan)
    bo, ana = show("bo"), show("ana")
    bo.click("[data-look=write]")
    bo.wait_for_selector("[data-phase=write][data-here=check_in] [data-quick-add=start]")
    ana.click("[data-step=write]")
    ana.click("[data-action=move-here]")
    bo.wait_for_selector("[data-here=write]")


def test_a_facilitator_plans_the_phases_from_the_board(stage, show):
    page, other = show("ana"), show("bo")
    page.click("[data-action=plan]")
    page.click("[data-plan-phase=facts] input[type=checkbox] >> nth=0")
    page.click("[data-action=save-plan]")
    other.wait_for_selector("[data-step=facts]:disabled")
    page.click("[data-action=next]")
    page.wait_for_selector("[data-phase=previous]")
    page.click("[data-action=next]")
    other.wait_for_selector("[data-phase=write]")


def test_observers_see_everything_and_can_do_nothing(stage, show):
    notes_on(stage, "One")
    stage.play("ana", "set_role", seat=stage.sit("bo", "Bo"), role="observer")
    page = show("bo")
    page.wait_for_selector("[data-strip=observer]")
    assert page.locator("[data-note]").count() == 1
    assert page.locator("[data-drag-note], [data-action=ready], [data-action=undo]").count() == 0


def test_undo_takes_the_last_move_back_but_not_inside_a_field(stage, show):
    stage.go("write")
    page = show("bo")
    page.fill("[data-quick-add=start]", "To be taken back")
    page.press("[data-quick-add=start]", "Enter")
    page.wait_for_selector("[data-note]:not(.unsent)")
    page.press("[data-quick-add=start]", "Control+z")
    page.wait_for_timeout(200)
    assert page.locator("[data-note]").count() == 1
    page.locator("#rb-stage-title").focus()
    page.keyboard.press("Control+z")
    page.wait_for_function("document.querySelectorAll('[data-note]').length === 0")


def test_a_note_in_the_making_survives_an_anonymous_reveal(browser, show, tmp_path):
    board = Stage(tmp_path / "anonymous", anonymous=True)
    board.sit("bo", "Bo")
    board.go("write")
    page = show("bo", board=board)
    page.fill("[data-quick-add=start]", "Draft of it")
    page.press("[data-quick-add=start]", "Enter")
    page.click("[data-action=edit-note]")
    page.fill("[data-field^='note-']", "Draft of it, made better")
    board.play("ana", "reveal")
    page.wait_for_selector("[data-note]:not([data-hidden])")
    assert page.input_value("[data-field^='note-']") == "Draft of it, made better"
    page.press("[data-field^='note-']", "Enter")
    page.wait_for_selector("[data-note] p >> text=made better")
    assert "Bo" not in page.locator("[data-note]").inner_text()


def test_a_lesson_that_happened_again_is_marked_beside_its_topic(stage, show):
    notes_on(stage, "Certificates expired")
    stage.go("discuss")
    page = show("bo")
    page.click("[data-similar='lesson:7'] [data-action=recurs]")
    page.wait_for_selector(".rb-recurs >> text=Certificates lapse")
    assert stage.room.state.topic("n0").recurrences == {"lesson:7": "Certificates lapse when nobody owns them"}


def test_changing_one_note_of_five_hundred_touches_a_few_elements(stage, show):
    stage.go("write")
    for number in range(500):
        stage.play("bo", "add_note", note=f"n{number}", column="start", text=f"note {number}")
    stage.go("group")
    page = show()
    page.wait_for_selector("[data-note=n499]")
    page.evaluate("""() => {
        window.touched = 0;
        new MutationObserver((all) => { window.touched += all.length; }).observe(document.querySelector("[data-board]"), { subtree: true, childList: true, characterData: true, attributes: true });
    }""")
    stage.play("bo", "edit_note", note="n250", text="changed", base=stage.room.state.items["n250"].rev)
    page.wait_for_selector("[data-note=n250] >> text=changed")
    assert page.evaluate("window.touched") < 20


@pytest.mark.parametrize(
    ("language", "dark", "width"), [("en", False, 1280), ("zh", True, 1280), ("zh", False, 390), ("en", True, 390)]
)
def test_every_phase_fits_its_screen_and_has_no_axe_violations(stage, show, language, dark, width):
    page = show("ana", width=width, dark=dark, language=language)
    stage.sit("guest-1", "Kim", guest=True, waits=True)
    found = {}
    for phase in PHASES:
        if phase == "group":
            for number in range(4):
                stage.play("bo", "add_note", note=f"n{number}", column="stop", text=f"note {number} " * 6)
            stage.play("ana", "add_note", note="mine", column="start", text="mine")
        if phase == "vote":
            stage.play("bo", "group_notes", group="g1", notes=["n0", "n1"], title="Together")
        if phase != "check_in":
            stage.go(phase)
        page.wait_for_selector(f"[data-phase={phase}]")
        page.wait_for_timeout(450)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found[f"{phase} is too wide"] = wide
        broken = Axe().run(page, options=RULES)["violations"]
        if broken:
            found[phase] = [f"{rule['id']}: {node['html'][:160]}" for rule in broken for node in rule["nodes"]]
        if phase in ("write", "actions") and width > 600:
            page.click("[data-action=people]")
            page.wait_for_timeout(300)  # it fades in
            broken = Axe().run(page, options=RULES)["violations"]
            found |= (
                {f"{phase} people": [f"{r['id']}: {n['html'][:160]}" for r in broken for n in r["nodes"]]}
                if broken
                else {}
            )
            page.keyboard.press("Escape")
    assert found == {}
