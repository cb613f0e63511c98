"""What gunicorn and flask import."""

from crm.app import create_app

app = create_app()
