"""What the pages of a call are made of."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crm.accounts.current import current_staff
from crm.actors import Actor
from crm.employers.forms import reader_language
from crm.employers.models import Employer
from crm.employers.ways import BAD
from crm.extension_points import Text
from crm.glossary import picklists
from crm.languages import NAMES
from crm.lazy_texts import lazy_gettext as _l
from outreach.calling.briefing import Briefing, briefing, values_for
from outreach.calling.fields import PREFIX, fields_at, is_required
from outreach.calling.forms import SCRIPT, CallForm, ClosingForm
from outreach.calling.models import Call
from outreach.calling.services.drafts import CLOSING
from outreach.calling.services.outcome import EMPLOYER
from outreach.calling.services.plans import has_open_day, refuses, usual_day
from outreach.calling.services.settling import tasks_to_tick
from outreach.calling.words import announced
from outreach.materials.leaving import sending_in_words, when_it_leaves
from outreach.materials.queries import Receiver, Sheet, material_of, receivers_at, sheets_on_offer
from outreach.scripts.definition import LANGUAGES, in_language
from outreach.scripts.effects import ChangeStage, Effect, Field, MakeReferral, SendMaterial
from outreach.scripts.results import Result, result
from outreach.scripts.speaking import Spoken, spoken
from outreach.scripts.walking import Walk

MOST_KEYS = 9
PLACEHOLDERS: Mapping[str, Text] = {
    "person": _l("whom you talk to"),
    "source": _l("where the name comes from"),
    "date_time": _l("day and time"),
    "contact_phone": _l("your phone number"),
    "event_title": _l("which event"),
    "event_place": _l("where the event is"),
    "event_date_time": _l("when the event is"),
    "deadline": _l("the deadline"),
}
"""What a name in a script stands for, where nobody has written it down."""


def step_values(call: Call, walk: Walk) -> dict[str, Any]:
    """What the form of a step is filled with: the draft, over what was noted before."""
    noted = {name.value: value for name, value in walk.fields.items()}
    typed = {**noted, **call.fields.get(walk.here, {})}
    return {**_place(call, walk.here), **{PREFIX + name: value for name, value in typed.items()}}


def step_context(actor: Actor, call: Call, walk: Walk, form: CallForm) -> dict[str, Any]:
    """Everything that outreach_calls/step.html wants."""
    node = walk.node
    brief = briefing(actor, call)
    said = said_at(call, walk, brief)
    return {
        **_common(call, walk, brief, form),
        "said": said,
        "answers": [(each.key, in_language(each.label, call.language)) for each in node.answers],
        "unknown": [PLACEHOLDERS.get(name, name) for name in said.unfilled],
        "step_fields": [(form[PREFIX + each.value], is_required(node, each)) for each in fields_at(node)],
        "kind": node.kind,
        "keys": MOST_KEYS,
        "languages": [(code, NAMES.get(code, code)) for code in LANGUAGES if node.text.get(code)],
        "different": [],
    }


def said_at(call: Call, walk: Walk, brief: Briefing) -> Spoken:
    """What is read out at the step, with a gap where nobody has written down a name."""
    values = values_for(call, walk, brief)
    found = spoken(walk.node.text, call.language, values)
    gaps = dict.fromkeys(found.unfilled, "____")
    return Spoken(spoken(walk.node.text, call.language, values | gaps).text, found.unfilled)


def closing_values(actor: Actor, call: Call, walk: Walk, brief: Briefing) -> "MultiDict[str, str]":
    """What the last page is filled with: what was typed there before, over what the way and the employer say."""
    found, sheets, receivers = result(walk), sheets_on_offer(actor), receivers_at(actor, brief.employer)
    person = str(brief.position.person_id) if brief.position else ""
    usual = {
        "outcome": found.outcome or "",
        "person": person,
        "next_when": SCRIPT if found.plans_ahead else "",
        "open_day": usual_day(found.outcome, call.unit).isoformat(),
        "sheet": str(sheets[0].version_id) if sheets else "",
        "language": _language(call, sheets),
        "receiver": _receiver(receivers, person),
        "refuser": person or ("" if brief.positions else EMPLOYER),
    }
    place = {name: str(value) for name, value in _place(call, CLOSING).items()}
    typed = call.fields.get(CLOSING, {})
    filled = MultiDict({**usual, **typed, **place})
    filled.setlist("done_tasks", typed.get("done_tasks", "").splitlines())
    return filled


def closing_context(actor: Actor, call: Call, walk: Walk, form: ClosingForm, brief: Briefing) -> dict[str, Any]:
    """Everything that outreach_calls/close.html wants."""
    found = result(walk)
    return {
        **_common(call, walk, brief, form),
        "said": said_at(call, walk, brief) if found.is_ended else None,
        "found": found,
        "announced": announced(found, call.unit, of_list=call.entry_id is not None),
        "asks": asked(found, brief.employer, form),
        "leaves": when_it_leaves(call.unit),
        "different": [],
    }


def asked(found: Result, employer: Employer, form: ClosingForm) -> Mapping[str, bool]:
    """Which of the fields there is something to say in."""
    fields = found.fields
    return {
        "basis": employer.do_not_contact or employer.advertising_block,
        "experience_reason": fields.get(Field.PRIOR_EXPERIENCE) == BAD and not fields.get(Field.BAD_EXPERIENCE_REASON),
        "material": _has(found, SendMaterial),
        "referral": any(isinstance(each, MakeReferral) and not each.company for each in found.effects),
        "refuser": refuses(found.effects, form.outcome.data) or bool(form.refuser.errors),
        "keep_stage": _has(found, ChangeStage),
        "open_day": has_open_day(found.effects),
    }


def prepare_closing(actor: Actor, form: ClosingForm, call: Call, walk: Walk, brief: Briefing) -> None:
    """Fill in the choices of the last page."""
    form.prepare_tasks(tasks_to_tick(call, brief.tasks))
    form.prepare(brief.positions, plans_ahead=result(walk).plans_ahead)
    form.prepare_material(sheets_on_offer(actor), receivers_at(actor, brief.employer))


def done_context(actor: Actor, call: Call) -> dict[str, Any]:
    """Everything that outreach_calls/done.html wants."""
    outcome = picklists.label("contact_outcome", call.outcome, reader_language()) if call.outcome else ""
    sent = material_of(actor, call.submission_key)
    return {
        "call": call,
        "employer": call.employer,
        "outcome": outcome,
        "list": call.entry and call.entry.call_list,
        "sent": sent,
        "sending": sending_in_words(sent, call.unit) if sent is not None else "",
    }


def mail_that_leaves(actor: Actor, call: Call) -> str | None:
    """Which sheet goes to whom and when, for whoever has just closed the call; None where nothing goes."""
    sent = material_of(actor, call.submission_key)
    if sent is None:
        return None
    said = _("“%(sheet)s” goes by mail to %(name)s.", sheet=sent.name, name=sent.receiver)
    return f"{said} {sending_in_words(sent, call.unit)}"


def _common(call: Call, walk: Walk, brief: Briefing, form: CallForm) -> dict[str, Any]:
    language = reader_language()
    return {
        "call": call,
        "brief": brief,
        "employer": brief.employer,
        "form": form,
        "steps": len(walk.steps),
        "title": in_language(walk.script.title, language),
        "number": call.script_version.number,
        "list": call.entry.call_list if call.entry else None,
        "owner": current_staff().public_id,
        "save_address": url_for("outreach_calls.save_draft", public_id=call.public_id),
        "channel": lambda code: picklists.label("contact_channel", code, language),
        "reader": language,
    }


def _place(call: Call, place: str) -> dict[str, Any]:
    return {
        "version": call.version_id,
        "number": call.draft_number,
        "base": call.draft_number,
        "tab": "",
        "place": place,
        "note": call.note,
    }


def _has(found: Result, kind: type[Effect]) -> bool:
    return any(isinstance(each, kind) for each in found.effects)


def _language(call: Call, sheets: list[Sheet]) -> str:
    known = [each for sheet in sheets[:1] for each in sheet.languages]
    return call.language if call.language in known else next(iter(known), "")


def _receiver(receivers: list[Receiver], person: str) -> str:
    """Whoever was asked for, if there is an address; else there is something to choose."""
    return person if any(each.key == person for each in receivers) else ""
