"""Templates: fields, Markdown, versions, the library, sheets, PDF."""

import html
import io
import re
import zlib
from datetime import date

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.documents.fields import FieldsMissing, check_body, fields_in, fill
from crm.documents.markdown import as_html
from crm.documents.models import DocumentKind, DocumentTemplate
from crm.documents.pdf import make_pdf, paper
from crm.documents.queries import contradictions, sheet_choices, sheets_given_to
from crm.documents.services.library import PersonalData, export_library, import_library
from crm.documents.services.sheets import give_sheet, set_sheet_of_contact
from crm.documents.services.texts import add_template, edition_of, ensure_shipped, save_text
from crm.documents.shipped import LANGUAGES, shipped_texts
from crm.errors import DomainError, EditConflict
from tests.agreements.conftest import Table
from tests.conftest import make_app, make_settings
from tests.world import World

MINIMUM = {
    "employer", "organisation", "purpose", "contact_person", "owner", "deputy", "employer_does", "we_do", "follow_up",
    "starts_on", "ends_on", "review_on",
}  # fmt: skip


def named(key: str) -> DocumentTemplate:
    return current_session().scalars(select(DocumentTemplate).where(DocumentTemplate.key == key)).one()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_text_is_there_in_every_language_and_asks_for_known_fields(language: str) -> None:
    for text in shipped_texts():
        check_body(text.bodies[language], text.kind)
        assert text.titles[language]
        if text.kind is DocumentKind.AGREEMENT:
            assert set(fields_in(text.bodies[language])) >= MINIMUM
        assert set(fields_in(text.bodies[language])) == set(fields_in(text.bodies["en"]))


def test_no_norwegian_text_is_called_by_the_name_of_the_national_agreement() -> None:
    for text in shipped_texts():
        assert "ia-avtale" not in (text.titles["nb"] + text.bodies["nb"]).casefold()


@given(st.text(max_size=60).filter(lambda text: text.strip() and "\x00" not in text))
def test_a_value_is_shown_as_it_was_typed_and_never_taken_for_markdown_or_a_field(value: str) -> None:
    page = str(as_html(fill("Before {employer} after", {"employer": value})))
    assert re.fullmatch(r"<p>.*</p>\n", page, re.DOTALL), page
    shown = html.unescape(re.sub(r"<br ?/?>", "", re.sub(r"</?p>", "", page)))
    assert "".join(shown.split()) == "".join(f"Before{value}after".split())


def test_markup_in_a_text_is_shown_and_not_obeyed() -> None:
    page = str(as_html("<script>x</script> [a](javascript:x) ![b](http://x) `c`\n\n# Big"))
    assert "<script" not in page
    assert "href" not in page
    assert "<img" not in page
    assert "<h2>Big</h2>" in page


def test_a_text_asks_for_what_is_missing_and_refuses_unknown_fields() -> None:
    with pytest.raises(FieldsMissing) as missing:
        fill("{employer} {unit}", {"employer": "x", "unit": " "})
    assert missing.value.names == ["unit"]
    for body in ("{nothing}", "{employer", "}", "{{employer}}", "{Employer}"):
        with pytest.raises(DomainError):
            check_body(body, DocumentKind.AGREEMENT)


def test_an_unused_text_is_changed_in_place_and_two_writers_see_each_other(table: Table) -> None:
    template = named("agreement.csr")
    shown = edition_of(template.newest, "sv")
    with transaction():
        first = save_text(table.manager, template_id=template.id, language="sv", title="A", body="B", edition=shown)
        assert first.number == 1
    with pytest.raises(EditConflict) as conflict, transaction():
        save_text(table.manager, template_id=template.id, language="sv", title="C", body="D", edition=shown)
    assert (conflict.value.current["title"], conflict.value.current["body"]) == ("A", "B")
    with transaction():
        sheet = add_template(
            table.manager, kind=DocumentKind.INFORMATION, language="sv", title="Lönebidrag", body="60 procent"
        )
        sheet_id, shown = sheet.id, edition_of(sheet.newest, "sv")
    with transaction():
        second = save_text(
            table.manager, template_id=sheet_id, language="sv", title="Lönebidrag", body="80 procent", edition=shown
        )
        assert second.number == 2
    with pytest.raises(EditConflict), transaction():
        save_text(table.manager, template_id=sheet_id, language="sv", title="L", body="70 procent", edition=shown)


@pytest.mark.parametrize(
    ("kind", "body"), [(DocumentKind.AGREEMENT, "{participant}"), (DocumentKind.INFORMATION, "{employer}")]
)
def test_a_text_asks_for_nothing_that_its_kind_never_has(kind: DocumentKind, body: str) -> None:
    with pytest.raises(DomainError, match="There is no field"):
        check_body(body, kind)


