"""Small copies of kept pictures, for lists. Only for pictures that `images` wrote: nobody else's file is opened here."""

from io import BytesIO

from PIL import Image

QUALITY = 78


def thumbnail(data: bytes, edge: int) -> bytes:
    """A kept JPEG with at most `edge` pixels on its long side."""
    with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
        picture.draft("RGB", (edge, edge))
        small = picture.convert("RGB")
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
