"""The blueprint that this feature's routes share."""

from flask import Blueprint

from crm.partnerships.modules import only_where_it_is_on

blueprint = Blueprint("partnerships", __name__, template_folder="templates")
blueprint.before_request(only_where_it_is_on)
