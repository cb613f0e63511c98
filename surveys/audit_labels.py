"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "survey_offered": _l("Survey offered"),
    "survey_on_tablet": _l("Survey opened on this device"),
    "survey_called": _l("Call about a survey noted"),
    "survey_calls_listed": _l("People to call listed"),
    "late_surveys_listed": _l("Late surveys listed"),
    "survey_interview_opened": _l("Interview opened"),
    "survey_interview_begun": _l("Interview begun"),
    "survey_sent_in": _l("Answers sent in"),
    "survey_answers_deleted": _l("Old answers deleted"),
    "surveys_late_confirmed": _l("Late surveys confirmed for sending"),
    "surveys_late_closed": _l("Late surveys closed"),
    "survey_plan_added": _l("Survey plan added"),
    "survey_plan_changed": _l("Survey plan changed"),
    "surveys_content_installed": _l("Questionnaires of Brobygg installed"),
    "survey_draft_made": _l("Draft of a questionnaire made"),
    "survey_draft_changed": _l("Draft of a questionnaire changed"),
    "survey_draft_discarded": _l("Draft of a questionnaire discarded"),
    "survey_version_published": _l("Questionnaire published"),
    "survey_translation_added": _l("Translation added"),
    "survey_translation_saved": _l("Translation saved"),
    "survey_translation_approved": _l("Translation approved"),
    "survey_translation_withdrawn": _l("Approval of a translation withdrawn"),
    "survey_message_saved": _l("Message text saved"),
    "survey_message_approved": _l("Message text approved"),
    "survey_message_withdrawn": _l("Approval of a message text withdrawn"),
}

SUBJECTS: Mapping[str, Text] = {
    "survey_due": _l("Survey"),
    "survey_plan": _l("Survey plan"),
    "questionnaire": _l("Questionnaires"),
    "survey_version": _l("Version of a questionnaire"),
    "survey_translation": _l("Translation of a questionnaire"),
    "survey_message_text": _l("Message text"),
    "survey_response": _l("Answers"),
}
