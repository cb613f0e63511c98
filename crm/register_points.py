"""What a plugin for a business register gives: entries of companies, looked up by number or name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

# A translated text: str or a lazy string of Flask-Babel; use ``str()`` when showing it.
Text = object


@dataclass(frozen=True)
class RegisterEntry:
    """What a business register says of a company, or of a workplace unit of one, in the words of this product.

    ``number`` and ``parent_number`` are compact. ``employee_count`` is None when it is not known or not shown: that
    is not zero. ``missing`` names the fields that the register could not give this time: what is known already
    stays. ``advertising_block`` is None where the register does not say.
    """

    number: str
    country: str
    name: str
    is_unit: bool = False
    parent_number: str | None = None
    former_names: tuple[str, ...] = ()
    legal_form: str | None = None
    industry_scheme: str | None = None
    industry_code: str | None = None
    industry_text: str | None = None
    address: str | None = None
    postcode: str | None = None
    city: str | None = None
    municipality_code: str | None = None
    municipality: str | None = None
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    employee_count: int | None = None
    status: Literal["active", "bankrupt", "winding_up", "closed"] = "active"
    status_since: date | None = None
    advertising_block: bool | None = None
    missing: tuple[str, ...] = ()


class Register(Protocol):
    """A country's business register. Every method may raise crm.errors.RegisterUnavailable, with a reason in words
    that are for staff."""

    key: str
    country: str
    can_search: bool
    """Whether it finds companies by name."""

    def look_up(self, number: str) -> RegisterEntry | None:
        """The company or unit of a number, closed ones included; None when the register has none."""
        ...

    def search(self, name: str, *, limit: int = 20) -> Sequence[RegisterEntry]:
        """Companies by a part of their name, best first; empty where ``can_search`` is false."""
        ...

    def units_of(self, number: str) -> Sequence[RegisterEntry]:
        """The workplace units of a company; empty where the register keeps none."""
        ...


@dataclass(frozen=True)
class RegisterFactory:
    """How to make a register's client from the environment; None when it is not configured. Raises SettingsError."""

    key: str
    country: str
    label: Text
    build: Callable[[Mapping[str, str]], Register | None]
