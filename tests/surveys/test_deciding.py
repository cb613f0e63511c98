"""The rule from facts to states, tried on every combination of facts."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from surveys.deciding import ExitFacts, PlanTerms, Reachable, decide, is_late
from surveys.dispositions import DueState, StopReason, is_allowed

EMAIL, SMS = Reachable("email", "e"), Reachable("sms", "s")
languages = st.sampled_from(["sv", "en", "ar", "so"])
facts = st.builds(
    ExitFacts,
    exit_id=st.just(1),
    enrolment_id=st.just(1),
    participant_id=st.just(1),
    unit_id=st.just(1),
    programme_id=st.just(1),
    exit_on=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    today=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    holds=st.booleans(),
    deceased=st.booleans(),
    opted_out=st.booleans(),
    protected=st.booleans(),
    programme_sends=st.booleans(),
    channels=st.lists(st.sampled_from([EMAIL, SMS]), unique=True, max_size=2).map(tuple),
    unreachable=st.sampled_from([StopReason.NO_ADDRESS, StopReason.BOUNCED, StopReason.OPTED_OUT]),
    languages=st.lists(languages, min_size=1, max_size=3, unique=True).map(tuple),
)
terms = st.builds(
    PlanTerms,
    days_after=st.integers(0, 800),
    channels=st.sampled_from([("email", "sms"), ("sms",), ("email",)]),
    sendable=st.fixed_dictionaries({"email": st.frozensets(languages), "sms": st.frozensets(languages)}),
)


@given(facts, st.none() | terms, st.frozensets(st.sampled_from([EMAIL, SMS])))
def test_every_decision_is_a_state_with_a_reason_that_goes_with_it(
    known: ExitFacts, plan: PlanTerms | None, failed: frozenset[Reachable]
) -> None:
    found = decide(known, plan, failed=failed)
    assert is_allowed(found.state, found.reason)
    assert bool(found.channels) == (found.state in (DueState.DUE, DueState.NOT_YET_DUE))


@given(facts, terms, st.frozensets(st.sampled_from([EMAIL, SMS])))
def test_nothing_goes_to_people_who_must_not_be_written_to(
    known: ExitFacts, plan: PlanTerms, failed: frozenset[Reachable]
) -> None:
    found = decide(known, plan, failed=failed)
    if not known.holds or known.deceased or known.opted_out or known.protected or not known.programme_sends:
        assert found.channels == ()
    reachable = {each.channel for each in known.channels if each not in failed}
    assert set(found.channels) <= reachable & set(plan.channels)


@given(facts, terms)
def test_a_draft_is_never_sent(known: ExitFacts, plan: PlanTerms) -> None:
    found = decide(known, plan)
    for channel in found.channels:
        assert found.language in plan.sendable[channel]


@given(facts, terms)
def test_due_means_that_the_day_has_come(known: ExitFacts, plan: PlanTerms) -> None:
    found = decide(known, plan)
    assert found.due_on == known.exit_on + timedelta(days=plan.days_after)
    if found.state is DueState.DUE:
        assert found.due_on <= known.today
    if found.state is DueState.NOT_YET_DUE:
        assert found.due_on > known.today


@given(facts, terms)
def test_the_persons_own_order_decides_which_channel_comes_first(known: ExitFacts, plan: PlanTerms) -> None:
    found = decide(known, plan)
    order = [each.channel for each in known.channels]
    assert sorted(found.channels, key=order.index) == list(found.channels)


@given(st.dates(), st.integers(0, 60))
def test_late_begins_the_day_after_the_last_day_on_which_it_sends_itself(due_on: date, days: int) -> None:
    if due_on.toordinal() + days + 1 > date.max.toordinal():
        return
    last = due_on + timedelta(days=days)
    assert not is_late(due_on, today=last, self_sending_days=days)
    assert is_late(due_on, today=last + timedelta(days=1), self_sending_days=days)
