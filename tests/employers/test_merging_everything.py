"""Agreements, inquiries, sheets and files follow when two employers are one, and go back when they are two again."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.actors import Actor, Role
from crm.agreements.models import Agreement, AgreementStatus
from crm.attachments.models import Attachment
from crm.db import current_session, transaction
from crm.documents.models import DocumentKind, DocumentTemplate, DocumentVersion, SheetGiven
from crm.employers import services
from crm.employers.fields import ContactFields
from crm.employers.merge_counts import what_moves
from crm.employers.models import Contact
from crm.inquiries.models import Inquiry
from tests.employers.conftest import Desk
from tests.world import World

DAY = date(2026, 3, 2)
SIGNED = "Avsikt\n\nMellan Nordlys bageri och Umeå."


class Pair:
    """Two employers. Each has an agreement, an inquiry and a sheet; the second has a contact with a file."""

    def __init__(self, world: World, desk: Desk) -> None:
        self.world, self.desk = world, desk
        self.manager: Actor = world.actor(world.staff(Role.MANAGER, unit=world.unit()))
        self.first, self.second, self.third = (world.employer(f"Nordlys {each}").id for each in ("AB", "bageri", "3"))
        self.agreement_text = self._text(DocumentKind.AGREEMENT, "own.agreement")
        self.sheet_text = self._text(DocumentKind.INFORMATION, "own.sheet")
        for employer_id in (self.first, self.second):
            self._rows(employer_id)
        self.file = self._file()

    def _text(self, kind: DocumentKind, key: str) -> int:
        version = DocumentVersion(number=1, titles={"sv": "Avsikt"}, bodies={"sv": "Text"}, created_at=clock.now())
        template = DocumentTemplate(
            key=key, kind=kind, agreement_type="intention" if kind is DocumentKind.AGREEMENT else None,
            created_at=clock.now(),
        )  # fmt: skip
        template.versions.append(version)
        self.world.save(template)
        return version.id

    def _rows(self, employer_id: int) -> None:
        now = clock.now()
        common = {"employer_id": employer_id, "unit_id": self.desk.unit_id, "created_at": now}
        for row in (
            Agreement(
                **common, type="intention", status=AgreementStatus.ACTIVE, language="sv", starts_on=DAY,
                text_version_id=self.agreement_text, ends_on=date(2030, 1, 1), review_on=date(2029, 1, 1),
                title="Avsikt", text=SIGNED, text_hash="0" * 64, signed_at=now,
            ),
            Inquiry(
                **common, received_on=DAY, received_at=now, source="employer_inbound", channel="phone",
                topic="recruitment", answer_within=3, answer_due_on=DAY,
            ),
            SheetGiven(**common, version_id=self.sheet_text, given_on=DAY),
        ):  # fmt: skip
            self.world.save(row)

    def _file(self) -> str:
        with transaction():
            contact = services.log_contact(
                self.desk.actor, employer_id=self.second, fields=ContactFields("visit", DAY, "interested")
            )
            ref = contact.public_id
        self.world.save(
            Attachment(
                owner_kind=Contact.__tablename__, owner_ref=ref, unit_id=self.desk.unit_id, filename="plan.pdf",
                media_type="application/pdf", size=10, sha256="0" * 64, file_key="a" * 32, created_at=clock.now(),
            )
        )  # fmt: skip
        return ref

    def merge(self) -> int:
        with transaction():
            return services.merge_employers(self.manager, kept_id=self.first, gone_id=self.second).id

    def undo(self, merge_id: int) -> None:
        with transaction():
            services.undo_employer_merge(self.manager, merge_id=merge_id)

    def whose(self) -> dict[str, list[int | None]]:
        """The employers that the rows of each kind name, in the order in which they were made."""
        session = current_session()
        session.rollback()
        return {
            model.__tablename__: list(session.scalars(select(model.employer_id).order_by(model.id)))
            for model in (Agreement, Inquiry, SheetGiven)
        }


@pytest.fixture
def pair(app: Flask, desk: Desk, world: World) -> Iterator[Pair]:
    with app.test_request_context():
        yield Pair(world, desk)


def test_all_that_the_second_had_is_the_first_s_and_comes_back(pair: Pair) -> None:
    one, two = pair.first, pair.second
    assert pair.whose() == {key: [one, two] for key in ("agreement", "inquiry", "sheet_given")}
    merge_id = pair.merge()
    assert pair.whose() == {key: [one, one] for key in ("agreement", "inquiry", "sheet_given")}
    pair.undo(merge_id)
    assert pair.whose() == {key: [one, two] for key in ("agreement", "inquiry", "sheet_given")}


def test_what_the_page_says_will_move_is_what_moves(pair: Pair) -> None:
    """Before it is done: one of each. The lines of the history and the unit's relationship are looked at elsewhere."""
    moves = {
        str(each.label): (each.count, each.stays)
        for each in what_moves("employer", gone_id=pair.second, kept_id=pair.first)
    }
    counted = {name: moves[name] for name in ("Agreements", "Inquiries", "Information sheets given", "Files")}
    assert counted == dict.fromkeys(counted, (1, 0))
    pair.merge()
    assert not what_moves("employer", gone_id=pair.second, kept_id=pair.first)


def test_what_was_signed_keeps_its_words(pair: Pair) -> None:
    def signed() -> list[tuple[object, ...]]:
        current_session().rollback()
        columns = (Agreement.title, Agreement.text, Agreement.text_hash, Agreement.signed_at, Agreement.version_id)
        return [tuple(row) for row in current_session().execute(select(*columns).order_by(Agreement.id))]

    before = signed()
    merge_id = pair.merge()
    assert signed() == before
    pair.undo(merge_id)
    assert signed() == before


def test_a_file_stays_with_its_contact_and_is_reached_from_the_one_employer(pair: Pair, app: Flask) -> None:
    def contact() -> tuple[int, int]:
        current_session().rollback()
        found = current_session().scalars(select(Contact).where(Contact.public_id == pair.file)).one()
        files = select(Attachment).where(Attachment.owner_ref == found.public_id, Attachment.removed_at.is_(None))
        return found.employer_id, len(current_session().scalars(files).all())

    merge_id = pair.merge()
    assert contact() == (pair.first, 1)
    pair.undo(merge_id)
    assert contact() == (pair.second, 1)


def test_what_was_added_or_put_elsewhere_since_stays_there(pair: Pair, world: World) -> None:
    """An inquiry of the second that somebody gave to a third employer is the third's; a new one is the first's."""
    merge_id = pair.merge()
    inquiry = current_session().scalars(select(Inquiry).order_by(Inquiry.id.desc())).first()
    assert inquiry is not None
    inquiry.employer_id = pair.third
    world.save(inquiry)
    world.save(
        Inquiry(
            employer_id=pair.first, unit_id=pair.desk.unit_id, received_on=DAY, received_at=clock.now(), source="self",
            channel="phone", topic="advice", answer_within=3, answer_due_on=DAY, created_at=clock.now(),
        )
    )  # fmt: skip
    pair.undo(merge_id)
    assert pair.whose()["inquiry"] == [pair.first, pair.third, pair.first]
    assert pair.whose()["agreement"] == [pair.first, pair.second]
