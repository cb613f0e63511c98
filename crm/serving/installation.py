"""The installation that a command works on."""

import os
from functools import cached_property

import click
from flask import Flask

from crm.app import create_app
from crm.jobs.heartbeats import expect_heartbeats
from crm.migrating import upgrade
from crm.registry import EXTENSION, Registry
from crm.serving.local import keep_local, local_environment
from crm.serving.shifted_clock import shift_clock
from crm.serving.starting import undisturbed
from crm.settings import Settings, load_settings


class Installation:
    """The installation that a command works on, put together when it is first needed."""

    @cached_property
    def _found(self) -> Settings:
        settings = load_settings() if _is_named() else load_settings(local_environment(os.environ))
        shift_clock(settings)
        return settings

    @cached_property
    def settings(self) -> Settings:
        """From the environment; where that names no installation, the local one of `make run`, which is made now."""
        if not _is_named():
            keep_local(self._found.home, self._found.secret_key)
        return self._found

    @cached_property
    def app(self) -> Flask:
        """The application. It leaves no trace: looking for a command makes no installation."""
        with undisturbed():
            return create_app(self._found)

    @property
    def registry(self) -> Registry:
        found: Registry = self.app.extensions[EXTENSION]
        return found

    @property
    def commands(self) -> dict[str, click.Command]:
        """The commands of samples, features and plugins by name."""
        from crm.samples.commands import sample  # a whole organisation, which a server does without

        return {command.name: command for command in (sample, *self.registry.commands) if command.name}

    def prepare(self) -> None:
        """Bring the database up to date. Safe to repeat."""
        self.settings.home.mkdir(parents=True, exist_ok=True)
        upgrade(self.app)
        with self.app.app_context():
            expect_heartbeats(self.registry)


def _is_named() -> bool:
    return bool(os.environ.get("BROBYGG_SECRET_KEY"))
