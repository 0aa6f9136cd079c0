"""Forms of investments, of what happens to them, and of plans that buy again and again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice

from app.blueprints.investments.words import CLASSES, SOURCES, TAXES
from app.domain.books import Subtype
from app.domain.errors import Refused
from app.domain.investments import AssetClass, EventKind, PriceSource, TaxedAs, plain, usually_taxed_as
from app.domain.lots import DIGITS
from app.domain.positions import price_of_one
from app.domain.recurrence import Frequency, Rule
from app.domain.recurrence_texts import parse_rule
from app.queries.accounts import AccountView, pockets
from app.queries.books import BookView
from app.queries.holdings import EventView, HoldingView, Quote
from app.queries.portfolio import PlanView
from app.services.holdings import NAME_LENGTH, NOTE_LENGTH, SHARES, SYMBOL_LENGTH, EventCommand, HoldingCommand
from app.services.investment_plans import PlanCommand
from app.web.fields import AmountField, DayField, IdField, LineField, QuantityField, choice
from app.web.formats import currencies, long_day, number_style, user_locale

LARGEST = Decimal(10) ** 15
RATIO = Decimal(1_000_000)
BY_CLASS = ""
REPEATS = {
    "FREQ=MONTHLY": ("Every month", Rule(Frequency.MONTHLY, is_clamped=True)),
    "FREQ=WEEKLY": ("Every week", Rule(Frequency.WEEKLY)),
    "FREQ=DAILY": ("Every day", Rule(Frequency.DAILY)),
    "FREQ=MONTHLY;INTERVAL=3": ("Every three months", Rule(Frequency.MONTHLY, interval=3, is_clamped=True)),
    "FREQ=YEARLY": ("Every year", Rule(Frequency.YEARLY, is_clamped=True)),
}
AS_IT_IS = "kept"


class ExactField(QuantityField):
    """A quantity, price or exchange rate with up to eighteen decimals."""

    def __init__(self, label: str, *, most: Decimal = LARGEST, **kwargs: Any) -> None:
        super().__init__(label, most=most, places=18, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Read all digits."""
        with localcontext(prec=DIGITS):
            super().pre_validate(form)

    def _value(self) -> str:
        if self.typed is not None or self.data is None:
            return self.typed or ""
        return plain(self.data).replace(".", number_style(user_locale()).decimal)


class HoldingForm(FlaskForm):
    """What an investment is. Its currency stays once it exists."""

    name = LineField("Name", limit=NAME_LENGTH, missing="Write a name.")
    symbol = LineField("Symbol", limit=SYMBOL_LENGTH)
    asset_class = SelectField(
        "Kind",
        choices=[SelectChoice(each.value, label) for each, label in CLASSES.items()],
        invalid_choice_message="Choose a kind from the list.",
    )
    taxed_as = SelectField(
        "Taxed as",
        choices=[
            SelectChoice(BY_CLASS, "As its kind usually is"),
            *(SelectChoice(each.value, label) for each, label in TAXES.items()),
        ],
        invalid_choice_message="Choose one from the list.",
    )
    currency = SelectField("Currency", invalid_choice_message="Choose a currency.")
    price_source = SelectField(
        "Prices from",
        choices=[SelectChoice(each.value, label) for each, label in SOURCES.items()],
        invalid_choice_message="Choose one from the list.",
    )
    price_2018 = ExactField("Price on 31 January 2018")
    notes = LineField("Notes", limit=1000)

    def __init__(self, book: BookView, holding: HoldingView | None = None, **defaults: Any) -> None:
        self._book = book
        said = (
            {}
            if holding is None
            else {
                "name": holding.name, "symbol": holding.symbol, "asset_class": holding.asset_class.value,
                "taxed_as": holding.taxed_as.value, "currency": holding.currency, "price_source": holding.price_source.value,
                "price_2018": holding.price_2018, "notes": holding.notes,
            }
        )  # fmt: skip
        super().__init__(data={"currency": book.currency, "taxed_as": BY_CLASS} | defaults | said)
        codes = currencies() if holding is None else ((holding.currency, holding.currency),)
        self.currency.choices = [SelectChoice(code, label) for code, label in codes]

    def to_command(self, user_id: int) -> HoldingCommand:
        """The validated form as the service's input."""
        asset_class = AssetClass(self.asset_class.data)
        return HoldingCommand(
            book_id=self._book.id,
            user_id=user_id,
            name=self.name.data or "",
            symbol=self.symbol.data or "",
            asset_class=asset_class,
            taxed_as=TaxedAs(self.taxed_as.data)
            if self.taxed_as.data
            else usually_taxed_as(asset_class, self.currency.data),
            currency=self.currency.data,
            price_source=PriceSource(self.price_source.data),
            price_2018=self.price_2018.data,
            notes=self.notes.data or "",
        )


