"""What a file is, by its first bytes; a name or a header somebody sent along proves nothing."""

from typing import Final

JPEG, PNG, WEBP, PDF, HEIC, AVIF, TIFF, GIF = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "application/pdf",
    "image/heic",
    "image/avif",
    "image/tiff",
    "image/gif",
)
ENDINGS: Final = {JPEG: "jpg", PNG: "png", WEBP: "webp", PDF: "pdf", HEIC: "heic", AVIF: "avif", TIFF: "tiff"}
HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS: Final = {b"avif", b"avis"}
STARTS: Final = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
)
PDF_HEAD: Final = 1024  # readers accept a little before %PDF-


def media_type_of(data: bytes) -> str | None:
    """The media type that the bytes themselves show, or None when FinTrak knows none.

    >>> media_type_of(b"%PDF-1.7 and so on"), media_type_of(b"<svg/>")
    ('application/pdf', None)
    """
    for start, media_type in STARTS:
        if data.startswith(start):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp":
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, 48, 4))}
        return AVIF if brands & AVIF_BRANDS else HEIC if brands & HEIC_BRANDS else None
    return PDF if data[:PDF_HEAD].lstrip().startswith(b"%PDF-") else None
