"""Build hook: a wheel carries the built style sheets and scripts, and the compiled translations.

An editable install needs neither: ``make assets`` and ``make catalogues`` keep the working tree fresh.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's configuration type is its own
    """Makes what the wheel carries and git does not."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the assets unless they are there; compile every catalogue. RuntimeError without Node."""
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "crm/web/static/dist/manifest.json").is_file():
            build_assets(root)
        compile_catalogues(root)


def build_assets(root: Path) -> None:
    """Run the same two commands as ``make assets``."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise RuntimeError("The assets are not built, and there is no Node to build them: run `make assets`.")
    subprocess.run([npm, "ci", "--ignore-scripts", "--omit=dev", "--silent"], cwd=root, env=os.environ, check=True)
    subprocess.run([node, "crm/web/assets/build.mjs"], cwd=root, check=True)


def compile_catalogues(root: Path) -> None:
    """Compile each catalogue of the core and of the bundled plugins beside its source."""
    for source in sorted(root.glob("*/translations/*/LC_MESSAGES/*.po")) + sorted(
        root.glob("plugins/*/translations/*/LC_MESSAGES/*.po")
    ):
        with source.open("rb") as text:
            catalogue = read_po(text)
        with source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)
