"""The pages of call scripts, without scripts of the browser."""

import io
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.db import current_session
from outreach.scripts.command import outreach_commands
from outreach.scripts.models import CallScript
from outreach.scripts.published import newest_version, script_of
from outreach.scripts.shipped import shipped_text
from tests.employers.conftest import counted
from tests.outreach_scripts.conftest import Place

Browser = Callable[[str], FlaskClient]
INDEX = "/call-scripts"


def _new(client: FlaskClient, title: str = "Autumn calls") -> str:
    made = client.post(f"{INDEX}/new", data={"title": title, "unit_id": "", "submission_key": "k"})
    assert made.status_code == 303
    assert client.post(f"{INDEX}/new", data={"title": title, "submission_key": "k"}).location == made.location
    return str(made.location)


def _fields(page: str) -> dict[str, str]:
    """What the first form of the page's main part would send, without its buttons."""
    main = page[page.index("<main") :]
    form = next(each for each in re.findall(r"<form method=\"post\".*?</form>", main, re.S) if 'class="fg"' in each)
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
    fields |= {name: value for value, name in re.findall(r'<input[^>]*value="([^"]*)"[^>]*name="([^"]+)"', form)}
    ticked = set(re.findall(r'<input[^>]*checked[^>]*name="([^"]+)"', form))
    boxes = set(re.findall(r'<input[^>]*name="([^"]+)"[^>]*type="checkbox"', form))
    found = {name: unescape(value) for name, value in fields.items() if name not in boxes - ticked}
    found |= {
        n: unescape(t).strip() for n, t in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S)
    }
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected[^>]*value="([^"]*)"', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen.group(1) if chosen else ""
    return found


def _save(client: FlaskClient, address: str, **values: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    done = client.post(address, data={**_fields(page.text), **values})
    assert done.status_code == 303, re.sub(r"<[^>]+>", " ", done.text)[-3000:]
    return str(done.location)


def _instead(client: FlaskClient, address: str) -> str:
    return unescape(client.get(address).text)


def test_a_manager_writes_a_script_tries_it_and_publishes_it(browser: Browser, app: Flask) -> None:
    client = browser("manager")
    draft = _new(client)
    page = _instead(client, draft)
    assert "begin" in page
    assert "<svg" in page
    assert "kept" not in page
    assert "has no text in any language" in page
    asked = _save(
        client, f"{draft}/steps/begin", text_en="Hello, this is {my_name}. Do you have time?",
        **{"answers-0-label": "Yes", "answers-0-goto": "end", "answers-1-label": "No", "answers-1-goto": "new:end"},
    )  # fmt: skip
    assert asked == f"{draft}/steps/no"
    _save(client, asked, text_en="Thank you anyway.", outcome="not_now")
    _save(client, f"{draft}/steps/end", text_en="We come on the agreed day.", outcome="visit_booked")
    page = _instead(client, draft)
    assert "The draft can be published" in page
    assert "12 texts are missing" not in page
    tried = client.get(f"{draft.removesuffix('/draft')}/try?of=draft")
    assert "Do you have time?" in tried.text
    assert "Karin Berg" in tried.text
    shown = _fields(client.get(draft).text)
    done = client.post(f"{draft}/publish", data={"version": shown["version"], "note": "The first"})
    assert done.status_code == 303
    page = _instead(client, done.location)
    assert "Version 1" in page
    assert "The first" in page
    assert "Karin Berg" in page
    with app.app_context():
        script = current_session().scalars(select(CallScript)).one()
        version = newest_version(script.id)
        assert version is not None
        content = script_of(version.id)
        assert [(each.key, each.goto) for each in content.nodes[0].answers] == [("next", "end"), ("no", "no")]
        assert content.placeholders == ("my_name",)


def test_steps_move_go_and_come_back(browser: Browser) -> None:
    client = browser("manager")
    draft = _new(client)
    added = client.post(f"{draft}/steps", data={"kind": "ask", "after": "begin"})
    assert added.location == f"{draft}/steps/ask"
    assert "No way leads to “ask”" in _instead(client, draft)
    assert client.post(f"{draft}/steps/ask/move", data={"to": "down"}).status_code == 303
    removed = client.post(f"{draft}/steps/end/remove")
    page = _instead(client, removed.location)
    assert "leads to “end”, which does not exist" in page
    version = re.findall(r'/draft/undo" class="inline-form">.*?name="version" value="(\d+)"', page)[-1]
    page = _instead(client, client.post(f"{draft}/undo", data={"version": version}).location)
    assert "which does not exist" not in page
    assert "The change is taken back" in page


def test_two_people_at_the_same_step_meet_the_difference(browser: Browser) -> None:
    one, two = browser("manager"), browser("manager")
    draft = _new(one)
    seen = _fields(two.get(f"{draft}/steps/begin").text)
    _save(one, f"{draft}/steps/begin", text_en="First come")
    refused = two.post(f"{draft}/steps/begin", data={**seen, "text_en": "Second come"})
    assert refused.status_code == 422
    assert "First come" in refused.text
    assert "Second come" in refused.text
    again = two.post(f"{draft}/steps/begin", data={**_fields(refused.text), "text_en": "Both come"})
    assert again.status_code == 303
    assert "Both come" in two.get(draft).text


def test_what_somebody_else_writes_at_another_step_disturbs_nobody(browser: Browser) -> None:
    one, two = browser("manager"), browser("manager")
    draft = _new(one)
    seen = _fields(two.get(f"{draft}/steps/end").text)
    _save(one, f"{draft}/steps/begin", text_en="Hello")
    assert two.post(f"{draft}/steps/end", data={**seen, "text_en": "Goodbye"}).status_code == 303
    page = two.get(draft).text
    assert "Hello" in page
    assert "Goodbye" in page


def test_an_answer_says_what_it_does(browser: Browser, app: Flask) -> None:
    client = browser("manager")
    draft = _new(client)
    _save(
        client, f"{draft}/steps/begin/answers/next", text_en="Never call me again", text_sv="Ring aldrig mer",
        outcome="do_not_contact", do_not_call="y", fill_decline_reason="They do not want calls",
    )  # fmt: skip
    page = _instead(client, draft)
    assert "does not want to be called" in page
    assert "They do not want calls" in page
    assert "Outcome:" in page


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"key": "Not a key"}, "small letters"),
        ({"key": "end"}, "Another step is called so"),
        ({"answers-1-label": "Somewhere", "answers-1-goto": ""}, "Choose where"),
        ({"answers-1-label": "", "answers-1-goto": "end"}, "Write what the other side says"),
        ({"text_en": "x" * 2001}, "2000"),
    ],
)
def test_a_wrong_step_is_told_what_is_wrong(browser: Browser, given: dict[str, str], told: str) -> None:
    client = browser("manager")
    address = f"{_new(client)}/steps/begin"
    page = client.post(address, data={**_fields(client.get(address).text), **given})
    assert page.status_code == 422
    assert told in unescape(page.text)
    assert 'aria-invalid="true"' in page.text


