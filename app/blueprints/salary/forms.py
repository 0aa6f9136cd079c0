"""Forms of jobs, of what they pay, and of a pay day."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from app.blueprints.salary.words import STATES
from app.domain.books import AccountKind, Subtype
from app.domain.errors import Refused
from app.domain.periods import Month
from app.domain.professional_tax import Gender
from app.domain.salaries import (
    LAST_DAY,
    MOST_ITEMS,
    OWN_STATE,
    Declared,
    Part,
    PayItem,
    PayTerms,
    ProvidentMode,
    TaxMode,
    states_with_tax,
)
from app.domain.salary_years import Before
from app.domain.tax.years import Regime
from app.domain.texts import clean
from app.queries.accounts import AccountView, pockets, tree
from app.queries.books import BookView
from app.queries.salaries import INDIAN_CURRENCY, Job, Revision
from app.services.salaries import EMPLOYER_LENGTH, ITEM_LENGTH, NOTE_LENGTH, RevisionCommand, SalaryCommand
from app.web.fields import AmountField, DayField, IdField, LineField, choice

SPARE_ITEMS = 1
LEAST_ITEMS = 1
_ALLOWANCES = (
    SelectChoice(Part.TAXED.value, "Taxed"),
    SelectChoice(Part.OLD_EXEMPT.value, "Old regime: exempt"),
    SelectChoice(Part.UNTAXED.value, "Not income"),
)


class AllowanceForm(Form):
    """An allowance with a name."""

    name = LineField("Allowance", limit=ITEM_LENGTH)
    part = SelectField("Tax", choices=list(_ALLOWANCES), invalid_choice_message="Choose how it is taxed.")
    amount = AmountField("Amount a month")


class DeductionForm(Form):
    """A deduction with a name, and the category it is posted to."""

    name = LineField("Deduction", limit=ITEM_LENGTH)
    category_id = IdField("Category")
    amount = AmountField("Amount a month")


class PayFields(FlaskForm):
    """What a job pays each month, and what its deductions follow from."""

    basic = AmountField("Basic pay", missing="Write the basic pay of a month.")
    dearness = AmountField("Dearness allowance")
    rent_allowance = AmountField("House rent allowance (HRA)")
    special = AmountField("Special allowance")
    allowances = FieldList(FormField(AllowanceForm), "Other allowances", max_entries=MOST_ITEMS + SPARE_ITEMS)
    provident = SelectField(
        "Provident fund (EPF)",
        choices=[
            SelectChoice(ProvidentMode.CAPPED.value, "12% of basic pay up to ₹15,000"),
            SelectChoice(ProvidentMode.FULL.value, "12% of all basic pay"),
            SelectChoice(ProvidentMode.OWN.value, "Own amount"),
            SelectChoice(ProvidentMode.NONE.value, "None"),
        ],
        default=ProvidentMode.CAPPED.value,
        invalid_choice_message="Choose one from the list.",
    )
    own_provident = AmountField("Your own contribution")
    own_employer = AmountField("The employer’s contribution")
    keeps_employer = BooleanField("Put the employer’s part into the books too")
    is_insured = BooleanField("State insurance (ESI) when the pay is ₹21,000 or less")
    state = SelectField("Professional tax of", invalid_choice_message="Choose a state from the list.")
    own_professional_tax = AmountField("Professional tax a month")
    gender = RadioField(
        "Gender",
        choices=[SelectChoice(Gender.MALE.value, "Man"), SelectChoice(Gender.FEMALE.value, "Woman")],
        default=Gender.MALE.value,
        invalid_choice_message="Choose man or woman: Maharashtra’s tax differs.",
    )
    tax = SelectField(
        "Income tax (TDS)",
        choices=[
            SelectChoice(TaxMode.PLAN.value, "Worked out from the year"),
            SelectChoice(TaxMode.OWN.value, "Own amount"),
            SelectChoice(TaxMode.NONE.value, "None"),
        ],
        default=TaxMode.PLAN.value,
        invalid_choice_message="Choose one from the list.",
    )
    own_tax = AmountField("Tax held back a month")
    regime = RadioField(
        "Tax regime",
        choices=[SelectChoice(Regime.NEW.value, "New regime"), SelectChoice(Regime.OLD.value, "Old regime")],
        default=Regime.NEW.value,
        invalid_choice_message="Choose the new or the old regime.",
    )
    rent_paid = AmountField("Rent you pay a month")
    is_in_metro = BooleanField("The home is in a metro city")
    savings = AmountField("80C savings a year")
    health = AmountField("Health insurance a year, 80D")
    pension = AmountField("Own pension a year, 80CCD(1B)")
    home_interest = AmountField("Home loan interest a year, 24(b)")
    deductions = FieldList(FormField(DeductionForm), "Other deductions", max_entries=MOST_ITEMS + SPARE_ITEMS)

    def __init__(self, book: BookView, accounts: Mapping[int, AccountView], **said: Any) -> None:
        self.book = book
        self.is_indian = book.currency == INDIAN_CURRENCY
        self._categories = [
            choice(None, "Salary deductions"),
            *(
                choice(branch.account.id, branch.title)
                for branch in tree(accounts, AccountKind.EXPENSE, keep=_kept(said))
            ),
        ]
        super().__init__(data=said)
        for field in (self.allowances, self.deductions):
            while not self.is_submitted() and len(field) < max(LEAST_ITEMS, _filled(field) + SPARE_ITEMS):
                field.append_entry({})
        for entry in self.deductions:
            entry.form.category_id.choices = self._categories
        self.state.choices = _states()
        if not self.is_indian:
            self.basic.label.text = "Pay before deductions"

    def validate(self, extra_validators: Any = None) -> bool:
        """Look at each field, and at what the lines say together."""
        valid: bool = super().validate(extra_validators)
        for field in (self.allowances, self.deductions):
            wrong = [entry for entry in field if not _is_whole(entry.form)]
            if wrong:
                field.errors = [*field.errors, "Look at its lines."]
        return valid and not (self.allowances.errors or self.deductions.errors)

    def spare(self) -> None:
        """Offer more lines on a form that is shown again."""
        for field in (self.allowances, self.deductions):
            while len(field) < min(MOST_ITEMS + SPARE_ITEMS, max(LEAST_ITEMS, _filled(field) + 1)):
                field.append_entry({})
        for entry in self.deductions:
            entry.form.category_id.choices = self._categories

    def to_terms(self) -> PayTerms:
        """The validated form as what a job pays.

        Raises: Refused with the field to correct.
        """
        if not self.is_indian:
            return PayTerms(self.basic.data, items=tuple(self._items()))
        mode, state, tax = ProvidentMode(self.provident.data), self.state.data, TaxMode(self.tax.data)
        is_own = mode is ProvidentMode.OWN
        if is_own and self.own_provident.data is None:
            raise Refused("Write your own contribution.", field="own_provident")
        if state == OWN_STATE and self.own_professional_tax.data is None:
            raise Refused("Write the tax of a month.", field="own_professional_tax")
        if tax is TaxMode.OWN and self.own_tax.data is None:
            raise Refused("Write the tax held back each month.", field="own_tax")
        return PayTerms(
            self.basic.data, self.dearness.data or 0, self.rent_allowance.data or 0, self.special.data or 0, tuple(self._items()),
            provident=mode, own_provident_minor=self.own_provident.data or 0 if is_own else 0,
            own_employer_minor=self.own_employer.data or 0 if is_own else 0, keeps_employer=self.keeps_employer.data,
            is_insured=self.is_insured.data, state=state,
            own_professional_tax_minor=self.own_professional_tax.data or 0 if state == OWN_STATE else 0,
            gender=Gender(self.gender.data), tax=tax, own_tax_minor=self.own_tax.data or 0 if tax is TaxMode.OWN else 0,
            regime=Regime(self.regime.data), rent_paid_minor=self.rent_paid.data or 0, is_in_metro=self.is_in_metro.data,
            declared=Declared(self.savings.data or 0, self.health.data or 0, self.pension.data or 0, self.home_interest.data or 0),
        )  # fmt: skip

    def _items(self) -> Iterable[PayItem]:
        for entry in self.allowances:
            form = entry.form
            if name := clean(form.name.data, ITEM_LENGTH):
                yield PayItem(Part(form.part.data) if self.is_indian else Part.TAXED, name, form.amount.data or 0)
        for entry in self.deductions:
            form = entry.form
            if name := clean(form.name.data, ITEM_LENGTH):
                yield PayItem(Part.DEDUCTION, name, form.amount.data or 0, form.category_id.data)


class JobFields(FlaskForm):
    """A job: who pays, where to, and when."""

    employer = LineField("Employer", limit=EMPLOYER_LENGTH, missing="Write who pays you.")
    account_id = IdField("Paid into", missing="Choose the account that the pay arrives in.")
    first_on = DayField("First pay day", missing="Write the first pay day.")
    is_month_end = BooleanField("Always on the last day of the month")
    last_on = DayField("Last pay day", missing=None)
    is_automatic = BooleanField("Post each pay day by itself")
    posts_past = BooleanField("Put pay days that have passed into the books too")
    provident_account_id = IdField("Provident fund account")
    born_on = DayField("Date of birth", missing=None)
    before_gross = AmountField("Taxable pay before the first pay day")
    before_provident = AmountField("Provident fund before it")
    before_tax = AmountField("Tax held back before it")

    def offer(self, book: BookView, accounts: Mapping[int, AccountView]) -> None:
        """Set what can be chosen: accounts in the book's currency that are owned."""
        own = [
            each
            for each in pockets(accounts, keep=[self.account_id.data or 0, self.provident_account_id.data or 0])
            if each.kind == AccountKind.ASSET and each.currency == book.currency
        ]
        self.account_id.choices = [choice(None, "Choose an account"), *(choice(each.id, each.name) for each in own)]
        self.provident_account_id.choices = [
            choice(None, "A new one, when needed"),
            *(choice(each.id, each.name) for each in own if each.subtype == Subtype.DEPOSIT),
        ]

    def to_job(self, book_id: int, user_id: int) -> SalaryCommand:
        """The validated form as the service's input.

        Raises: Refused.
        """
        if self.account_id.data is None or self.first_on.data is None:
            raise Refused("Write the account and the first pay day.")
        if self.is_month_end.data and self.first_on.data != Month.of(self.first_on.data).last:
            raise Refused(
                "The first pay day is not the last of its month. Change that day, or take this tick away.",
                field="is_month_end",
            )
        before = Before(self.before_gross.data or 0, self.before_provident.data or 0, self.before_tax.data or 0)
        return SalaryCommand(
            book_id, user_id, self.employer.data or "", self.account_id.data, self.first_on.data,
            is_month_end=self.is_month_end.data, last_on=self.last_on.data, is_automatic=self.is_automatic.data,
            posts_past=self.posts_past.data, provident_account_id=self.provident_account_id.data, born_on=self.born_on.data,
            before=before,
        )  # fmt: skip


