"""Kinds of commands that features and plugins may add."""

import click


class OwnInstallation(click.Command):
    """A command that makes what it needs and leaves the installation on this machine alone."""
