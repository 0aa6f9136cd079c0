"""Forms of loans: the loan itself, an extra payment, another rate."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice

from app.domain.loan_plans import LONGEST, Event, EventKind, Keep, LoanStart, Method, Terms
from app.domain.moratoriums import MoratoriumInterest
from app.queries.accounts import AccountView, pockets
from app.queries.books import BookView
from app.queries.loans import LoanView
from app.services.accounts import NAME_LENGTH
from app.services.loan_events import ExtraPayment
from app.services.loans import LENDER_LENGTH, LoanCommand
from app.web.fields import AmountField, DayField, IdField, LineField, QuantityField, RateField, choice

STARTS = {
    LoanStart.NEW: "New: its money came in",
    LoanStart.OWED: "Runs already: I know what is owed",
    LoanStart.PAID: "Runs already: I know how it began",
}
METHODS = {Method.REDUCING: "On what is owed", Method.FLAT: "Flat", Method.NONE: "No interest"}
WAITING = {
    MoratoriumInterest.PAY: "I pay it each month",
    MoratoriumInterest.CAPITALISE: "Added each month",
    MoratoriumInterest.SIMPLE: "Added, without interest on it",
}
KEEPS = {Keep.EMI: "Same instalment, ends sooner", Keep.TENURE: "Same end, smaller instalment"}
RATE_KEEPS = {Keep.EMI: "Same instalment, the end moves", Keep.TENURE: "Same end, the instalment moves"}


def _choices(words: Mapping[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(each.value, label) for each, label in words.items()]


def _paying(
    book: BookView, accounts: Mapping[int, AccountView], *, keep: int | None, but: int | None
) -> list[SelectChoice]:
    offered = [each for each in pockets(accounts, keep=[keep] if keep else ()) if each.currency == book.currency]
    return [choice(None, "Choose an account"), *(choice(each.id, each.name) for each in offered if each.id != but)]


class _Paid(FlaskForm):
    """What stays free in the life of a loan."""

    name = LineField("Name", limit=NAME_LENGTH, missing="Write a name.")
    lender = LineField("Lender", limit=LENDER_LENGTH)
    pay_account_id = IdField("Paid from", missing="Choose the account that pays.")
    is_automatic = BooleanField("Post each instalment by itself on its day")

    def __init__(
        self, book: BookView, accounts: Mapping[int, AccountView], loan: LoanView | None = None, **defaults: Any
    ) -> None:
        self._book, self._loan = book, loan
        super().__init__(data={"is_automatic": True} | defaults | _said(loan))
        self.pay_account_id.choices = _paying(
            book, accounts, keep=loan.pay_account_id if loan else None, but=loan.account_id if loan else None
        )


class RunningLoanForm(_Paid):
    """A loan whose instalments are in the books: its terms stay as they are."""

    def to_command(self, user_id: int) -> LoanCommand:
        """The validated form as the service's input."""
        loan = self._loan
        if loan is None:
            raise TypeError("only a loan that is there can run")
        return LoanCommand(
            book_id=self._book.id, user_id=user_id, name=self.name.data or "", lender=self.lender.data or "", terms=loan.terms,
            start=loan.start, pay_account_id=cast("int", self.pay_account_id.data), started_on=loan.started_on, into_account_id=loan.into_account_id,
            fee_minor=loan.fee_minor, paid_count=loan.paid_count, is_automatic=self.is_automatic.data,
        )  # fmt: skip


