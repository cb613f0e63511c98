"""The same names in every letter: who is responsible, who stands in, and whom we talk to at the employer."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.db import current_session
from crm.employers import handover_routes
from crm.employers.handover_models import Telling
from crm.employers.models import EmployerRelationship
from crm.messaging.models import MailboxItem
from crm.messaging.outbox import send_due
from tests.employers.test_handovers import Office, _noon_of_a_working_day, office

__all__ = ["office"]

LANGUAGES = ("en", "sv", "nb", "da")
OURS = ("Johan Ek", "070-111 11 11", "johan@example.org")
STANDS_IN = ("Sara Holm", "070-222 22 22", "sara@example.org")
THEIRS = ("Eva Berg", "Site manager", "090-77 70 01", "eva@example.net")


def _prepared(office: Office, language: str) -> EmployerRelationship:
    """An employer with somebody to talk to, responsible and deputy with numbers of their own, a unit that writes so."""
    row = office.employers(1)[0]
    row.unit.language, row.deputy_id = language, office.sara.id
    office.johan.phone, office.sara.phone = "+46701111111", "+46702222222"
    person = office.world.contact_person(row.employer, "Eva Berg", email="eva@example.net", phone="+4690777001")
    person.positions[0].title = "Site manager"
    current_session().commit()
    return row


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_about_a_handover_names_both_sides(office: Office, language: str) -> None:
    office.hand_over([_prepared(office, language)], telling=Telling.MAIL)
    with clock.travelling(_noon_of_a_working_day()):
        send_due()
    text = current_session().scalars(select(MailboxItem)).one().text
    assert [each for each in (*OURS, *STANDS_IN, *THEIRS) if each not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_about_a_handover_names_both_sides(
    office: Office,
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], None],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    done = office.hand_over([_prepared(office, language)], telling=Telling.LETTER)
    printed: list[str] = []
    monkeypatch.setattr(handover_routes, "make_pdf", lambda html: printed.append(html) or b"%PDF-")
    sign_in(client, "chef@example.org")
    assert client.get(f"/handovers/{done.public_id}/letters.pdf").status_code == 200
    assert f'lang="{language}"' in printed[0]
    assert [each for each in (*OURS, *STANDS_IN, *THEIRS) if each not in printed[0]] == []


def test_without_a_deputy_the_unit_stands_in_and_whom_we_talk_to_is_who_decides(office: Office) -> None:
    row = _prepared(office, "en")
    row.deputy_id = None
    boss = office.world.contact_person(row.employer, "Bo Chef", phone="+4690777009", do_not_mail=True)
    boss.positions[0].decides = True
    gone = office.world.contact_person(row.employer, "Nina Borta", email="nina@example.net")
    gone.positions[0].decides, gone.positions[0].left_on = True, clock.today()
    row.unit.phone = "+4690111222"
    current_session().commit()
    office.hand_over([row], telling=Telling.MAIL)
    with clock.travelling(_noon_of_a_working_day()):
        send_due()
    mail = current_session().scalars(select(MailboxItem)).one()
    assert mail.to == "eva@example.net"
    assert "Deputy: Umeå, 090-11 12 22" in mail.text
    assert "Bo Chef, Manager, 090-77 70 09" in mail.text
    assert "Nina Borta" not in mail.text
