"""The blueprint that this feature's routes share."""

from flask import Blueprint

blueprint = Blueprint("programmes", __name__, template_folder="templates")
