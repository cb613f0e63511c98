"""PDF files through WeasyPrint, which needs Pango; nothing is fetched from the network."""

from crm.web.assets import asset_path


class PdfUnavailable(RuntimeError):
    """WeasyPrint cannot work on this machine, usually because Pango is missing."""


def as_pdf(html: str) -> bytes:
    """``html``, a page of ours, as tagged PDF. Raises PdfUnavailable."""
    try:
        # Imported here because the import itself loads Pango and fails where it is missing.
        from weasyprint import CSS, HTML
    except OSError as error:
        raise PdfUnavailable(str(error)) from error
    sheet = CSS(filename=str(asset_path("print.css")))
    body = HTML(string=html, base_url="https://localhost/", url_fetcher=_nothing).write_pdf(stylesheets=[sheet], pdf_tags=True)
    return bytes(body)


def _nothing(url: str, **options: object) -> dict[str, object]:
    """Refuse every address: a PDF shows what its page says and loads nothing."""
    return {"string": b"", "mime_type": "text/css"}
