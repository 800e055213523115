"""What the readers make of reports; counts and texts were written down by reading the files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import SourceUnreadable
from pipelines.resources import template_path
from pipelines.sources.mapping_file import load_mapping
from pipelines.sources.notes import Report, note_files, parse_report, read_report

FOLDER = template_path("sample/incidents")

# file: date, title, timeline events, went well, went wrong, got lucky, lessons (not sorted), actions, actions done
BY_HAND = {
    "2017-09-27-hub-403": ("2017-09-27", "Hub 403", 6, 0, 0, 0, 0, 5, 0),
    "2017-09-29-504": ("2017-09-29", "504", 3, 0, 0, 0, 0, 7, 0),
    "2017-10-17-cluster-full": ("2017-10-17", "Cluster Full", 9, 0, 0, 0, 0, 4, 0),
    "2017-11-30-oom-proxy": ("2017-11-30", "OOM (Out of Memory) Proxy", 11, 0, 0, 0, 0, 4, 0),
    "2018-01-04-failed-staging-deploy": ("2018-01-04", "Failed deploy to staging", 8, 0, 0, 0, 0, 7, 0),
    "2018-01-17-ubuntu-upgrade": ("2018-01-17", "Emergency Aardvark bump", 6, 0, 0, 0, 0, 6, 0),
    "2018-01-18-reddit-hug": ("2018-01-18", "reddit hugs mybinder", 25, 0, 0, 0, 0, 6, 0),
    "2018-01-18-ssl-outdated": (
        "2018-01-11", "Warning from letsencrypt about outdated SSL certificate", 4, 0, 0, 0, 0, 3, 1,
    ),
    "2018-02-12-launch-fail": ("2018-02-12", "Hub Launch Fail", 4, 1, 1, 1, 0, 3, 0),
    "2018-02-20-jupyterlab-announcement": (
        "2018-02-20", "JupyterLab Announcement swamps Binder", 41, 0, 0, 0, 0, 21, 1,
    ),
    "2018-02-22-nginx-down": ("2018-02-22", "NGINX crash", 4, 1, 1, 1, 0, 2, 1),
    "2018-03-13-PVC-hub-locked": ("2018-03-13", "PVC for hub is locked", 11, 1, 1, 0, 0, 6, 0),
    "2018-03-26-no-space-left": ("2018-03-26", '"no space left on device"', 3, 3, 1, 0, 0, 6, 3),
    "2018-03-31-server-start-fail": ("2018-03-31", "Server launch failures", 4, 1, 3, 0, 0, 4, 0),
    "2018-04-18-cull-flood": ("2018-04-18", "Culler flood", 15, 0, 0, 0, 6, 7, 0),
    "2018-07-08-podsnips-aplenty": ("2018-07-08", "too many pods", 5, 2, 4, 0, 0, 7, 0),
    "2018-07-30-jupyterlab-build-cpu-saturate": (
        "2018-07-30", "JupyterLab builds saturate BinderHub CPU", 9, 1, 1, 0, 0, 3, 0,
    ),
    "2019-02-20-no-logs": ("2019-02-20", "kubectl logs unavailable", 6, 2, 2, 1, 0, 3, 0),
    "2019-03-24-r2d-upgrade": (
        "2019-03-24", "repo2docker upgrade and docker image cache wipe", 8, 1, 1, 1, 0, 3, 0,
    ),
    "2019-04-03-ingress-cordoned": ("2019-04-03", "30min outage during node pool upgrade", 3, 1, 1, 1, 0, 2, 0),
    "2020-07-09-simultaneous-launches-scipy": (
        "2020-07-09", "Simultaneous launches (aka, SciPy gives Binder a lot of hugs at the same time)",
        4, 2, 6, 0, 0, 10, 1,
    ),
    "2022-01-27-prime-version": ("2022-01-27", "stale prime version", 5, 2, 3, 1, 0, 4, 0),
    "2022-06-02-pod-limit": ("2022-06-02", "pod limit reached", 5, 1, 1, 2, 0, 1, 0),
}  # fmt: skip


def read(stem: str) -> Report:
    mapping = load_mapping("incident_notes")
    assert mapping.notes
    return read_report(FOLDER / f"{stem}.md", mapping.notes)


def parse(text: str, stem: str = "report") -> Report:
    mapping = load_mapping("incident_notes")
    assert mapping.notes
    return parse_report(text, stem, mapping.notes)


def test_the_sample_holds_every_report() -> None:
    assert [path.stem for path in note_files(FOLDER)] == sorted(BY_HAND)


@pytest.mark.parametrize("stem", sorted(BY_HAND))
def test_a_report_reads_as_a_careful_person_lists_it(stem: str) -> None:
    report = read(stem)
    columns = [len(report.notes.get(name, [])) for name in ("went_well", "went_wrong", "got_lucky", "lessons")]
    done = sum(action.done for action in report.actions)
    found = (str(report.day), report.title, len(report.timeline), *columns, len(report.actions), done)
    assert found == BY_HAND[stem]
    assert report.summary
    assert all(event.text and event.when for event in report.timeline)


def test_actions_carry_area_title_and_links() -> None:
    report = read("2017-09-27-hub-403")
    assert [action.area for action in report.actions] == ["BinderHub", *["Deployment"] * 3, "Local development"]
    assert report.actions[0].title == "Handle errors on launching servers on the hub more gracefully."
    assert report.actions[0].links == ["https://github.com/jupyterhub/binderhub/issues/131"]
    assert report.actions[3].title.startswith("Do deployments more often")
    assert report.actions[3].title.endswith("Easier deployments with better tooling will help this.")
    assert report.conclusion.startswith("This was caused by two factors:\n1. Local development environment")


def test_paragraphs_are_actions_where_an_area_has_no_list() -> None:
    report = read("2017-11-30-oom-proxy")
    assert [(action.area, action.title) for action in report.actions[:2]] == [
        ("Repo2docker", "Limit memory available to build pods."),
        ("Jupyterhub", "Fix configuration so that user pods are not cleaned up when jupyterhub pod restarts"),
    ]
    assert [heading for heading, _ in report.other] == ["Logs"]


def test_an_action_inside_another_belongs_to_it() -> None:
    _, shared, _ = read("2018-01-18-ssl-outdated").actions
    assert shared.title == "Instead, use a shared google groups email account so we all get pinged"
    assert shared.done
    assert "This has been done" in shared.detail


def test_a_paragraph_after_a_list_is_a_remark_not_an_action() -> None:
    report = read("2017-09-29-504")
    assert tuple(heading for heading, _ in report.other) == ("Action items / KubeSpawner",)
    assert "loss of events" in report.other[0][1]


def test_what_went_wrong_under_actions_is_a_note() -> None:
    report = read("2018-03-31-server-start-fail")
    assert report.notes["went_wrong"][1].startswith("There was a major outage that we were unable to debug")
    assert [action.area for action in report.actions] == [
        "Investigation", "Process improvements", "Process improvements", "Documentation improvements",
    ]  # fmt: skip


def test_lines_left_by_the_template_are_no_notes() -> None:
    assert not any("automated bots" in text for text in read("2018-07-08-podsnips-aplenty").notes["went_well"])
    assert read("2019-04-03-ingress-cordoned").notes["got_lucky"] == [
        "A user reported the outage on gitter and someone was around to see it and react to it"
    ]


def test_check_boxes_say_what_is_done() -> None:
    report = read("2018-03-26-no-space-left")
    assert [action.done for action in report.actions] == [True, True, True, False, False, False]
    assert report.actions[1].title == 'Add log metric for "Error creating user" message'


def test_reference_links_are_resolved() -> None:
    report = read("2022-01-27-prime-version")
    assert [action.links for action in report.actions] == [
        [f"https://github.com/jupyterhub/mybinder.org-deploy/{place}"]
        for place in ("issues/611", "pull/2113", "issues/2114", "issues/2115")
    ]
    assert report.actions[1].title == "Fix bug preventing prime cluster's version from being updated while it is full"


def test_a_summary_without_its_heading() -> None:
    assert read("2018-04-18-cull-flood").summary.startswith("A deploy of updates to the Hub included")
    assert "1. The `jupyterlab-demo` repo updated itself" in read("2018-07-30-jupyterlab-build-cpu-saturate").summary


def test_the_timeline_tells_which_of_two_dates_is_meant() -> None:
    assert read("2018-01-18-ssl-outdated").remarks == [
        "the title says 2018-01-11, the file's name 2018-01-18; took 2018-01-11, on which the timeline begins"
    ]
    assert read("2022-06-02-pod-limit").day == date(2022, 6, 2)


def test_times_carry_their_date_and_zone() -> None:
    events = read("2017-09-27-hub-403").timeline
    assert [event.when for event in events[:2]] == ["Sep 27 2017 13:06", "2017-09-27 13:35"]
    assert str(events[1].at) == "2017-09-27 13:35:00-07:00"  # they say PST the year round
    assert str(read("2018-07-08-podsnips-aplenty").timeline[0].at) == "2018-07-08 18:30:00+02:00"
    assert str(read("2017-11-30-oom-proxy").timeline[0].at) == "2017-11-30 16:22:00-08:00"
    assert str(read("2018-01-17-ubuntu-upgrade").timeline[2].at) == "2018-01-17 17:14:00-08:00"
    long = read("2018-02-20-jupyterlab-announcement").timeline
    assert [(event.when, str(event.at)) for event in long[-2:]] == [
        ("2018-02-22 07:13", "2018-02-22 07:13:00+01:00"), ("2018-02-22 07:18", "2018-02-22 07:18:00+01:00"),
    ]  # fmt: skip
    unsure = next(event for event in long if "2X:XX" in event.when)
    assert unsure.at is None
    first = read("2020-07-09-simultaneous-launches-scipy").timeline[0]
    assert (first.when, first.text.splitlines()[0]) == ("2020-07-09 07:30am", "First report")


def test_times_past_midnight_are_of_the_next_day() -> None:
    text = (
        "# 2024-05-01, Night\n\n## Timeline\n\nAll times in UTC\n\n### 23:50\n\na\n\n### 00:10\n\nb\n\n### 00:05\n\nc\n"
    )
    assert [str(event.at)[:16] for event in parse(text).timeline] == [
        "2024-05-01 23:50", "2024-05-02 00:10", "2024-05-02 00:05",
    ]  # fmt: skip


def test_a_timeline_written_as_a_list() -> None:
    text = (
        "# Outage\n\n## Timeline\n\nAll times in UTC+8\n\n"
        "- 2024-05-01 10:00: it broke\n- 10:30 - mended\n\n## Action items\n- x\n"
    )
    report = parse(text)
    assert [(event.when, event.text, str(event.at)) for event in report.timeline] == [
        ("2024-05-01 10:00", "it broke", "2024-05-01 10:00:00+08:00"),
        ("2024-05-01 10:30", "mended", "2024-05-01 10:30:00+08:00"),
    ]


def test_a_chinese_report() -> None:
    text = (
        "# 2025-03-04，支付中断\n\n## 概述\n\n证书过期导致支付失败。\n\n## 时间线\n\n### 10:05\n\n告警。\n\n"
        "## 复盘\n\n### 做得好的\n\n- 恢复很快\n\n### 做得不好的\n\n- 没有到期提醒\n\n## 改进措施\n\n### 流程改进\n\n"
        "- 建立证书清单\n- 接入到期提醒（已完成）\n"
    )
    report = parse(text)
    assert (report.title, report.day) == ("支付中断", date(2025, 3, 4))
    assert report.notes == {"went_well": ["恢复很快"], "went_wrong": ["没有到期提醒"]}
    assert [(action.area, action.done) for action in report.actions] == [("流程改进", False), ("流程改进", True)]
    assert report.timeline[0].when == "2025-03-04 10:05"


def test_sections_of_no_known_kind_are_kept() -> None:
    report = parse("# X\n\n## Summary\n\ns\n\n## Thanks\n\nEverybody.\n\n## Action items\n\n- a\n", "2024-01-02-x")
    assert report.other == [("Thanks", "Everybody.")]
    assert report.day == date(2024, 1, 2)


def test_a_file_that_is_no_report_is_refused(tmp_path: Path) -> None:
    mapping = load_mapping("incident_notes")
    assert mapping.notes
    path = tmp_path / "shopping.md"
    path.write_text("## Milk\n\n## Bread\n", encoding="utf-8")
    with pytest.raises(SourceUnreadable, match=r"no summary, timeline, lessons or action items"):
        read_report(path, mapping.notes)
    with pytest.raises(SourceUnreadable, match="holds no Markdown file"):
        note_files(tmp_path / "..") if not list((tmp_path / "..").glob("*.md")) else note_files(tmp_path / "none.md")
    with pytest.raises(SourceUnreadable, match="cannot be read"):
        note_files(tmp_path / "none.md")
