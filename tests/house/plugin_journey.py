"""Run in a process of its own with the greetings plugin installed: prints what happened as JSON.

usage: python -m tests.house.plugin_journey FOLDER
"""

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, inspect, select

from crm.accounts.scopes import visible
from crm.actors import Role, system_actor
from crm.app import create_app
from crm.db import current_session, db, transaction
from crm.extension_points import PersonData
from crm.jobs.runner import run_job
from crm.migrating import check, upgrade
from crm.participants.services.exits import exit_enrolment
from crm.registry import EXTENSION
from tests.conftest import make_settings
from tests.world import World


def journey(folder: Path) -> dict[str, Any]:
    app = create_app(make_settings(folder, PLUGINS="greetings"))
    app.config.update(TESTING=True, RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
    upgrade(app)
    check(app)
    from brobygg_greetings.models import Greeting

    facts: dict[str, Any] = {}
    with app.app_context():
        facts["tables"] = [name for name in inspect(db.engine).get_table_names() if "greetings" in name]
        world = World()
        unit = world.unit(modules=["greetings"])
        staff = world.staff(Role.MANAGER, Role.COORDINATOR, unit=unit)
        foreign = world.staff(Role.MANAGER)
        person = world.participant(unit)
        enrolment = world.enrolment(person, world.programme(unit), staff)
        exits = []
        for fail in (False, True):
            os.environ["GREETINGS_FAIL"] = "1" if fail else ""
            with transaction():
                target = enrolment if not fail else world_second(world, unit, staff)
                _row, result = exit_enrolment(
                    world.actor(staff), enrolment_id=target.id, exit_on=date(2026, 3, 1), reason="studies"
                )
            exits.append(list(result.failed_plugins))
        facts["failed"] = exits
        facts["cards"] = current_session().scalar(select(func.count()).select_from(Greeting))
        facts["seen_own"] = len(list(current_session().scalars(visible(Greeting, world.actor(staff)))))
        facts["seen_foreign"] = len(list(current_session().scalars(visible(Greeting, world.actor(foreign)))))
        facts["email"], facts["person_id"] = staff.email, person.id
        manager = app.extensions[EXTENSION].plugins
        exported: list[list[PersonData]] = manager.hook.brobygg_export_person(participant_id=person.id)
        facts["exported"] = [row["text"] for part in exported for data in part for row in data.rows]
        with transaction():
            manager.hook.brobygg_erase_person(participant_id=person.id)
        facts["cards_after_erasing"] = current_session().scalar(select(func.count()).select_from(Greeting))
    facts["job"] = run_job(app, "greetings.count")
    facts["pages"] = pages(app, facts["email"])
    return facts


def world_second(world: World, unit: Any, staff: Any) -> Any:
    person = world.participant(unit)
    return world.enrolment(person, world.programme(unit), staff)


def pages(app: Any, email: str) -> dict[str, Any]:
    from tests.world import PASSWORD

    client = app.test_client()
    found = {"public": client.get("/greetings/hello").status_code, "private": client.get("/greetings").status_code}
    client.post("/sign-in", data={"email": email, "password": PASSWORD})
    found["signed_in"] = client.get("/greetings").status_code
    os.environ["GREETINGS_FAIL"] = ""
    today = client.get("/today").get_data(as_text=True)
    found["panel"], found["menu"] = "cards are ready" in today, 'href="/greetings"' in today
    os.environ["GREETINGS_FAIL"] = "1"
    broken = client.get("/today")
    found["broken_panel"] = [broken.status_code, "cards are ready" in broken.get_data(as_text=True)]
    return found


if __name__ == "__main__":
    assert system_actor("test").is_system
    print(json.dumps(journey(Path(sys.argv[1]))))
