"""The filter of the board; read from the address."""

from collections.abc import Iterable

from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from crm.accounts.queries import unit_tree_ids
from crm.employers.stages import KINDS
from crm.lazy_texts import lazy_gettext as _l
from crm.pipeline.queries import BoardFilter
from crm.web.forms import BaseForm, choices, optional_int


class BoardFilterForm(BaseForm):
    """Which employers stand on the board."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_l("Name, number or place"), validators=[Optional(), Length(max=100)])
    owner = SelectField(_l("Responsible"), default="", validate_choice=False)
    unit = SelectField(_l("Unit"), coerce=optional_int, default="")
    municipality = StringField(_l("Municipality"), validators=[Optional(), Length(max=80)])
    kind = SelectField(_l("Kind"), choices=choices(KINDS.items(), empty=_l("All kinds")), default="")

    owners: frozenset[str] | set[str] = frozenset()
    """Whom one may ask for."""

    def prepare(self, staff: Iterable[tuple[int, str]], units: list[tuple[int, str]]) -> None:
        """Fill in the colleagues and units of the reader; who has one unit is not asked which."""
        people = [("mine", _l("Mine")), ("none", _l("Nobody: the unit")), *((str(id), name) for id, name in staff)]
        self.owners = {key for key, _name in people}
        self.owner.choices = choices(people, empty=_l("Everybody"))
        self.unit.choices = choices(units, empty=_l("All units"))
        if len(units) < 2:
            del self.unit

    def as_filter(self) -> BoardFilter:
        """What queries want; a choice that does not exist filters nothing."""
        self.validate()
        unit_id = self.unit.data if "unit" in self and not self.unit.errors else None
        return BoardFilter(
            text="" if self.q.errors else self.q.data or "",
            owner=self.owner.data if self.owner.data in self.owners else "",
            unit_id=unit_id,
            unit_ids=unit_tree_ids(unit_id) if unit_id is not None else None,
            municipality="" if self.municipality.errors else self.municipality.data or "",
            kind="" if self.kind.errors else self.kind.data or "",
        )
