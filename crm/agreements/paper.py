"""An agreement as PDF: the text, both signatures, and the hash that says which text they are of."""

from flask_babel import force_locale

from crm.agreements.models import Agreement, Side
from crm.agreements.wording import local_day, moment
from crm.documents.markdown import as_html
from crm.documents.pdf import paper


def agreement_pdf(agreement: Agreement) -> bytes:
    """What was sent, as a file in its own language. Raises PdfUnavailable, and LookupError for a draft."""
    if agreement.text is None:
        raise LookupError("a draft has no document")
    with force_locale(agreement.language):
        return paper(
            "agreements/paper.html",
            title=agreement.title or "",
            language=agreement.language,
            agreement=agreement,
            html=as_html(body_of(agreement.text)),
            signatures=[(side, agreement.signature_of(side)) for side in Side],
            sent_on=local_day(agreement.sent_at, agreement) if agreement.sent_at else "",
            moment=lambda at: moment(at, agreement),
        )


def body_of(text: str) -> str:
    """The text without its title, which the page shows as its own."""
    first, _break, rest = text.partition("\n")
    return rest.lstrip("\n") if first.startswith("# ") else text
