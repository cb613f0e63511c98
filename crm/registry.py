"""What features and plugins have added, by kind: filled once by create_app(), read everywhere."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, current_app

from crm.errors import PluginError
from crm.extension_points import (
    ApproachReason,
    AuditName,
    Feature,
    GatewayFactory,
    HistoryKind,
    MergeStep,
    MessagePurpose,
    Module,
    NavItem,
    Panel,
    PeriodicJob,
    PublicEndpoint,
    Scope,
    SearchDocuments,
    StageRequirement,
    Subscription,
    TaskPlace,
    Text,
)
from crm.register_points import RegisterFactory

if TYPE_CHECKING:
    import click
    import pluggy

EXTENSION = "brobygg"


@dataclass
class Registry:
    """The sum of all parts of one application. ``add`` refuses two of the same key."""

    plugins: "pluggy.PluginManager | None" = None
    blueprints: list[tuple[str, Blueprint]] = field(default_factory=list)
    nav_items: list[NavItem] = field(default_factory=list)
    panels: list[tuple[str, Panel]] = field(default_factory=list)
    history_kinds: dict[str, HistoryKind] = field(default_factory=dict)
    jobs: dict[str, PeriodicJob] = field(default_factory=dict)
    scopes: dict[type[Any], Scope] = field(default_factory=dict)
    public_endpoints: dict[str, PublicEndpoint] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    purposes: dict[str, MessagePurpose] = field(default_factory=dict)
    gateways: dict[str, GatewayFactory] = field(default_factory=dict)
    registers: dict[str, RegisterFactory] = field(default_factory=dict)
    stage_requirements: dict[str, StageRequirement] = field(default_factory=dict)
    merge_steps: dict[str, MergeStep] = field(default_factory=dict)
    approach_reasons: dict[str, ApproachReason] = field(default_factory=dict)
    task_places: dict[str, TaskPlace] = field(default_factory=dict)
    search_documents: dict[str, SearchDocuments] = field(default_factory=dict)
    commands: list["click.Command"] = field(default_factory=list)
    translations: list[Path] = field(default_factory=list)
    audit_labels: dict[str, Text] = field(default_factory=dict)
    audit_subjects: dict[str, Text] = field(default_factory=dict)
    audit_names: dict[str, AuditName] = field(default_factory=dict)
    audit_fields: dict[str, Text] = field(default_factory=dict)
    _subscriptions: dict[str, list[Subscription]] = field(default_factory=dict)

    def add(self, feature: Feature, *, owner: str = "crm") -> None:
        """Take everything of ``feature`` in, marked with its owner. Raises PluginError when a key is taken."""
        self.blueprints.extend((owner, blueprint) for blueprint in feature.blueprints)
        self.nav_items.extend(feature.nav_items)
        self.panels.extend((owner, panel) for panel in feature.panels)
        self._keep(self.history_kinds, {kind.key: kind for kind in feature.history_kinds}, owner)
        self._keep(self.jobs, {job.key: replace(job, owner=owner) for job in feature.periodic_jobs}, owner)
        self._keep(self.scopes, {scope.model: scope for scope in feature.scopes}, owner)
        self._keep(self.public_endpoints, {item.endpoint: item for item in feature.public_endpoints}, owner)
        self._keep(self.modules, {module.key: module for module in feature.modules}, owner)
        self._keep(self.purposes, {purpose.key: purpose for purpose in feature.message_purposes}, owner)
        self._keep(self.gateways, {factory.key: factory for factory in feature.sms_gateways}, owner)
        self._keep(self.registers, {factory.key: factory for factory in feature.registers}, owner)
        self._keep(self.stage_requirements, {item.key: item for item in feature.stage_requirements}, owner)
        self._keep(self.merge_steps, {step.key: step for step in feature.merge_steps}, owner)
        self._keep(self.approach_reasons, {reason.key: reason for reason in feature.approach_reasons}, owner)
        self._keep(self.task_places, {place.kind: place for place in feature.task_places}, owner)
        self._keep(self.search_documents, {item.kind: item for item in feature.search_documents}, owner)
        self._keep(self.audit_labels, dict(feature.audit_labels), owner)
        self._keep(self.audit_subjects, dict(feature.audit_subjects), owner)
        self._keep(self.audit_names, {item.kind: item for item in feature.audit_names}, owner)
        self.audit_fields.update(feature.audit_fields)
        self.commands.extend(feature.commands)
        if feature.translations:
            self.translations.append(feature.translations)
        for subscription in feature.subscriptions:
            listeners = self._subscriptions.setdefault(subscription.event_key, [])
            listeners.append(replace(subscription, owner=owner))

    def subscriptions(self, event_key: str) -> list[Subscription]:
        """Who listens to an event, the core's listeners first."""
        found = self._subscriptions.get(event_key, [])
        return sorted(found, key=lambda item: item.owner != "crm")

    @staticmethod
    def _keep(into: dict[Any, Any], new: dict[Any, Any], owner: str) -> None:
        taken = into.keys() & new.keys()
        if taken:
            raise PluginError(f"{owner} registers what is already there: {', '.join(map(str, taken))}")
        into.update(new)


def current_registry() -> Registry:
    """The registry of the running application."""
    return cast(Registry, current_app.extensions[EXTENSION])
