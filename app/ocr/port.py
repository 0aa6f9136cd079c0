"""The port every receipt engine answers through, and what a reading is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from app.domain.errors import FinTrakError
from app.ocr.candidates import Box

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FieldReading(Generic[T]):
    """One field as read: `value` is None when nothing was found.

    `confidence` is how often an answer that stood out like this one was right (0..1); `is_sure` says it may be used without a
    look. `box` (left, top, right, bottom) is in pixels of the picture that was given. `alternative` is the next best value and
    `why` says in plain words what made the reader doubt.
    """

    value: T | None
    confidence: float = 0.0
    is_sure: bool = False
    box: Box | None = None
    alternative: T | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class ItemReading:
    """One line of a receipt: what was bought, how many, for how much (as printed, in the receipt's currency)."""

    description: str
    amount: Decimal
    quantity: Decimal | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class ReceiptReading:
    """Everything an engine read. Amounts are Decimals in the receipt's currency; `items_add_up` only when the sum proves it."""

    vendor: FieldReading[str]
    date: FieldReading[date]
    total: FieldReading[Decimal]
    tax: FieldReading[Decimal]
    currency: FieldReading[str]  # ISO 4217
    payment: FieldReading[str]  # cash, card, upi, wallet, bank
    invoice_number: FieldReading[str]
    tax_id: FieldReading[str]  # GSTIN, VAT id
    items: tuple[ItemReading, ...]
    items_add_up: bool
    text: str  # every row, for search
    turn: int  # degrees the picture must be turned anticlockwise to stand upright: 0, 90, 180, 270
    engine: str
    milliseconds: int
    notes: tuple[str, ...] = ()  # engines that failed before this one answered, in words


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the book's owner usually meets, for prints that can mean two things."""

    currency: str = "INR"
    month_first: bool = False  # 03/04 is 4 March


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A piece of text the file itself carries (a PDF's text layer), with its box in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


class ReceiptReader(Protocol):
    """Reads one receipt. Every engine is one of these."""

    name: str

    def read(
        self, data: bytes, media_type: str, *, printed: Sequence[PrintedText] = (), expect: Expectations | None = None
    ) -> ReceiptReading:
        """Read a checked picture, or the text its file carries. Raises ReadingFailed, with its reason in words, when nothing can be read."""
        ...

    def close(self) -> None:
        """Let go of processes and connections. The next `read` starts them again."""
        ...


class ReadingFailed(FinTrakError):  # noqa: N818 - reads as the sentence it is
    """The receipt could not be read; the person can still type it in."""

    user_message = "We could not read this receipt. Please fill in the form by hand; the picture is kept."


class NothingToRead(ReadingFailed):
    """The picture holds no text."""

    user_message = "We found no text in this picture. Is it the right one, in focus and well lit?"


class ReaderTookTooLong(ReadingFailed):
    """The engine did not answer in time and was stopped."""

    user_message = "Reading took too long and was stopped. Please fill in the form by hand, or try a smaller picture."


class ReaderUnavailable(ReadingFailed):
    """The engine could not be started, or died while reading."""

    user_message = "The receipt reader is not available at the moment. Please fill in the form by hand."