def test_the_preview_calls_fields_by_what_stands_in_them_and_saves_nothing(
    app: Flask, outside: Table, client: FlaskClient, sign_in
) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        template = named("agreement.intention").public_id
    sign_in(client, "karin@example.org")
    address = f"/settings/documents/{template}/texts/en"
    form = {"title": "New title", "body": "Between {employer} and **{unit}**.", "version": "1", "action": "preview"}
    answer = client.post(address, data=form)
    assert answer.status_code == 200
    assert "Between ‹The employer&#39;s name› and <strong>‹Our unit›</strong>." in answer.text.replace("'", "&#39;")
    assert "New title" not in client.get(f"/settings/documents/{template}").text
    assert "{employer}" not in client.get(f"/settings/documents/{template}").text


def test_bringing_the_shipped_in_again_changes_nothing(table: Table) -> None:
    template = named("agreement.csr")
    with transaction():
        save_text(table.manager, template_id=template.id, language="sv", title="Vår egen", body="Egna ord")
    with transaction():
        assert ensure_shipped(table.manager) == 0
    assert named("agreement.csr").newest.titles["sv"] == "Vår egen"


def _sheet(table: Table) -> tuple[int, int]:
    with transaction():
        sheet = add_template(
            table.manager, kind=DocumentKind.INFORMATION, language="sv", title="Lönebidrag", body="60 procent"
        )
        template_id, first = sheet.id, sheet.newest.id
    with transaction():
        second = save_text(table.manager, template_id=template_id, language="sv", title="Lönebidrag", body="80").id
        current_session().flush()
        second = named_version(template_id)
    return first, second


def named_version(template_id: int) -> int:
    return current_session().get_one(DocumentTemplate, template_id).newest.id


def test_two_coordinators_who_gave_different_versions_to_one_employer_are_flagged(table: Table, world: World) -> None:
    """Whoever hears two things does not know what holds."""
    first, second = _sheet(table)
    other = world.actor(world.staff(name="Per", email="per@example.org"))
    with transaction():
        give_sheet(table.actor, employer_id=table.employer_id, version_id=first, on=date(2026, 11, 1))
    assert contradictions(sheets_given_to(table.actor, table.employer_id)) == []
    with transaction():
        give_sheet(other, employer_id=table.employer_id, version_id=second, on=date(2026, 11, 2))
    [found] = contradictions(sheets_given_to(table.actor, table.employer_id))
    assert (found.older.number, found.newer.number, found.older.by, found.newer.by) == (1, 2, "Maria Lindqvist", "Per")
    with transaction():
        give_sheet(table.actor, employer_id=table.employer_id, version_id=second, on=date(2026, 11, 3))
    assert contradictions(sheets_given_to(table.actor, table.employer_id)) == []


def test_a_contact_says_which_sheet_was_given_and_can_say_another(table: Table, world: World) -> None:
    from crm.employers.fields import ContactFields
    from crm.employers.services.contacts import log_contact

    first, second = _sheet(table)
    assert {choice[0] for choice in sheet_choices(table.actor)} == {first, second}
    with transaction():
        contact = log_contact(
            table.actor, employer_id=table.employer_id, fields=ContactFields("visit", date(2026, 11, 1), "interested")
        )
        contact_id = contact.id
    for version_id in (first, first, second, None):
        with transaction():
            set_sheet_of_contact(
                table.actor, employer_id=table.employer_id, contact_id=contact_id, version_id=version_id,
                on=date(2026, 11, 1),
            )  # fmt: skip
        given = [each.number for each in sheets_given_to(table.actor, table.employer_id)]
        assert given == ([] if version_id is None else [1 if version_id == first else 2])
    with pytest.raises(DomainError), transaction():
        give_sheet(table.actor, employer_id=table.employer_id, version_id=999, on=date(2026, 11, 1))


def test_a_template_goes_to_a_second_organisation_without_anybodys_name(table: Table, tmp_path, world: World) -> None:  # type: ignore[no-untyped-def]
    world.participant(first_name="Aino", last_name="Korhonen")
    with transaction():
        add_template(
            table.manager, kind=DocumentKind.WORK_INSTRUCTION, language="sv", title="Egen", body="För {role}: {tasks}"
        )
    with transaction():
        content = export_library(table.manager)
    for name in ("Eva Sjöström", "Maria Lindqvist", "Aino", "Korhonen", "Nordlys", "@"):
        assert name not in content
    (tmp_path / "second").mkdir()
    second = make_app(make_settings(tmp_path / "second", PLUGINS=""))
    with second.app_context():
        actor = world.actor(world.staff(email="second@example.org"))
        with transaction():
            first_time = import_library(actor, content=content)
        with transaction():
            again = import_library(actor, content=content)
        assert first_time.added == len(shipped_texts()) + 1
        assert (again.added, again.changed, again.same) == (0, 0, first_time.added)
        titles = [each.newest.titles.get("sv") for each in current_session().scalars(select(DocumentTemplate))]
        assert "Egen" in titles
        with transaction():
            assert ensure_shipped(actor) == 0
        current_session().get_bind().dispose()  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["Eva Sjöström", "eva  sjöström", "Aino Korhonen", "nobody@example.net"])
