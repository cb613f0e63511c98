"""What the pages of respondents may cost, and that what is kept in the process never shows what is no longer so."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import select

from crm.actors import respondent_actor, system_actor
from crm.db import current_session, read_by_statement, transaction
from surveys.answering import Begun, begin, save_answer
from surveys.authoring.services import approve_translation, save_translation, withdraw_translation
from surveys.models import QuestionnaireVersion, Translation
from surveys.responses import answers_of
from tests.surveys.respondent import Asked
from tests.surveys.scene import Scene

CountQueries = Callable[[], AbstractContextManager[list[str]]]
QUESTION = "Blev du bra bemött"


def _swedish(scene: Scene, asked: Asked) -> Translation:
    """The Swedish translation of the version that somebody is answering."""
    exit_, _person = asked()
    row = scene.row(exit_)
    statement = select(Translation).join(QuestionnaireVersion).where(Translation.language == "sv")
    found = current_session().scalars(
        statement.where(QuestionnaireVersion.published_at.is_not(None)).order_by(Translation.id)
    )
    return next(each for each in found if each.version.questionnaire.key == row.wave)


def _seen(queries: list[str], word: str) -> int:
    return sum(1 for each in queries if each.startswith(word))


def test_a_question_is_shown_with_two_queries_and_nothing_is_written(asked: Asked, count_queries: CountQueries) -> None:
    _exit, person = asked()
    person.begin()
    person.get("/q/good_treatment")
    with count_queries() as queries:
        assert QUESTION in person.get("/q/good_treatment")
    assert _seen(queries, "SELECT") == 2
    assert not any(_seen(queries, word) for word in ("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE"))


def test_an_answer_is_saved_with_three_queries_and_two_writes(asked: Asked, count_queries: CountQueries) -> None:
    _exit, person = asked()
    person.begin()
    form = person.client.get(f"{person.base}/q/good_treatment").text
    token = form.partition('class="sv-form"')[2].partition('name="form_token" value="')[2].partition('"')[0]
    with count_queries() as queries:
        sent = {"form_token": token, "answer": "5"}
        assert person.client.post(f"{person.base}/q/good_treatment", data=sent).status_code == 303
    assert (_seen(queries, "SELECT"), _seen(queries, "INSERT"), _seen(queries, "UPDATE")) == (3, 1, 1)


def test_a_changed_and_approved_text_is_shown_at_once(scene: Scene, asked: Asked) -> None:
    translation = _swedish(scene, asked)
    _exit, person = asked()
    person.begin()
    assert QUESTION in person.text
    texts = {**translation.texts, "q.good_treatment": "Var vi snälla?"}
    actor = system_actor("test")
    translation_id, version = translation.id, translation.version_id
    with transaction():
        saved = save_translation(actor, translation_id=translation_id, version=version, texts=texts, translator=None)
        approve_translation(actor, translation_id=translation_id, version=saved.version_id)
    assert "Var vi snälla?" in person.get("/q/good_treatment")
    assert QUESTION not in person.text


def test_a_language_whose_approval_is_withdrawn_is_gone_from_the_next_page(scene: Scene, asked: Asked) -> None:
    translation = _swedish(scene, asked)
    _exit, person = asked()
    person.begin()
    assert QUESTION in person.text
    translation_id, version = translation.id, translation.version_id
    with transaction():
        withdraw_translation(system_actor("test"), translation_id=translation_id, version=version)
    assert "Did we treat you well?" in person.get("/q/good_treatment")


def test_a_response_that_the_caller_holds_shows_the_answer_just_saved(scene: Scene, asked: Asked) -> None:
    exit_, _person = asked()
    row_id = scene.row(exit_).id
    with transaction():
        response = begin(respondent_actor(), row_id=row_id, how=Begun("sv"))
        assert answers_of(response) == {}
        save_answer(respondent_actor(), row_id=row_id, question="good_treatment", raw=["1"], language="sv")
        assert answers_of(response)["good_treatment"].codes == ("1",)
        save_answer(respondent_actor(), row_id=row_id, question="good_treatment", raw=["4"], language="en")
        assert answers_of(response)["good_treatment"].codes == ("4",)
        assert response.language == "en"


def test_reading_by_statement_changes_nothing_in_a_session_that_is_in_a_transaction(scene: Scene, asked: Asked) -> None:
    exit_, _person = asked()
    with transaction() as session:
        row = scene.row(exit_)
        row.language = "da"
        read_by_statement()
        session.rollback()
    assert scene.row(exit_).language == "sv"
