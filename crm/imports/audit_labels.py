"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "file_sent": _l("File sent in"),
    "file_imported": _l("File read in"),
    "file_confirmed": _l("Reading in confirmed"),
    "file_columns_chosen": _l("Columns of a file chosen"),
    "file_columns_remembered": _l("Columns of a file remembered"),
    "file_columns_forgotten": _l("Remembered columns forgotten"),
    "file_undone": _l("Import taken back"),
    "file_dropped": _l("File dropped"),
}

SUBJECTS: Mapping[str, Text] = {
    "employers": _l("File of employers"),
    "participants": _l("File of participants"),
    "inquiries": _l("File of inquiries"),
}
