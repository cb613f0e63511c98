"""The blueprint of the pages of agreements for staff."""

from flask import Blueprint

from crm.actors import Role

blueprint = Blueprint("agreements", __name__, template_folder="templates")
WRITERS = (Role.COORDINATOR, Role.MANAGER)
"""Who writes, sends and signs agreements."""
