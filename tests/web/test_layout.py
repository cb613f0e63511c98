"""Layout, menus, slots and headers."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.errors import PluginError
from crm.extension_points import NavItem
from crm.web.headers import POLICY
from crm.web.nav import register_nav
from crm.web.ports import Banner
from tests.web.sink import Sink


def test_every_page_has_one_main_heading_and_a_way_past_the_header(page: FlaskClient) -> None:
    html = page.get("/").text
    assert html.count("<h1") == 1
    assert 'href="#main"' in html
    assert '<main id="main"' in html


def test_no_page_holds_inline_scripts_or_styles(page: FlaskClient) -> None:
    for address in ("/", "/survey", "/print", "/error/404", "/error/500"):
        html = page.get(address).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style|\son[a-z]+=", html), address


def test_participant_pages_have_no_script_and_set_no_cookie(page: FlaskClient) -> None:
    answer = page.get("/survey")
    assert "<script" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_every_page_carries_the_policy_and_is_never_stored(page: FlaskClient) -> None:
    for address in ("/", "/survey", "/error/404"):
        headers = page.get(address).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


def test_the_current_page_is_marked_in_the_menu(page: FlaskClient) -> None:
    assert re.search(r'href="/" aria-current="page">Today', page.get("/").text)


def test_a_module_that_is_switched_off_is_not_in_the_menu(page: FlaskClient) -> None:
    html = page.get("/").text
    assert "Coverage" in html
    assert "Events</a>" not in html


def test_nobody_signed_in_sees_no_menu_and_no_search(page: FlaskClient, sink: Sink) -> None:
    sink.actor = None
    html = page.get("/").text
    assert "Employers</a>" not in html.split("<main")[0]
    assert 'role="search"' not in html
    assert "Sign out" not in html


def test_two_menu_items_with_one_key_stop_the_start(shell_app: Flask) -> None:
    with pytest.raises(PluginError, match="registered twice"):
        register_nav(shell_app, NavItem("me", "Again", "me.index", 1))


def test_a_banner_stands_on_every_staff_page(page: FlaskClient, sink: Sink) -> None:
    sink.banners.append(Banner("warning", "Sending stands still.", "/me", "Look"))
    assert "Sending stands still." in page.get("/").text


def test_a_failing_panel_leaves_the_rest_of_the_page_standing(page: FlaskClient) -> None:
    html = page.get("/").text
    assert "Panel about Nordlys Bageri AB" in html
    assert "This part of the page cannot be shown right now" in html
    assert "Contact history" in html


def test_a_page_in_arabic_is_written_from_the_right(page: FlaskClient) -> None:
    assert '<html lang="ar" dir="rtl"' in page.get("/?lang=ar").text


def test_the_chosen_language_stays_and_is_saved_for_the_person(page: FlaskClient, sink: Sink) -> None:
    answer = page.post("/language", data={"language": "sv", "next": "/?page=2"})
    assert (answer.status_code, answer.location) == (303, "/?page=2")
    assert sink.saved_languages == ["sv"]
    assert '<html lang="sv"' in page.get("/").text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""])
def test_the_way_back_after_choosing_a_language_never_leads_elsewhere(page: FlaskClient, target: str) -> None:
    assert page.post("/language", data={"language": "sv", "next": target}).location == "/"


def test_an_unknown_language_is_refused(page: FlaskClient) -> None:
    assert page.post("/language", data={"language": "xx"}).status_code == 400
