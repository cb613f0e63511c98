"""What nobody types by hand, as the bytes that arrive."""

from urllib.parse import urlencode

from hypothesis import strategies as st

WORDS = "Besök i går på lagret"
"""An ordinary text: has spaces, so that it counts as something somebody wrote."""

DAY_LONG_AGO = b"0001-01-01"

JUNK: tuple[bytes, ...] = (
    b"\x00",
    b"a\x00b",
    "\u202eabc\u2066".encode(),
    "\u200f\u200eشركة".encode(),
    b"a\r\nBcc: x@example.net\r\n\r\nb",
    b"\xff\xfe\xc3\x28",
    b"\xed\xa0\x80",
    "😀𝔘𠮷".encode(),
    b"<script>alert(1)</script>\"'{{7*7}}%(x)s%s{0}",
    b"9" * 40,
    b"9" * 5000,
    b"99999999999",
    b"2147483648",
    b"-1",
    b"1e309",
    b"NaN",
    "٣".encode(),
    DAY_LONG_AGO,
    b"9999-12-31",
    b"2026-02-30",
    b"2026-W01-1",
    b"[]",
    b"None",
    b"x" * 300,
    "å".encode() * 5000,
    b"",
    b"   ",
)
LARGE: tuple[bytes, ...] = (b"x" * 1_000_000, b"1 " * 500_000, "\u0301".encode() * 300_000, b"\n" * 1_000_000)


def sent_as(fields: dict[str, list[bytes]]) -> bytes:
    """The body of a form, with bytes as they are."""
    return urlencode([(name, value) for name, values in fields.items() for value in values]).encode()


def junk_for(usual: dict[str, str]) -> st.SearchStrategy[dict[str, list[bytes]]]:
    """Fields of a form of which some hold junk, come twice, or are missing; one more that nobody asked for."""
    value = st.sampled_from(JUNK) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace"))
    fields = {name: st.lists(value, max_size=3) | st.just([text.encode()]) for name, text in usual.items()}
    return st.fixed_dictionaries(fields, optional={"extra": st.just([b"1"])})
