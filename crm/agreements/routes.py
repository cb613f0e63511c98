"""The list of agreements, the page of one, and its files."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.accounts.audit import record
from crm.accounts.current import current_actor
from crm.accounts.permissions import require
from crm.agreements.action_forms import action_forms, tell_apart, typed_too_late
from crm.agreements.blueprint import WRITERS, blueprint
from crm.agreements.forms import AgreementFilterForm
from crm.agreements.mail import signing_url
from crm.agreements.models import Agreement, AgreementStatus, Side, SigningLink
from crm.agreements.paper import agreement_pdf, body_of
from crm.agreements.queries import (
    EXPORTED,
    GIVEN_UP,
    AgreementFilter,
    agreements_listed,
    agreements_near_their_end,
    chain_of,
    followers_of,
    one_agreement,
    waits_for,
)
from crm.agreements.services.following import REPLACEABLE
from crm.agreements.services.rows import log, type_name
from crm.agreements.services.running import RENEWABLE
from crm.agreements.services.signing import is_intact
from crm.agreements.states import COLORS, IN_FORCE, LABELS
from crm.agreements.wording import contact_title, draft_text
from crm.attachments.kinds import ACCEPT
from crm.attachments.queries import attachments_of
from crm.db import current_session, transaction
from crm.documents.markdown import as_html
from crm.documents.pdf import PdfUnavailable
from crm.employers.queries import STAFF
from crm.web.downloads import attachment, download
from crm.web.filters import show_date, today
from crm.web.paging import paginate, requested_page


@blueprint.get("/agreements")
@require(*STAFF)
def index() -> ResponseReturnValue:
    """The list of agreements, filtered and ordered by the address."""
    actor = current_actor()
    form, filters = _filter()
    listed = agreements_listed(actor, filters, today=today())
    page = paginate(current_session(), listed, page=requested_page())
    return render_template(
        "agreements/index.html", page=page, form=form, labels=LABELS, colors=COLORS, waits_for=waits_for,
        kind=lambda agreement: type_name(agreement, actor.language),
    )  # fmt: skip


@blueprint.get("/agreements/export.csv")
@require(*STAFF)
def export() -> ResponseReturnValue:
    """The list as a file, with the same filters. That it was taken stands in the audit log."""
    actor = current_actor()
    _form, filters = _filter()
    rows = current_session().scalars(agreements_listed(actor, filters, today=today()).limit(EXPORTED)).all()
    headings = [
        _("Employer"), _("Kind"), _("Status"), _("First day"), _("Last day"), _("Responsible"), _("Signed"),
    ]  # fmt: skip
    answer = download("agreements", "csv", headings, [_cells(each, actor.language) for each in rows])
    with transaction():
        record(actor, "agreements.exported", subject_type="agreement", details={"rows": len(rows)})
    return answer


@blueprint.get("/agreements/expiring")
@require(*STAFF)
def expiring() -> ResponseReturnValue:
    """What ends within two months or has just ended, with the one step to renew it."""
    actor = current_actor()
    mine = request.args.get("owner") == "mine"
    listed = agreements_near_their_end(actor, today=today(), mine=mine)
    page = paginate(current_session(), listed, page=requested_page())
    return render_template(
        "agreements/expiring.html", page=page, mine=mine, labels=LABELS, colors=COLORS, today=today(),
        next_ones=followers_of(actor, page.items), may_renew=actor.has_role(*WRITERS),
        kind=lambda agreement: type_name(agreement, actor.language),
    )  # fmt: skip


@blueprint.get("/agreements/<public_id>")
@require(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """The page of one agreement."""
    return agreement_page(public_id)


def agreement_page(public_id: str, *, show_link: bool = False, **given: object) -> str:
    """The page, with ``given`` forms in which something has to be corrected, and the employer's link on request."""
    actor = current_actor()
    agreement = one_agreement(actor, public_id)
    chain = chain_of(actor, agreement)
    text = agreement.text if agreement.text is not None else draft_text(agreement)
    forms = {**action_forms(actor, agreement), **given}
    tell_apart(forms)
    waiting = waits_for(agreement)
    can_end = agreement.status in {*IN_FORCE, AgreementStatus.SIGNED}
    return render_template(
        "agreements/show.html",
        agreement=agreement,
        kind=type_name(agreement, actor.language),
        label=LABELS[agreement.status],
        color=COLORS[agreement.status],
        html=as_html(body_of(text), first=3),
        heading=text.partition("\n")[0].removeprefix("# "),
        intact=agreement.text is None or is_intact(agreement),
        waiting=waiting,
        signatures=[(side, agreement.signature_of(side)) for side in Side],
        link=_current_link(agreement),
        link_address=signing_url(agreement, agreement.link_number) if show_link else None,
        contact_title=contact_title(agreement),
        chain=chain,
        labels=LABELS,
        colors=COLORS,
        files=attachments_of(actor, "agreement", public_id),
        accept=ACCEPT,
        can_renew=agreement.status in RENEWABLE and all(each.status in GIVEN_UP for each in chain.after),
        can_replace=agreement.status in REPLACEABLE,
        can_end=can_end,
        too_late=typed_too_late(forms, waiting=waiting, can_end=can_end),
        **forms,
    )


