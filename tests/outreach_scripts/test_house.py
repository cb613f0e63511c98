"""The scripts stay free of the web and agree with the rest of the product."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from crm.employers.ways import INFORMATION, REASONS
from crm.glossary import picklists
from outreach.scripts.definition import FIELD_CHOICES, Creation
from outreach.scripts.effects import Field, TaskKind
from outreach.scripts.messages import FIELDS, KINDS, MESSAGES

FOLDER = Path(__file__).parents[2] / "outreach" / "scripts"
WITH_WORDS = {"messages.py", "command.py", "wording.py", "modules.py"}
WITH_ROWS = {"models.py", "search.py", "published.py", "audit_labels.py", "queries.py", "rows.py", "sampling.py"}


def test_the_pure_part_needs_neither_flask_nor_a_database() -> None:
    names = sorted(path.stem for path in FOLDER.glob("[a-z]*.py") if path.name not in WITH_WORDS | WITH_ROWS)
    imports = "; ".join(f"import outreach.scripts.{name}" for name in names)
    loaded = "{name.split('.')[0] for name in sys.modules}"
    code = f"{imports}; import sys; print({loaded} & {{'flask', 'sqlalchemy', 'flask_babel'}})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FOLDER.parents[1]
    )
    assert done.stdout.strip() == "set()"


def test_every_code_has_words_and_every_word_a_code() -> None:
    used = set()
    for path in FOLDER.glob("*.py"):
        if path.name == "messages.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch("[a-z_]+", node.value):
                used.add(node.value)
    assert set(MESSAGES) <= used
    raised = set()
    for path in FOLDER.glob("*.py"):
        raised |= set(
            re.findall(
                r'(?:Problem|WalkError|Unreadable|wrong|_of_step|_of_loop)\(\s*"([a-z_]+)"', path.read_text("utf-8")
            )
        )
    assert raised <= set(MESSAGES)


def test_every_field_and_kind_has_a_name() -> None:
    assert set(Field) <= set(FIELDS)
    assert len(KINDS) == 4


def test_the_choices_are_those_of_the_employers_pages() -> None:
    assert set(FIELD_CHOICES[Field.PRIOR_EXPERIENCE]) == picklists.codes("prior_experience")
    assert FIELD_CHOICES[Field.BAD_EXPERIENCE_REASON] == tuple(REASONS)
    assert FIELD_CHOICES[Field.PREFERRED_INFORMATION] == tuple(INFORMATION)


def test_every_task_can_be_created() -> None:
    assert {each.value for each in TaskKind} <= {each.value for each in Creation}
