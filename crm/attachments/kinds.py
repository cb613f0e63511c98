"""Which files are taken, told by what is in them and never by their name or by what a browser says."""

import zipfile
from dataclasses import dataclass
from io import BytesIO

_OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
}
_OPEN = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_MOST_MEMBERS = 5000
ACCEPT = ".pdf,.png,.jpg,.jpeg,.gif,.webp,.docx,.xlsx,.pptx,.odt,.ods,.odp"
"""For the file field of a form; a hint and no check."""


@dataclass(frozen=True)
class FileKind:
    """What a file is: its media type, and the ending that its name gets."""

    media_type: str
    ending: str


def kind_of(data: bytes) -> FileKind | None:
    """What the bytes are; None for everything that is not taken: scripts, pages, programs, files with macros."""
    if data[:5] == b"%PDF-":
        return FileKind("application/pdf", "pdf")
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return FileKind("image/png", "png")
    if data[:3] == b"\xff\xd8\xff":
        return FileKind("image/jpeg", "jpg")
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return FileKind("image/gif", "gif")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return FileKind("image/webp", "webp")
    return _office(data) if data[:4] == b"PK\x03\x04" else None


def _office(data: bytes) -> FileKind | None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) > _MOST_MEMBERS or any(name.casefold().endswith("vbaproject.bin") for name in names):
                return None
            if names[:1] == ["mimetype"] and archive.getinfo("mimetype").file_size < 100:
                ending = _OPEN.get(archive.read("mimetype").strip())
                return FileKind(f"application/{_OPEN_NAMES[ending]}", ending) if ending else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    found = [FileKind(*kind) for start, kind in _OFFICE.items() if any(name.startswith(start) for name in names)]
    return found[0] if found else None


_OPEN_NAMES = {ending: media.decode().removeprefix("application/") for media, ending in _OPEN.items()}
