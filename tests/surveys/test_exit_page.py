"""The surveys on the pages of an exit: what is planned, answering on the spot, and what staff never learn."""

import re

from sqlalchemy import select

from crm import clock
from crm.actors import respondent_actor
from crm.db import transaction
from surveys.dispositions import DueState, StopReason
from surveys.models import MessageText, Translation
from surveys.refusing import decline
from tests.surveys.scene import Office


def test_the_exit_page_says_what_is_sent_when_and_by_what(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave(scene.person(channels=["sms", "email"])).public_id
    page = office.signed_in(office.coordinator).get(f"/exits/{exit_}").text
    assert "How was it to take part?" in page
    assert "Is sent now" in page
    assert "Will be sent on 16 Feb 2027" in page
    assert "SMS, then e-mail" in page
    assert "Svenska" in page


def test_what_cannot_be_sent_is_said_with_its_reason(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave(scene.person(email=None, phone=None)).public_id
    page = office.signed_in(office.coordinator).get(f"/exits/{exit_}").text
    assert "Not possible: there is no phone number and no e-mail address" in page


def test_the_code_to_scan_is_drawn_inline_without_styles(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave().public_id
    page = office.signed_in(office.coordinator).get(f"/exits/{exit_}").text
    drawing = re.search(r"<svg.*?</svg>", page[page.index("qr-box") :], re.S)
    assert drawing
    assert "style" not in drawing[0]


def test_handing_the_screen_over_signs_the_coordinator_out(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave()
        row, address = scene.row(exit_), exit_.public_id
        public_id = row.public_id
    client = office.signed_in(office.coordinator)
    page = client.post(f"/surveys/due/{public_id}/tablet", follow_redirects=True)
    assert "Hur var det att delta?" in page.text
    assert client.get(f"/exits/{address}").status_code == 303
    begun = client.post(page.request.path + "/begin", data=first_form(page.text))
    assert begun.status_code == 303
    with office.inside() as scene:
        again = scene.row(exit_)
        assert again.response is not None
        assert again.response.mode == "tablet"


def first_form(page: str) -> dict[str, str]:
    """What the first form of a page would send."""
    form = page[page.index("<form") : page.index("</form>")]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def test_nobody_can_pretend_to_answer_on_the_offices_screen(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave()
        token = scene.token(exit_)
    client = office.app.test_client()
    page = client.get(f"/s/{token}?m=5f000000.AAAAAAAAAAAAAAAAAAAAAA").text
    client.post(f"/s/{token}/begin", data=first_form(page))
    with office.inside() as scene:
        row = scene.row(exit_)
        assert row.response is not None
        assert row.response.mode == "web"


def test_a_colleague_who_does_not_see_the_person_cannot_open_the_survey(office: Office) -> None:
    with office.inside() as scene:
        public_id = scene.row(scene.leave()).public_id
    client = office.signed_in(office.colleague)
    assert client.post(f"/surveys/due/{public_id}/tablet").status_code == 404
    assert client.post(f"/surveys/due/{public_id}/offer", data={"outcome": "later"}).status_code == 404


def test_a_refusal_on_the_spot_shows_as_offered_only(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave()
        public_id, person = scene.row(exit_).public_id, scene.row(exit_).participant.public_id
        address = exit_.public_id
    client = office.signed_in(office.coordinator)
    client.post(f"/surveys/due/{public_id}/offer", data={"outcome": "declined"})
    with office.inside() as scene:
        row = scene.row(exit_)
        assert (row.state, row.reason, row.offered) == (DueState.DECLINED, StopReason.DECLINED, "declined")
    for path in (f"/exits/{address}", f"/participants/{person}"):
        page = client.get(path).text
        assert "Offered" in page
        panel = page[page.index('id="surveys"') :].partition("</ul>")[0]
        assert "eclined" not in panel
        assert "refused" not in panel


def test_somebody_who_declined_looks_like_somebody_who_has_not_answered_yet(office: Office) -> None:
    with office.inside() as scene:
        silent, declined = scene.leave(), scene.leave()
        scene.work()
        with transaction():
            decline(respondent_actor(), row_id=scene.row(declined).id)
        addresses = (silent.public_id, declined.public_id)
    client = office.signed_in(office.coordinator)
    first, second = (
        re.findall(r'class="ds-tag"[^>]*>([^<]*)<', client.get(f"/exits/{address}").text) for address in addresses
    )
    assert first == second


def exit_page(office: Office, **person: object) -> str:
    """The exit page of somebody who has left, as their coordinator reads it."""
    with office.inside() as scene:
        address = scene.leave(scene.person(**person)).public_id
    return office.signed_in(office.coordinator).get(f"/exits/{address}").text


def test_it_says_that_a_draft_in_the_persons_language_waits_for_approval(office: Office) -> None:
    why = "Goes in Swedish: the text in Arabic is a draft that nobody has approved."
    assert exit_page(office, language="ar").count(why) == 2


def test_it_says_that_there_is_no_text_in_the_persons_language(office: Office) -> None:
    assert "Goes in Swedish: there is no complete text in Somali." in exit_page(office, language="so")


def test_the_participants_page_says_it_too(office: Office) -> None:
    with office.inside() as scene:
        person = scene.person(language="ar")
        scene.leave(person)
        address = person.public_id
    page = office.signed_in(office.coordinator).get(f"/participants/{address}").text
    assert "the text in Arabic is a draft" in page


def test_it_says_nothing_where_the_person_reads_their_own_language(office: Office) -> None:
    assert "Goes in" not in exit_page(office, language="sv")


def test_what_went_before_an_approval_is_not_explained_by_a_draft(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave(scene.person(language="ar"))
        scene.work()
        with transaction() as session:
            for text in (*session.scalars(select(Translation)), *session.scalars(select(MessageText))):
                text.approved_at = text.approved_at or clock.now()
        address = exit_.public_id
    page = office.signed_in(office.coordinator).get(f"/exits/{address}").text
    assert "Sent. Open until" in page
    assert "Goes in" not in page
