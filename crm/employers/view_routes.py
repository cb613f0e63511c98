"""Saved views of the list of employers."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.accounts.scopes import visible_one
from crm.db import transaction
from crm.employers import saved_views
from crm.employers.blueprint import blueprint
from crm.employers.forms import ViewForm
from crm.employers.queries import STAFF
from crm.employers.view_models import SavedView
from crm.errors import DomainError
from crm.web.context import local_path


@blueprint.post("/lists/employers/views")
@require(*STAFF)
def save_view() -> ResponseReturnValue:
    """Keep the list as it is shown under a name."""
    actor, form = current_actor(), ViewForm()
    query = saved_views.query_of(saved_views.arguments_of(form.query.data or ""))
    if not form.validate():
        flash(_("Give the view a name of 60 characters at most."), "warning")
        return redirect(f"{url_for('.index')}?{query or 'owner=all'}", code=303)
    try:
        with transaction():
            view = saved_views.save_view(
                actor, name=form.name.data or "", query=query, shared=form.shared.data, as_default=form.as_default.data
            )
            public_id = view.public_id
        flash(_("The view is saved."), "success")
        return redirect(f"{url_for('.index')}?{query or 'owner=all'}&view={public_id}", code=303)
    except DomainError as error:
        flash(str(error.message), "warning")
        return redirect(f"{url_for('.index')}?{query or 'owner=all'}", code=303)


@blueprint.post("/lists/employers/views/<public_id>/remove")
@require(*STAFF)
def remove_view(public_id: str) -> ResponseReturnValue:
    """Remove a view."""
    actor = current_actor()
    view_id = visible_one(SavedView, actor, public_id).id
    with transaction():
        saved_views.remove_view(actor, view_id=view_id)
    flash(_("The view is removed. The employers are all there."), "success")
    return redirect(url_for(".index", owner="all"), code=303)


@blueprint.post("/lists/employers/views/<public_id>/default")
@require(*STAFF)
def default_view(public_id: str) -> ResponseReturnValue:
    """Open the list with this view from now on."""
    actor = current_actor()
    view_id = visible_one(SavedView, actor, public_id).id
    with transaction():
        saved_views.choose_default_view(actor, view_id=view_id)
    flash(_("Your list opens with this view from now on."), "success")
    return redirect(local_path(request.form.get("next"), fallback=url_for(".index")), code=303)


@blueprint.post("/lists/employers/views/no-default")
@require(*STAFF)
def no_default_view() -> ResponseReturnValue:
    """Open the list with every employer from now on."""
    actor = current_actor()
    with transaction():
        saved_views.choose_default_view(actor, view_id=None)
    flash(_("Your list opens with all employers from now on."), "success")
    return redirect(url_for(".index"), code=303)
