"""A visit of somebody who holds a link: which survey, in which language, with which texts and addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import request, url_for
from werkzeug.exceptions import NotFound

from crm.messaging.mail_html import direction_of
from crm.web.addresses import link_url
from crm.web.paging import here_with
from surveys.answering import questionnaire_of_wave
from surveys.asked import Asked, asked_by_opt_out_token, asked_by_survey_token
from surveys.definition import Definition
from surveys.published import (
    Published,
    Wording,
    newest_version,
    published_definition,
    texts_of,
    wordings_from,
    wordings_of,
)
from surveys.sending.texts import ContactPerson, long_date
from surveys.shipped import FALLBACK_LANGUAGE, TextState, page_text, shipped_languages, shipped_privacy_texts
from surveys.tokens import form_token, form_token_fits, opt_out_token, survey_token

FORM_TOKEN = "form_token"


class WrongLink(NotFound):
    """The token in the address is not that of any survey."""


@dataclass(frozen=True)
class LanguageLink:
    """One entry of the language switch."""

    code: str
    name: str
    href: str


@dataclass
class Visit:
    """One request of a respondent. Everything is read from the row; nothing is kept between requests."""

    row: Asked
    token: str

    @cached_property
    def version(self) -> Published:
        """The version that is being answered, or would be."""
        if self.row.version is not None:
            return self.row.version
        version = newest_version(self.row.questionnaire_id or questionnaire_of_wave(self.row.wave))
        if version is None:
            raise WrongLink
        return version

    @cached_property
    def definition(self) -> Definition:
        """The structure of the version."""
        return published_definition(self.version)

    @cached_property
    def wordings(self) -> dict[str, Wording]:
        """The translations of the version as they stand now, by language."""
        # A response that was begun has told them with its row.
        known = wordings_of(self.version) if self.row.version is None else wordings_from(self.row.wordings)
        return {each.language: each for each in known}

    @cached_property
    def languages(self) -> list[str]:
        """The languages whose texts somebody has approved, in the order of the switch. Drafts are not among them."""
        approved = {each.language for each in self.wordings.values() if each.approved}
        known = [each.code for each in shipped_languages() if each.code in approved]
        return known or [FALLBACK_LANGUAGE]

    @cached_property
    def language(self) -> str:
        """The language asked for in the address, else that of the response, else that of the message."""
        wanted = (request.args.get("lang"), self.row.response_language, self.row.language)
        return next((each for each in wanted if each in self.languages), self.languages[0])

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The wording of the questionnaire in the language of the visit."""
        wording = self.wordings.get(self.language)
        return texts_of(wording) if wording else {}

    @cached_property
    def contact(self) -> ContactPerson:
        """Whom the person can call."""
        return self.row.contact()

    @cached_property
    def _usual(self) -> dict[str, object]:
        return {
            "org": self.contact.organisation,
            "contact_name": self.contact.name,
            "contact_phone": self.contact.phone,
            "switchboard": self.contact.switchboard,
        }

    def say(self, key: str, **values: object) -> str:
        """A fixed text of the pages; the usual placeholders are filled in."""
        return page_text(key, self.language, **{**self._usual, **values})

    def privacy(self, key: str, **values: object) -> str:
        """A text of the privacy note."""
        return privacy_text(key, self.language, **values)

    def deadline(self) -> str:
        """The last day on which the link works, in words."""
        return long_date(self.row.closed_on, self.language)

    def url(self, endpoint: str, **values: str) -> str:
        """The address of one of the person's own pages, in the language of the visit."""
        return link_url(f"surveys_respondent.{endpoint}", {"token": self.token, **values}, lang=self.language)

    def opt_out_url(self) -> str:
        """The page that says "no more surveys"."""
        token = opt_out_token(self.row.public_id, self.row.token_version)
        return url_for("surveys_opt_out.ask", token=token, lang=self.language)

    def privacy_url(self) -> str:
        """The long page about what becomes of the answers."""
        return link_url("surveys_info.privacy", {"token": self.token}, lang=self.language)

    def genuine_url(self) -> str:
        """The page that says how to tell that the message is genuine."""
        return link_url("surveys_info.genuine", {}, lang=self.language)

    def survey_url(self) -> str:
        """The survey itself, for the opt-out page."""
        token = survey_token(self.row.public_id, self.row.token_version)
        return url_for("surveys_respondent.show", token=token, lang=self.language)

    def form_token(self, step: str) -> str:
        """The token of one form."""
        return form_token(self.row.public_id, self.row.token_version, step)

    def form_fits(self, step: str) -> bool:
        """Whether the form that was sent is one of ours, made for this survey and this step."""
        given = request.form.get(FORM_TOKEN, "")
        return form_token_fits(given, self.row.public_id, self.row.token_version, step)

    def page(self) -> dict[str, Any]:
        """What every page of the visit needs."""
        return {
            "visit": self,
            "t": self.say,
            "lang": self.language,
            "dir": direction_of(self.language),
            "survey_name": self._who_asks(),
            "survey_languages": self._language_links() if len(self.languages) > 1 else [],
        }

    def _who_asks(self) -> str:
        """The unit and the person whom the respondent knows there."""
        unit, person = self.contact.organisation, self.contact.name
        return unit if person == unit else f"{unit} · {person}"

    def _language_links(self) -> list[LanguageLink]:
        names = {each.code: each.name for each in shipped_languages()}
        # After a form the address is that of the form; its page can be asked for again in another language.
        return [LanguageLink(code, names[code], here_with(lang=code)) for code in self.languages]


def visit_by_survey_link(token: str) -> Visit:
    """The visit of somebody with a survey link. Raises WrongLink."""
    row = asked_by_survey_token(token)
    if row is None:
        raise WrongLink
    return Visit(row, token)


def visit_by_opt_out_link(token: str) -> Visit:
    """The visit of somebody with an opt-out link. Raises WrongLink."""
    row = asked_by_opt_out_token(token)
    if row is None:
        raise WrongLink
    return Visit(row, token)


def language_of_stranger() -> str:
    """The language for somebody whom nothing is known of: asked for, or their browser's, of those that are shipped."""
    shipped = [each.code for each in shipped_languages() if each.state is TextState.SHIPPED]
    wanted = request.args.get("lang", "")
    if wanted in shipped:
        return wanted
    return request.accept_languages.best_match(shipped) or FALLBACK_LANGUAGE


def privacy_text(key: str, language: str, **values: object) -> str:
    """A text of the privacy note, in English where the language lacks it."""
    texts = shipped_privacy_texts()
    template = texts.get(language, {}).get(key) or texts[FALLBACK_LANGUAGE][key]
    return template.format_map(values) if values else template
