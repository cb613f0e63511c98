"""The blueprints of placements: pages about persons, and figures without any."""

from flask import Blueprint

from crm.actors import Role

blueprint = Blueprint("placements", __name__, template_folder="templates")
figures = Blueprint("placement_figures", __name__, template_folder="templates")

WHO = (Role.COORDINATOR, Role.MANAGER)
