"""Code lists of municipalities: which are known, and bringing one in."""

from collections import Counter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.actors import Role
from crm.coverage import code_services as services
from crm.coverage.code_files import LARGEST
from crm.coverage.forms import COUNTRY_NAMES, CodesForm
from crm.coverage.queries import region_book
from crm.coverage.regions import COUNTRIES, COUNTY, MUNICIPALITY, shipped
from crm.coverage.routes import blueprint
from crm.db import transaction
from crm.errors import DomainError
from crm.web.filters import today


@blueprint.route("/coverage/codes", methods=["GET", "POST"])
@require(Role.ADMINISTRATOR)
def codes() -> ResponseReturnValue:
    """Which counties and municipalities are known; a file brings in those that are not shipped."""
    actor = current_actor()
    usual = {"valid_from": today().replace(month=1, day=1)}
    form = CodesForm() if request.method == "POST" else CodesForm(data=usual)
    if form.validate_on_submit():
        upload = request.files.get("file")
        try:
            with transaction():
                brought = services.bring_in_codes(
                    actor, country=form.country.data, valid_from=form.valid_from.data or today(),
                    data=upload.read(LARGEST + 1) if upload else b"",
                )  # fmt: skip
            flash(
                _("New: %(added)s. No longer in use: %(ended)s. As before: %(same)s.", added=brought.added,
                  ended=brought.ended, same=brought.unchanged),
                "success",
            )  # fmt: skip
            return redirect(url_for(".codes"), code=303)
        except DomainError as error:
            form.add_error(error)
    page = render_template("coverage/codes.html", form=form, known=_known(), countries=COUNTRY_NAMES)
    return page, 422 if form.is_submitted() else 200


def _known() -> list[tuple[str, int, int, bool]]:
    """Country, its counties and municipalities today, and whether the municipalities come with the product."""
    found = Counter((each.country, each.level) for each in region_book().regions if each.holds(today()))
    return [
        (country, found[country, COUNTY], found[country, MUNICIPALITY], shipped().has_municipalities(country))
        for country in COUNTRIES
    ]