class _Trade:
    """How many, and at what price each or for how much together."""

    quantity: ExactField
    price: ExactField
    total: AmountField
    fee: AmountField

    def check_price(self, kind: EventKind, currency: str) -> bool:
        """Find the price of one from the total, or say what is missing."""
        if self.price.data is not None and self.total.data is not None:
            self.total.errors = ["Write the price of one or the total, not both."]
        elif self.price.data is None and self.total.data is None and not self.price.errors and not self.total.errors:
            self.price.errors = ["Write the price of one, or the total."]
        elif self.total.data is not None and self.quantity.data and not self.fee.errors:
            fee = self.fee.data or 0
            without = self.total.data + (fee if kind == EventKind.SELL else -fee)
            if without < 0:
                self.fee.errors = ["The fee is more than the total."]
            else:
                try:
                    self.price.data = price_of_one(without, self.quantity.data, currency)
                except Refused as error:
                    self.quantity.errors = [error.user_message]
        return not (self.price.errors or self.total.errors or self.fee.errors or self.quantity.errors)


class AddForm(HoldingForm, _Trade):
    """An investment with what was bought first."""

    on = DayField("Bought on")
    quantity = ExactField("Quantity", missing="Write how many.")
    price = ExactField("Price of one")
    total = AmountField("Or paid in total")
    fee = AmountField("Fee in it")
    rate = ExactField("Exchange rate", most=Decimal(10) ** 9)
    account_id = IdField("Paid from")
    price_now = ExactField("Price now")

    def __init__(self, book: BookView, accounts: Mapping[int, AccountView], **defaults: Any) -> None:
        super().__init__(book, **defaults)
        self.account_id.choices = _payers(accounts, None, opening=True)

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the amounts in the currency of the investment."""
        self.total.currency = self.fee.currency = self.currency.data or self._book.currency
        valid: bool = super().validate(extra_validators)
        return self.check_price(EventKind.BUY, self.total.currency) and valid

    def to_event(self) -> EventCommand:
        """The first purchase."""
        return EventCommand(
            EventKind.BUY, self.on.data or date.min, self.quantity.data, self.price.data, self.fee.data or 0, rate=self.rate.data,
            account_id=self.account_id.data,
        )  # fmt: skip


class EventForm(FlaskForm, _Trade):
    """Something that happened to an investment. Fields that its kind does not have are left out."""

    on = DayField("Day")
    new = ExactField("New shares", most=RATIO, missing="Write a number above zero.")
    old = ExactField("For", most=RATIO, missing="Write a number above zero.")
    quantity = ExactField("Quantity", missing="Write how many.")
    price = ExactField("Price of one")
    total = AmountField("Or in total")
    fee = AmountField("Fee in it")
    amount = AmountField("Amount", missing="Write the amount in figures, like 2,346.00.")
    rate = ExactField("Exchange rate", most=Decimal(10) ** 9)
    account_id = IdField("Account")
    note = LineField("Note", limit=NOTE_LENGTH)

    def __init__(
        self,
        book: BookView,
        holding: HoldingView,
        kind: EventKind,
        accounts: Mapping[int, AccountView],
        event: EventView | None = None,
        **defaults: Any,
    ) -> None:
        self.kind, self._holding = kind, holding
        super().__init__(data=defaults | _said(event))
        for name in _MISSING[kind]:
            del self[name]
        if kind in SHARES:
            return
        if holding.currency == book.currency:
            del self["rate"]
        fitting = {each.id: each for each in accounts.values() if each.currency in {holding.currency, book.currency}}
        self.account_id.choices = _payers(fitting, event.account_id if event else None, opening=kind == EventKind.BUY)
        self.account_id.label.text = {
            EventKind.BUY: "Paid from", EventKind.FEE: "Paid from", EventKind.SELL: "Paid into", EventKind.DIVIDEND: "Paid into",
        }[kind]  # fmt: skip
        for field in (self._fields.get("total"), self._fields.get("fee"), self._fields.get("amount")):
            if field is not None:
                field.currency = holding.currency

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the fields, and find the price from the total."""
        valid: bool = super().validate(extra_validators)
        if self.kind in {EventKind.BUY, EventKind.SELL}:
            valid = self.check_price(self.kind, self._holding.currency) and valid
        return valid

    def to_command(self) -> EventCommand:
        """The validated form as the service's input."""
        said = {name: field.data for name, field in self._fields.items()}
        return EventCommand(
            self.kind, said["on"], said.get("quantity"), said.get("price"), said.get("fee") or 0, said.get("old"),
            said.get("new"), said.get("amount"), said.get("rate"), said.get("account_id"), said.get("note") or "",
        )  # fmt: skip


