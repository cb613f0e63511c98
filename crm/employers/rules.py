"""What the services of this feature share: confirmations, versions, duplicates."""

import re
from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select

from crm.accounts.scopes import trusted
from crm.db import Versioned, current_session
from crm.employers.models import Employer
from crm.employers.text_index import text_index
from crm.errors import DomainError, EditConflict
from crm.folding import fold

CHECK_DIGIT, SIMILAR_NAME = "check_digit", "similar_name"
"""What a person may confirm when adding or changing an employer."""

_ALIKE = 90
_CANDIDATES = 200
_LEGAL_FORMS = frozenset(
    [
        "ab", "publ", "hb", "kb", "abp", "as", "asa", "ans", "da", "ks", "aps", "is", "ivs", "oy", "oyj", "ky", "ltd",
        "inc", "gmbh", "a/s", "i/s", "k/s", "p/s", "a.s", "a/b", "o/y",
        "aktiebolag", "aktiebolaget", "handelsbolag", "kommanditbolag", "aksjeselskap", "allmennaksjeselskap",
        "aktieselskab", "anpartsselskab", "interessentskab", "kommanditselskab", "osakeyhtiö", "osakeyhtio",
    ]
)  # fmt: skip
_IN_FRONT = ("ab ", "a/s ", "as ", "oy ", "aps ")
"""Legal forms that people write before a name."""
_AND = frozenset(["&", "+", "och", "og", "and", "ja"])
"""One writes "Berg & Dal", another "Berg och Dal"."""
_JOINED = re.compile(r"(?<=\w)([&+])(?=\w)")
_STARTS = 4
"""So many letters of a name have to be alike, so that few are compared."""
_SAME = "only name and public address are told, to point out what is there already; employers are organisation-wide"


class ConfirmationNeeded(DomainError):
    """Something looks wrong and may be right all the same: ``confirm`` names what to confirm, then try again."""

    def __init__(self, message: object, *, field: str, confirm: str, employer_public_id: str | None = None) -> None:
        super().__init__(message, field=field)
        self.confirm = confirm
        self.employer_public_id = employer_public_id


class AlreadyThere(DomainError):
    """Another row has this number already. ``employer_public_id`` leads to it."""

    def __init__(self, message: object, *, field: str, employer_public_id: str) -> None:
        super().__init__(message, field=field)
        self.employer_public_id = employer_public_id


def check_version(row: Versioned, version: int | None, current: Mapping[str, object]) -> None:
    """Raises EditConflict when ``row`` was saved since ``version`` was shown; None means that nothing was shown."""
    if version is not None and row.version_id != version:
        raise EditConflict(
            _("Somebody else saved this while you had it open. Compare what is different, and save again."),
            current=current,
        )


def check_number_is_free(country: str, compact: str, *, but: int | None) -> None:
    """Raises AlreadyThere when another employer has the organisation number, or had it before it was merged."""
    statement = select(Employer).where(Employer.country == country, Employer.org_number == compact)
    found = current_session().scalar(trusted(statement, because=_SAME))
    kept = found and what_it_became(found)
    if found is None or kept is None or found.id == but:
        return
    if kept.id == but:
        # The number of an entry that was merged into this one: it moves here.
        found.org_number = None
        current_session().flush()
        return
    raise AlreadyThere(
        _("%(name)s has this number already.", name=kept.name),
        field="org_number",
        employer_public_id=kept.public_id,
    )


def what_it_became(employer: Employer) -> Employer:
    """The employer that this one was found to be, however often it was merged; itself where it was not."""
    seen = {employer.id}
    while employer.merged_into_id is not None and employer.merged_into_id not in seen:
        seen.add(employer.merged_into_id)
        statement = select(Employer).where(Employer.id == employer.merged_into_id)
        kept = current_session().scalar(trusted(statement, because=_SAME))
        if kept is None:
            break
        employer = kept
    return employer


def check_name_is_new(name: str, *, but: int | None) -> None:
    """Raises ConfirmationNeeded when an employer that is in use has nearly the same name."""
    found = similar_employer(name, but=but)
    if found is not None:
        raise ConfirmationNeeded(
            _("%(name)s is here already. Is this another employer?", name=found.name),
            field="name",
            confirm=SIMILAR_NAME,
            employer_public_id=found.public_id,
        )


