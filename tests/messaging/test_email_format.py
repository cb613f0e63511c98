"""The bytes of a mail: what every server takes, the same at every attempt, and nothing smuggled in."""

from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crm.extension_points import Rendered
from crm.messaging.email_format import envelope_of, mail_bytes, return_path
from crm.messaging.email_headers import UnsafeHeader, header, mailbox
from crm.messaging.mail_html import html_of
from crm.messaging.models import Channel
from crm.messaging.rendering import Letter
from crm.settings import Settings
from tests.conftest import make_settings

RENDERED = Rendered(to="anna@example.org", subject="Hej", text="Hej!\n", sender="Mottagning Öst", language="sv")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_settings(tmp_path_factory.mktemp("home"), MAIL_FROM="post@unit.example.org")


def letter(rendered: Rendered) -> Letter:
    return Letter(
        id=1,
        channel=Channel.EMAIL,
        attempt=1,
        message_id="<0123456789abcdef@unit.example.org>",
        return_token="a1b2c3",
        written_at=datetime(2026, 5, 4, 10, 0, 0, 123456, tzinfo=UTC),
        rendered=rendered,
        unit_id=None,
        participant_id=None,
        staff_id=None,
    )


def parsed(raw: bytes) -> EmailMessage:
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_same_letter_gives_the_same_bytes(settings: Settings) -> None:
    assert mail_bytes(letter(RENDERED), settings) == mail_bytes(letter(RENDERED), settings)


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    text=st.text(max_size=3000), subject=st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), max_size=300)
)
def test_every_text_travels_unchanged_in_short_7_bit_lines(settings: Settings, text: str, subject: str) -> None:
    raw = mail_bytes(letter(replace(RENDERED, text=text, subject=subject)), settings)
    assert raw.isascii()
    assert b"\x00" not in raw
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 100
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    mail = parsed(raw)
    wanted = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    assert body(mail, "plain").rstrip("\n") == wanted.encode("utf-8", "replace").decode().rstrip("\n")
    if subject:
        assert mail["Subject"] == subject


def test_arabic_text_and_subject_survive(settings: Settings) -> None:
    text = "مرحبا\n\nكيف حالك في العمل؟\n"
    mail = parsed(mail_bytes(letter(replace(RENDERED, text=text, subject="كيف حالك " * 12, language="ar")), settings))
    assert body(mail, "plain").strip() == text.strip()
    assert mail["Subject"].strip() == ("كيف حالك " * 12).strip()
    assert '<html lang="ar" dir="rtl">' in body(mail, "html")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x85"])
@pytest.mark.parametrize("field", ["to", "subject", "sender", "reply_to", "unsubscribe_url"])
def test_a_line_break_in_a_header_stops_the_mail(settings: Settings, field: str, end: str) -> None:
    poisoned = replace(RENDERED, **{field: f"x@example.org{end}Bcc: everybody@example.org"})
    with pytest.raises(ValueError):
        envelope_of(letter(poisoned), settings)


def test_a_name_with_specials_is_quoted_and_one_with_letters_encoded() -> None:
    assert mailbox("Bron, AB", "a@b.se") == '"Bron, AB" <a@b.se>'
    assert mailbox('The "Bridge"', "a@b.se") == '"The \\"Bridge\\"" <a@b.se>'
    assert mailbox("Brobygg", "a@b.se") == "Brobygg <a@b.se>"
    assert mailbox("Öst", "a@b.se").startswith("=?utf-8?b?")


def test_what_looks_like_an_encoded_word_is_encoded_itself() -> None:
    raw = header("Subject", "=?utf-8?q?evil?=")
    assert parsed(raw + b"\r\n")["Subject"] == "=?utf-8?q?evil?="


def test_a_word_too_long_to_fold_is_refused() -> None:
    with pytest.raises(UnsafeHeader):
        header("Subject", "x" * 1200)


def test_the_return_path_carries_the_token_and_nothing_personal(tmp_path: Path, settings: Settings) -> None:
    assert return_path("a1b2", settings) == "post+a1b2@unit.example.org"
    own = make_settings(tmp_path, RETURN_PATH="bounces@unit.example.org")
    assert return_path("a1b2", own) == "bounces+a1b2@unit.example.org"


def test_a_domain_with_letters_beyond_ascii_travels_in_its_ascii_form(settings: Settings) -> None:
    envelope = envelope_of(letter(replace(RENDERED, to="anna@exämple.org")), settings)
    assert envelope.rcpt_to == "anna@xn--exmple-cua.org"
    assert b"To: anna@xn--exmple-cua.org" in envelope.data


def test_html_shows_links_as_links_and_a_lone_link_as_a_labelled_button() -> None:
    html = html_of(
        "Hej <Anna> & co!\n\nLäs mer: https://example.org/a?b=1&c=2.\n\nSvara här:\nhttps://example.org/s/x",
        language="sv",
    )
    assert "Hej &lt;Anna&gt; &amp; co!" in html
    assert '<a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>.' in html
    assert ">Svara här</a>" in html
    assert "<img" not in html
    assert "src=" not in html


def test_html_never_gets_markup_from_the_text() -> None:
    html = html_of('<script>alert(1)</script>\n\nhttps://example.org/"onload="x', language="en")
    assert "<script>" not in html
    assert 'onload="x' not in html
