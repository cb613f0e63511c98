"""The shipped texts: complete in every language, with equal placeholders, short enough for a message."""

import re
from collections.abc import Mapping

import pytest

from crm.glossary.picklists import codes
from crm.messaging.sms_text import SmsEncoding, count_sms
from surveys.answers import AnswerProblem
from surveys.definition import Definition, QuestionType, Visibility, definition_to_json
from surveys.definition_reading import definition_from_json
from surveys.definition_texts import missing_texts, surplus_texts
from surveys.shipped import (
    ShippedMessage,
    TextState,
    digit_replies,
    page_text,
    shipped_languages,
    shipped_messages,
    shipped_page_texts,
    shipped_privacy_texts,
    shipped_questionnaires,
    sms_stop_lines,
)

LANGUAGES = {language.code for language in shipped_languages()}
GSM_LANGUAGES = ("en", "sv", "nb", "da")
SMS = [message for message in shipped_messages() if message.channel == "sms"]
EMAIL = [message for message in shipped_messages() if message.channel == "email"]

# Long but real: a double first name, a long unit name and an international number.
SMS_VALUES = {
    "first_name": "Anne-Kristine",
    "contact_name": "Marie-Louise Kristoffersen",
    "org": "Arbetsmarknadsenheten Osby",
    "link": "https://svar.example.org/s/" + "x" * 13,
    "optout_link": "https://svar.example.org/o/" + "y" * 13,
    "switchboard": "+46 479 52 80 00",
}


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def definition(key: str) -> Definition:
    return next(one.authored.definition for one in shipped_questionnaires() if one.authored.definition.key == key)


def same_placeholders(texts: Mapping[str, str]) -> bool:
    return len({tuple(sorted(set(placeholders(text)))) for text in texts.values()}) == 1


def test_every_questionnaire_is_complete_in_every_language() -> None:
    for shipped in shipped_questionnaires():
        assert set(shipped.authored.texts) == set(shipped.states) == LANGUAGES
        for texts in shipped.authored.texts.values():
            assert missing_texts(shipped.authored.definition, texts) == []
            assert surplus_texts(shipped.authored.definition, texts) == []


def test_shipped_definitions_survive_storage() -> None:
    for shipped in shipped_questionnaires():
        stored = definition_to_json(shipped.authored.definition)
        assert definition_from_json(stored) == shipped.authored.definition


def test_staff_languages_are_shipped_and_the_others_are_drafts() -> None:
    for language in shipped_languages():
        assert (language.state is TextState.SHIPPED) == (language.code in GSM_LANGUAGES)
        assert (language.direction == "rtl") == (language.code == "ar")
    states = {language.code: language.state for language in shipped_languages()}
    assert all(questionnaire.states == states for questionnaire in shipped_questionnaires())
    assert all(message.states == states for message in shipped_messages())


def test_the_exit_survey_has_the_five_goals_with_their_targets() -> None:
    goals = {goal.key: goal.target for goal in definition("exit").goals}
    assert goals == {
        "good_treatment": 100,
        "closer_to_work": 95,
        "positive_experience": 80,
        "more_motivated": 95,
        "got_tools": 80,
    }
    assert all(goal.counts_as_yes == ("4", "5") for goal in definition("exit").goals)


def test_grades_and_free_text_are_aggregate_and_the_situation_is_history() -> None:
    for shipped in shipped_questionnaires():
        for question in shipped.authored.definition.questions:
            opinion = question.type in (QuestionType.SCALE, QuestionType.TEXT)
            assert (question.visibility is Visibility.AGGREGATE) == opinion


def test_status_and_support_codes_are_those_of_the_managed_lists() -> None:
    for shipped in shipped_questionnaires():
        for question in shipped.authored.definition.questions:
            if question.key == "status_now":
                assert set(question.codes) == codes("labour_status")
            if question.key == "support_need":
                assert set(question.codes) == codes("support_need")


def test_a_wish_for_contact_creates_a_task() -> None:
    for key in ("exit", "follow_up_90"):
        assert definition(key).question("contact_wish").creates_task_on == ("yes",)


def test_the_exit_survey_never_asks_more_than_the_ten_questions_it_promises() -> None:
    assert len(definition("exit").questions) <= 10


@pytest.mark.parametrize("texts", [shipped_page_texts(), shipped_privacy_texts()])
def test_page_texts_exist_in_every_language_with_the_same_placeholders(
    texts: Mapping[str, Mapping[str, str]],
) -> None:
    assert set(texts) == LANGUAGES
    for key in texts["en"]:
        assert same_placeholders({language: texts[language][key] for language in LANGUAGES}), key
        assert all(texts[language][key] for language in LANGUAGES)


def test_every_problem_with_an_answer_has_a_sentence() -> None:
    for problem in AnswerProblem:
        assert page_text(f"problem_{problem}", "sv", max_length=1000)


def test_a_page_text_in_an_unknown_language_is_english() -> None:
    assert page_text("progress", "xx", number=2, total=7) == "Question 2 of 7"
    with pytest.raises(KeyError):
        page_text("no_such_text", "en")


@pytest.mark.parametrize("message", shipped_messages(), ids=lambda message: f"{message.channel}-{message.key}")
def test_messages_exist_in_every_language_with_the_same_placeholders(message: ShippedMessage) -> None:
    assert set(message.body) == LANGUAGES
    assert same_placeholders(message.body)
    assert set(message.subject) == (LANGUAGES if message.channel == "email" else set())


@pytest.mark.parametrize("message", EMAIL, ids=lambda message: message.key)
def test_every_email_has_a_link_an_opt_out_and_a_sender(message: ShippedMessage) -> None:
    assert {"first_name", "org", "link", "deadline", "optout_link"} <= set(placeholders(message.body["en"]))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("message", SMS, ids=lambda message: message.key)
def test_a_text_message_fits_its_parts(message: ShippedMessage, language: str) -> None:
    count = count_sms(message.body[language].format_map(SMS_VALUES))
    if language in GSM_LANGUAGES:
        assert count.encoding is SmsEncoding.GSM7, count.offending
        assert count.segments <= 2
    else:
        assert count.segments <= 5


@pytest.mark.parametrize("message", SMS, ids=lambda message: message.key)
def test_a_text_message_names_a_person_and_a_number_to_call(message: ShippedMessage) -> None:
    assert {"first_name", "contact_name", "org", "switchboard"} <= set(placeholders(message.body["en"]))


def test_messages_say_nothing_about_unemployment_benefits_or_offices() -> None:
    forbidden = re.compile(
        r"unemploy|benefit|arbetslös|arbeidsledig|arbejdsløs|\bNAV\b|jobcent|arbetsförmedling|social|health"
    )
    for message in shipped_messages():
        for text in (*message.subject.values(), *message.body.values()):
            assert not forbidden.search(text)


def test_a_one_digit_reply_means_an_answer_of_its_question_and_every_digit_is_explained() -> None:
    bodies = {message.key: message.body for message in SMS}
    for key, replies in digit_replies().items():
        assert set(replies.codes.values()) <= set(definition("follow_up_90").question(replies.question).codes)
        for text in bodies[key].values():
            assert set(re.findall(r"(?<!\d)(\d) ", text)) == set(replies.codes)
            assert "{link}" not in text


def test_the_stop_line_exists_in_every_language_and_is_plain() -> None:
    assert set(sms_stop_lines()) == LANGUAGES
    for language in GSM_LANGUAGES:
        assert count_sms(sms_stop_lines()[language]).encoding is SmsEncoding.GSM7
