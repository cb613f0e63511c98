"""One's own settings, and accepting an invitation."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import hash_password, logout_user

from crm.accounts import audit_routes, staff_routes, unit_routes
from crm.accounts.current import current_actor, current_staff, signed_in_actor
from crm.accounts.forms import ROLE_LABELS, AcceptForm, OwnSettingsForm
from crm.accounts.invitations import accept_invitation, open_invitation
from crm.accounts.services import change_own_details, sign_out_everywhere
from crm.accounts.sign_in import security_of
from crm.actors import Role
from crm.db import transaction
from crm.errors import NotVisible

blueprint = Blueprint("accounts", __name__, template_folder="templates")
for part in (staff_routes, unit_routes, audit_routes):
    part.add_to(blueprint)


@blueprint.route("/settings", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    """What everybody may change about themselves, and the ways to password and two-step sign-in."""
    actor = current_actor()
    staff = current_staff()
    form = OwnSettingsForm(obj=staff)
    if form.validate_on_submit():
        with transaction():
            change_own_details(
                actor, name=form.name.data or "", phone=form.phone.data or None, language=form.language.data
            )
        session["language"] = form.language.data
        flash(_("Saved."), "success")
        return redirect(url_for("accounts.settings"), code=303)
    roles = [ROLE_LABELS[role] for role in Role if role in actor.roles]
    page = render_template("accounts/settings.html", form=form, staff=staff, roles=roles)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/settings/sign-out-everywhere")
def sign_out_all() -> ResponseReturnValue:
    """End every session of one's own."""
    with transaction():
        sign_out_everywhere(current_actor())
    logout_user()
    flash(_("You have been signed out everywhere."), "success")
    return redirect(url_for("security.login"), code=303)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
def accept_invitation_page(token: str) -> ResponseReturnValue:
    """The page behind the link in the invitation. Opening it changes nothing."""
    try:
        staff = open_invitation(token)
    except NotVisible:
        return render_template("accounts/invitation_spent.html"), 404
    form = AcceptForm(email=staff.email, data={"name": staff.name})
    if not form.validate_on_submit():
        page = render_template("accounts/accept_invitation.html", form=form, email=staff.email)
        return page, 422 if form.is_submitted() else 200
    hashed = hash_password(security_of().password_util.normalize(form.password.data or ""))
    with transaction():
        accept_invitation(token=token, name=form.name.data or "", password_hash=hashed)
    if signed_in_actor() is not None:
        logout_user()
    flash(_("Your account is ready. Sign in with your new password."), "success")
    return redirect(url_for("security.login"), code=303)
