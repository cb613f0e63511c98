"""Every form, posted as it should not be: forged, signed out, with ids of nothing, with junk."""

import re
from html import unescape
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from crm.accounts.permissions import is_public
from crm.actors import Role
from crm.registry import current_registry
from crm.web.clean import clean_line, clean_text
from crm.web.shell import csrf
from tests.contracts.branch_objects import kinds_of
from tests.contracts.forms import Form, form_at, forms_in
from tests.contracts.junk import DAY_LONG_AGO, JUNK, LARGE, WORDS, junk_for, sent_as
from tests.contracts.premises import Premises, is_paper, name_of, readers, rules

OURS = {"Sec-Fetch-Site": "same-origin"}
FORM = "application/x-www-form-urlencoded"

# Who calls these shows otherwise who they are; each says how where it is registered.
EXEMPT = {
    "surveys_respondent.start",
    "surveys_respondent.answer",
    "surveys_respondent.send",
    "surveys_respondent.say_no",
    "surveys_respondent.after_all",
    "surveys_respondent.call_me",
    "surveys_opt_out.do",
    "surveys_opt_out.undo",
    "agreements_signing.sign",
    "agreements_signing.refuse",
    "outreach_event_reply.answer",
    "outreach_event_reply.again",
    "outreach_event_reply.no_more",
    "elks46.incoming",
    "elks46.delivery",
}
POSTS = rules("POST")
CHECKED = [rule for rule in POSTS if rule.endpoint not in EXEMPT]
READ = {rule.rule for rule in rules("GET")}
ONLY_POSTS = [rule for rule in POSTS if rule.rule not in READ]
# Parameters that name no row.
NOT_ROWS = {"kind", "key", "name", "language", "action", "file_name"}
NO_SUCH = "A" * 16
# How a page says that something has to be corrected: beside a field, above the form, or before a question.
WRONG = r'aria-invalid="true"|error-summary|role="alert"|ds-alert|sv-problem|class="err"'


def test_only_these_endpoints_are_exempt_from_the_check_against_forgery(premises: Premises) -> None:
    with premises.app.app_context():
        public = current_registry().public_endpoints.values()
        said = {each.endpoint: each.csrf_exempt_because for each in public if each.csrf_exempt_because}
    assert set(said) == EXEMPT
    views = {f"{view.__module__}.{view.__name__}" for name, view in premises.app.view_functions.items() if name in said}
    assert csrf._exempt_views <= views
    assert not csrf._exempt_blueprints