class NewSalaryForm(JobFields, PayFields):
    """A job with what it pays from its first month on."""

    def __init__(self, book: BookView, accounts: Mapping[int, AccountView], **said: Any) -> None:
        super().__init__(book, accounts, **said)
        self.offer(book, accounts)


class JobForm(JobFields):
    """A job that exists. What it pays is in its revisions."""

    def __init__(self, book: BookView, accounts: Mapping[int, AccountView], job: Job) -> None:
        super().__init__(data=said_of_job(job))
        self.offer(book, accounts)


class RevisionForm(PayFields):
    """What a job pays from a month on."""

    from_month = DayField("Applies from", missing="Write from when it applies.")
    note = LineField("Note", limit=NOTE_LENGTH)

    def to_command(self, user_id: int) -> RevisionCommand:
        """The validated form as the service's input.

        Raises: Refused with the field to correct.
        """
        if self.from_month.data is None:
            raise Refused("Write from when it applies.", field="from_month")
        month = Month.of(self.from_month.data)
        return RevisionCommand(self.book.id, user_id, month, self.to_terms(), self.note.data or "")


class PostForm(FlaskForm):
    """A pay day that has come: what really arrived, and when."""

    amount = AmountField("Net pay received")
    occurred_on = DayField("Received on")


def said_of_job(job: Job) -> dict[str, Any]:
    """A job as its form says it."""
    return {
        "employer": job.employer, "account_id": job.account_id, "first_on": job.first_on, "is_month_end": job.pay_day == LAST_DAY,
        "last_on": job.last_on, "is_automatic": job.is_automatic, "provident_account_id": job.provident_account_id,
        "born_on": job.born_on, "before_gross": job.before.gross_minor or None,
        "before_provident": job.before.provident_minor or None, "before_tax": job.before.tax_minor or None,
    }  # fmt: skip


