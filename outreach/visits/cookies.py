"""The cookies of a device that keeps visits: its token, and how much it has not sent yet."""

from flask import Response, current_app, request

DEVICE = "brobygg_device"
WAITING = "brobygg_waiting"
"""How many visits wait on this device. Its pages count it, so that signing out can ask."""
_HALF_A_YEAR = 180 * 24 * 3600
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Macintosh", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
             ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip


def device_label(user_agent: str) -> str:
    """What a device is called in lists: "Android, Chrome"."""
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    return ", ".join(filter(None, (system, browser))) or "?"


def remember_device(response: Response, token: str) -> None:
    """Give a device its token, out of reach of scripts and of other sites."""
    response.set_cookie(
        DEVICE, token, max_age=_HALF_A_YEAR, path=_path(), httponly=True, samesite="Strict", secure=_secure()
    )


def remember_waiting(response: Response, number: int) -> None:
    """Say how many visits a device still keeps to itself."""
    if number:
        response.set_cookie(
            WAITING, str(number), max_age=_HALF_A_YEAR, path=_path(), samesite="Strict", secure=_secure()
        )
    elif WAITING in request.cookies:
        response.delete_cookie(WAITING, path=_path(), samesite="Strict", secure=_secure())


def waiting() -> int:
    """How many visits this device has not sent yet, as it says itself."""
    text = request.cookies.get(WAITING, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def forget(response: Response) -> None:
    """Everything that this device keeps goes: databases, the service worker and its files, our cookies."""
    response.headers["Clear-Site-Data"] = '"storage"'
    for name in (DEVICE, WAITING):
        response.delete_cookie(name, path=_path(), samesite="Strict", secure=_secure())


def _path() -> str:
    return request.script_root + "/"


def _secure() -> bool:
    """As the session's cookie, also behind a proxy that does not say that it speaks https."""
    return bool(current_app.config["SESSION_COOKIE_SECURE"]) or request.is_secure
