"""Organisation numbers of the Nordic countries: their form, their check digits, and the personal ones among them.

Rules: domain standards, section 11; check digits by python-stdnum.
"""

import re
from dataclasses import dataclass

from flask_babel import gettext as _
from stdnum.dk import cvr
from stdnum.fi import hetu, ytunnus
from stdnum.no import fodselsnummer
from stdnum.no import orgnr as no_orgnr
from stdnum.se import orgnr as se_orgnr

from crm.errors import DomainError

COUNTRIES = ("SE", "NO", "DK", "FI")
_FORM = {
    "SE": re.compile(r"\d{10}"),
    "NO": re.compile(r"[1-9]\d{8}"),
    "DK": re.compile(r"[1-9]\d{7}"),
    "FI": re.compile(r"\d{8}"),
}
_CHECKS = {
    "SE": se_orgnr.is_valid,
    "NO": no_orgnr.is_valid,
    "DK": cvr.is_valid,
    "FI": ytunnus.is_valid,
}
_UNIT_FORM = {"SE": re.compile(r"\d{8}"), "NO": re.compile(r"[1-9]\d{8}"), "DK": re.compile(r"\d{10}")}
_CPR = re.compile(r"\d{6}-\d{4}")
"""How Danes write a person's own number, which has ten digits as well."""
_OTHER = re.compile(r"[0-9A-Z]{2,20}")
_DECORATION = re.compile(r"[\s.\-‐-―/]+")
_SE_LEGAL_THIRD = "2"
"""In the number of a Swedish legal person the third digit is 2 or more; in a personal number it begins the month."""


@dataclass(frozen=True)
class OrgNumber:
    """A number without dashes and blanks, and whether its check digit is right."""

    compact: str
    is_checked: bool


def read_org_number(text: str, country: str) -> OrgNumber:
    """The number as it is stored. Raises DomainError (field ``org_number``) for a wrong form or a personal number."""
    compact = _compact(text, country)
    if _is_personal(text, compact, country):
        raise DomainError(
            _(
                "This is a person's own number, as sole traders have it. It is personal data and is not kept here. "
                "Leave the field empty."
            ),
            field="org_number",
        )
    form = _FORM.get(country, _OTHER)
    if not form.fullmatch(compact):
        raise DomainError(_form_message(country), field="org_number")
    check = _CHECKS.get(country)
    return OrgNumber(compact=compact, is_checked=bool(check(compact)) if check else True)


def countries_of(text: str) -> list[str]:
    """The countries in which this is an organisation number with a right check digit."""
    found = []
    for country in COUNTRIES:
        try:
            if read_org_number(text, country).is_checked:
                found.append(country)
        except DomainError:
            continue
    return found


def show_org_number(compact: str | None, country: str) -> str:
    """The number as people write it in its country."""
    if not compact:
        return ""
    if country == "SE" and len(compact) == 10:
        return f"{compact[:6]}-{compact[6:]}"
    if country == "FI" and len(compact) == 8:
        return f"{compact[:7]}-{compact[7:]}"
    if country == "NO" and len(compact) == 9:
        return f"{compact[:3]} {compact[3:6]} {compact[6:]}"
    return compact


def read_unit_number(text: str, country: str) -> str:
    """The number of a workplace as it is stored: in Norway of a "bedrift", in Denmark the P-number, in Sweden the CFAR
    number. Finland has none of its own, so anything short is kept.

    Raises DomainError (field ``unit_number``) for what cannot be one. The last digit of a Norwegian number is always
    right; Danish and Swedish ones have no check digit.
    """
    compact = _DECORATION.sub("", text).upper()
    form = _UNIT_FORM.get(country)
    is_personal = country == "DK" and _CPR.fullmatch(text.strip())
    if form is not None and (is_personal or not form.fullmatch(compact)):
        raise DomainError(_unit_message(country), field="unit_number")
    if country == "NO" and not no_orgnr.is_valid(compact):
        raise DomainError(
            _("The last digit does not fit the others. Look at the number of the workplace again."), field="unit_number"
        )
    return compact if form is not None else text.strip()


def has_unit_register(country: str, number: str) -> bool:
    """Whether the country's register knows workplaces by a number of this form."""
    return country in ("NO", "DK") and bool(_UNIT_FORM[country].fullmatch(number))


def _unit_message(country: str) -> str:
    messages = {
        "SE": _("The number of a Swedish workplace (CFAR number) has eight digits, as 12345678."),
        "NO": _("The number of a Norwegian workplace has nine digits, as 974 760 673."),
        "DK": _("The number of a Danish workplace (P number) has ten digits, as 1099900011."),
    }
    return str(messages[country])


def _compact(text: str, country: str) -> str:
    compact = _DECORATION.sub("", text).upper()
    # Registers write a Swedish legal person with the prefix 16, a Norwegian VAT number with MVA behind it.
    if country == "SE" and len(compact) == 12 and compact.startswith("16"):
        return compact[2:]
    if country == "NO":
        return compact.removeprefix("NO").removesuffix("MVA")
    if country in ("DK", "FI"):
        return compact.removeprefix(country)
    return compact


def _is_personal(text: str, compact: str, country: str) -> bool:
    if country == "SE":
        dated = len(compact) == 12 and compact[:2] in ("18", "19", "20")
        return compact.isdigit() and (dated or (len(compact) == 10 and compact[2] < _SE_LEGAL_THIRD))
    if country == "NO":
        return bool(len(compact) == 11 and fodselsnummer.is_valid(compact))
    if country == "DK":
        return len(compact) == 10 and compact.isdigit()
    return bool(country == "FI" and hetu.is_valid(text.strip().upper()))


def _form_message(country: str) -> str:
    messages = {
        "SE": _("A Swedish organisation number has ten digits, as 556703-7485."),
        "NO": _("A Norwegian organisation number has nine digits, as 974 760 673."),
        "DK": _("A Danish CVR number has eight digits, as 24256790."),
        "FI": _("A Finnish business ID has seven digits, a dash and one more digit, as 2331972-7."),
    }
    return str(messages.get(country) or _("This does not look like an organisation number."))
