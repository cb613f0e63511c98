"""The blueprint that this feature's routes share."""

from flask import Blueprint

blueprint = Blueprint("inquiries", __name__, template_folder="templates")
