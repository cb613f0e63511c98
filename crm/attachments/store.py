"""Where the bytes of attachments are: a folder outside the web root, or a bucket of an S3-compatible server."""

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from flask import current_app
from flask_babel import gettext as _

from crm.attachments.s3 import S3Store
from crm.errors import FilesUnavailable
from crm.settings import Settings

LARGEST = 10 * 1024 * 1024
"""How many bytes a file may have."""
_KEY = re.compile(r"[0-9a-f]{32}")


class Store(Protocol):
    """Keeps bytes under a key. A key is random and says nothing about the file.

    A store that cannot be reached raises FilesUnavailable, in words for staff.
    """

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data``; it is safe on the disk when this returns."""
        ...

    def get(self, key: str) -> bytes | None:
        """The bytes, or None when they are gone."""
        ...

    def delete(self, key: str) -> None:
        """Forget them. May be repeated."""
        ...

    def older_than(self, before: datetime) -> Iterator[str]:
        """Keys of what was put before an instant: the sweep looks for those that no row names."""
        ...

    def check(self) -> None:
        """Raise FilesUnavailable if the store does not work now."""
        ...


class FolderStore:
    """A folder of this machine, for its owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, data: bytes) -> None:
        """Write beside, sync, and move into place: a half-written file never has the key."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_suffix(".part")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def get(self, key: str) -> bytes | None:
        """The bytes, or None when they are gone."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Forget them. May be repeated."""
        self._path(key).unlink(missing_ok=True)

    def older_than(self, before: datetime) -> Iterator[str]:
        """Keys of what was put before an instant. What was left half-written goes at once."""
        for path in self._folder.glob("??/*"):
            if path.stat().st_mtime >= before.timestamp():
                continue
            if _KEY.fullmatch(path.name):
                yield path.name
            elif path.suffix == ".part":
                path.unlink(missing_ok=True)

    def check(self) -> None:
        """Raise FilesUnavailable if the folder is no folder or may not be written."""
        there = self._folder.exists()
        if there and not (self._folder.is_dir() and os.access(self._folder, os.R_OK | os.W_OK | os.X_OK)):
            raise FilesUnavailable(_("The files cannot be reached.") + " " + _("Tell your administrator."))

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("no key of a file")
        return self._folder / key[:2] / key


def store() -> Store:
    """The store of this installation."""
    settings: Settings = current_app.extensions["brobygg.settings"]
    if settings.attachments is not None:
        return S3Store(settings.attachments, largest=LARGEST)
    return FolderStore(settings.home / "attachments")
