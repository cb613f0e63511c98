"""The blueprint of the pages of agreements for staff."""

from flask import Blueprint

blueprint = Blueprint("agreements", __name__, template_folder="templates")
