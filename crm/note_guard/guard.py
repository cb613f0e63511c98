"""Points out what does not belong in a note: identity numbers, health, membership in a trade union.

It warns and never blocks: who writes decides, on purpose. What was found is shown to them and kept nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import current_app, request
from flask_wtf import FlaskForm

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.note_guard.numbers import identity_numbers
from crm.note_guard.words import patterns

TICK = "save_anyway"
"""The name of the tick box with which somebody says that the note is right as it is."""
OWN_WORDS = "BROBYGG_NOTE_WORDS"


class Sensitive(StrEnum):
    """What kind of thing was found."""

    IDENTITY_NUMBER = "identity_number"
    HEALTH = "health"
    UNION = "union"


LABELS: dict[Sensitive, Text] = {
    Sensitive.IDENTITY_NUMBER: _l("identity number"),
    Sensitive.HEALTH: _l("health"),
    Sensitive.UNION: _l("trade union"),
}


@dataclass(frozen=True)
class Finding:
    """A piece of the note and why it is pointed out."""

    kind: Sensitive
    text: str

    @property
    def label(self) -> Text:
        """Why, in words."""
        return LABELS[self.kind]


def find_sensitive(text: str | None) -> list[Finding]:
    """What in ``text`` should not stand in a note, each piece once, in its order."""
    if not text:
        return []
    found = [(text.find(piece), Finding(Sensitive.IDENTITY_NUMBER, piece)) for piece in identity_numbers(text)]
    for kind, pattern in patterns(_own_words()).items():
        found += [(match.start(), Finding(Sensitive(kind), match.group())) for match in pattern.finditer(text)]
    return list(dict.fromkeys(finding for _at, finding in sorted(found, key=lambda pair: pair[0])))


def pointed_out(form: FlaskForm, *names: str) -> list[Finding]:
    """What a route still has to point out in the fields ``names`` of a form that was sent; nothing once it is ticked.

    The one function that other features call: ``findings = pointed_out(form, "note")``; save only when it is empty,
    else show the form again with ``pointed_out(findings)`` of note_guard/_guard.html, which has the tick box.
    """
    if request.method != "POST" or request.form.get(TICK):
        return []
    return find_sensitive("\n".join(str(form[name].data) for name in names if form[name].data))


def kinds(findings: Sequence[Finding]) -> frozenset[Sensitive]:
    """Which kinds of things were found."""
    return frozenset(finding.kind for finding in findings)


def _own_words() -> str | None:
    if not current_app:
        return None
    return current_app.extensions["brobygg.settings"].environment.get(OWN_WORDS) or None
