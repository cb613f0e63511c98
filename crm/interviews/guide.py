"""The guide: what an employer is asked, by part of the talk, and the codes into which answers are put to be counted.

An interview keeps a text for each topic: a code, several codes with commas between, or the employer's own words. A
topic keeps its key and its codes for good, so that old interviews still read well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crm.employers.ways import INFORMATION
from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

LONGEST_WORDS = 2000
_YES_PARTLY_NO: Mapping[str, Text] = {"yes": _l("Yes"), "partly": _l("Partly"), "no": _l("No")}
_YES_PERHAPS_NO: Mapping[str, Text] = {"yes": _l("Yes"), "perhaps": _l("Perhaps"), "no": _l("No")}


class Answer(StrEnum):
    """How a topic is answered: with one code, with any number of codes, or in words."""

    ONE = "one"
    SEVERAL = "several"
    WORDS = "words"


@dataclass(frozen=True)
class Topic:
    """A topic of the guide. ``counts``: the codes that the summary counts under ``headline``; none for words, of which
    it counts how many there are. ``listed``: whether the list of interviews has a column for it."""

    key: str
    label: Text
    question: Text
    codes: Mapping[str, Text]
    headline: Text
    counts: frozenset[str] = frozenset()
    answer: Answer = Answer.ONE
    listed: bool = False

    def codes_of(self, answer: str | None) -> list[str]:
        """The codes of an answer, in the guide's order; none that the guide does not know."""
        given = (answer or "").split(",") if self.answer is Answer.SEVERAL else [answer]
        return [code for code in self.codes if code in given]

    def allows(self, answer: str) -> bool:
        """Whether an answer may be kept."""
        if self.answer is Answer.WORDS:
            return 0 < len(answer) <= LONGEST_WORDS
        parts = answer.split(",") if self.answer is Answer.SEVERAL else [answer]
        return all(part in self.codes for part in parts)

    def shown(self, answer: str | None) -> str:
        """An answer in words, empty without one."""
        if self.answer is Answer.WORDS:
            return answer or ""
        return ", ".join(str(self.codes[code]) for code in self.codes_of(answer))


def _words(key: str, label: Text, question: Text, headline: Text) -> Topic:
    return Topic(key, label, question, {}, headline, answer=Answer.WORDS)


