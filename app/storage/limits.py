"""How large an upload may be, and the refusal that says which limit it broke."""

from dataclasses import dataclass

from app.domain.errors import FinTrakError

DAMAGED = (
    "This file is damaged or incomplete; we could not open it. Please take the picture again or save the file anew."
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted. Checked before anything is decoded in full."""

    megabytes: int = 20
    megapixels: int = 64
    smallest_edge: int = 40  # pixels
    aspect: int = 20  # long edge to short edge; a till roll is about 10
    frames: int = 1
    pages: int = 50
    seconds: float = 10.0
    memory_mb: int = 1200


class UnusableUpload(FinTrakError):  # noqa: N818 - reads as the sentence it is
    """A file that cannot be taken as a receipt. The message says which limit it broke."""

    user_message = "We cannot use this file. Please upload a JPEG, PNG, WebP, HEIC, AVIF or TIFF picture, or a PDF."

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message
