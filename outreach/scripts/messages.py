"""The words for what can be wrong with a script or a call, by code; and for its fields and kinds of steps.

The only module of scripts that knows of translations, besides the command line that shows them.
"""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.scripts.definition import NEXT_STEP, OUTCOME, NodeKind
from outreach.scripts.drawing import DrawingWords
from outreach.scripts.effects import Field
from outreach.scripts.problems import Problem

KINDS: Mapping[NodeKind, Text] = {
    NodeKind.SAY: _l("Say"),
    NodeKind.ASK: _l("Ask"),
    NodeKind.INSTRUCTION: _l("Do"),
    NodeKind.END: _l("End"),
}
FIELDS: Mapping[str, Text] = {
    Field.CONTACT_PERSON: _l("Contact person"),
    Field.NEEDS_TEXT: _l("What they need"),
    Field.PRIOR_EXPERIENCE: _l("Earlier experience"),
    Field.BAD_EXPERIENCE_REASON: _l("What went wrong"),
    Field.DATE_TIME: _l("Day and time"),
    Field.PREFERRED_INFORMATION: _l("Wanted information"),
    Field.DECLINE_REASON: _l("Why not"),
    Field.REFERRAL_COMPANY: _l("The other employer"),
    Field.REFERRAL_MAY_MENTION: _l("We may say who gave the name"),
    OUTCOME: _l("Outcome"),
    NEXT_STEP: _l("Next step"),
    "note": _l("Note"),
}
"""What a script can note, and what closing a call can ask for."""

READING: Mapping[str, Text] = {
    "alias": _l("References within the file (& and *) are not read. Write the text out."),
    "too_deep": _l("The file is nested deeper than %(most)s levels."),
    "too_large": _l("The file is longer than %(most)s characters."),
    "not_text": _l("The file is not text in UTF-8."),
    "no_file": _l("The file cannot be opened."),
    "empty_file": _l("The file is empty."),
    "yaml_syntax": _l("The file is not written correctly here: %(found)s."),
    "control_character": _l("There is a control character here that cannot be seen. Write the text anew."),
    "not_read": _l("“%(name)s” does not belong to the script and is not read."),
    "expected_mapping": _l("Expected names with values below each other."),
    "expected_list": _l("Expected a list."),
    "expected_name": _l("Expected a name."),
    "expected_text": _l("Expected text. Put numbers and days in quotes."),
    "quote_word": _l("Put “%(word)s” in quotes, or it is read as true or false."),
    "expected_key": _l("“%(found)s” is no key: use small letters, digits and _, a letter first."),
    "expected_number": _l("Expected a whole number from 1 to %(most)s."),
    "expected_flag": _l("Expected true or false."),
    "expected_language": _l("“%(found)s” is no language code. Use for example en, sv, nb or da."),
    "expected_placeholder": _l("“%(found)s” is no placeholder. Write it like {company}."),
    "unknown_key": _l("There is no setting called “%(name)s” here."),
    "unknown_code": _l("“%(found)s” is not possible here. Use one of: %(known)s."),
    "used_twice": _l("“%(name)s” stands here twice."),
    "missing_key": _l("“%(name)s” is missing."),
    "too_long": _l("The text is longer than %(most)s characters."),
    "too_many": _l("There are %(found)s here; at most %(most)s are possible."),
    "no_steps": _l("The script has no steps."),
}
CHECKING: Mapping[str, Text] = {
    "no_start": _l("The script begins at “%(found)s”, which is not one of its steps."),
    "no_end": _l("The script has no end."),
    "repeated_step": _l("Two steps have the key “%(node)s”."),
    "repeated_answer": _l("Two answers of “%(node)s” have the key “%(answer)s”."),
    "end_with_answers": _l("“%(node)s” is an end and can have no answers."),
    "dead_end": _l("“%(node)s” has no answers, so the call cannot go on."),
    "leads_nowhere": _l("The answer “%(answer)s” of “%(node)s” leads to “%(goto)s”, which does not exist."),
    "unreachable": _l("No way leads to “%(node)s”."),
    "loop_without_end": _l("This goes round without ever coming to an end: %(loop)s."),
    "loop": _l("This can go round: %(loop)s. It also comes to an end."),
    "more_loops": _l("There are %(most)s loops or more; only the first are shown."),
    "no_outcome": _l("“%(node)s” can be come to without any outcome: %(way)s."),
    "no_text": _l("The step “%(place)s” has no text in any language."),
    "no_label": _l("The answer “%(place)s” has no label in any language."),
    "unknown_placeholder": _l("%(name)s in “%(place)s” is not among the placeholders of the script."),
    "nobody_fills": _l("Nothing fills %(name)s during a call; it will be read as it stands."),
    "missing_translation": _l("“%(place)s” is missing in the language %(language)s."),
    "unknown_outcome": _l("There is no outcome “%(found)s”."),
    "unknown_value": _l("“%(field)s” cannot be “%(found)s”. Use one of: %(known)s."),
    "unknown_stage": _l("There is no stage “%(found)s” in use."),
    "fixed_time": _l("“%(field)s” is agreed during the call and cannot be fixed here."),
    "required_not_noted": _l("“%(field)s” is required at “%(node)s”, which does not note it."),
    "personal_email": _l("The text of “%(place)s” has an e-mail address in it. Use a placeholder."),
    "personal_phone": _l("The text of “%(place)s” has a phone number in it. Use a placeholder."),
    "personal_identity": _l("The text of “%(place)s” has an identity number in it. Take it out."),
}
WALKING: Mapping[str, Text] = {
    "ended": _l("The call has come to its end."),
    "no_such_answer": _l("That answer does not belong to this step. Load the page again."),
    "no_such_step": _l("The script leads to a step that does not exist: “%(node)s”."),
    "too_many_steps": _l("The call has gone through %(most)s steps. Close it and begin a new one."),
    "field_not_noted": _l("“%(field)s” is not noted at this step."),
    "field_required": _l("Fill in “%(field)s” first."),
    "value_too_long": _l("“%(field)s” is longer than %(most)s characters."),
    "not_a_choice": _l("“%(field)s” cannot be “%(found)s”. Use one of: %(known)s."),
    "no_time": _l("Give a day and a time."),
    "not_complete": _l("The call cannot be closed yet. Still missing: %(missing)s."),
    "other_script": _l("This call was begun with another version of the script and cannot go on with this one."),
    "damaged_walk": _l("What was kept of this call cannot be read."),
    "does_not_fit": _l("What was kept of this call does not fit the script: “%(found)s” where “%(wanted)s” stands."),
}
MESSAGES: Mapping[str, Text] = {**READING, **CHECKING, **WALKING}


def sentence(problem: Problem) -> str:
    """What is wrong, in the reader's language; in English outside of a request."""
    values: dict[str, object] = dict(problem.values)
    if "field" in values:
        values["field"] = _field_name(str(values["field"]))
    if "missing" in values:
        values["missing"] = ", ".join(_field_name(name) for name in str(values["missing"]).split(", "))
    return str(MESSAGES[problem.code]) % values


def drawing_words() -> DrawingWords:
    """What a drawing says about itself, in the reader's language."""
    return DrawingWords(
        kinds={kind: str(label) for kind, label in KINDS.items()},
        unreachable=str(_l("Nothing leads here")),
        dead_end=str(_l("Leads nowhere")),
        about=str(
            _l("%(steps)s steps, %(ends)s of them ends. Each step is listed with its answers beside the drawing.")
        ),
    )


def _field_name(name: str) -> str:
    return str(FIELDS.get(name, name))
