"""What is wrong with a script or a call, as a code with values: the words stand in ``outreach.scripts.messages``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. ``path`` says where, as in ``nodes.greet.answers[2].goto``; ``line`` is known for a file.

    ``values`` fill the placeholders of the sentence. They never repeat personal data that was found.
    """

    code: str
    path: str = ""
    line: int | None = None
    values: Values = field(default_factory=dict)

    def to_json(self, sentence: Callable[["Problem"], str] | None = None) -> dict[str, Any]:
        """Plain values; with ``sentence``, which puts it into words, the words too."""
        plain = {"code": self.code, "path": self.path, "line": self.line, "values": dict(self.values)}
        return plain | ({"message": sentence(self)} if sentence else {})


class WalkError(Exception):
    """A call cannot go on like this: an answer that does not exist, a field that is missing, a walk that does not fit.

    ``problem`` is for ``outreach.scripts.messages.sentence``, which says it to people.
    """

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code, values)
        self.problem = Problem(code, values=values)
