"""Forms of deposits and savings schemes. Each kind asks only for what its rule needs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from app.domain.fixed_deposits import Payout
from app.domain.scheme_kinds import KINDS, LONGEST_TENOR, Family, SchemeKind
from app.domain.scheme_plans import Compounding
from app.queries.accounts import AccountView, pockets
from app.queries.books import BookView
from app.queries.schemes import SchemeView
from app.services.scheme_terms import SchemeCommand
from app.services.schemes import ClosingCommand
from app.web.fields import AmountField, DayField, IdField, LineField, QuantityField, RateField, choice

NAME_LENGTH, NOTE_LENGTH = 80, 1000
PAID, RUNNING = "paid", "running"
HALF = Decimal(50)
YEAR = 12
COMPOUNDINGS = {
    Compounding.QUARTERLY: "Each quarter, as banks in India do",
    Compounding.MONTHLY: "Each month",
    Compounding.HALF_YEARLY: "Each half-year",
    Compounding.YEARLY: "Each year",
    Compounding.SIMPLE: "Not at all: simple interest",
}
PAYOUTS = {
    Payout.MONTHLY: "Each month",
    Payout.QUARTERLY: "Each quarter",
    Payout.HALF_YEARLY: "Each half-year",
    Payout.YEARLY: "Each year",
}
EVERY = {1: "Each month", 3: "Each quarter", 6: "Each half-year", 12: "Each year"}
_ONLY: Mapping[str, frozenset[SchemeKind]] = {
    "compounding": frozenset({SchemeKind.FD}),
    "payout": frozenset({SchemeKind.FD_PAYOUT, SchemeKind.TAX_SAVER}),
    "tenor_days": frozenset({SchemeKind.FD, SchemeKind.FD_PAYOUT}),
    "penalty_rate": frozenset({SchemeKind.FD, SchemeKind.FD_PAYOUT, SchemeKind.RD}),
    "is_joint": frozenset({SchemeKind.MIS, SchemeKind.SCSS}),
    "paid_before": frozenset({SchemeKind.RD, SchemeKind.POST_RD}),
    "instalment_months": frozenset({SchemeKind.PPF, SchemeKind.SSY}),
    "instalments_from": frozenset({SchemeKind.PPF, SchemeKind.SSY}),
}
"""Fields that only some kinds have."""


class SchemeForm(FlaskForm):
    """A deposit or scheme of one kind."""

    name = LineField("Name", limit=NAME_LENGTH, missing="Write a name.")
    institution = LineField("Bank or post office", limit=80)
    number_end = LineField("Last digits of its number", limit=8)
    origin = RadioField(
        "Where the money came from",
        choices=[SelectChoice(PAID, "Paid from an account here"), SelectChoice(RUNNING, "It already exists")],
        default=PAID,
        invalid_choice_message="Choose one of both.",
    )
    opened_on = DayField("Opened on")
    principal = AmountField("Amount", missing="Write the amount.")
    instalment = AmountField("Instalment")
    instalment_months = SelectField("How often", invalid_choice_message="Choose how often.")
    instalments_from = DayField("First instalment on", missing=None)
    is_scheduled = BooleanField("Post instalments by themselves")
    counted_on = DayField("Balance on", missing=None)
    paid_before = QuantityField("Instalments paid by then", places=0, most=Decimal(LONGEST_TENOR))
    rate = RateField("Yearly rate", most=HALF)
    compounding = SelectField("Interest is added", invalid_choice_message="Choose how often.")
    payout = SelectField("Interest is paid", invalid_choice_message="Choose how often.")
    tenor = QuantityField("Months", places=0, most=Decimal(LONGEST_TENOR))
    term = SelectField("Term", invalid_choice_message="Choose one of the terms this scheme has.")
    tenor_days = QuantityField("and days", places=0, most=Decimal(9999))
    from_account_id = IdField("Paid from")
    payout_account_id = IdField("Money comes to")
    tax_rate = RateField("Tax held back from interest", most=HALF)
    penalty_rate = RateField("Penalty for closing early", most=HALF)
    is_joint = BooleanField("A joint account")
    nominee = LineField("Nominee", limit=80)
    note = TextAreaField("Note", [Length(max=NOTE_LENGTH, message=f"Write at most {NOTE_LENGTH} characters.")])

    def __init__(
        self,
        book: BookView,
        kind: SchemeKind,
        accounts: Mapping[int, AccountView],
        scheme: SchemeView | None = None,
        **defaults: Any,
    ) -> None:
        self._book, self.kind, self.facts, self._scheme = book, kind, KINDS[kind], scheme
        super().__init__(data=defaults | (_said_of(scheme) if scheme else {}))
        self._drop_fields()
        self._offer(accounts, scheme)

    @property
    def family(self) -> Family:
        """How a deposit of this kind earns."""
        return self.facts.family

    @property
    def is_closed(self) -> bool:
        """Whether only its names and notes can change any more."""
        return self._scheme is not None and self._scheme.closed_on is not None

    def _drop_fields(self) -> None:
        has_deposits = self.family in {Family.FUND, Family.INSTALMENTS}
        dropped = {name for name, kinds in _ONLY.items() if self.kind not in kinds}
        dropped |= {"principal"} if self.family == Family.INSTALMENTS else set()
        dropped |= set() if has_deposits else {"instalment", "is_scheduled", "counted_on"}
        dropped |= {"rate"} if self.kind == SchemeKind.KVP else set()
        dropped |= {"tax_rate"} if not self.facts.is_taxed_at_source else set()
        dropped |= {"term"} if len(self.facts.tenors) < 2 else set()  # noqa: PLR2004 - one of several
        dropped |= {"tenor"} if self.facts.tenors else set()
        if self.is_closed:
            dropped = set(self._fields) - {"name", "institution", "number_end", "nominee", "note", "csrf_token"}
        for name in dropped & set(self._fields):
            del self[name]
        if self.family == Family.FUND and "principal" in self:
            self.principal.missing = None
            self.principal.flags.required = False
            self.principal.label.text = "First deposit or balance"
        if self.kind == SchemeKind.KVP and "tenor" in self:
            self.tenor.label.text = "Doubles in months"

    def _offer(self, accounts: Mapping[int, AccountView], scheme: SchemeView | None) -> None:
        own = scheme.account_id if scheme else None
        usable = [each for each in pockets(accounts) if each.currency == self._book.currency and each.id != own]
        for name, words in (("from_account_id", "No account"), ("payout_account_id", "Decide later")):
            if name in self:
                self[name].choices = [choice(None, words), *(choice(each.id, each.name) for each in usable)]
        if "compounding" in self:
            self.compounding.choices = _options(COMPOUNDINGS)
        if "payout" in self:
            bank = {each: PAYOUTS[each] for each in (Payout.MONTHLY, Payout.QUARTERLY)}
            is_saver = self.kind == SchemeKind.TAX_SAVER
            self.payout.choices = [
                *([choice(None, "At the end")] if is_saver else []),
                *_options(bank if is_saver else PAYOUTS),
            ]
        if "instalment_months" in self:
            self.instalment_months.choices = [choice(each, words) for each, words in EVERY.items()]
        if "term" in self:
            self.term.choices = [choice(each, _years(each)) for each in self.facts.tenors]

    def to_command(self, user_id: int) -> SchemeCommand:
        """The validated form as the service's input. What a kind does not ask for stays as the rule has it."""
        said = {name: field.data for name, field in self._fields.items()}
        command = SchemeCommand(
            book_id=self._book.id,
            user_id=user_id,
            kind=self.kind,
            name=said["name"] or "",
            institution=said["institution"] or "",
            number_end=said["number_end"] or "",
            opened_on=said.get("opened_on") or date.min,
            nominee=said["nominee"] or "",
            note=said["note"] or "",
        )
        if self.is_closed:
            return command
        tenor = said.get("term") or said.get("tenor")
        days = int(said.get("tenor_days") or 0)
        return replace(
            command,
            tenor_months=0 if tenor is None and days else None if tenor is None else int(tenor),
            tenor_days=days,
            principal_minor=said.get("principal") or 0,
            rate=said.get("rate"),
            compounding=Compounding(said.get("compounding") or Compounding.QUARTERLY),
            payout=Payout(said["payout"]) if said.get("payout") else None,
            instalment_minor=said.get("instalment") or 0,
            instalment_months=int(said.get("instalment_months") or 0),
            instalments_from=said.get("instalments_from"),
            is_scheduled=bool(said.get("is_scheduled")),
            is_taken_over=said.get("origin") == RUNNING,
            counted_on=said.get("counted_on"),
            paid_before=None if said.get("paid_before") is None else int(said["paid_before"]),
            from_account_id=said.get("from_account_id"),
            payout_account_id=said.get("payout_account_id"),
            tax_rate=said.get("tax_rate"),
            penalty_rate=said.get("penalty_rate"),
            is_joint=bool(said.get("is_joint")),
        )


