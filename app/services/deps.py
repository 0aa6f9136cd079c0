"""What services need from outside: a session, a clock, and the capabilities behind ports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from app.jobs.port import JobQueue
from app.ml.detector import Detector
from app.ocr.port import ReceiptReader
from app.prices.port import PriceProvider
from app.services.credit_bureau import CreditBureau, NoBureau
from app.services.receipt_files import ReceiptFiles


class Mailer(Protocol):
    """Sends plain e-mails."""

    is_configured: bool

    def send(self, to: str, subject: str, text: str) -> None:
        """Send one. Raises: OSError when the server does not take it."""


@dataclass(frozen=True, slots=True)
class Deps:
    """The dependencies of services, assembled once by the factory."""

    open_session: Callable[[], Session]
    now: Callable[[], datetime]  # aware, UTC
    jobs: JobQueue
    mailer: Mailer
    detector: Detector
    write_money: Callable[[int, str], str]  # minor units and currency, as sentences that are kept say them
    reader: ReceiptReader
    receipt_files: ReceiptFiles
    price_providers: Mapping[str, PriceProvider] = field(
        default_factory=dict
    )  # those that the operator allows, by name
    credit_bureau: CreditBureau = field(default_factory=NoBureau)

    @property
    def session(self) -> Session:
        """The session of the current request or job."""
        return self.open_session()