class LoanForm(_Paid):
    """A loan with its terms."""

    start = RadioField("How it starts", choices=_choices(STARTS), default=LoanStart.NEW.value, invalid_choice_message="Choose how it starts.")  # fmt: skip
    principal = AmountField("Amount", missing="Write the amount.")
    method = RadioField("Interest", choices=_choices(METHODS), default=Method.REDUCING.value, invalid_choice_message="Choose how the interest is counted.")  # fmt: skip
    annual_rate = RateField("Rate a year, in %")
    months = QuantityField(
        "Monthly instalments", places=0, least=Decimal(1), most=Decimal(LONGEST), missing="Write how many."
    )
    first_on = DayField("First instalment on")
    day = QuantityField("Day of the month", places=0, least=Decimal(1), most=Decimal(31))
    started_on = DayField("Date", missing=None)
    paid_count = QuantityField("Instalments paid before", places=0, least=Decimal(1), most=Decimal(LONGEST))
    into_account_id = IdField("Money came into")
    fee = AmountField("Fee taken from it")
    emi = AmountField("Instalment the lender states")
    waiting_months = QuantityField("Months of waiting first", places=0, most=Decimal(LONGEST))
    waiting_interest = RadioField("Interest while waiting", choices=_choices(WAITING), default=MoratoriumInterest.PAY.value, invalid_choice_message="Choose who pays the interest.")  # fmt: skip

    def __init__(
        self, book: BookView, accounts: Mapping[int, AccountView], loan: LoanView | None = None, **defaults: Any
    ) -> None:
        super().__init__(book, accounts, loan, **defaults)
        into = loan.into_account_id if loan else None
        self.into_account_id.choices = _paying(book, accounts, keep=into, but=loan.account_id if loan else None)

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the rate where there is one."""
        self.annual_rate.missing = None if self.method.data == Method.NONE else "Write the rate, or choose no interest."
        valid: bool = super().validate(extra_validators)
        return valid

    def to_command(self, user_id: int) -> LoanCommand:
        """The validated form as the service's input.

        Raises: Refused when the terms cannot be meant.
        """
        first_on = cast("date", self.first_on.data)
        method = Method(self.method.data)
        start = LoanStart(self.start.data)
        is_new = start is LoanStart.NEW
        terms = Terms(
            principal_minor=self.principal.data,
            annual_rate=Decimal(0) if method is Method.NONE else self.annual_rate.data,
            months=int(self.months.data),
            first_on=first_on,
            day=int(self.day.data or first_on.day),
            method=method,
            emi_minor=self.emi.data,
            waiting_months=int(self.waiting_months.data or 0),
            waiting_interest=MoratoriumInterest(self.waiting_interest.data),
        )
        return LoanCommand(
            book_id=self._book.id, user_id=user_id, name=self.name.data or "", lender=self.lender.data or "", terms=terms, start=start,
            pay_account_id=cast("int", self.pay_account_id.data), started_on=self.started_on.data,
            into_account_id=self.into_account_id.data if is_new else None, fee_minor=(self.fee.data or 0) if is_new else 0,
            paid_count=int(self.paid_count.data or 0), is_automatic=self.is_automatic.data,
        )  # fmt: skip


class PrepayForm(FlaskForm):
    """An extra payment: asked about with GET, saved with POST."""

    amount = AmountField("Extra payment", missing="Write the amount.")
    on = DayField("On")
    keep = RadioField("Afterwards", choices=_choices(KEEPS), default=Keep.EMI.value, invalid_choice_message="Choose what stays.")  # fmt: skip
    charge = AmountField("Charge the lender takes")
    account_id = IdField("Paid from", missing="Choose the account that pays.")

    def __init__(self, book: BookView, accounts: Mapping[int, AccountView], loan: LoanView, **options: Any) -> None:
        self._book, self._loan = book, loan
        super().__init__(**options)
        self.account_id.choices = _paying(book, accounts, keep=loan.pay_account_id, but=loan.account_id)

    def event(self, keep: Keep | None = None) -> Event:
        """What is asked about."""
        return Event(cast("date", self.on.data), EventKind.PREPAYMENT, keep or Keep(self.keep.data), self.amount.data)

    def to_command(self, user_id: int) -> ExtraPayment:
        """The validated form as the service's input."""
        return ExtraPayment(
            self._book.id, user_id, self._loan.id, cast("date", self.on.data), self.amount.data, cast("int", self.account_id.data), Keep(self.keep.data),
            self.charge.data or 0,
        )  # fmt: skip


class RateForm(FlaskForm):
    """Another rate: asked about with GET, saved with POST."""

    annual_rate = RateField("New rate a year, in %", missing="Write the rate.")
    on = DayField("From")
    keep = RadioField("Afterwards", choices=_choices(RATE_KEEPS), default=Keep.EMI.value, invalid_choice_message="Choose what stays.")  # fmt: skip

    def event(self, keep: Keep | None = None) -> Event:
        """What is asked about."""
        return Event(
            cast("date", self.on.data), EventKind.RATE, keep or Keep(self.keep.data), annual_rate=self.annual_rate.data
        )


class PayOffForm(FlaskForm):
    """What the lender takes for paying everything back at once."""

    charge = RateField("Charge for it, in %")


class AffordForm(FlaskForm):
    """How much loan an income carries."""

    income = AmountField("Income a month, after tax", missing="Write the income.")
    existing = AmountField("Instalments you pay already")
    part = RateField("Share of the income for instalments, in %", missing="Write the share.")
    annual_rate = RateField("Rate a year, in %", missing="Write the rate.")
    months = QuantityField(
        "Monthly instalments", places=0, least=Decimal(1), most=Decimal(LONGEST), missing="Write how many."
    )


def planner_form(debts: Mapping[str, str], cards: Mapping[str, str], asked: Any) -> Any:
    """The form of the planner, read from the address; names come by key.

    It has an extra payment, a number for each debt, and the rate and least payment of each card.
    """

    class PlannerForm(FlaskForm):
        extra = AmountField("Extra each month")

    for key, name in debts.items():
        setattr(PlannerForm, f"order_{key}", QuantityField(f"Your order: {name}", places=0, most=Decimal(999)))
    for key, name in cards.items():
        setattr(PlannerForm, f"rate_{key}", RateField(f"{name}: rate a year, in %"))
        setattr(PlannerForm, f"least_{key}", AmountField(f"{name}: least payment a month"))
    return PlannerForm(formdata=asked, meta={"csrf": False})


def _said(loan: LoanView | None) -> dict[str, Any]:
    if loan is None:
        return {}
    terms = loan.terms
    return {
        "name": loan.name, "lender": loan.lender, "pay_account_id": loan.pay_account_id, "is_automatic": loan.is_automatic,
        "start": loan.start.value, "principal": terms.principal_minor, "method": terms.method.value, "annual_rate": terms.annual_rate,
        "months": Decimal(terms.months), "first_on": terms.first_on, "day": Decimal(terms.day) if terms.day != terms.first_on.day else None,
        "started_on": loan.started_on, "paid_count": Decimal(loan.paid_count) if loan.paid_count else None,
        "into_account_id": loan.into_account_id, "fee": loan.fee_minor or None, "emi": terms.emi_minor,
        "waiting_months": Decimal(terms.waiting_months) if terms.waiting_months else None,
        "waiting_interest": terms.waiting_interest.value,
    }  # fmt: skip
