"""PDF files through WeasyPrint, which needs Pango; nothing is fetched from the network."""

from crm.web.assets import asset_path


class PdfUnavailable(RuntimeError):
    """WeasyPrint cannot work on this machine, usually because Pango is missing."""


def as_pdf(html: str) -> bytes:
    """``html``, a page of ours, as tagged PDF; only the style sheet for paper is loaded. Raises PdfUnavailable."""
    try:
        # Imported here because the import itself loads Pango and fails where it is missing.
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcherResponse
    except OSError as error:
        raise PdfUnavailable(str(error)) from error

    def nothing(url: str, *_arguments: object, **_options: object) -> object:
        return URLFetcherResponse(url, b"", {"Content-Type": "text/css"})

    sheet = CSS(filename=str(asset_path("print.css")))
    page = HTML(string=html, base_url="https://localhost/", url_fetcher=nothing)
    return bytes(page.write_pdf(stylesheets=[sheet], pdf_tags=True))
