"""The desk of the tests of calls: an employer with a person who has an address, and a sheet."""

from tests.outreach_calling.conftest import a_tuesday as a_tuesday
from tests.outreach_calling.conftest import browser as browser
from tests.outreach_calling.conftest import desk as desk
from tests.outreach_calling.conftest import outreach_app as outreach_app
from tests.outreach_calling.conftest import outside as outside
