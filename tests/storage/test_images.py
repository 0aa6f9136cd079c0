import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pillow_heif
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from app.storage.images import CheckedImage, check_and_reencode, check_upload
from app.storage.limits import Limits, UnusableUpload

ORIENTATION, GPS = 0x0112, 0x8825


def picture(mode: str = "RGB", size: tuple[int, int] = (300, 200)) -> Image.Image:
    """White, its top left corner black."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((0, 0, 60, 40), fill="black")
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def heic(image: Image.Image) -> bytes:
    out = BytesIO()
    pillow_heif.from_pillow(image).save(out)
    return out.getvalue()


def pixel(checked: CheckedImage, at: tuple[int, int]) -> int:
    value = Image.open(BytesIO(checked.data)).convert("L").getpixel(at)
    assert isinstance(value, int | float)
    return int(value)


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    header = struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def pdf(pages: int = 1, text: str = "Corner Shop, Total 12.00", trailer: str = "") -> bytes:
    """A PDF written by hand: a till roll with one line of text on each page."""
    stream = f"BT /F1 12 Tf 20 400 Td ({text}) Tj ET"
    kids = " ".join(f"{5 + number} 0 R" for number in range(pages))
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 226 453] /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Length {len(stream)} >> stream\n{stream}\nendstream",
        *[page] * pages,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj {content} endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>"
    return out + f"{end}\nstartxref\n{len(out)}\n%%EOF".encode()


@pytest.mark.parametrize(
    "make",
    [
        lambda: saved(picture(), "JPEG"),
        lambda: saved(picture("CMYK"), "JPEG"),
        lambda: saved(picture(), "JPEG", progressive=True),
        lambda: saved(picture(), "PNG"),
        lambda: saved(picture("P"), "PNG"),
        lambda: saved(picture("1"), "TIFF", compression="group4"),
        lambda: saved(picture(), "WEBP"),
        lambda: saved(picture(), "AVIF"),
        lambda: heic(picture()),
        lambda: saved(picture("L").convert("I;16").point(lambda level: level * 256), "PNG"),
    ],
    ids=["jpeg", "cmyk", "progressive", "png", "palette", "fax", "webp", "avif", "heic", "sixteen-bit"],
)
def test_every_kind_of_picture_becomes_one_clean_jpeg(make: Callable[[], bytes]) -> None:
    checked = check_and_reencode(make())

    assert checked.data.startswith(b"\xff\xd8\xff")
    assert (checked.width, checked.height) == (300, 200)
    assert pixel(checked, (10, 10)) < 60
    assert pixel(checked, (250, 150)) > 200


def test_what_a_phone_adds_is_taken_away_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # lies on its side
    exif.get_ifd(GPS)[1] = "N"

    checked = check_and_reencode(saved(picture(), "JPEG", exif=exif))

    assert (checked.width, checked.height) == (200, 300)
    assert not Image.open(BytesIO(checked.data)).getexif()
    assert b"Exif" not in checked.data
    assert pixel(checked, (190, 10)) < 60


def test_transparent_paper_is_laid_on_white() -> None:
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))

    assert pixel(check_and_reencode(saved(image, "PNG")), (100, 100)) > 250


def test_a_large_photo_is_brought_to_1600_pixels() -> None:
    checked = check_and_reencode(saved(picture(size=(4000, 3000)), "JPEG"))

    assert (checked.width, checked.height) == (1600, 1200)


def test_a_pdf_gives_its_first_page_and_the_text_it_carries() -> None:
    checked = check_and_reencode(pdf(pages=2))

    assert checked.height == 1600
    assert checked.pages == 2
    assert "Corner Shop, Total 12.00" in " ".join(piece.text for piece in checked.printed)
    assert all(0 <= piece.left < piece.right <= checked.width and piece.top < piece.bottom for piece in checked.printed)


def test_a_novel_printed_in_a_pdf_is_cut_to_what_a_receipt_can_hold() -> None:
    lines = ") Tj 0 -0.3 Td (".join(["Total 1.00 " * 60] * 1_200)

    checked = check_and_reencode(pdf(text=f"Shop) Tj /F1 0.2 Tf 0 -5 Td ({lines}"))

    assert len(checked.printed) == 800
    assert max(len(piece.text) for piece in checked.printed) <= 160


def test_a_name_means_nothing_and_the_bytes_everything() -> None:
    assert check_upload(saved(picture(), "PNG")) == "image/png"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff" + bytes(20_000_001), "larger than 20 MB"),
        (b"<svg onload='alert(1)'/>", "cannot use this file"),
        (b"<!doctype html><script>", "cannot use this file"),
        (b"\x7fELF" + bytes(100), "cannot use this file"),
        (b"PK\x03\x04" + bytes(100), "cannot use this file"),
        (saved(picture(), "GIF"), "GIF"),
        (saved(picture(), "JPEG")[:900], "damaged"),
        (b"\xff\xd8\xff\xe0", "damaged"),
        (b"%PDF-1.7 nothing more", "damaged"),
        (png_claiming(30_000, 30_000), "64 megapixels"),
        (png_claiming(12_000, 12_000), "64 megapixels"),
        (saved(Image.new("L", (1, 1)), "PNG"), "at least 40 pixels"),
        (saved(Image.new("L", (2000, 50)), "PNG"), "20 times as long"),
        (saved(picture(), "PNG", save_all=True, append_images=[picture("L").convert("RGB").rotate(90)]), "2 pictures"),
        (pdf(pages=51), "51 pages"),
    ],
    ids=[
        *(
            "empty",
            "large",
            "svg",
            "html",
            "program",
            "zip",
            "gif",
            "truncated",
            "header",
            "broken-pdf",
            "bomb",
            "small-bomb",
        ),
        *("one-pixel", "ribbon", "frames", "pages"),
    ],
)
def test_an_unusable_file_is_refused_with_the_limit_it_broke(data: bytes, reason: str) -> None:
    with pytest.raises(UnusableUpload) as refused:
        check_and_reencode(data)

    assert reason in refused.value.user_message


def test_a_locked_pdf_is_refused_and_the_reason_named() -> None:
    lock = f"<{'00' * 32}>"
    encrypted = pdf(trailer=f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {lock} /U {lock} /P -4 >> /ID [<00> <00>]")

    with pytest.raises(UnusableUpload) as refused:
        check_and_reencode(encrypted)

    assert "locked with a password" in refused.value.user_message


def test_a_picture_that_needs_too_much_memory_is_refused_by_the_process_that_opens_it() -> None:
    with pytest.raises(UnusableUpload):
        check_and_reencode(saved(picture(size=(5000, 5000)), "PNG"), Limits(memory_mb=120))


def test_a_page_of_any_size_costs_the_same() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_000, 14_000)
    out = BytesIO()
    document.save(out)

    checked = check_and_reencode(out.getvalue())

    assert (checked.width, checked.height) == (1600, 1600)