def test_answers_move_and_go_with_what_was_typed(browser: Browser) -> None:
    client = browser("manager")
    draft = _new(client)
    address = f"{draft}/steps/begin"
    _save(client, address, text_en="Hello", **{"answers-0-label": "A", "answers-1-label": "B", "answers-1-goto": "end"})
    _save(client, address, text_en="Hello there", do="up:b")
    page = client.get(address).text
    assert "Hello there" in page
    assert page.index('value="B"') < page.index('value="A"')
    _save(client, address, do="remove:b")
    assert 'value="B"' not in client.get(address).text


def test_the_texts_of_a_language_stand_in_one_form_with_what_is_missing(browser: Browser) -> None:
    client = browser("manager")
    draft = _new(client)
    _save(client, f"{draft}/steps/begin", text_en="Hello")
    address = f"{draft}/texts/sv"
    page = client.get(address).text
    assert "4 texts are missing" in page
    assert "Hello" in page
    _save(client, address, **{"text:title": "Höstens samtal", "text:nodes.begin.text": "Hej"})
    assert "2 texts are missing" in client.get(address).text
    long = client.post(address, data={**_fields(client.get(address).text), "text:title": "x" * 101})
    assert long.status_code == 422
    assert 'aria-invalid="true"' in long.text
    assert client.get(f"{draft}/texts/fi").status_code == 404