def similar_employer(name: str, *, but: int | None = None) -> Employer | None:
    """The employer in use whose name is most like ``name``, if any is.

    Looks among those that begin alike, and those that have its words however they are accented.
    """
    from rapidfuzz import fuzz  # 4 MB with the library of C++, for a name that is entered

    wanted = bare_name(name)
    rows = (*_in_use(text_index().find(wanted).condition), *_in_use(or_(*map(_begins_with, _starts_of(name)))))
    alike = [(fuzz.token_sort_ratio(wanted, bare_name(row.name)), row) for row in rows if row.id != but]
    score, best = max(alike, key=lambda pair: pair[0], default=(0, None))
    return best if score >= _ALIKE else None


def _in_use(where: ColumnElement[bool]) -> Sequence[Employer]:
    statement = (
        select(Employer).where(where, Employer.archived_at.is_(None)).order_by(Employer.sort_name).limit(_CANDIDATES)
    )
    return current_session().scalars(trusted(statement, because=_SAME)).all()


def _starts_of(name: str) -> list[str]:
    """How names may begin that are like ``name``: as it does, and with or without a legal form in front."""
    words = _JOINED.sub(r" \1 ", name.casefold()).split()
    bare = [word for word in words if word.strip(".,()") not in _LEGAL_FORMS | _AND] or words
    first = bare[0][:_STARTS] if bare else ""
    return sorted({name.casefold()[:_STARTS], first, *(form + first for form in _IN_FRONT)} - {""}) or [""]


def _begins_with(start: str) -> ColumnElement[bool]:
    if current_session().get_bind().dialect.name != "sqlite":
        return Employer.sort_name.startswith(start, autoescape=True)
    # SQLite uses an index for a range, not for LIKE; it compares by code point, so this is the end of the range.
    return Employer.sort_name.between(start, start + "\U0010ffff")


def bare_name(name: str) -> str:
    """A name without accents, legal form and "and": "Nordlys Bageri & Kök AB" is "nordlys bageri kok"."""
    # "A/S" is taken apart by folding, so the form is looked for before.
    words = [word for word in _JOINED.sub(r" \1 ", name.casefold()).split() if word.strip(".,()") not in _LEGAL_FORMS]
    folded = fold(" ".join(words)).split()
    return " ".join(word for word in folded if word not in _LEGAL_FORMS | _AND) or fold(name)


def sort_name(name: str) -> str:
    """What lists are ordered by."""
    return name.casefold()[:200]


def remember_name(employer: Employer, name: str) -> None:
    """Keep a name that ``employer`` no longer has, so that it is still found under it."""
    known = list(employer.former_names or [])
    if name and name != employer.name and name not in known:
        employer.former_names = [name, *known]


def check_parent(employer: Employer) -> None:
    """Raises DomainError (field ``parent``) when an employer would stand under itself."""
    seen = {employer.id}
    at = employer.parent_id
    while at is not None:
        if at in seen:
            raise DomainError(_("An employer cannot be a part of itself."), field="parent")
        seen.add(at)
        statement = select(Employer.parent_id).where(Employer.id == at)
        at = current_session().scalar(trusted(statement, because="only who stands above whom is read"))


def find_parent(text: str, country: str) -> Employer:
    """The employer whose number or whole name is ``text``. Raises DomainError (field ``parent``)."""
    compact = "".join(each for each in text if each.isalnum()).upper()
    statement = (
        select(Employer)
        .where(
            or_(
                and_(Employer.country == country, Employer.org_number == compact),
                Employer.sort_name == sort_name(text.strip()),
            ),
            Employer.archived_at.is_(None),
        )
        .order_by(Employer.id)
        .limit(2)
    )
    found = current_session().scalars(trusted(statement, because=_SAME)).all()
    if not found:
        raise DomainError(
            _("No employer here has this name or number. Add the larger organisation first."), field="parent"
        )
    if len(found) > 1:
        raise DomainError(_("Several employers have this name. Write the organisation number."), field="parent")
    return found[0]
