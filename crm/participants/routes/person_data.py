"""A person's own data: the file with everything, and erasing it."""

import json

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.reading import seen_one
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.participants.forms import EraseForm
from crm.participants.models import Participant
from crm.participants.routes.typed import given
from crm.participants.services.erasure import erase_person, export_person
from crm.web.downloads import attachment


def download(public_id: str) -> ResponseReturnValue:
    """Everything that is kept about the participant, as a JSON file to give to the person."""
    actor = current_actor()
    person_id = visible_one(Participant, actor, public_id).id
    with transaction():
        data = export_person(actor, participant_id=person_id)
    body = json.dumps(data, ensure_ascii=False, indent=2)
    return attachment(f"person-{public_id}.json", body.encode())


def erase(public_id: str) -> ResponseReturnValue:
    """Ask for the name, then delete the participant for good."""
    actor = current_actor()
    person = visible_one(Participant, actor, public_id)
    form = EraseForm()
    if form.validate_on_submit():
        if given(form.full_name.data).casefold() == person.full_name.casefold():
            person_id = person.id
            with transaction():
                erase_person(actor, participant_id=person_id)
            flash(_("The participant and everything about them are erased."), "success")
            return redirect(url_for("participants.index"), code=303)
        form.full_name.errors = [_("This is not the participant's name.")]
    html = render_template("participants/erase.html", form=form, person=person)
    html = seen_one(actor, html, participant_id=person.id, unit_id=person.unit_id)
    return html, 422 if form.is_submitted() else 200