_KNOWLEDGE = (
    Topic(
        "knows_schemes",
        _l("Knowledge of the schemes"),
        _l("Which schemes do you know: practice, wage subsidy, mentor, adaptation?"),
        {"well": _l("Knows them well"), "little": _l("Knows a little"), "none": _l("Knows none")},
        _l("Know the schemes"),
        frozenset({"well"}),
        listed=True,
    ),
    Topic(
        "information_wish",
        _l("Information"),
        _l("Do you want information in general, or only when it is about somebody in particular?"),
        INFORMATION,
        _l("Want general information too"),
        frozenset({"general"}),
    ),
)
_CONTACT = (
    Topic(
        "prior_experience",
        _l("Earlier experience"),
        _l("Have you had people from us or another authority before? How did it go?"),
        {"good": _l("Good"), "mixed": _l("Mixed"), "bad": _l("Bad"), "none": _l("None")},
        _l("Have earlier experience"),
        frozenset({"good", "mixed", "bad"}),
        listed=True,
    ),
    Topic(
        "contact_worked",
        _l("Contact with us"),
        _l("Did the contact with us work?"),
        _YES_PARTLY_NO,
        _l("Say that contact worked"),
        frozenset({"yes"}),
    ),
    Topic(
        "contact_person",
        _l("Contact person"),
        _l("Do you have one contact person with us?"),
        {"one": _l("One, always the same"), "changing": _l("Somebody new each time"), "none": _l("None")},
        _l("Have one contact person"),
        frozenset({"one"}),
    ),
    Topic(
        "reachable",
        _l("Whether we can be reached"),
        _l("Do you reach somebody when you call us?"),
        _YES_PARTLY_NO,
        _l("Reach somebody"),
        frozenset({"yes"}),
        listed=True,
    ),
    Topic(
        "made_bad",
        _l("What made it bad"),
        _l("If something was bad: what?"),
        {
            "not_reached": _l("Nobody could be reached"),
            "random_person": _l("Somebody new each time"),
            "different_information": _l("Different people said different things"),
            "slow": _l("It took too long"),
            "other": _l("Something else"),
        },
        _l("Name something that was bad"),
        frozenset({"not_reached", "random_person", "different_information", "slow", "other"}),
        answer=Answer.SEVERAL,
    ),
)
_PLACEMENT = (
    Topic(
        "goal_clear",
        _l("Goal and meaning"),
        _l("Is it clear to you what a placement is for, and what its goal is?"),
        _YES_PARTLY_NO,
        _l("Know what a placement is for"),
        frozenset({"yes"}),
    ),
    Topic(
        "meeting_before",
        _l("Meeting before the start"),
        _l("Do you want to meet the person together with us before the start?"),
        _YES_PERHAPS_NO,
        _l("Want a meeting before the start"),
        frozenset({"yes"}),
    ),
    Topic(
        "who_to_call",
        _l("Who to call"),
        _l("Do you know who to call if something happens?"),
        _YES_PARTLY_NO,
        _l("Know who to call"),
        frozenset({"yes"}),
    ),
    Topic(
        "follow_up",
        _l("Follow-up"),
        _l("Was the follow-up of the last person what you needed?"),
        {**_YES_PARTLY_NO, "nobody_yet": _l("Nobody yet")},
        _l("Got the follow-up they needed"),
        frozenset({"yes"}),
    ),
    _words("expects_of_us", _l("Expected of us"), _l("What do you expect of us?"), _l("Said what they expect of us")),
    _words(
        "expected_of_them",
        _l("Expected of the employer"),
        _l("What can we expect of you?"),
        _l("Said what we can expect of them"),
    ),
)
_PERSON = (
    Topic(
        "information",
        _l("Information about the person"),
        _l("What do you want to know about a person before the start?"),
        {"much": _l("As much as possible"), "work": _l("What matters for the work"), "little": _l("Little")},
        _l("Want to know as much as possible"),
        frozenset({"much"}),
    ),
    Topic(
        "relevance",
        _l("Fit with the tasks"),
        _l("What must a person bring for your tasks?"),
        {
            "skills": _l("Skills for the tasks"),
            "interest": _l("Interest is enough"),
            "any": _l("We find tasks for anybody"),
        },
        _l("Ask for skills"),
        frozenset({"skills"}),
    ),
    Topic(
        "work_life",
        _l("Used to working life"),
        _l("Do people who come know how working life works: times, tone, telling when they are absent?"),
        _YES_PARTLY_NO,
        _l("Say that people know working life"),
        frozenset({"yes"}),
    ),
    Topic(
        "training_need",
        _l("Need for training"),
        _l("Is it clear before the start which training the person needs?"),
        _YES_PARTLY_NO,
        _l("Say that the need for training is clear"),
        frozenset({"yes"}),
    ),
)
_WAY_ON = (
    Topic(
        "would_take",
        _l("Taking somebody"),
        _l("Would you take somebody in the next six months?"),
        _YES_PERHAPS_NO,
        _l("Would take somebody"),
        frozenset({"yes"}),
        listed=True,
    ),
    _words("proposals", _l("Proposals"), _l("What should we do differently?"), _l("Made proposals")),
)
SECTIONS: Mapping[Text, Sequence[Topic]] = {
    _l("Knowledge and information"): _KNOWLEDGE,
    _l("Experience and contact"): _CONTACT,
    _l("Placements"): _PLACEMENT,
    _l("The person"): _PERSON,
    _l("The way on"): _WAY_ON,
}
"""The guide in the order of a talk. Everything may be left out."""
GUIDE: Mapping[str, Topic] = {topic.key: topic for part in SECTIONS.values() for topic in part}
"""The same topics by their key."""
