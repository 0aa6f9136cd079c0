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
PDF_HEAD: Final = 1024  # readers accept a little before %PDF-


def media_type_of(data: bytes) -> str | None:
    """The media type that the bytes themselves show, or None when FinTrak knows none.

    >>> media_type_of(b"%PDF-1.7 and so on"), media_type_of(b"<svg/>")
    ('application/pdf', None)
    """
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp":
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, 48, 4))}
        return AVIF if brands & AVIF_BRANDS else HEIC if brands & HEIC_BRANDS else None
    if data[:4] in (b"II*\0", b"MM\0*"):
        return TIFF
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return GIF
    return PDF if data[:PDF_HEAD].lstrip().startswith(b"%PDF-") else None