def test_the_draft_is_compared_with_what_is_published(browser: Browser, outside: Place, app: Flask) -> None:
    with app.app_context():
        address = f"{INDEX}/{outside.shipped()['employer_first_call'].public_id}"
    client = browser("manager")
    draft = client.post(f"{address}/draft").location
    assert "says the same" in client.get(f"{draft}/compare").text
    _save(client, f"{draft}/steps/greet", text_en="Hello there")
    page = _instead(client, f"{draft}/compare")
    assert "Hello there" in page
    assert "Good morning. My name is" in page
    discarded = client.post(f"{draft}/discard")
    assert "thrown away" in client.get(discarded.location).text
    assert client.post(f"{draft}/take-back").location == draft
    assert "Hello there" in client.get(f"{draft}/compare").text


def _walk(client: FlaskClient, address: str, *answers: str, **fields: str) -> str:
    page = client.get(address).text
    for answer in answers:
        kept = unescape(re.search(r'name="walk" value="([^"]*)"', page).group(1))  # type: ignore[union-attr]
        given = {f"field:{name}": value for name, value in fields.items()}
        page = client.post(address, data={"walk": kept, "do": f"answer:{answer}", **given}).text
    return unescape(page)


def test_the_dry_run_walks_yes_yes_yes_and_no_no_no(browser: Browser, outside: Place, app: Flask) -> None:
    """Requirements 6.1: both ways end with an outcome, so that the call can be logged."""
    with app.app_context():
        address = f"{INDEX}/{outside.shipped()['employer_first_call'].public_id}/try"
    client = browser("coordinator")
    moves = ("go", "yes", "next", "next", "good", "next", "yes", "done", "yes", "done")
    yes = _walk(client, address, *moves, date_time="2026-12-01T10:00", contact_person="The manager",
                referral_company="Next door", referral_may_mention="yes")  # fmt: skip
    assert "Outcome:" in yes
    assert "Visit booked" in yes
    assert "Adds a task: agree on a visit (1 December 10:00)" in yes
    assert "The call can be closed" in yes
    no = _walk(client, address, "go", "yes", "next", "next", "none", "next", "no", "no", "done")
    assert "Outcome:" in no
    assert "Declined" in no
    assert "still missing: Next step" in no


def test_the_dry_run_goes_back_begins_again_and_says_what_is_missing(
    browser: Browser, outside: Place, app: Flask
) -> None:
    with app.app_context():
        address = f"{INDEX}/{outside.shipped()['employer_first_call'].public_id}/try"
    client = browser("coordinator")
    page = _walk(client, address, "go", "other_person", "got")
    assert "Fill in “Contact person” first" in page
    kept = page[page.index('name="walk" value="') + 19 :].partition('">')[0]
    assert "who_else" not in unescape(client.post(address, data={"walk": kept, "do": "restart"}).text.split("<main")[1])
    assert client.post(address, data={"walk": "{", "do": "back"}).status_code == 422
    assert client.post(address, data={"walk": "[]", "do": "answer:go"}).status_code == 422


def test_a_file_comes_in_and_faults_are_told_with_their_lines(browser: Browser) -> None:
    client = browser("manager")

    def upload(text: str) -> tuple[int, str]:
        done = client.post(f"{INDEX}/import", data={"file": (io.BytesIO(text.encode()), "a.yaml"), "unit_id": ""})
        return done.status_code, unescape(done.text) if done.status_code != 303 else str(done.location)

    status, page = upload("key: a\nversion: 1\nstart: b\nnodes:\n  b: {kind: shout, text: {en: Hi}}\n")
    assert status == 422
    assert "Line 5:" in page
    assert "shout" in page
    assert upload("")[0] == 422
    assert client.post(f"{INDEX}/import", data={"unit_id": ""}).status_code == 422
    status, location = upload(shipped_text("information_meeting"))
    assert status == 303
    assert location.endswith("/draft")
    assert "The draft can be published" in client.get(location).text
    assert ">English, Svenska, Norsk bokmål, Dansk<" in client.get(INDEX).text


def test_the_export_is_the_shape_of_the_shipped_file(browser: Browser, outside: Place, app: Flask) -> None:
    with app.app_context():
        address = f"{INDEX}/{outside.shipped()['employer_first_call'].public_id}"
    file = browser("coordinator").post(f"{address}/export")
    assert file.headers["Content-Disposition"] == 'attachment; filename="employer_first_call.yaml"'
    assert file.text.startswith("call_script:\n  key: employer_first_call\n")