class PlanForm(FlaskForm):
    """An amount that is invested again and again."""

    amount = AmountField("Amount each time", missing="Write the amount in figures, like 2,346.00.")
    fee = AmountField("Fee in it")
    account_id = IdField("Paid from", missing="Choose an account.")
    repeats = SelectField("How often", invalid_choice_message="Choose how often from the list.")
    first_on = DayField("First day")
    until = DayField("Last day", missing=None)
    is_automatic = BooleanField("Buy at the last known price, without asking")

    def __init__(
        self,
        book: BookView,
        holding: HoldingView,
        accounts: Mapping[int, AccountView],
        plan: PlanView | None = None,
        **defaults: Any,
    ) -> None:
        self._book, self._holding = book, holding
        rule = parse_rule(plan.rule) if plan else None
        known = next((key for key, (_, each) in REPEATS.items() if rule and _same(each, rule)), AS_IT_IS)
        self._rule = rule
        said: dict[str, Any] = (
            {}
            if plan is None or rule is None
            else {
                "amount": plan.amount_minor, "fee": plan.fee_minor or None, "account_id": plan.account_id, "repeats": known,
                "first_on": plan.first_on, "until": rule.until, "is_automatic": plan.is_automatic,
            }
        )  # fmt: skip
        super().__init__(data=defaults | said)
        fitting = {each.id: each for each in accounts.values() if each.currency in {holding.currency, book.currency}}
        self.account_id.choices = _payers(fitting, plan.account_id if plan else None, opening=False)
        self.repeats.choices = [
            *([SelectChoice(AS_IT_IS, f"As it is: {plan.rule}")] if plan and known == AS_IT_IS else []),
            *(SelectChoice(key, label) for key, (label, _) in REPEATS.items()),
        ]
        self.amount.currency = self.fee.currency = holding.currency

    def to_command(self, user_id: int) -> PlanCommand:
        """The validated form as the service's input."""
        rule = self._rule if self.repeats.data == AS_IT_IS and self._rule else REPEATS[self.repeats.data][1]
        return PlanCommand(
            book_id=self._book.id,
            user_id=user_id,
            holding_id=self._holding.id,
            account_id=self.account_id.data,
            amount_minor=self.amount.data,
            rule=_until(rule, self.until.data),
            first_on=self.first_on.data or date.min,
            fee_minor=self.fee.data or 0,
            is_automatic=self.is_automatic.data,
        )


def usual_payer(accounts: Mapping[int, AccountView], currency: str) -> int | None:
    """The account that is offered first: a bank account in the currency."""
    banks = (each.id for each in pockets(accounts) if each.subtype == Subtype.BANK and each.currency == currency)
    return next(banks, None)


def last_rate(holding: HoldingView, home: str, quote: Quote | None) -> str:
    """What to write into the field of the exchange rate, with the last one that is known."""
    asked = f"How much {home} one {holding.currency} was."
    return asked if quote is None else f"{asked} The last one known, of {long_day(quote.on)}, is {plain(quote.value)}."


_ALL = ("new", "old", "quantity", "price", "total", "fee", "amount", "rate", "account_id")
_HAS: Mapping[EventKind, Sequence[str]] = {
    EventKind.BUY: ("quantity", "price", "total", "fee", "rate", "account_id"),
    EventKind.SELL: ("quantity", "price", "total", "fee", "rate", "account_id"),
    EventKind.SPLIT: ("new", "old"),
    EventKind.BONUS: ("new", "old"),
    EventKind.DIVIDEND: ("amount", "rate", "account_id"),
    EventKind.FEE: ("amount", "rate", "account_id"),
}
_MISSING = {kind: tuple(name for name in _ALL if name not in has) for kind, has in _HAS.items()}


def _said(event: EventView | None) -> dict[str, Any]:
    if event is None:
        return {}
    return {
        "on": event.on, "quantity": event.quantity, "price": event.price, "fee": event.fee_minor or None, "old": event.old,
        "new": event.new, "amount": event.amount_minor, "rate": event.rate, "account_id": event.account_id, "note": event.note,
    }  # fmt: skip


def _payers(accounts: Mapping[int, AccountView], used: int | None, *, opening: bool) -> list[SelectChoice]:
    offered = [
        choice(each.id, f"{each.name}, {each.currency}")
        for each in pockets(accounts, keep=[used] if used else [])
        if each.subtype != Subtype.LOAN or each.id == used
    ]
    first = choice(None, "No account: held before this book began" if opening else "Choose an account")
    return [first, *offered]


def _same(one: Rule, other: Rule) -> bool:
    return (one.frequency, one.interval) == (other.frequency, other.interval) and not any(
        (other.by_day, other.by_month_day, other.by_month, other.by_position, other.times)
    )


def _until(rule: Rule, until: date | None) -> Rule:
    if rule.times is not None:
        return rule
    return replace(rule, until=until)