def said_of_revision(revision: Revision, from_on: date | None = None) -> dict[str, Any]:
    """A revision as its form says it; `from_on` is when a new one like it would begin."""
    terms, declared = revision.terms, revision.terms.declared
    return {
        "from_month": from_on or revision.from_month.first, "note": "" if from_on else revision.note,
        "basic": terms.basic_minor, "dearness": terms.dearness_minor or None, "rent_allowance": terms.rent_allowance_minor or None,
        "special": terms.special_minor or None, "provident": terms.provident.value, "own_provident": terms.own_provident_minor or None,
        "own_employer": terms.own_employer_minor or None, "keeps_employer": terms.keeps_employer, "is_insured": terms.is_insured,
        "state": terms.state, "own_professional_tax": terms.own_professional_tax_minor or None, "gender": terms.gender.value,
        "tax": terms.tax.value, "own_tax": terms.own_tax_minor or None, "regime": terms.regime.value,
        "rent_paid": terms.rent_paid_minor or None, "is_in_metro": terms.is_in_metro, "savings": declared.savings_minor or None,
        "health": declared.health_minor or None, "pension": declared.pension_minor or None,
        "home_interest": declared.home_interest_minor or None,
        "allowances": [
            {"name": item.name, "part": item.part.value, "amount": item.amount_minor}
            for item in terms.items if item.part is not Part.DEDUCTION
        ],
        "deductions": [
            {"name": item.name, "category_id": item.category_id, "amount": item.amount_minor}
            for item in terms.items if item.part is Part.DEDUCTION
        ],
    }  # fmt: skip


def _is_whole(form: Any) -> bool:
    """Whether a line has both a name and an amount, or neither; the one that is missing is asked for."""
    has_name, has_amount = bool((form.name.data or "").strip()), bool((form.amount.typed or "").strip())
    if has_amount and not has_name:
        form.name.errors = [*form.name.errors, "Write what it is."]
    elif has_name and not has_amount:
        form.amount.errors = [*form.amount.errors, "Write the amount."]
    return has_name == has_amount


def _kept(said: Mapping[str, Any]) -> list[int]:
    return [item["category_id"] for item in said.get("deductions", ()) if item.get("category_id")]


def _filled(field: Any) -> int:
    return sum(
        1
        for entry in field
        if (entry.form.name.data or "").strip() or entry.form.amount.typed or entry.form.amount.data
    )


def _states() -> list[SelectChoice]:
    known = [choice(code, STATES.get(code, code)) for code in states_with_tax()]
    return [choice(None, "None where I work"), *known, choice(OWN_STATE, "Another state: own amount")]
