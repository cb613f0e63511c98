"""Pages of lists and their order."""

from collections.abc import Iterator

import pytest
from flask import Flask, url_for
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from crm.web.addresses import row_url
from crm.web.paging import Page, here_with, paginate, requested_page, sort_link, sort_order


class Base(DeclarativeBase):
    """Tables of this test alone."""


class Thing(Base):
    """A row to page through."""

    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Thing(name=f"thing {number:02}") for number in range(60))
        session.flush()
        yield session
    engine.dispose()


def _page(session: Session, number: int) -> Page[Thing]:
    return paginate(session, select(Thing).order_by(Thing.id), page=number, url_of=str)


def test_a_page_knows_its_neighbours_and_its_place(session: Session) -> None:
    page = _page(session, 2)
    assert [page.first, page.last, page.total, page.pages] == [26, 50, 60, 3]
    assert (page.prev_url, page.next_url) == ("1", "3")
    assert page.items[0].name == "thing 25"


def test_a_page_beyond_the_last_is_the_last(session: Session) -> None:
    page = _page(session, 99)
    assert (page.page, page.last, page.next_url) == (3, 60, None)


def test_an_empty_list_has_one_empty_page(session: Session) -> None:
    page = paginate(session, select(Thing).where(Thing.id < 0), page=1, url_of=str)
    assert (page.items, page.pages, page.first, page.last) == ([], 1, 0, 0)


@pytest.mark.parametrize(
    ("asked", "number"), [("3", 3), ("0", 1), ("-4", 1), ("x", 1), ("", 1), ("٣", 1), ("9" * 30, 1)]
)
def test_what_is_no_page_number_means_the_first_page(shell_app: Flask, asked: str, number: int) -> None:
    with shell_app.test_request_context("/", query_string={"page": asked}):
        assert requested_page() == number


def test_a_link_to_another_page_keeps_the_filters(shell_app: Flask) -> None:
    with shell_app.test_request_context("/?q=bakery&tag=a&tag=b&page=2"):
        assert here_with(page=3) == "/?q=bakery&tag=a&tag=b&page=3"
        assert here_with(page=None) == "/?q=bakery&tag=a&tag=b"


def test_a_sortable_heading_turns_its_order(shell_app: Flask) -> None:
    with shell_app.test_request_context("/?sort=name&page=2"):
        link = sort_link("name")
    assert (link.direction, link.href) == ("ascending", "/?sort=-name")


def test_an_unknown_order_is_the_usual_one(shell_app: Flask) -> None:
    with shell_app.test_request_context("/?sort=password"):
        assert str(sort_order({"name": Thing.name}, default="-name")[0]) == "thing.name DESC"


def test_an_address_cannot_smuggle_settings_into_a_link(shell_app: Flask) -> None:
    with shell_app.test_request_context("/?_external=1&_anchor=x&_scheme=javascript"):
        assert here_with(page=2).startswith("/?")


@pytest.mark.parametrize("public_id", ["aB3-_x", "kind:12", "a/b", "å b", "a?b#c", "%41", "", "row0of0list"])
def test_the_address_of_a_row_is_the_one_that_flask_gives(shell_app: Flask, public_id: str) -> None:
    shell_app.add_url_rule("/rows/<path:public_id>/edit", "row", lambda public_id: "")
    for root in ("", "/prefix"):
        with shell_app.test_request_context("/", base_url=f"http://localhost{root}/"):
            for _time in range(2):
                assert row_url("row", public_id) == url_for("row", public_id=public_id)
