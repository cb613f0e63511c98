"""What other systems said, made fit to keep: never an address or a number, never long."""

import re

LONGEST = 300
_ADDRESS = re.compile(r"<?[^\s<>@:;,]+@[^\s<>@:;,]+>?")
_NUMBER = re.compile(r"\+?\d[\d\s-]{6,}\d")
_LINK = re.compile(r"https?://\S+")


def kept_reply(text: str | bytes, *, code: int | None = None) -> str:
    """A reply on one line, shortened, with addresses, links and numbers taken out; ``code`` stands in
    front."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = " ".join(plain.replace("\x00", "").split())
    for pattern in (_LINK, _ADDRESS, _NUMBER):
        line = pattern.sub("…", line)
    return f"{code} {line}"[:LONGEST].strip() if code else line[:LONGEST]
