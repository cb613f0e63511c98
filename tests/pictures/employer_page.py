"""Pictures of the page of an employer."""

from tests.pictures.camera import save, sign_in
from tests.servers.browser import Windows


def employer_page(windows: Windows, url: str) -> None:
    """The overview of an employer with somebody placed there, at the desk and on a phone."""
    page = sign_in(windows.desktop(url), "coordinator")
    page.goto("/pipeline")
    address = page.locator(".kb-col:nth-of-type(4) .kb-card h3 a").first.get_attribute("href")
    page.goto(f"{address}")
    save(page, "employer-page")
    phone = sign_in(windows.phone(url), "coordinator")
    phone.goto(f"{address}")
    save(phone, "employer-phone")
