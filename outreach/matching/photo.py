"""Photos of profiles: what is kept is a small picture drawn anew, never the file that somebody chose.

So nothing comes along that the camera wrote beside the picture (the place, the time, the device), and whatever else may
have been hidden in the file is gone. What leaves is a JPEG of our own making.
"""

import base64
from io import BytesIO

from flask_babel import gettext as _

from crm.attachments.store import LARGEST, store
from crm.errors import DomainError

WIDEST, HIGHEST = 480, 600
_MOST_PIXELS = 40_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
JPEG = "image/jpeg"
ACCEPT = "image/jpeg,image/png,image/webp,image/gif"


def drawn_anew(data: bytes) -> bytes:
    """The picture as a JPEG of at most 480 by 600 points. Raises DomainError (field ``file``) for what is none."""
    from PIL import Image, ImageOps  # heavy, and for photos alone

    if not data:
        raise DomainError(_("Choose a photo."), field="file")
    if len(data) > LARGEST:
        raise DomainError(_("The file is larger than 10 MB."), field="file")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise DomainError(_("The photo is too large. Make it smaller first."), field="file")
            # A JPEG is read at about the size that is wanted: that takes a tenth of the memory.
            picture.draft("RGB", (WIDEST * 2, HIGHEST * 2))
            if picture.mode in ("L", "RGB", "RGBA"):
                # Made small in its place: what follows makes copies.
                picture.thumbnail((WIDEST * 2, HIGHEST * 2))
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
            upright.thumbnail((WIDEST, HIGHEST))
            paper = Image.new("RGB", upright.size, "white")
            paper.paste(upright, mask=upright.getchannel("A"))
            out = BytesIO()
            paper.save(out, "JPEG", quality=82, optimize=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DomainError(_("This is no photo that can be read. Choose a JPEG or PNG file."), field="file") from error
    return out.getvalue()


def kept_photo(key: str) -> bytes | None:
    """The photo from the store; None where it is gone, or is not one that was drawn here. Raises FilesUnavailable."""
    data = store().get(key)
    return data if data is not None and data[:3] == b"\xff\xd8\xff" else None


def in_the_page(data: bytes) -> str:
    """A photo as an address that holds it: for paper, which fetches nothing."""
    return f"data:{JPEG};base64,{base64.b64encode(data).decode('ascii')}"