class DepositForm(FlaskForm):
    """Money paid into a fund or a recurring deposit by hand."""

    amount = AmountField("Amount", missing="Write the amount.")
    day = DayField("Paid on")
    from_account_id = IdField("Paid from", missing="Choose the account that pays.")

    def __init__(
        self, book: BookView, accounts: Mapping[int, AccountView], scheme: SchemeView, **defaults: Any
    ) -> None:
        super().__init__(data=defaults)
        self.from_account_id.choices = _pockets(book, accounts, scheme)


class RateForm(FlaskForm):
    """From when on a floating scheme earns another rate. Without a rate, what was said for that day is forgotten."""

    from_on = DayField("From")
    rate = RateField("Yearly rate", most=HALF)


class ClosingForm(FlaskForm):
    """What came at the end of a deposit, or when it was closed before."""

    closed_on = DayField("Closed on")
    account_id = IdField("Money came to", missing="Choose the account that got the money.")
    received = AmountField("Amount that came", missing="Write the amount that came.")
    tax = AmountField("Tax held back")

    def __init__(
        self, book: BookView, accounts: Mapping[int, AccountView], scheme: SchemeView, **defaults: Any
    ) -> None:
        self._book, self._scheme = book, scheme
        super().__init__(data=defaults)
        self.account_id.choices = _pockets(book, accounts, scheme)

    def to_command(self, user_id: int) -> ClosingCommand:
        """The validated form as the service's input."""
        return ClosingCommand(
            book_id=self._book.id,
            user_id=user_id,
            scheme_id=self._scheme.id,
            closed_on=self.closed_on.data or date.min,
            account_id=self.account_id.data or 0,
            received_minor=self.received.data or 0,
            tax_minor=self.tax.data or 0,
        )


