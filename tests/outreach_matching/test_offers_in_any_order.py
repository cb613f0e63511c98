"""Offers, choices and ends in any order: whatever is done, the rules hold."""

from collections.abc import Iterator
from contextlib import suppress

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.errors import DomainError
from outreach.matching.models import Match, MatchOffer
from outreach.matching.queries import running_by_mentor
from outreach.matching.services import matches, offers
from outreach.matching.states import OfferState
from tests.conftest import Lender, lent
from tests.outreach_matching.conftest import TODAY, make_place
from tests.world import World

NUMBERS = st.integers(0, 5)


class Offering(RuleBasedStateMachine):
    """Two mentors, three participants, and steps that may all be refused."""

    lender: Lender

    def __init__(self) -> None:
        super().__init__()
        self.borrowed = lent(self.lender)
        app: Flask = self.borrowed.__enter__()
        self.context = app.app_context()
        self.context.push()

    def teardown(self) -> None:
        self.context.pop()
        self.borrowed.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.place = make_place(World())
        self.profiles = [self.place.profile("Eva"), self.place.profile("Grete")]
        self.people = [self.place.participant_id, self.place.person().id, self.place.person().id]
        self.mentors = [each.mentor_id for each in self.profiles]

    def _offers(self) -> list[int]:
        return list(current_session().scalars(trusted(select(MatchOffer.id).order_by(MatchOffer.id), because="a test")))

    def _pick(self, number: int) -> int | None:
        found = self._offers()
        return found[number % len(found)] if found else None

    @rule(person=NUMBERS)
    def offer(self, person: int) -> None:
        with suppress(DomainError):
            self.place.offer(*self.profiles, participant_id=self.people[person % 3])

    @rule(number=NUMBERS, which=st.integers(0, 1))
    def choose(self, number: int, which: int) -> None:
        offer_id = self._pick(number)
        if offer_id is None:
            return
        candidate = current_session().get_one(MatchOffer, offer_id).candidates[which].public_id
        with suppress(DomainError), transaction():
            offers.choose(self.place.coordinator, offer_id=offer_id, candidate=candidate)

    @rule(number=NUMBERS, step=st.sampled_from((offers.decline, offers.withdraw_offer, offers.reopen_offer)))
    def decide_otherwise(self, number: int, step: object) -> None:
        offer_id = self._pick(number)
        if offer_id is not None:
            with suppress(DomainError), transaction():
                step(self.place.coordinator, offer_id=offer_id)  # type: ignore[operator]  # each of the three

    @rule(number=NUMBERS, step=st.sampled_from(("begin", "end", "resume")))
    def live(self, number: int, step: str) -> None:
        found = current_session().scalars(trusted(select(Match.id).order_by(Match.id), because="a test")).all()
        if not found:
            return
        match_id, actor = found[number % len(found)], self.place.coordinator
        with suppress(DomainError), transaction():
            if step == "begin":
                matches.begin_match(actor, match_id=match_id, on_date=TODAY)
            elif step == "end":
                matches.end_match(actor, match_id=match_id, on_date=TODAY, reason="moved_on")
            else:
                matches.resume_match(actor, match_id=match_id)

    @invariant()
    def each_choice_is_one_match_and_no_other_offer_has_one(self) -> None:
        for offer in self._rows():
            chosen = [each for each in offer.candidates if each.chosen]
            made = self._match_of(offer)
            if offer.state is OfferState.CHOSEN:
                assert len(chosen) == 1
                assert made is not None
                assert made.mentor_id == chosen[0].profile.mentor_id
                assert offer.chosen_by is not None
            else:
                assert not chosen
                assert made is None
                assert offer.chosen_by is None
            assert (offer.decided_on is None) == (offer.state is OfferState.OPEN)

    @invariant()
    def no_mentor_has_more_than_fit(self) -> None:
        if hasattr(self, "mentors"):
            assert all(count == 1 for count in running_by_mentor(self.mentors).values())

    def _rows(self) -> Iterator[MatchOffer]:
        yield from current_session().scalars(trusted(select(MatchOffer), because="a test")).all()

    def _match_of(self, offer: MatchOffer) -> Match | None:
        statement = trusted(select(Match).where(Match.offer_id == offer.id), because="a test")
        return current_session().scalar(statement)


def test_offers_and_matches_in_any_order(lender: Lender) -> None:
    Offering.lender = lender
    run_state_machine_as_test(
        Offering,
        settings=settings(
            max_examples=12, stateful_step_count=15, deadline=None, derandomize=True,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )  # fmt: skip
