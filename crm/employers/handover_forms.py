"""The form of a handover: one choice for all, one for each municipality, one for each employer; the nearest wins."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from crm.accounts.models import Staff
from crm.employers.handover_models import Telling
from crm.employers.handover_queries import Held
from crm.employers.services.handovers import Assignment
from crm.lazy_texts import lazy_gettext as _l
from crm.web.clean import clean_line
from crm.web.forms import BaseForm, choices

UNIT, STAYS = "unit", "stays"
LONGEST_NOTE = 2000


class HandoverForm(BaseForm):
    """What holds for all employers of a handover."""

    submission_key = HiddenField()
    to_all = SelectField(_l("Everything goes to"), validate_choice=True)
    note = TextAreaField(
        _l("What must your colleagues know?"),
        validators=[Optional(), Length(max=LONGEST_NOTE)],
        description=_l("It stands in the history of every employer that has no note of its own."),
    )
    telling = RadioField(
        _l("Tell the employers"),
        choices=choices(
            [
                (Telling.NOT.value, _l("No, we call them ourselves")),
                (Telling.MAIL.value, _l("By e-mail, where there is an address and they may be contacted")),
                (Telling.LETTER.value, _l("With letters to print")),
            ]
        ),
        default=Telling.NOT.value,
    )

    def prepare(self, colleagues: Sequence[Staff]) -> None:
        """Fill in who can take over. The note is missing where an employer has none of its own, so it is asked for."""
        self.note.flags.required = True
        self.to_all.choices = choices(receivers(colleagues), empty=_l("Choose below, for each"))
        if not self.submission_key.data:
            self.submission_key.data = secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Row:
    """One employer in the form: what was chosen and written for it, and what follows from it."""

    held: Held
    chosen: str
    note: str
    target: str
    """Where it goes by the nearest choice: the number of a colleague, UNIT, or STAYS."""

    @property
    def moves(self) -> bool:
        """Whether it is handed over at all."""
        return self.target != STAYS

    @property
    def error(self) -> str | None:
        """What is wrong with the note."""
        return _("Write %(max)d characters at most.", max=LONGEST_NOTE) if len(self.note) > LONGEST_NOTE else None


def receivers(colleagues: Iterable[Staff]) -> list[tuple[str, object]]:
    """Who can take over, as choices."""
    return [*((str(staff.id), staff.name) for staff in colleagues), (UNIT, _("The unit, until somebody takes it"))]


def read_rows(held: Sequence[Held], sent: Mapping[str, str], *, to_all: str, allowed: frozenset[str]) -> list[Row]:
    """The rows of the form as they were sent; what is not among the choices counts as not chosen."""

    def chosen(name: str) -> str:
        value = sent.get(name, "")
        return value if value in allowed or value == STAYS else ""

    rows = []
    for each in held:
        own = chosen(f"to-{each.relationship.public_id}")
        town = chosen(town_field(each.employer.municipality))
        note = clean_line(sent.get(f"note-{each.relationship.public_id}", ""))
        rows.append(Row(each, own, note, own or town or (to_all if to_all in allowed else "") or STAYS))
    return rows


def town_field(municipality: str | None) -> str:
    """The name of the field that holds for all employers of a municipality."""
    return f"town-{municipality or ''}"


def mark_of(rows: Iterable[Row]) -> str:
    """What somebody saw who looked at these rows: it is another once one was added, is gone, or goes elsewhere."""
    seen = "\n".join(f"{row.held.relationship.public_id} {row.target}" for row in rows if row.moves)
    return hashlib.sha256(seen.encode()).hexdigest()[:20]


def assignments(rows: Iterable[Row]) -> list[Assignment]:
    """What services want."""
    return [
        Assignment(
            relationship_id=row.held.relationship.id,
            to_id=None if row.target == UNIT else int(row.target),
            note=row.note or None,
        )
        for row in rows
        if row.moves
    ]
