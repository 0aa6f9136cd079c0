"""Receipts of shops that do not exist: as lines of text, and drawn as pictures."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from app.ocr.layout import Line

LEFT, TOP, PITCH, LETTER, WIDTH = 40.0, 40.0, 34.0, 13.0, 620.0

TEA_HOUSE = (
    "MEERA TEA HOUSE PVT LTD",
    "12 Lake Road, Pune 411005",
    "GSTIN: 27AAPFU0939F1ZV",
    "TAX INVOICE",
    "Invoice No: TH/2041 | Date: 14/02/2025 18:22",
    "Item | Qty | Rate | Amt",
    "Masala Chai | 2 | 40.00 | 80.00",
    "Vada Pav | 3 | 35.00 | 105.00",
    "Sub Total | 185.00",
    "CGST @ 2.5% | 4.63",
    "SGST @ 2.5% | 4.63",
    "Round Off | -0.26",
    "Grand Total | Rs. 194.00",
    "UPI | 194.00",
    "Thank you, visit again",
)


def lines_of(paper: Sequence[str], *, slope: float = 0.0, score: float = 0.99) -> tuple[Line, ...]:
    """A paper's lines as a recogniser gives them. Pieces parted by | stand in columns, the last one flush right."""
    lines = []
    for number, row in enumerate(paper):
        pieces = [piece.strip() for piece in row.split("|")]
        for column, text in enumerate(pieces):
            width = len(text) * LETTER
            left = LEFT if column == 0 else WIDTH - width - (len(pieces) - 1 - column) * 110
            top = TOP + number * PITCH + min(slope * left, slope * (left + width))
            lines.append(Line(left, top, left + width, top + 26 + abs(slope) * width, text, score))
    return tuple(lines)


def drawn(paper: Sequence[str], *, turn: int = 0) -> bytes:
    """The paper as a JPEG, turned anticlockwise by `turn` degrees."""
    font = ImageFont.load_default(size=24)
    picture = Image.new("RGB", (700, int(2 * TOP + len(paper) * 44)), "white")
    pen = ImageDraw.Draw(picture)
    for number, row in enumerate(paper):
        pieces = [piece.strip() for piece in row.split("|")]
        for column, text in enumerate(pieces):
            width = pen.textlength(text, font=font)
            left = LEFT if column == 0 else 660 - width - (len(pieces) - 1 - column) * 110
            pen.text((left, TOP + number * 44), text, font=font, fill="black")
    out = BytesIO()
    picture.rotate(turn, expand=True, fillcolor="white").save(out, "JPEG", quality=92)
    return out.getvalue()
