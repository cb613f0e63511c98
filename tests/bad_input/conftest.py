"""The whole organisation for forms and files, and the surveys' scene for links."""

from tests.contracts.conftest import built_premises, premises
from tests.surveys.conftest import app, asked, scene, travel

__all__ = ["app", "asked", "built_premises", "premises", "scene", "travel"]