def test_a_text_that_names_somebody_does_not_leave(table: Table, world: World, name: str) -> None:
    world.participant(first_name="Aino", last_name="Korhonen")
    with transaction():
        add_template(
            table.manager, kind=DocumentKind.CERTIFICATE, language="sv", title="Intyg", body=f"Fråga {name} om det"
        )
    with pytest.raises(PersonalData) as refused, transaction():
        export_library(table.manager)
    assert name not in str(refused.value.message)


@pytest.mark.parametrize(
    "content",
    [
        "", "x", "[1]", "{", "a: &a [*a]", "!!python/object/apply:os.system ['true']",
        yaml.safe_dump({"format": "brobygg-templates-1", "templates": [{"key": "x"}]}),
        yaml.safe_dump({"format": "brobygg-templates-1", "templates": "x"}),
        yaml.safe_dump({"format": "brobygg-templates-1", "templates": [
            {"key": "x", "kind": "certificate", "titles": {"sv": "x"}, "bodies": {"sv": "{unknown}"}}]}),
        yaml.safe_dump({"format": "brobygg-templates-1", "templates": [
            {"key": "x", "kind": "agreement", "titles": {"sv": "x"}, "bodies": {"sv": "x"}}]}),
    ],
)  # fmt: skip
def test_a_damaged_library_is_refused_in_words(table: Table, content: str) -> None:
    with pytest.raises(DomainError), transaction():
        import_library(table.manager, content=content)


def test_a_pdf_has_title_language_and_fonts_and_fetches_nothing(app: Flask) -> None:
    day = date(2026, 1, 1)
    with app.test_request_context("/"):
        pdf = paper("documents/text_paper.html", title="Å <b>", language="sv", html="", number=1, day=day)
        other = make_pdf("<!doctype html><html lang=sv><title>x</title><img src='http://example.org/x.png'>y</html>")
    whole = pdf + b"".join(_unpacked(pdf))
    assert b"/Lang (sv)" in whole
    assert b"pdfaid" in whole
    assert b"Inter" in whole
    assert other.startswith(b"%PDF-")


def _unpacked(pdf: bytes) -> list[bytes]:
    packed = re.findall(rb"FlateDecode.*?stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return [zlib.decompress(stream) for stream in packed]


def test_managers_write_templates_and_coordinators_read_them(
    app: Flask, outside: Table, maria: FlaskClient, client: FlaskClient, sign_in
) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        template = named("agreement.intention").public_id
    assert "Avsiktsförklaring" in maria.get(f"/settings/documents/{template}").text
    assert maria.get(f"/settings/documents/{template}/texts/sv").status_code == 403
    sign_in(client, "karin@example.org")
    assert client.get(f"/settings/documents/{template}/texts/xx").status_code == 404
    shown = client.get(f"/settings/documents/{template}/texts/sv").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', shown)
    assert version is not None
    form = {"title": "Ny titel", "body": "{wrong} som jag skrev", "version": version.group(1)}
    wrong = client.post(f"/settings/documents/{template}/texts/sv", data=form)
    assert wrong.status_code == 422
    assert "som jag skrev" in wrong.text
    good = {**form, "body": "Mellan {employer} och {unit}."}
    assert client.post(f"/settings/documents/{template}/texts/sv", data=good).status_code == 303
    assert "Ny titel" in client.get(f"/settings/documents/{template}").text
    assert client.get(f"/settings/documents/{template}/texts/sv.pdf").data.startswith(b"%PDF")
    file = client.post("/settings/document-library/export").data
    upload = {"file": (io.BytesIO(file), "templates.yaml")}
    answer = client.post("/settings/document-library/import", data=upload, follow_redirects=True)
    assert "the same as before: 9" in answer.text
    assert client.post(f"/settings/documents/{template}/archive").status_code == 303
    assert "Archived" in client.get("/settings/documents").text
    assert client.post(f"/settings/documents/{template}/restore").status_code == 303


def test_a_sheet_is_noted_on_the_employers_page(app: Flask, outside: Table, maria: FlaskClient) -> None:
    with app.app_context():
        first, _second = _sheet(outside)
    page = maria.get(f"/employers/{outside.employer}/details").text
    assert "Note that a sheet was given" in page
    address = f"/employers/{outside.employer}/sheets"
    assert maria.post(address, data={"sheet": "", "given_on": "2026-11-01"}).status_code == 303
    assert maria.post(address, data={"sheet": str(first), "given_on": "2026-11-01"}).status_code == 303
    assert "there is a newer one" in maria.get(f"/employers/{outside.employer}/details").text