def test_copies_archives_and_finds_again(browser: Browser, outside: Place, app: Flask) -> None:
    client = browser("manager")
    client.post(f"{INDEX}/library/install")
    assert "there already" in client.get(client.post(f"{INDEX}/library/install").location).text
    page = client.get(f"{INDEX}?q=forsta+samtalet").text
    address = re.search(rf'href="({INDEX}/[\w-]+)"[^>]*>First call', page).group(1)  # type: ignore[union-attr]
    copied = client.post(f"{address}/copy", data={"submission_key": "c"})
    assert "First call to an employer (copy)" in client.get(copied.location).text
    client.post(f"{address}/archive")
    assert f'href="{address}"' not in client.get(INDEX).text
    assert address in client.get(f"{INDEX}?show=archived").text
    client.post(f"{address}/restore")
    assert address in client.get(INDEX).text
    assert client.get(f"{address}/versions/1/print").status_code == 200
    assert client.get(f"{address}/versions/2").status_code == 404


def test_settings_title_first_step_and_unit(browser: Browser, outside: Place, app: Flask) -> None:
    client = browser("manager")
    draft = _new(client)
    _save(client, f"{draft}/settings", text_en="Spring calls", start="end", unit_id=str(outside.unit_id))
    page = client.get(draft.removesuffix("/draft")).text
    assert "Spring calls" in page
    assert "Osby" in page
    assert browser("stranger").get(draft).status_code == 404


def test_who_may_what(browser: Browser, outside: Place, app: Flask) -> None:
    with app.app_context():
        address = f"{INDEX}/{outside.shipped()['employer_first_call'].public_id}"
    coordinator, evaluator = browser("coordinator"), browser("evaluator")
    for page in (INDEX, address, f"{address}/try", f"{address}/versions/1", f"{address}/versions/1/print"):
        assert coordinator.get(page).status_code == 200
        assert evaluator.get(page).status_code == 403
    assert "Add a script" not in coordinator.get(INDEX).text
    assert coordinator.post(f"{address}/draft").status_code == 403
    assert coordinator.get(f"{INDEX}/new").status_code == 403


def test_a_unit_that_does_not_call_has_no_such_pages(
    app: Flask, outside: Place, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with app.app_context():
        email = outside.world.staff(unit=outside.world.unit("Vik")).email
    client = app.test_client()
    sign_in(client, email)
    assert client.get(INDEX).status_code == 404


BROKEN = """\
key: broken
version: 1
title: {en: "Broken"}
start: greet
nodes:
  greet:
    kind: ask
    text: {en: "Hello"}
    answers:
      - {key: a, label: {en: "A"}, goto: round}
      - {key: b, label: {en: "B"}, goto: stuck}
  round:
    kind: say
    text: {en: "Once more"}
    answers: [{key: again, label: {en: "Again"}, goto: round}]
  stuck: {kind: say, text: {en: "And now?"}}
  lost:
    kind: say
    text: {en: "Who comes here?"}
    answers: [{key: c, label: {en: "C"}, goto: end}]
  end: {kind: end, text: {en: "Goodbye"}, outcome: not_now}
"""


def test_the_editor_says_the_same_as_the_command(browser: Browser, app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    told = CliRunner().invoke(outreach_commands, ["check-script", str(file), "--json"])
    found = json.loads(told.stdout)
    assert told.exit_code == 1
    assert (found["steps"], found["dead_ends"], found["unreachable"]) == (5, ["stuck"], ["lost", "end"])
    assert found["loops"] == [["round"]]
    client = browser("manager")
    made = client.post(f"{INDEX}/import", data={"file": (io.BytesIO(BROKEN.encode()), "a.yaml"), "unit_id": ""})
    page = _instead(client, made.location)
    assert len(found["errors"]) >= 4
    for problem in found["errors"]:
        assert problem["message"] in page
    for language, places in found["missing_translations"].items():
        assert f"{len(places)} texts are missing" in page, language
    refused = client.post(f"{made.location}/publish", data=_fields(client.get(made.location).text))
    assert refused.status_code == 422
    assert "cannot be published yet" in refused.text


def test_the_pages_ask_few_questions_however_many_scripts_there_are(
    browser: Browser, outside: Place, app: Flask
) -> None:
    with app.app_context():
        outside.shipped()
        for number in range(5):
            outside.script(f"Script {number}")
    client = browser("manager")
    draft = _new(client)
    for address in (INDEX, draft, f"{draft}/steps/begin"):
        client.get(address)
        with counted(app) as statements:
            assert client.get(address).status_code == 200
        assert len(statements) <= 12, statements