class EarlyForm(FlaskForm):
    """What closing on a day would give: nothing is saved."""

    class Meta:
        """It only asks."""

        csrf = False

    closed_on = DayField("Closed on", missing=None)
    card_rate = RateField("Rate for the time it ran", most=HALF)
    penalty_rate = RateField("Penalty", most=HALF)
    savings_rate = RateField("Rate of savings accounts", most=HALF)

    def __init__(self, asked: Mapping[str, str], **defaults: Any) -> None:
        """`asked` is the address's question; without one of these fields in it, the defaults count."""
        is_asked = any(name.startswith("early-") for name in asked)
        super().__init__(asked if is_asked else None, prefix="early", data=defaults)


def _pockets(book: BookView, accounts: Mapping[int, AccountView], scheme: SchemeView) -> list[SelectChoice]:
    usable = [each for each in pockets(accounts) if each.currency == book.currency and each.id != scheme.account_id]
    return [choice(None, "Choose an account"), *(choice(each.id, each.name) for each in usable)]


def _options(words: Mapping[Any, str]) -> list[SelectChoice]:
    return [choice(each.value, label) for each, label in words.items()]


def _years(months: int) -> str:
    return "1 year" if months == YEAR else f"{months // YEAR} years"


def _said_of(scheme: SchemeView) -> dict[str, Any]:
    plan = scheme.plan
    own = [rate for first, rate in plan.rates if first <= plan.starts_on]
    rate = plan.rate if scheme.is_own_rate else None
    if scheme.facts.is_floating:
        rate = own[-1] if own else None
    is_joined = scheme.facts.family in {Family.FUND, Family.INSTALMENTS}
    has_own_tenor = scheme.kind != SchemeKind.KVP or scheme.is_own_rate
    return {
        "name": scheme.name, "institution": scheme.institution, "number_end": scheme.number_end,
        "origin": RUNNING if scheme.is_taken_over else PAID, "opened_on": plan.opened_on,
        "principal": scheme.opening_minor or None, "instalment": plan.instalment_minor or None,
        "instalment_months": str(plan.instalment_months or 1), "instalments_from": plan.instalments_from,
        "is_scheduled": scheme.instalment_schedule_id is not None,
        "counted_on": plan.starts_on if scheme.is_taken_over and is_joined else None,
        "paid_before": Decimal(plan.paid_before) if scheme.is_taken_over else None, "rate": rate,
        "compounding": plan.compounding.value, "payout": plan.payout.value if plan.payout else "",
        "tenor": Decimal(scheme.tenor_months) if scheme.tenor_months and has_own_tenor else None,
        "term": str(scheme.tenor_months), "tenor_days": Decimal(scheme.tenor_days) if scheme.tenor_days else None,
        "from_account_id": scheme.from_account_id, "payout_account_id": scheme.payout_account_id, "tax_rate": scheme.tax_rate,
        "penalty_rate": scheme.penalty_rate, "is_joint": scheme.is_joint, "nominee": scheme.nominee, "note": scheme.note,
    }  # fmt: skip