@pytest.mark.parametrize("rule", CHECKED, ids=name_of)
def test_a_forged_post_does_nothing_and_what_was_typed_is_offered_again(
    rule: Rule, premises: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(premises.app.config, "WTF_CSRF_ENABLED", True)
    before, address = premises.contents(), premises.address(rule)
    browser = premises.browser(readers(premises.app, rule)[0])
    answer = browser.post(address, data={"note": WORDS, "csrf_token": "forged"}, headers=OURS)
    assert answer.status_code == 400
    assert "Send it again" in answer.text
    assert WORDS in answer.text
    abroad = browser.post(address, data={"note": WORDS}, headers={"Sec-Fetch-Site": "cross-site"})
    assert abroad.status_code == 400
    # Every page has the form for the language.
    assert rule.endpoint == "web.choose_language" or form_at(abroad.text, address) is None
    assert premises.contents() == before


@pytest.mark.parametrize("rule", CHECKED, ids=name_of)
def test_who_was_signed_out_loses_nothing(rule: Rule, premises: Premises) -> None:
    with premises.app.app_context():
        if is_public(rule.endpoint):
            pytest.skip("needs no sign-in")
    address = premises.address(rule)
    answer = premises.browser(None).post(address, data={"note": WORDS, "password": "sesame sesame"}, headers=OURS)
    assert answer.status_code == 401
    assert "You were signed out" in answer.text
    assert "sesame" not in answer.text
    kept = premises.browser(None).post(address, data={"note": WORDS, "days": ["1", "2"]}, headers=OURS)
    form = form_at(kept.text, address)
    assert form is not None
    assert form.fields["note"].strip() == WORDS


@pytest.mark.parametrize("rule", ONLY_POSTS, ids=name_of)
def test_an_action_that_is_opened_shows_a_page_that_says_so(rule: Rule, premises: Premises) -> None:
    answer = premises.browser(Role.MANAGER).get(premises.address(rule))
    assert answer.status_code == 405
    assert "This cannot be done here" in answer.text
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("rule", [rule for rule in POSTS + rules("GET") if kinds_of(rule)], ids=name_of)
def test_what_does_not_exist_is_not_found(rule: Rule, premises: Premises) -> None:
    names = {name for name, kind in kinds_of(rule).items() if kind not in NOT_ROWS}
    if not names or rule.endpoint.startswith("security."):
        pytest.skip("names no row")
    for name in names:
        _not_found(rule, premises, name)


NOWHERE = (NO_SUCH, "a%00b", "%FF", "x" * 3000, "%00", "0", "-1", "..%2f..%2f", "%F0%9F%98%80")
_FIRST_OF_KIND = {kind: rule.rule for rule in reversed(POSTS + rules("GET")) for kind in kinds_of(rule).values()}


def _not_found(rule: Rule, premises: Premises, name: str) -> None:
    method = "POST" if "POST" in (rule.methods or ()) else "GET"
    good, address = premises._value(rule, name, kinds_of(rule)[name]), premises.address(rule)
    # One page of a kind of row is asked for everything; the others read their row in the same way.
    junk = NOWHERE if _FIRST_OF_KIND[kinds_of(rule)[name]] == rule.rule else NOWHERE[:3]
    addresses = [address.replace(good, each, 1) for each in junk]
    browsers = (premises.browser(role) for role in readers(premises.app, rule))
    browser = next((each for each in browsers if each.open(addresses[0], method=method).status_code != 403), None)
    assert browser is not None, "everybody is refused"
    for address in addresses:
        status = browser.open(address, method=method).status_code
        # A gateway learns nothing from the answer to its callback.
        assert status in ((204, 404) if name == "return_token" else (404,)), (address[:80], status)


def found_form(premises: Premises, rule: Rule) -> tuple[Role | None, Form]:
    """The form of an action as the first who may use it sees it, wherever it stands."""
    address = premises.address(rule)
    pages = [address] if "GET" in (rule.methods or ()) else []
    pages += SHOWN_ON.get(rule.endpoint, [])
    for role in readers(premises.app, rule):
        for page in pages:
            where = _filled(premises, page)
            answer = premises.browser(role).get(where)
            form = form_at(answer.text, address) if answer.status_code == 200 else None
            if form is not None:
                return role, form
    return readers(premises.app, rule)[0], Form(address, "post", dict.fromkeys(GENERIC, ""), {"note"})


def _filled(premises: Premises, page: str) -> str:
    links = {
        "survey": premises.special["surveys_respondent"]["token"],
        "out": premises.special["surveys_opt_out"]["token"],
        "signing": premises.special["agreements_signing"]["token"],
        "draft": premises.special["agreements.send"]["public_id"],
    }
    return page.format(**premises.ids, **links)


GENERIC = (
    "note",
    "reason",
    "version",
    "next",
    "due_on",
    "days",
    "stage",
    "row",
    "language",
    "unit",
    "do",
    "answer",
    "id",
    "created",
    "from",
    "to",
    "message",
    "status",
    "keep",
    "code",
    "interpreter",
    "share",
    "form_token",
)
SHOWN_ON = {
    "agreements_signing.sign": ["/agreement/{signing}"],
    "agreements_signing.refuse": ["/agreement/{signing}"],
    "agreements.send": ["/agreements/{draft}"],
    "agreements.discard": ["/agreements/{draft}"],
    "agreements.sign": ["/agreements/{agreements}"],
    "agreements.on_behalf": ["/agreements/{agreements}"],
    "agreements.refused": ["/agreements/{agreements}"],
    "agreements.send_again": ["/agreements/{agreements}"],
    "agreements.add_file": ["/agreements/{agreements}"],
    "agreements.replace": ["/agreements/{agreements}"],
    "documents.bring_in": ["/settings/documents"],
    "employers.log_contact": ["/employers/{employers}"],
    "employers.block": ["/employers/{employers}"],
    "employers.warn": ["/employers/{employers}"],
    "employers.take_relationship": ["/employers/{employers}"],
    "employers.change_stage": ["/employers/{employers}", "/pipeline"],
    "employers.bulk": ["/employers?owner=all"],
    "employers.save_view": ["/employers?owner=all"],
    "participants.save_contact_details": ["/participants/{participants}"],
    "participants.consents": ["/participants/{participants}"],
    "participants.stage": ["/participants/{participants}"],
    "participants.deputy": ["/participants/{participants}", "/enrolments/{enrolments}/handover"],
    "participants.remove_protection": ["/participants/{participants}/protection"],
    "messaging.look_up": ["/messages/blocked"],
    "messaging.lift_block": ["/messages/blocked"],
    "messaging.again": ["/messages/{messages}"],
    "messaging.arrived": ["/messages/{messages}"],
    "surveys_plans.save": ["/surveys/plans/{plans}"],
    "surveys_plans.add_own": ["/surveys/plans"],
    "surveys_authoring.save": ["/surveys/questionnaires/translations/{translations}"],
    "surveys_authoring.change": ["/surveys/questionnaires/versions/{versions}"],
    "surveys_authoring.new_language": ["/surveys/questionnaires/versions/{versions}"],
    "surveys_texts.save": ["/surveys/texts/{texts}"],
    "surveys_exits.offer": ["/exits/{exits}"],
    "surveys_late.send": ["/surveys/overdue"],
    "surveys_late.close": ["/surveys/overdue"],
    "accounts.disable": ["/settings/staff/{staff_public_id}"],
    "web.choose_language": ["/sign-in"],
    "surveys_respondent.start": ["/s/{survey}"],
    "surveys_respondent.answer": ["/s/{survey}/q/good_treatment"],
    "surveys_respondent.say_no": ["/s/{survey}/decline"],
    "surveys_respondent.call_me": ["/s/{survey}/q/good_treatment", "/s/{survey}"],
    "surveys_opt_out.do": ["/o/{out}"],
    "surveys_interviews.start": ["/surveys/interview/{interview}"],
    "surveys_interviews.later": ["/surveys/interview/{interview}"],
    "surveys_interviews.says_no": ["/surveys/interview/{interview}"],
    "surveys_interviews.answer": ["/surveys/interview/{interview}/q/good_treatment"],
    "outreach_visits.cancel": ["/visits/{visits}"],
    "outreach_visits.log": ["/visits/{visits}"],
    "tasks.done": ["/tasks", "/today"],
    "tasks.postpone": ["/tasks", "/today"],
    "messaging.release": ["/messages/sending"],
}


def post(browser: FlaskClient, address: str, fields: dict[str, list[bytes]]) -> TestResponse:
    return browser.post(address, data=sent_as(fields), content_type=FORM, headers=OURS)


def check(answer: TestResponse, form: Form, fields: dict[str, list[bytes]]) -> None:
    """Never a fault of ours; a page that is shown again says what is wrong and holds what was typed."""
    assert answer.status_code < 500, answer.status_code
    if answer.status_code != 422:
        return
    # Only what stands in this page can be shown again; a form elsewhere comes back with a message.
    shown = {name for each in forms_in(answer.text) for name in each.texts}
    page = unescape(answer.text)
    assert re.search(WRONG, page), "no word of what is wrong"
    for name in form.texts & shown:
        values = fields.get(name) or [b""]
        # Bytes that are no UTF-8 are kept as they were escaped.
        typed = unquote(quote(values[0]), errors="werkzeug.url_quote")
        kept = {clean_line(typed), clean_text(typed), typed}
        assert any(each in page for each in kept), f"{name} lost {typed[:40]!r}"


@pytest.mark.parametrize("rule", POSTS, ids=name_of)
@settings(
    max_examples=5,
    # Without "explain", which traces every line of the application, and without shrinking: a case is short enough.
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_junk_is_answered_in_words(rule: Rule, data: st.DataObject, premises: Premises) -> None:
    role, form = _form_of(premises, rule)
    fields = data.draw(junk_for({name: value for name, value in form.fields.items() if name != "csrf_token"}))
    answer = post(premises.browser(role), premises.address(rule), fields)
    check(answer, form, fields)
    if answer.status_code < 400:
        premises.reset()


# Forms with something to fill in that the test above must find; the others are single buttons.
FILLED_IN = (
    "employers.log_contact", "employers.add", "participants.add", "participants.exit_form",
    "tasks.add",
    "surveys_respondent.answer", "surveys_opt_out.do", "surveys_plans.save", "surveys_texts.save",
    "accounts.invite",
    "imports.index", "security.login", "programmes.add", "participants.consents", "messaging.look_up",
)  # fmt: skip


@pytest.mark.parametrize("endpoint", FILLED_IN)
def test_the_forms_are_those_of_the_pages(endpoint: str, premises: Premises) -> None:
    rule = next(each for each in POSTS if each.endpoint == endpoint)
    _role, form = found_form(premises, rule)
    assert set(form.fields) != set(GENERIC)


_FORMS: dict[str, tuple[Role | None, Form]] = {}


def _form_of(premises: Premises, rule: Rule) -> tuple[Role | None, Form]:
    if name_of(rule) not in _FORMS:
        _FORMS[name_of(rule)] = found_form(premises, rule)
    return _FORMS[name_of(rule)]


@pytest.mark.parametrize("rule", POSTS, ids=name_of)
def test_the_same_junk_in_every_field_is_answered_in_words(rule: Rule, premises: Premises) -> None:
    role, form = _form_of(premises, rule)
    for junk in (JUNK[0], JUNK[9], DAY_LONG_AGO, LARGE[0]):
        fields = {name: [value.encode()] for name, value in form.fields.items()}
        text = next(iter(sorted(form.texts)), next(iter(form.fields), "note"))
        names = [text] if len(junk) > 100_000 else list(fields)
        fields |= {name: [junk] for name in names}
        answer = post(premises.browser(role), premises.address(rule), fields)
        check(answer, form, fields)
        if answer.status_code < 400:
            premises.reset()


@pytest.mark.parametrize("large", LARGE, ids=["one word", "numbers", "marks", "lines"])
def test_a_megabyte_in_a_note_is_answered_at_once(large: bytes, premises: Premises) -> None:
    rule = next(each for each in POSTS if each.endpoint == "employers.log_contact")
    role, form = _form_of(premises, rule)
    fields = {name: [value.encode()] for name, value in form.fields.items()} | {"note": [large], "next_text": [b"x"]}
    answer = post(premises.browser(role), premises.address(rule), fields)
    assert answer.status_code in (303, 422)


QUERIES = (
    "page=-1&sort=%00&q=%00&kind=%00&unit=%00&programme=%00&since=0001-01-01&until=9999-12-31&state=%00&who=%00&stage=%00"
    "&employer=%00&wave=%00&version=%00&lang=%00&next=//x&m=%00&action=%00&from=%00&to=%00&name=%00&owner=%00&show=%00",
    "page=99999999999999999999&sort=-nothing&q=%FF%FE&since=9999-12-31&until=0001-01-01&kind=pdf&unit=-1&programme=1e9",
    "page=%D9%A3&page=2&q=%22*%28OR%20NEAR&since=2026-02-30&unit=99999999999999999999&who=99999999999999999999&from=x",
    "_external=1&_scheme=javascript&_anchor=x&_method=POST&endpoint=x&self=1&values=1&public_id=x&token=x&key=x&code=1",
    "q=" + "x" * 5000,
)


@pytest.mark.parametrize("rule", [rule for rule in rules("GET") if rule.endpoint != "jobs.health"], ids=name_of)
def test_junk_in_an_address_is_no_fault_of_ours(rule: Rule, premises: Premises) -> None:
    address = premises.address(rule)
    opens = (
        role
        for role in readers(premises.app, rule)
        if premises.browser(role).head(address).status_code not in (403, 404)
    )
    role = next(opens, None)
    for query in QUERIES[: 1 if is_paper(rule) else None]:
        answer = premises.browser(role).get(f"{address}?{query}")
        assert answer.status_code < 500, query
        if answer.mimetype == "text/html":
            assert not re.search(r'(href|action)="javascript:', answer.text)
