"""The ledger of a report adds up, raises its alarms, and keeps refusals from those who work with the persons."""

from crm import clock
from surveys.dispositions import DueState, StopReason
from surveys.results.waves import Wave, waves_of
from tests.surveys_results.conftest import Surveyed


def _exit_wave(surveyed: Surveyed, **values: object) -> Wave:
    return next(wave for wave in waves_of(surveyed.filters(**values)) if wave.key == "exit")


def test_every_exit_is_counted_also_one_that_was_taken_back(surveyed: Surveyed) -> None:
    taken_back = surveyed.exit(reopened_at=clock.now())
    surveyed.due(taken_back, DueState.SUPERSEDED, StopReason.LATER_EXIT)
    surveyed.answered(surveyed.exit(), surveyed.yes())
    wave = _exit_wave(surveyed)
    assert (wave.exits, wave.ledger.total, wave.adds_up) == (2, 2, True)
    assert wave.count(DueState.SUPERSEDED) == 1
    assert wave.dispositions.due == 1


def test_an_exit_without_a_due_row_is_unplanned_and_does_not_add_up(surveyed: Surveyed) -> None:
    surveyed.exit()
    wave = _exit_wave(surveyed)
    assert wave.ledger.unplanned == 1
    assert not wave.adds_up


def test_nothing_sent_while_surveys_are_late_is_an_alarm(surveyed: Surveyed) -> None:
    surveyed.due(surveyed.exit(), DueState.DUE)
    assert _exit_wave(surveyed).stands_still


def test_one_sent_survey_ends_the_alarm_but_not_the_lateness(surveyed: Surveyed) -> None:
    surveyed.due(surveyed.exit(), DueState.DUE)
    surveyed.due(surveyed.exit(), DueState.SENT_WAITING)
    wave = _exit_wave(surveyed)
    assert (wave.late, wave.stands_still) == (1, False)


def test_what_is_due_today_is_not_late(surveyed: Surveyed) -> None:
    surveyed.due(surveyed.exit(0), DueState.DUE)
    assert _exit_wave(surveyed).late == 0


def test_a_survey_of_an_exit_before_the_period_is_late_all_the_same(surveyed: Surveyed) -> None:
    surveyed.due(surveyed.exit(700), DueState.DUE)
    wave = _exit_wave(surveyed)
    assert (wave.exits, wave.late) == (0, 1)


def _five_exits_one_declined(surveyed: Surveyed) -> None:
    surveyed.due(surveyed.exit(), DueState.DECLINED, StopReason.DECLINED)
    for _number in range(4):
        surveyed.due(surveyed.exit(), DueState.CLOSED_WITHOUT_ANSWER, StopReason.DEADLINE_PASSED)


def test_managers_see_how_many_declined(surveyed: Surveyed) -> None:
    _five_exits_one_declined(surveyed)
    wave = _exit_wave(surveyed)
    assert (wave.count(DueState.DECLINED), wave.count(DueState.CLOSED_WITHOUT_ANSWER)) == (1, 4)


def test_coordinators_see_the_declined_among_those_without_an_answer(surveyed: Surveyed) -> None:
    _five_exits_one_declined(surveyed)
    wave = _exit_wave(surveyed, staff=surveyed.coordinator)
    assert (wave.count(DueState.DECLINED), wave.count(DueState.CLOSED_WITHOUT_ANSWER)) == (0, 5)


def test_in_a_wave_of_fewer_than_five_exits_nobody_sees_who_declined(surveyed: Surveyed) -> None:
    surveyed.due(surveyed.exit(), DueState.DECLINED, StopReason.DECLINED)
    surveyed.due(surveyed.exit(), DueState.NOT_POSSIBLE, StopReason.ILLNESS)
    wave = _exit_wave(surveyed)
    assert wave.count(DueState.DECLINED) == 0
    assert wave.reasons() == []


def test_the_exits_of_another_unit_are_not_counted(surveyed: Surveyed) -> None:
    elsewhere = surveyed.world.unit("There")
    surveyed.due(surveyed.exit(unit=elsewhere), DueState.DUE)
    assert _exit_wave(surveyed).exits == 0


def test_another_programme_is_left_out_when_one_is_named(surveyed: Surveyed) -> None:
    surveyed.answered(surveyed.exit(), surveyed.yes())
    other = surveyed.world.programme(surveyed.unit)
    assert _exit_wave(surveyed, programme=other).exits == 0
    assert _exit_wave(surveyed, programme=surveyed.programme).exits == 1
