"""Forms of accounts and categories."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from app.blueprints.accounts.icons import ACCOUNT_ICONS, CATEGORY_ICONS, COLOURS, Icon
from app.domain.books import MONEY_SUBTYPES, AccountKind, Need, Subtype
from app.queries.accounts import AccountView, Opening, tree
from app.queries.books import BookView
from app.services.accounts import NAME_LENGTH, AccountCommand, CategoryCommand
from app.web.fields import AmountField, DayField, IdField, LineField, choice
from app.web.formats import currencies

SUBTYPES = {
    Subtype.BANK: "Bank account",
    Subtype.CASH: "Cash",
    Subtype.WALLET: "Wallet",
    Subtype.DEPOSIT: "Deposit",
    Subtype.CARD: "Credit card",
    Subtype.LOAN: "Loan",
}
NEEDS = {Need.ESSENTIAL: "Essential", Need.DISCRETIONARY: "Discretionary", Need.NONE: "Neither"}
KINDS = {AccountKind.EXPENSE: "Spending", AccountKind.INCOME: "Income"}


class _Looks(FlaskForm):
    """Name, icon and colour: what accounts and categories have in common."""

    name = LineField("Name", limit=NAME_LENGTH, missing="Write a name.")
    icon = RadioField("Icon", invalid_choice_message="Choose an icon from the list.")
    colour = RadioField("Colour", invalid_choice_message="Choose a colour from the list.")

    def offer(self, icons: tuple[Icon, ...]) -> None:
        """Set what can be chosen; the icon that is already used stays a choice."""
        known = {icon.name for icon in icons}
        used = [] if not self.icon.object_data or self.icon.object_data in known else [str(self.icon.object_data)]
        self.icon.choices = [
            *(SelectChoice(name, name.replace("-", " ")) for name in used),
            *(SelectChoice(icon.name, icon.label) for icon in icons),
        ]
        self.colour.choices = [SelectChoice(str(number), label) for number, label in COLOURS.items()]


class AccountForm(_Looks):
    """A money account. Currency and side stay once it exists."""

    subtype = SelectField(
        "Kind",
        choices=[SelectChoice(each.value, label) for each, label in SUBTYPES.items()],
        invalid_choice_message="Choose a kind of account.",
    )
    currency = SelectField("Currency", invalid_choice_message="Choose a currency.")
    opening = AmountField("Opening balance")
    opening_base = AmountField("Opening balance in this book’s currency")
    opening_on = DayField("On", missing=None)

    def __init__(
        self, book: BookView, account: AccountView | None = None, opening: Opening | None = None, **defaults: Any
    ) -> None:
        self._book, self._account = book, account
        super().__init__(data=defaults | _said_of(account, opening))
        self.offer(ACCOUNT_ICONS)
        self.currency.choices = [SelectChoice(code, label) for code, label in currencies()]
        if account:
            kinds = [each for each in SUBTYPES if MONEY_SUBTYPES[each] == account.kind]
            self.subtype.choices = [SelectChoice(each.value, SUBTYPES[each]) for each in kinds]
            self.currency.choices = [SelectChoice(account.currency, account.currency)]
        self.opening.currency = self.currency.data or book.currency

    @property
    def opening_minor(self) -> int:
        """What was in it; nothing written is nothing."""
        return self.opening.data or 0

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the opening balance in the account's currency."""
        self.opening.currency = self.currency.data or self._book.currency
        self.opening_base.currency = self._book.currency
        valid: bool = super().validate(extra_validators)
        return valid

    def to_command(self, user_id: int) -> AccountCommand:
        """The validated form as the service's input."""
        return AccountCommand(
            book_id=self._book.id,
            user_id=user_id,
            name=self.name.data or "",
            subtype=Subtype(self.subtype.data),
            currency=self.currency.data,
            icon=self.icon.data,
            colour=int(self.colour.data),
        )


class CategoryForm(_Looks):
    """A category. Its kind stays once it exists."""

    kind = RadioField(
        "For",
        choices=[SelectChoice(each.value, label) for each, label in KINDS.items()],
        default=AccountKind.EXPENSE.value,
        invalid_choice_message="Choose spending or income.",
    )
    parent_id = IdField("Part of")
    need = RadioField(
        "Need",
        choices=[SelectChoice(each.value, label) for each, label in NEEDS.items()],
        default=Need.NONE.value,
        invalid_choice_message="Choose essential, discretionary or neither.",
    )

    def __init__(
        self, book: BookView, accounts: Mapping[int, AccountView], category: AccountView | None = None, **defaults: Any
    ) -> None:
        self._book, self._category = book, category
        super().__init__(data=defaults | _said_of(category, None))
        self.offer(CATEGORY_ICONS)
        self.parent_id.choices = [choice(None, "Nothing, it stands by itself"), *_parents(accounts, category)]

    def to_command(self, user_id: int) -> CategoryCommand:
        """The validated form as the service's input."""
        kind = self._category.kind if self._category else AccountKind(self.kind.data)
        return CategoryCommand(
            book_id=self._book.id,
            user_id=user_id,
            name=self.name.data or "",
            kind=kind,
            parent_id=self.parent_id.data,
            need=Need(self.need.data),
            icon=self.icon.data,
            colour=int(self.colour.data),
        )


class MergeForm(FlaskForm):
    """Into which category another one goes."""

    into_id = IdField("Merge into", missing="Choose the category that stays.")

    def __init__(self, accounts: Mapping[int, AccountView], category: AccountView) -> None:
        super().__init__()
        self.into_id.choices = [
            choice(None, "Choose a category"),
            *(
                choice(branch.account.id, branch.title)
                for branch in tree(accounts, category.kind)
                if branch.account.id != category.id
            ),
        ]


def _parents(accounts: Mapping[int, AccountView], category: AccountView | None) -> list[SelectChoice]:
    kinds = [category.kind] if category else list(KINDS)
    keep = [category.parent_id] if category and category.parent_id else []
    return [
        choice(branch.account.id, branch.title, KINDS[kind])
        for kind in kinds
        for branch in tree(accounts, kind, keep=keep)
        if not category or branch.account.id != category.id
    ]


def _said_of(account: AccountView | None, opening: Opening | None) -> dict[str, Any]:
    if account is None:
        return {}
    said: dict[str, Any] = {
        "name": account.name, "icon": account.icon, "colour": str(account.colour), "subtype": account.subtype.value,
        "currency": account.currency, "kind": account.kind.value, "need": account.need.value, "parent_id": account.parent_id,
    }  # fmt: skip
    if opening:
        sign = 1 if account.kind == AccountKind.ASSET else -1
        said |= {
            "opening": sign * opening.amount_minor, "opening_base": sign * opening.base_minor, "opening_on": opening.occurred_on,
        }  # fmt: skip
    return said
