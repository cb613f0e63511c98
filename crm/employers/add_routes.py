"""Adding an employer: one box that finds those who are here and what the register has, then the form.

Works without scripts: the box is a form of its own, a hit is a link, and the form is filled when it is opened.
"""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.models import Unit
from crm.accounts.permissions import require
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.blueprint import blueprint
from crm.employers.form_page import employer_form_page, kept_industry, parent_id_of
from crm.employers.forms import EmployerForm, country_choices
from crm.employers.models import Employer
from crm.employers.org_numbers import COUNTRIES, show_org_number
from crm.employers.queries import STAFF
from crm.employers.registers.entries import Retrieved, fields_of_entry, kept_number, seal, unseal
from crm.employers.registers.finding import SHORTEST, Found, company_of, find, how_many_fit, known_employers
from crm.employers.registers.ports import register_label, register_of
from crm.employers.registers.services import add_from_register
from crm.employers.registers.typed import Typed, read_typed
from crm.employers.registers.words import STATUS
from crm.errors import DomainError

LONGEST = 100


@dataclass(frozen=True)
class Look:
    """What the box of the page holds and has found."""

    text: str
    country: str
    found: Found | None = None
    error: str | None = None


@blueprint.route("/employers/new", methods=["GET", "POST"])
@require(*STAFF)
def add() -> ResponseReturnValue:
    """Add an employer; one's own unit gets the relationship, oneself as the person responsible."""
    actor = current_actor()
    if request.method == "POST":
        return _save(actor)
    country = _country(actor)
    taken, problem = _taken(country)
    known = _known_of(actor, taken)
    if known is not None:
        flash(_("%(name)s is here already.", name=known.name), "info")
        return redirect(url_for(".show", public_id=known.public_id), code=303)
    look = _look(actor, country) if taken is None else None
    form = EmployerForm(data=_values(taken, country, look))
    form.prepare()
    return _page(form, taken=taken, look=look, problem=problem)


@blueprint.get("/employers/known")
@require(*STAFF)
def known() -> ResponseReturnValue:
    """A piece of the page: employers that are here already, for what has been typed so far."""
    actor = current_actor()
    text = (request.args.get("find") or request.args.get("name") or request.args.get("org_number") or "")[:LONGEST]
    try:
        typed = read_typed(text, _country(actor))
    except DomainError:
        typed = Typed(_country(actor))
    known = known_employers(actor, typed)
    fit = how_many_fit(actor, typed, known)
    not_asked = bool(request.args.get("find")) and register_of(typed.country) is not None
    return render_template("employers/_known.html", known=known, fit=fit, number=show_org_number, not_asked=not_asked)


def _save(actor: Actor) -> ResponseReturnValue:
    form = EmployerForm()
    form.prepare()
    taken = unseal(request.form.get("sealed", ""))
    if not form.validate_on_submit():
        return _page(form, taken=taken), 422
    try:
        public_id = _add_unless_there(actor, form, taken)
    except DomainError as error:
        return _page(form, taken=taken, error=error), 422
    flash(_("The employer is added. You are responsible."), "success")
    return redirect(url_for(".show", public_id=public_id), code=303)


def _add_unless_there(actor: Actor, form: EmployerForm, taken: Retrieved | None) -> str:
    try:
        with transaction():
            return _add(actor, form, taken)
    except IntegrityError:
        # Another unit saved the same number in the same moment; now it is seen, and pointed out.
        with transaction():
            return _add(actor, form, taken)


def _add(actor: Actor, form: EmployerForm, taken: Retrieved | None) -> str:
    parent_id = parent_id_of(form)
    if taken is None:
        employer = services.add_employer(actor, fields=form.as_fields(parent_id=parent_id), confirmed=form.confirmed)
    else:
        said = fields_of_entry(taken.entry, taken.at.date())
        fields = form.as_fields(
            parent_id=parent_id, legal_form=said.legal_form, **kept_industry(form, said), **_municipality(form, said)
        )
        numbers = frozenset(request.form.getlist("units"))
        employer = add_from_register(actor, found=taken, fields=fields, unit_numbers=numbers, confirmed=form.confirmed)
    if actor.unit_id is not None:
        services.take_relationship(actor, employer_id=employer.id, unit_id=actor.unit_id, owner_id=actor.staff_id)
    return employer.public_id


def _municipality(form: EmployerForm, said: Any) -> dict[str, str | None]:
    same = (form.municipality.data or None) == said.municipality
    return {"municipality_code": said.municipality_code if same else None}


def _look(actor: Actor, country: str) -> Look | None:
    text = request.args.get("find", "").strip()[:LONGEST]
    if not text and "find" not in request.args:
        return Look("", country)
    try:
        typed = read_typed(text, country)
        if typed.name is not None and len(typed.name) < SHORTEST:
            return Look(text, country, error=_("Write an organisation number, or three letters of the name at least."))
        return Look(text, country, find(actor, typed))
    except DomainError as error:
        return Look(text, country, error=str(error.message))


def _taken(country: str) -> tuple[Retrieved | None, str | None]:
    """What the address says to take over from the register, and why that does not work."""
    number = request.args.get("take", "").strip()[:20]
    if not number:
        return None, None
    try:
        found = company_of(country, number)
    except DomainError as error:
        return None, str(error.message)
    return found, None if found else _("The register has nobody of this number.")


def _known_of(actor: Actor, taken: Retrieved | None) -> Employer | None:
    number = kept_number(taken.entry) if taken else None
    if taken is None or number is None:
        return None
    known = known_employers(actor, Typed(taken.entry.country, number=number))
    return known[0].employer if known else None


def _values(taken: Retrieved | None, country: str, look: Look | None) -> dict[str, Any]:
    if taken is None:
        # What was looked for in vain need not be typed again.
        typed = look.found.typed if look and look.found else Typed(country)
        values = {"name": typed.name or request.args.get("name", ""), "country": typed.country, "kind": "company"}
        return values | {"org_number": show_org_number(typed.number, typed.country) if typed.number else ""}
    fields = fields_of_entry(taken.entry, clock.today())
    names = ("name", "country", "industry_text", "employee_count", "municipality", "address", "postcode", "city")
    values = {name: getattr(fields, name) for name in (*names, "phone", "email", "website", "advertising_block")}
    return values | {"kind": "company", "org_number": show_org_number(fields.org_number, fields.country)}


def _country(actor: Actor) -> str:
    """The country that was chosen, else the unit's."""
    wanted = request.args.get("country", "")
    if wanted in COUNTRIES:
        return wanted
    unit = current_session().get(Unit, actor.unit_id) if actor.unit_id else None
    return unit.country if unit and unit.country in COUNTRIES else COUNTRIES[0]


def _page(
    form: EmployerForm,
    *,
    taken: Retrieved | None,
    look: Look | None = None,
    problem: str | None = None,
    error: DomainError | None = None,
) -> str:
    chosen = frozenset(request.form.getlist("units") or request.args.getlist("unit"))
    return employer_form_page(
        form,
        None,
        error,
        taken=taken,
        sealed=seal(taken) if taken else "",
        register=register_label(taken.register) if taken else None,
        look=look,
        countries=country_choices(),
        searchable=register_of(look.country) if look else None,
        problem=problem,
        chosen=chosen,
        number=show_org_number,
        statuses={str(status): label for status, label in STATUS.items()},
    )
