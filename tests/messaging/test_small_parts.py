"""Crash points, replies, quiet hours, timing, the check of the sending domain and the commands."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask

from crm.accounts.models import Unit
from crm.db import transaction
from crm.errors import SettingsError
from crm.messaging import crash_points
from crm.messaging.alignment import check_alignment
from crm.messaging.commands import bounce_command, release_command
from crm.messaging.hold import current_hold, hold_sending
from crm.messaging.quiet_hours import next_allowed
from crm.messaging.receiver_log import receiver_log_from
from crm.messaging.replies import kept_reply
from crm.messaging.timing import Timing, timing_from
from tests.messaging.postman import ACTOR


def test_a_crash_point_is_read_with_its_number_chance_and_signal() -> None:
    points = crash_points.parse("after_wire:3, before_result:0.1,during_data:1:STOP")
    assert (points["after_wire"].nth, points["before_result"].probability) == (3, 0.1)
    assert points["during_data"].signal == 19
    assert crash_points.parse("") == {}
    with pytest.raises(ValueError, match="no crash point"):
        crash_points.parse("nowhere:1")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("<anna@example.org>: no such user", "…: no such user"),
        ("call 070-123 45 67 now", "call … now"),
        ("see https://example.org/?q=anna", "see …"),
        (b"5.1.1 \xffunknown\x00\r\nuser", "550 5.1.1 \ufffdunknown user"),
    ],
)
def test_a_reply_is_kept_without_addresses_numbers_and_links(said: str | bytes, kept: str) -> None:
    assert kept_reply(said, code=550 if isinstance(said, bytes) else None) == kept


def unit(start: int, end: int, zone: str = "Europe/Stockholm") -> Unit:
    return Unit(name="North", time_zone=zone, quiet_from=start, quiet_until=end)


@pytest.mark.parametrize(
    ("start", "end", "at", "allowed"),
    [
        (20, 8, "2026-05-04T17:59", "2026-05-04T17:59"),
        (20, 8, "2026-05-04T18:00", "2026-05-05T06:00"),
        (20, 8, "2026-05-05T05:59", "2026-05-05T06:00"),
        (20, 8, "2026-05-05T06:00", "2026-05-05T06:00"),
        (0, 6, "2026-05-04T22:30", "2026-05-05T04:00"),
        (12, 13, "2026-05-04T10:15", "2026-05-04T11:00"),
        (8, 8, "2026-05-04T06:00", "2026-05-04T06:00"),
        # The night in which daylight saving ends has an hour twice; eight in the morning comes once.
        (20, 8, "2026-10-25T00:30", "2026-10-25T07:00"),
        (20, 8, "2026-03-28T23:30", "2026-03-29T06:00"),
        (20, 8, "2028-02-28T20:00", "2028-02-29T07:00"),
    ],
)
def test_quiet_hours_end_on_the_units_own_wall_clock(start: int, end: int, at: str, allowed: str) -> None:
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert next_allowed(unit(start, end), instant) == datetime.fromisoformat(allowed).replace(tzinfo=UTC)


def test_pauses_grow_and_then_stay() -> None:
    pauses = [Timing().pause(attempt) for attempt in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert pauses[-1] == timedelta(hours=4)


def test_wrong_durations_and_addresses_stop_the_start() -> None:
    assert timing_from({"BROBYGG_LEASE_SECONDS": "2"}).lease == timedelta(seconds=2)
    for wrong in ("0", "-1", "soon", "99999"):
        with pytest.raises(SettingsError):
            timing_from({"BROBYGG_LEASE_SECONDS": wrong})
    with pytest.raises(SettingsError):
        receiver_log_from({"BROBYGG_SMTP_ASK_URL": "ftp://x"})
    assert receiver_log_from({}) is None


def states(records: Mapping[str, Sequence[str] | None], **values: str | None) -> list[str]:
    found = check_alignment(
        sender="post@unit.example.org",
        return_path=values.get("return_path") or "post+t@unit.example.org",
        selector=values.get("selector", "s1"),
        lookup=lambda name: records.get(name, []),
    )
    return [finding.state for finding in found]


def test_a_well_kept_domain_is_found_good(context: None) -> None:
    records = {
        "unit.example.org": ["v=spf1 include:relay.example -all", "something else"],
        "s1._domainkey.unit.example.org": ["v=DKIM1; k=rsa; p=MIIB"],
        "_dmarc.example.org": ["v=DMARC1; p=reject; aspf=s"],
    }
    assert states(records) == ["good", "good", "good"]
    assert states(records, return_path="x@bounces.example.org")[2] == "warning"


def test_missing_withdrawn_and_doubled_records_are_named(context: None) -> None:
    assert states({}) == ["missing", "missing", "missing"]
    doubled = {
        "unit.example.org": ["v=spf1 -all", "v=spf1 +all"],
        "s1._domainkey.unit.example.org": ["v=DKIM1; p="],
        "_dmarc.unit.example.org": ["v=DMARC1; p=none"],
    }
    assert states(doubled) == ["warning", "warning", "good"]


def test_a_dns_that_does_not_answer_is_told_apart_from_a_missing_record(context: None) -> None:
    silent = dict.fromkeys(
        ("unit.example.org", "s1._domainkey.unit.example.org", "_dmarc.unit.example.org", "_dmarc.example.org")
    )
    assert states(silent) == ["not_looked_up"] * 3
    assert states({}, selector=None)[1] == "not_looked_up"


def test_the_commands_read_a_bounce_and_release_a_hold(app: Flask) -> None:
    runner = CliRunner()
    with app.app_context():
        assert runner.invoke(bounce_command, input=b"From: a@b.se\r\n\r\nhello").output == "not_a_bounce\n"
        assert "not held" in runner.invoke(release_command).output
        with transaction():
            hold_sending(ACTOR, reason="restored")
        assert "sent again" in runner.invoke(release_command).output
        assert current_hold() is None
