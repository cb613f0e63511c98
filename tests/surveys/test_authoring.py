"""Texts are sent only when somebody has approved them; a published version never changes."""

import re

from sqlalchemy import select

from crm.db import current_session, transaction
from surveys.installing import ensure_content
from surveys.models import FollowUpPlan, MessageText, Questionnaire, QuestionnaireVersion, Translation
from tests.surveys.scene import SYSTEM, Office, Scene


def translation(office: Office, language: str, key: str = "exit") -> Translation:
    with office.inside():
        statement = (
            select(Translation)
            .join(QuestionnaireVersion)
            .join(Questionnaire)
            .where(Questionnaire.key == key, Translation.language == language)
            .order_by(QuestionnaireVersion.number.desc())
        )
        found = current_session().scalars(statement).first()
        assert found is not None
        current_session().expunge(found)
        return found


def message(office: Office, key: str, channel: str, language: str) -> MessageText:
    with office.inside():
        found = (
            current_session()
            .scalars(
                select(MessageText).where(
                    MessageText.key == key, MessageText.channel == channel, MessageText.language == language
                )
            )
            .one()
        )
        current_session().expunge(found)
        return found


def approve(office: Office, language: str) -> None:
    client = office.signed_in(office.manager)
    found = translation(office, language)
    data = {f"text:{path}": text for path, text in found.texts.items()}
    client.post(
        f"/surveys/questionnaires/translations/{found.public_id}",
        data={**data, "version": found.version_id, "do": "approve"},
    )
    for key in ("exit_invitation", "exit_reminder"):
        for channel in ("email", "sms"):
            text = message(office, key, channel, language)
            client.post(
                f"/surveys/texts/{text.public_id}",
                data={"subject": text.subject or "", "body": text.body, "version": text.version_id, "do": "approve"},
            )


def test_installing_twice_adds_nothing_and_overwrites_no_edit(scene: Scene) -> None:
    with transaction() as session:
        text = session.scalars(select(MessageText)).first()
        assert text is not None
        text.body = "Edited {link} {optout_link}"
        plan = session.scalars(select(FollowUpPlan)).first()
        assert plan is not None
        plan.days_after = 7
    with transaction():
        assert ensure_content(SYSTEM) == 0
    assert current_session().query(MessageText).filter_by(body="Edited {link} {optout_link}").count() == 1
    assert current_session().query(FollowUpPlan).filter_by(days_after=7).count() == 1


def test_an_approved_language_is_used_from_then_on(office: Office) -> None:
    approve(office, "uk")
    with office.inside() as scene:
        exit_ = scene.leave(scene.person(language="uk", channels=["email"]))
        scene.work()
        assert scene.row(exit_).language == "uk"
        assert "Розкажіть" in (scene.mailbox()[0].subject or "")


def test_a_changed_text_takes_the_approval_away(office: Office) -> None:
    found = translation(office, "sv")
    client = office.signed_in(office.manager)
    data = {f"text:{path}": text for path, text in found.texts.items()}
    data["text:title"] = "Ny rubrik"
    client.post(f"/surveys/questionnaires/translations/{found.public_id}", data={**data, "version": found.version_id})
    after = translation(office, "sv")
    assert (after.texts["title"], after.approved_at) == ("Ny rubrik", None)


def test_an_incomplete_translation_cannot_be_approved(office: Office) -> None:
    found = translation(office, "ar")
    client = office.signed_in(office.manager)
    data = {f"text:{path}": text for path, text in found.texts.items() if path != "title"}
    answer = client.post(
        f"/surveys/questionnaires/translations/{found.public_id}",
        data={**data, "version": found.version_id, "do": "approve"},
    )
    assert answer.status_code == 422
    assert "Texts are missing: 1" in answer.text
    assert translation(office, "ar").approved_at is None


