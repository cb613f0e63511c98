"""The files of the attachments folder in a backup: an archive beside the file of the database."""

import os
import tarfile
from pathlib import Path

_SUFFIX = ".files.tar"


def archive_of(backup: Path) -> Path:
    """Where the files belonging to a backup of the database stand."""
    return backup.with_name(backup.name + _SUFFIX)


def save_files(folder: Path, target: Path) -> bool:
    """Write the files of ``folder`` into the archive ``target``, readable by its owner only. False: there are none.

    What is deleted meanwhile is left out. Raises OSError.
    """
    files = [path for path in sorted(folder.glob("??/*")) if path.suffix != ".part"]
    if not files:
        return False
    draft = target.with_name(f".{target.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    try:
        with tarfile.open(draft, "w") as archive:
            for path in files:
                _add(archive, path, str(path.relative_to(folder)))
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    try:
        archive.add(path, arcname=name, recursive=False)
    except FileNotFoundError:
        # Deleted since the folder was read: it is not wanted any more.
        return


def restore_files(source: Path, folder: Path) -> int:
    """Put the files of the archive ``source`` back, if there is one; returns how many. Files never change, so those
    that are there stay as they are. Raises OSError or tarfile.TarError.
    """
    if not source.exists():
        return 0
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tarfile.open(source) as archive:
        wanted = [member for member in archive if member.isfile() and not (folder / member.name).exists()]
        archive.extractall(folder, members=wanted, filter="data")
    return len(wanted)
