"""What becomes of the files that people choose as photos."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageFile, ImageStat

from crm.errors import DomainError
from outreach.matching.photo import HIGHEST, WIDEST, drawn_anew

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


@pytest.fixture(autouse=True)
def in_context(app: Flask) -> Iterator[None]:
    """Refusals are in somebody's language."""
    with app.test_request_context():
        yield


def _grey(size: tuple[int, int] = (300, 200)) -> Image.Image:
    """From black at the top to white at the bottom."""
    return Image.linear_gradient("L").resize(size)


def _file(picture: Image.Image, kind: str, **saved: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **saved)
    return out.getvalue()


def _deep() -> Image.Image:
    picture = Image.new("I;16", (300, 200))
    picture.paste(128 * 257, (0, 0, 300, 200))
    return picture


def _drawn(data: bytes) -> Image.Image:
    made = drawn_anew(data)
    assert made.startswith(b"\xff\xd8\xff")
    picture = Image.open(BytesIO(made))
    assert picture.format == "JPEG"
    assert not picture.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(picture.info)
    return picture


@pytest.mark.parametrize(
    ("picture", "kind", "saved"),
    [
        (_grey(), "JPEG", {}), (_grey().convert("CMYK"), "JPEG", {}), (_grey().convert("RGB"), "WEBP", {}),
        (_grey().convert("P"), "PNG", {}), (_grey().convert("P"), "GIF", {}), (_grey().convert("1"), "PNG", {}),
        (_grey().convert("LA"), "PNG", {}), (_grey().convert("RGBA"), "PNG", {}), (_grey(), "PNG", {"transparency": 9}),
        (_deep(), "PNG", {}),
        (_grey().convert("RGB"), "GIF", {"save_all": True, "append_images": [Image.new("RGB", (300, 200), "white")]}),
        (_grey().convert("RGB"), "WEBP", {"save_all": True, "append_images": [Image.new("RGB", (300, 200), "white")]}),
        (_grey().convert("RGB"), "PNG", {"save_all": True, "append_images": [Image.new("RGB", (300, 200), "white")]}),
    ],
)  # fmt: skip
def test_every_kind_of_picture_looks_like_itself(picture: Image.Image, kind: str, saved: dict[str, Any]) -> None:
    """Palettes, transparency, the four colours of print, deep greys; of those that move the first one is kept."""
    found = _drawn(_file(picture, kind, **saved))
    assert (found.mode, found.size) == ("RGB", (300, 200))
    assert all(abs(mean - 128) < 6 for mean in ImageStat.Stat(found).mean)


@pytest.mark.parametrize("held", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_stands_upright_and_tells_neither_place_nor_camera(kind: str, held: int) -> None:
    upright = Image.new("RGB", (40, 80), "black")
    upright.paste("white", (0, 0, 40, 20))
    turns = Image.Transpose
    undone = (
        None, turns.FLIP_LEFT_RIGHT, turns.ROTATE_180, turns.FLIP_TOP_BOTTOM, turns.TRANSPOSE, turns.ROTATE_90,
        turns.TRANSVERSE, turns.ROTATE_270,
    )[held - 1]  # fmt: skip
    told = Image.Exif()
    told[ORIENTATION], told[MAKER] = held, "Secret camera"
    told.get_ifd(GPS)[1] = "N"
    taken = upright if undone is None else upright.transpose(undone)
    data = _file(taken, kind, exif=told)
    assert b"Secret camera" in data
    assert b"Secret camera" not in drawn_anew(data)
    found = _drawn(data)
    assert found.size == (40, 80)
    for point, value in (((20, 5), 255), ((20, 60), 0)):
        shade = found.convert("L").getpixel(point)
        assert isinstance(shade, int)
        assert abs(shade - value) < 40


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_cannot_be_read_of_the_camera_does_not_spoil_the_photo() -> None:
    told = Image.Exif()
    told[ORIENTATION], told[MAKER] = 6, "Camera"
    data = bytearray(_file(_grey(), "JPEG", exif=told))
    start = data.index(b"Exif\0\0") + 6
    for at in range(start + 8, start + 40):
        for value in (0, 7, 255):
            broken = bytearray(data)
            broken[at] = value
            assert _drawn(bytes(broken)).size in ((300, 200), (200, 300))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_a_large_photo_is_made_small_before_it_is_copied(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[int] = []
    convert = Image.Image.convert

    def watched(image: Image.Image, *args: Any, **named: Any) -> Image.Image:
        copied.append(image.width * image.height)
        return convert(image, *args, **named)

    sideways = Image.Exif()
    sideways[ORIENTATION] = 6
    data = _file(Image.new(mode, (6000, 3000)), "PNG", exif=sideways)
    monkeypatch.setattr(Image.Image, "convert", watched)
    assert _drawn(data).size == (300, 600)
    assert copied
    assert max(copied) <= WIDEST * 4 * HIGHEST * 4


@pytest.mark.parametrize("size", [(9000, 9000), (14000, 14000)])
def test_a_file_that_would_fill_the_memory_is_refused_before_it_is_read(size: tuple[int, int]) -> None:
    data = _file(Image.new("1", size), "PNG")
    assert len(data) < 100_000
    with pytest.raises(DomainError, match="too large") as caught:
        drawn_anew(data)
    assert caught.value.field == "file"


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_half_a_file_is_refused_in_words(kind: str, lenient: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after a PDF was made, whose library has half files read in the whole process."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    data = _file(_grey().convert("RGB"), kind)
    with pytest.raises(DomainError, match="can be read") as caught:
        drawn_anew(data[: len(data) // 2])
    assert caught.value.field == "file"
    assert ImageFile.LOAD_TRUNCATED_IMAGES is lenient
