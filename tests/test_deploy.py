"""What is shipped for running the daemon fits the daemon."""

import re
from pathlib import Path

from ruamel.yaml import YAML

from ingest.cli import VERBS
from ingest.metrics import Metrics, Now
from ingest.notify import Notifier
from storage.records import Reason
from storage.vitals import Vitals

DEPLOY = Path(__file__).parents[1] / "deploy"


def loaded(name: str) -> dict[str, object]:
    found: dict[str, object] = YAML(typ="safe").load((DEPLOY / name).read_text(encoding="utf-8"))
    return found


def test_every_measure_that_an_alert_asks_for_is_one_that_the_daemon_gives() -> None:
    from datetime import UTC, datetime

    given = Metrics().text(Now(0, 0, Vitals(), datetime(2026, 1, 1, tzinfo=UTC))).decode()
    names = set(re.findall(r"^# TYPE (\w+)", given, re.MULTILINE))
    asked = set(re.findall(r"chronik_\w+", (DEPLOY / "alerts.yml").read_text(encoding="utf-8")))
    assert asked
    assert asked <= names


def test_reasons_that_an_alert_names_are_reasons() -> None:
    text = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
    assert set(re.findall(r'reason="(\w+)"', text)) <= set(Reason)


def test_the_files_that_compose_names_are_there_but_for_the_users_own() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    mounted = set(re.findall(r"- \./([\w.]+):", text)) - {"feeds.yaml"}
    assert loaded("compose.yaml")["services"]
    assert mounted == {"prometheus.yml", "alerts.yml"}
    assert all((DEPLOY / name).is_file() for name in mounted)
    assert loaded("prometheus.yml")["rule_files"] == ["alerts.yml"]
    assert loaded("alerts.yml")["groups"]


def test_service_and_image_run_the_daemon() -> None:
    unit = (DEPLOY / "chronik.service").read_text(encoding="utf-8")
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^ExecStart=\S+/chronik run", unit, re.MULTILINE)
    assert '["run"' in image
    assert "run" in VERBS


def test_the_unit_waits_longer_than_the_daemon_takes_to_end_and_wants_signs_of_life_more_rarely_than_they_come() -> (
    None
):
    unit = dict(line.split("=", 1) for line in (DEPLOY / "chronik.service").read_text().splitlines() if "=" in line[1:])
    assert unit["Type"] == "notify"
    assert int(unit["TimeoutStopSec"].removesuffix("s")) > 10
    assert unit["WatchdogSec"] == "5min"
    assert Notifier.of({"WATCHDOG_USEC": "300000000"}, 1).watchdog is not None
