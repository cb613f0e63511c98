"""Photos of profiles: what is kept is a small picture drawn anew, never the file that somebody chose.

So nothing comes along that the camera wrote beside the picture (the place, the time, the device), and whatever else may
have been hidden in the file is gone. What leaves is a JPEG of our own making.
"""

import base64
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from crm.attachments.store import LARGEST, store
from crm.errors import DomainError

if TYPE_CHECKING:
    from PIL import Image

WIDEST, HIGHEST = 480, 600
_MOST_PIXELS = 40_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_ORIENTATION = 0x0112
_BROKEN = (OSError, EOFError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, struct.error)
"""What comes out of the library for files that are broken, or made to break it."""
_reading = threading.Lock()
JPEG = "image/jpeg"
ACCEPT = "image/jpeg,image/png,image/webp,image/gif"


def drawn_anew(data: bytes) -> bytes:
    """The picture as a JPEG of at most 480 by 600 points. Raises DomainError (field ``file``) for what is none."""
    from PIL import Image  # heavy, and for photos alone

    if not data:
        raise DomainError(_("Choose a photo."), field="file")
    if len(data) > LARGEST:
        raise DomainError(_("The file is larger than 10 MB."), field="file")
    try:
        with _whole_files_only(), Image.open(BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise DomainError(_("The photo is too large. Make it smaller first."), field="file")
            upright = _upright(picture)
            upright.thumbnail((WIDEST, HIGHEST))
            paper = Image.new("RGB", upright.size, "white")
            paper.paste(upright, mask=upright.getchannel("A"))
            out = BytesIO()
            paper.save(out, "JPEG", quality=82, optimize=True)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DomainError(_("The photo is too large. Make it smaller first."), field="file") from error
    except _BROKEN as error:
        raise DomainError(_("This is no photo that can be read. Choose a JPEG or PNG file."), field="file") from error
    return out.getvalue()


@contextmanager
def _whole_files_only() -> Iterator[None]:
    """Half a file is none, here. The library that makes PDF files has the other one read what there is of it, in the
    whole process and for good; so one picture at a time is read without that."""
    from PIL import ImageFile

    with _reading:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _upright(picture: "Image.Image") -> "Image.Image":
    """A picture in colours with its transparency, turned as the camera was held. What makes copies works on a small
    one."""
    from PIL import Image

    # A JPEG is read at about the size that is wanted: that takes a tenth of the memory.
    picture.draft("RGB", (WIDEST * 2, HIGHEST * 2))
    if picture.mode in ("L", "RGB"):
        picture.thumbnail((WIDEST * 2, HIGHEST * 2))
    else:
        # Palettes, transparency and deep greys are copied to be made small well, so points are left out first.
        picture.thumbnail((WIDEST * 4, HIGHEST * 4), Image.Resampling.NEAREST)
    # After the points: some files say behind them how the camera was held.
    turn = _turn_of(picture)
    if picture.mode.startswith("I"):
        # Greys of sixteen bits, of which a photo needs eight; a plain conversion would make nearly all of them white.
        small = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGBA")
    else:
        small = picture.convert("RGBA")
    return small if turn is None else small.transpose(turn)


def _turn_of(picture: "Image.Image") -> "Image.Transpose | None":
    """How a picture has to be turned. It is only read from what the camera wrote; what cannot be read turns nothing."""
    from PIL import Image

    turns = Image.Transpose
    try:
        held = picture.getexif().get(_ORIENTATION)
    except _BROKEN:
        return None
    return {
        2: turns.FLIP_LEFT_RIGHT, 3: turns.ROTATE_180, 4: turns.FLIP_TOP_BOTTOM, 5: turns.TRANSPOSE,
        6: turns.ROTATE_270, 7: turns.TRANSVERSE, 8: turns.ROTATE_90,
    }.get(held if isinstance(held, int) else 1)  # fmt: skip


def kept_photo(key: str) -> bytes | None:
    """The photo from the store; None where it is gone, or is not one that was drawn here. Raises FilesUnavailable."""
    data = store().get(key)
    return data if data is not None and data[:3] == b"\xff\xd8\xff" else None


def in_the_page(data: bytes) -> str:
    """A photo as an address that holds it: for paper, which fetches nothing."""
    return f"data:{JPEG};base64,{base64.b64encode(data).decode('ascii')}"