@blueprint.get("/agreements/<public_id>/pdf")
@require(*STAFF)
def pdf(public_id: str) -> ResponseReturnValue:
    """The agreement as PDF, with the signatures that are there and the hash of the text."""
    actor = current_actor()
    agreement = one_agreement(actor, public_id)
    if agreement.text is None:
        flash(_("A draft has no file yet: send it for signing first."), "warning")
        return redirect(url_for(".show", public_id=public_id), code=303)
    try:
        body = agreement_pdf(agreement)
    except PdfUnavailable:
        flash(_("PDF files need Pango on the server (Debian: libpango-1.0-0)."), "warning")
        return redirect(url_for(".show", public_id=public_id), code=303)
    with transaction():
        log(actor, one_agreement(actor, public_id), "agreement.downloaded")
    return attachment(f"agreement-{public_id}.pdf", body)


@blueprint.get("/agreements/<public_id>/text")
@require(*STAFF)
def text(public_id: str) -> ResponseReturnValue:
    """The very bytes that were signed: their SHA-256 is the hash on the page and in the PDF."""
    agreement = one_agreement(current_actor(), public_id)
    if agreement.text is None:
        flash(_("A draft has no file yet: send it for signing first."), "warning")
        return redirect(url_for(".show", public_id=public_id), code=303)
    return attachment(f"agreement-{public_id}.md", agreement.text.encode())


def _current_link(agreement: Agreement) -> SigningLink | None:
    """The link that works, where the employer can still use it."""
    if Side.EMPLOYER not in waits_for(agreement):
        return None
    return next((each for each in agreement.links if each.number == agreement.link_number), None)


def _filter() -> tuple[AgreementFilterForm, AgreementFilter]:
    form = AgreementFilterForm(request.args)
    form.prepare(current_actor().language)
    # What no choice has, or is too long, means the usual.
    good = {name: field.data for name, field in form._fields.items() if field.validate(form)}
    return form, AgreementFilter(
        text=good.get("q") or "",
        status=good.get("status") or "open",
        type=good.get("type") or "",
        owner=good.get("owner") or "",
        ending=good.get("ending") == "60",
        sort=request.args.get("sort", "until"),
    )


def _cells(agreement: Agreement, language: str) -> list[str]:
    return [
        agreement.employer.name, type_name(agreement, language), str(LABELS[agreement.status]),
        show_date(agreement.starts_on), show_date(agreement.ends_on), agreement.owner.name if agreement.owner else "",
        show_date(agreement.signed_at),
    ]  # fmt: skip