def test_a_draft_is_shown_to_staff_as_a_draft_and_written_from_the_right(office: Office) -> None:
    found = translation(office, "ar")
    client = office.signed_in(office.manager)
    page = client.get(f"/surveys/questionnaires/translations/{found.public_id}").text
    address = re.search(r'href="(/surveys/questionnaires/versions/[^"]+/preview/ar)"', page)
    assert address
    intro = client.get(address[1]).text
    assert '<html lang="ar" dir="rtl">' in intro
    assert "This is a draft: it is not sent." in intro
    question = client.get(f"{address[1]}?q=support_need").text + client.get(f"{address[1]}?q=status_now").text
    assert "ماذا تفعل الآن؟" in question


def test_a_message_with_an_unknown_placeholder_or_without_a_link_is_refused(office: Office) -> None:
    text = message(office, "exit_invitation", "sms", "sv")
    client = office.signed_in(office.manager)
    for body, complaint in (
        ("Hej {fornamn}! {link} {optout_link}", "There is no placeholder {fornamn}."),
        ("Hej {first_name}! {link}", "The text must contain {optout_link}."),
        ("{first_name.__class__} {link} {optout_link}", "There is no placeholder"),
    ):
        answer = client.post(
            f"/surveys/texts/{text.public_id}", data={"body": body, "version": text.version_id, "do": "approve"}
        )
        assert answer.status_code == 422
        assert complaint in answer.text
    assert message(office, "exit_invitation", "sms", "sv").body == text.body


def test_an_sms_shows_how_many_parts_it_takes(office: Office) -> None:
    text = message(office, "exit_invitation", "sms", "sv")
    page = office.signed_in(office.manager).get(f"/surveys/texts/{text.public_id}").text
    assert re.search(r"\d parts", page)


def test_a_published_version_never_changes_and_its_draft_leaves_questions_out(office: Office) -> None:
    client = office.signed_in(office.manager)
    with office.inside():
        questionnaire = current_session().scalars(select(Questionnaire).where(Questionnaire.key == "exit")).one()
        address, first = questionnaire.public_id, questionnaire.versions[0].public_id
    client.post(f"/surveys/questionnaires/versions/{first}", data={"keep": "good_treatment"})
    client.post(f"/surveys/questionnaires/{address}/draft")
    with office.inside():
        questionnaire = current_session().scalars(select(Questionnaire).where(Questionnaire.key == "exit")).one()
        old, draft = questionnaire.versions
        assert len(old.structure["questions"]) == 10
        second = draft.public_id
        keys = [question["key"] for question in draft.structure["questions"] if question["key"] != "good_text"]
    order = {f"order:{key}": str(place) for place, key in enumerate(keys)}
    data = {"keep": keys, "target:good_treatment": "90", **order}
    client.post(f"/surveys/questionnaires/versions/{second}", data=data)
    refused = client.post(f"/surveys/questionnaires/versions/{second}/publish", follow_redirects=True).text
    assert "Approve the texts of the draft first." in refused
    with office.inside():
        draft = (
            current_session()
            .scalars(select(QuestionnaireVersion).where(QuestionnaireVersion.public_id == second))
            .one()
        )
        assert [question["key"] for question in draft.structure["questions"]] == keys
        assert draft.structure["questions"][0]["goal"]["target"] == 90
        assert "q.good_text" not in draft.translations[0].texts


def test_a_condition_on_a_question_that_is_gone_is_refused(office: Office) -> None:
    client = office.signed_in(office.manager)
    with office.inside():
        questionnaire = current_session().scalars(select(Questionnaire).where(Questionnaire.key == "exit")).one()
        address = questionnaire.public_id
    page = client.post(f"/surveys/questionnaires/{address}/draft", follow_redirects=True)
    answer = client.post(page.request.path, data={"keep": ["via_us", "contact_wish"]}, follow_redirects=True)
    assert "status_now" in answer.text
    with office.inside():
        versions = current_session().scalars(select(QuestionnaireVersion)).all()
        assert all(len(version.structure["questions"]) >= 7 for version in versions)
