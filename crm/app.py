"""create_app(): the only place where parts are put together."""

from collections.abc import Mapping, Sequence

from flask import Flask
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from crm import clock
from crm.accounts.feature import feature as accounts
from crm.accounts.mail_port import bind_mail_planner
from crm.accounts.models import Staff
from crm.accounts.scopes import install_guard
from crm.accounts.sign_in import init_sign_in
from crm.accounts.web_ports import web_ports
from crm.actors import Actor
from crm.agreements.feature import feature as agreements
from crm.attachments.feature import feature as attachments
from crm.cooperation.feature import feature as cooperation
from crm.coverage.feature import feature as coverage
from crm.db import db, prepare_engine, refuse_writes_by_statement, replace_dead_connections
from crm.documents.feature import feature as documents
from crm.employers.feature import feature as employers
from crm.employers.text_index import bind_text_index
from crm.glossary.picklists import label
from crm.history.feature import feature as history
from crm.imports.feature import feature as imports
from crm.inquiries.feature import feature as inquiries
from crm.interviews.feature import feature as interviews
from crm.jobs.feature import feature as jobs
from crm.languages import init_languages, request_language
from crm.logs import configure_logging
from crm.measures.feature import feature as measures
from crm.messaging.banners import staff_banners
from crm.messaging.feature import feature as messaging
from crm.messaging.models import Channel
from crm.messaging.services import plan_message
from crm.messaging.setup import init_messaging
from crm.note_guard.feature import feature as note_guard
from crm.participants.feature import feature as participants
from crm.partnerships.feature import feature as partnerships
from crm.pipeline.feature import feature as pipeline
from crm.placements.feature import feature as placements
from crm.plans.feature import feature as plans
from crm.plugin_manager import load_plugins
from crm.programmes.feature import feature as programmes
from crm.registry import EXTENSION, Registry
from crm.reports.feature import feature as reports
from crm.search.employer_index import EmployerIndex
from crm.search.feature import feature as search
from crm.search.keeping import install_keeping
from crm.settings import Settings, load_settings
from crm.tasks.feature import feature as tasks
from crm.web.nav import register_nav
from crm.web.page_templates import use_page_templates
from crm.web.ports import Banner
from crm.web.sessions import PageSessions
from crm.web.shell import csrf, init_web
from crm.web.slots import register_panel

CORE = (
    accounts,
    history,
    tasks,
    messaging,
    jobs,
    attachments,
    note_guard,
    programmes,
    documents,
    employers,
    agreements,
    interviews,
    participants,
    inquiries,
    placements,
    plans,
    partnerships,
    coverage,
    cooperation,
    pipeline,
    imports,
    search,
    reports,
    measures,
)


def create_app(settings: Settings | None = None) -> Flask:
    """The application, complete and at rest: it starts no thread and opens no connection.

    Raises SettingsError or PluginError with every fault in words.
    """
    settings = settings or load_settings()
    app = Flask("crm", static_folder=None, template_folder=None)
    app.config.from_mapping(_flask_config(settings))
    app.extensions["brobygg.settings"] = settings
    app.session_interface = PageSessions()
    use_page_templates(app)
    _trust_proxies(app, settings.trusted_proxies)
    configure_logging(settings)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        replace_dead_connections(db.engine)
    registry = _fill_registry(settings)
    app.extensions[EXTENSION] = registry
    install_guard()
    refuse_writes_by_statement()
    install_keeping()
    init_languages(app, settings, registry)
    init_sign_in(app, settings)
    init_messaging(app, settings, registry)
    bind_mail_planner(app, _plan_sign_in_mail)
    bind_text_index(app, EmployerIndex())
    _put_shell(app, settings, registry)
    for _owner, blueprint in registry.blueprints:
        app.register_blueprint(blueprint)
    _exempt_from_csrf(app, registry)
    configure_mappers()
    return app


def _exempt_from_csrf(app: Flask, registry: Registry) -> None:
    """Some endpoints know by other means who calls, and say which; the session's check would refuse their callers."""
    for public in registry.public_endpoints.values():
        if public.csrf_exempt_because:
            csrf.exempt(app.view_functions[public.endpoint])


def _trust_proxies(app: Flask, number: int) -> None:
    """Believe what so many proxies in front of us say about address and scheme; nobody else is believed."""
    if number > 0:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number)  # type: ignore[method-assign]


def _put_shell(app: Flask, settings: Settings, registry: Registry) -> None:
    init_web(app, web_ports(_banners), organisation=settings.organisation)
    app.jinja_env.globals["picklist_label"] = _picklist_label
    for item in registry.nav_items:
        register_nav(app, item)
    for owner, panel in registry.panels:
        register_panel(app, panel, owner=owner)


def _plan_sign_in_mail(actor: Actor, *, purpose: str, purpose_ref: str, staff: Staff) -> None:
    """Accounts stands below messaging; this is how its mail gets into the outbox."""
    plan_message(
        actor,
        purpose=purpose,
        purpose_ref=purpose_ref,
        channel=Channel.EMAIL,
        not_before=clock.now(),
        unit_id=staff.unit_id,
        staff_id=staff.id,
    )


def _banners() -> Sequence[Banner]:
    """What every page of staff must say."""
    return staff_banners()


def _picklist_label(list_name: str, code: str) -> str:
    """What a code of a picklist is called in the language of this request."""
    return label(list_name, code, request_language())


def _flask_config(settings: Settings) -> Mapping[str, object]:
    # Whoever asks gets the connection that was used last, so that there are no more of them than are needed at a time:
    # each plans and keeps its statements for itself. Whether one still answers is asked by crm.db.
    engine_options: dict[str, object] = {"pool_use_lifo": True}
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options,
        "SESSION_COOKIE_NAME": "brobygg",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": 25 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "PREFERRED_URL_SCHEME": "https" if settings.secure else "http",
    }


def _fill_registry(settings: Settings) -> Registry:
    registry = Registry()
    for make in CORE:
        registry.add(make())
    manager = load_plugins(settings)
    registry.plugins = manager
    for name, plugin in manager.list_name_plugin():
        hook = getattr(plugin, "brobygg_feature", None)
        if hook is not None:
            registry.add(hook(settings=settings), owner=name)
    return registry
