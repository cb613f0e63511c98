"""The themes of reporting frameworks that a commitment may touch (standards.md section 10).

A tag helps a company to find its own figures again. It is no claim that anybody conforms to anything.
"""

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

FRAMEWORKS: dict[str, Text] = {
    "gri_401_1": _l("GRI 401-1: new hires"),
    "gri_405_1": _l("GRI 405-1: diversity of employees"),
    "gri_413_1": _l("GRI 413-1: local communities"),
    "ungc_6": _l("UN Global Compact, principle 6: no discrimination in employment"),
    "iso_26000_governance": _l("ISO 26000: governance"),
    "iso_26000_human_rights": _l("ISO 26000: human rights"),
    "iso_26000_labour": _l("ISO 26000: labour practices"),
    "iso_26000_environment": _l("ISO 26000: environment"),
    "iso_26000_fair_operating": _l("ISO 26000: fair operating practices"),
    "iso_26000_consumers": _l("ISO 26000: consumer issues"),
    "iso_26000_community": _l("ISO 26000: community involvement"),
}
