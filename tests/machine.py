"""Random operations on a book, and an account of what they should have done that shares no code with the books."""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.alerts import Answer
from app.domain.books import CATEGORY_KINDS, AccountKind, Direction, Subtype
from app.domain.errors import FinTrakError
from app.models.account import Account
from app.models.anomaly import Alert
from app.models.transaction import Posting, Transaction
from app.queries.imports import import_view
from app.services import imports
from app.services.accounts import (
    AccountCommand,
    CategoryCommand,
    add_account,
    add_category,
    archive_account,
    change_account,
    merge_category,
)
from app.services.anomalies import answer
from app.services.deps import Deps
from app.services.transactions import (
    Line,
    TransactionCommand,
    edit_transaction,
    recategorise_transactions,
    record_transaction,
    restore_transactions,
    tag_transactions,
    void_transactions,
)

FEW_CATEGORIES = 5
FIRST_DAY = date(2025, 1, 1)
PAYEES = ("Big Bazaar", "BESCOM", "Uber", "चाय वाला", "Ünïcode & Söhne", "😀 Café", "")


@dataclass(slots=True)
class Known:
    """A transaction as the machine remembers it."""

    command: TransactionCommand
    is_void: bool = False


@dataclass(slots=True)
class Machine:
    """Works on one book at random. `done` counts the operations that the books accepted, `refused` the others."""

    deps: Deps
    session: Session
    book_id: int
    rng: random.Random
    transactions: dict[int, Known] = field(default_factory=dict)
    openings: dict[int, int] = field(
        default_factory=dict
    )  # account → what it began with, as the account's kind counts it
    imports: dict[int, list[int]] = field(default_factory=dict)  # applied import → its transactions
    brought_in: int = 0
    done: int = 0
    refused: int = 0
    _names: int = 0

    def run(self, operations: int) -> None:
        """Do so many operations."""
        weights = {
            self.record: 40, self.edit: 14, self.void: 10, self.restore: 8, self.recategorise: 5, self.tag: 3,
            self.open_account: 1, self.new_category: 1, self.merge: 1, self.archive: 1, self.repeat: 4, self.nonsense: 6,
            self.bring_in: 2, self.take_back: 1, self.correct_opening: 2, self.answer: 2,
        }  # fmt: skip
        for act in self.rng.choices(list(weights), list(weights.values()), k=operations):
            try:
                act()
            except FinTrakError:
                self.refused += 1
            else:
                self.done += 1

    def balances(self) -> dict[int, int]:
        """What every money account should hold, in its own currency: debit positive."""
        sums: dict[int, int] = defaultdict(int, self.openings)
        for known in self.transactions.values():
            command = known.command
            if known.is_void:
                continue
            sign = 1 if command.direction == Direction.IN else -1
            sums[command.account_id] += sign * command.amount_minor
            if command.to_account_id:
                sums[command.to_account_id] += command.to_amount_minor or command.amount_minor
        return {account_id: total for account_id, total in sums.items() if total}

    def result(self) -> int:
        """Income less spending in the book's currency."""
        return sum(
            (1 if known.command.direction == Direction.IN else -1)
            * (known.command.base_minor or known.command.amount_minor)
            for known in self.transactions.values()
            if not known.is_void and known.command.direction != Direction.TRANSFER
        )

    def record(self) -> None:
        command = self._command()
        saved = record_transaction(command, deps=self.deps)
        self.transactions[saved.transaction_id] = Known(command)

    def repeat(self) -> None:
        """The same form, sent twice."""
        command = replace(self._command(), submission_key=f"{self.rng.getrandbits(120):030x}")
        first, second = (record_transaction(command, deps=self.deps) for _ in range(2))
        assert first.transaction_id == second.transaction_id
        assert second.is_repeat
        self.transactions[first.transaction_id] = Known(command)

    def edit(self) -> None:
        transaction_id = self._any()
        command = self._command()
        edit_transaction(transaction_id, command, deps=self.deps)
        self.transactions[transaction_id].command = command

    def void(self) -> None:
        ids = self._some()
        void_transactions(self.book_id, ids, user_id=None, deps=self.deps)
        for each in ids:
            self.transactions[each].is_void = True

    def restore(self) -> None:
        ids = self._some()
        restore_transactions(self.book_id, ids, user_id=None, deps=self.deps)
        for each in ids:
            self.transactions[each].is_void = False

    def recategorise(self) -> None:
        category = self.rng.choice(self._accounts(AccountKind.EXPENSE))
        recategorise_transactions(self.book_id, self._some(), category.id, user_id=None, deps=self.deps)

    def tag(self) -> None:
        tag_transactions(
            self.book_id, self._some(), self.rng.choice(("trip", "Diwali", "दिवाली")), user_id=None, deps=self.deps
        )

    def open_account(self) -> None:
        currency = self.rng.choice(("INR", "INR", "USD"))
        subtype = self.rng.choice((Subtype.BANK, Subtype.CARD, Subtype.WALLET))
        command = AccountCommand(self.book_id, None, self._name("Account"), subtype, currency)
        opening = self.rng.choice((0, self._amount()))
        account_id = add_account(
            command,
            opening_minor=opening,
            opening_on=FIRST_DAY,
            opening_base_minor=opening * 83 if currency == "USD" else None,
            deps=self.deps,
        )
        self.openings[account_id] = -opening if subtype == Subtype.CARD else opening

    def new_category(self) -> None:
        kind = self.rng.choice((AccountKind.INCOME, AccountKind.EXPENSE))
        parent = self.rng.choice([None, *(each.id for each in self._accounts(kind))])
        add_category(CategoryCommand(self.book_id, None, self._name("Category"), kind, parent), deps=self.deps)

    def _spare(self) -> list[Account]:
        """Categories that may go. The last few stay, or a long run would have nothing left to write."""
        categories = self._accounts(AccountKind.EXPENSE)
        if len(categories) <= FEW_CATEGORIES:
            name = self._name("Category")
            add_category(CategoryCommand(self.book_id, None, name, AccountKind.EXPENSE), deps=self.deps)
            categories = self._accounts(AccountKind.EXPENSE)
        return categories

    def merge(self) -> None:
        one, other = self.rng.sample(self._spare(), 2)
        merge_category(one.id, other.id, book_id=self.book_id, user_id=None, deps=self.deps)
        for known in self.transactions.values():  # an edit must not name the archived one
            lines = tuple(
                replace(line, category_id=other.id) if line.category_id == one.id else line
                for line in known.command.lines
            )
            known.command = replace(known.command, lines=lines)

    def archive(self) -> None:
        account = self.rng.choice(self._spare())
        archive_account(
            account.id, is_archived=bool(self.rng.getrandbits(1)), book_id=self.book_id, user_id=None, deps=self.deps
        )

    def bring_in(self) -> None:
        """A statement with two equal rows, applied twice: the second time there is nothing new."""
        target = self.rng.choice([each for each in self._money() if each.currency == "INR"])
        days = [FIRST_DAY + timedelta(days=self.rng.randrange(700)) for _ in range(3)]
        amounts = [self.rng.choice((-1, 1)) * self.rng.randrange(1, 10**8) for _ in days]
        rows = [*zip(days, amounts, strict=True), (days[0], amounts[0])]
        self._names += 1
        lines = [
            f"{day:%d/%m/%Y},SHOP {self._names},{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"
            for day, minor in rows
        ]
        statement = "\n".join(["Date,Description,Amount", *lines]).encode()
        answers = {"date_order": "dmy"}
        import_id = self._applied(target.id, statement, answers)
        found = self.session.execute(
            select(Transaction.id, Transaction.occurred_on)
            .where(Transaction.import_id == import_id)
            .order_by(Transaction.id)
        ).all()
        assert [day for _, day in found] == [day for day, _ in rows], (found, rows)
        for (transaction_id, day), (_, minor) in zip(found, rows, strict=True):
            direction = Direction.IN if minor > 0 else Direction.OUT
            self.transactions[transaction_id] = Known(
                TransactionCommand(
                    self.book_id, None, direction, day, target.id, abs(minor), self._lines_of(transaction_id)
                )
            )
        self.imports[import_id] = [transaction_id for transaction_id, _ in found]
        again = imports.upload(self.book_id, target.id, "again.csv", statement, deps=self.deps)
        imports.settle(imports.Settled(self.book_id, again, target.id, answers), deps=self.deps)
        imports.plan(self.book_id, again, deps=self.deps)
        assert import_view(self.session, self.book_id, again, self.deps.now()).new_count == 0
        imports.discard(self.book_id, again, deps=self.deps)
        self.brought_in += 1

    def take_back(self) -> None:
        """Undo an import, whatever became of its transactions meanwhile."""
        if not self.imports:
            return
        import_id = self.rng.choice(list(self.imports))
        imports.undo(self.book_id, import_id, user_id=None, deps=self.deps)
        for each in self.imports.pop(import_id):
            self.transactions[each].is_void = True

    def correct_opening(self) -> None:
        """Say anew what an account began with; the former opening stays deleted, also when it is asked back."""
        account = self.rng.choice(self._money())
        minor = self.rng.choice((0, self._amount()))
        command = AccountCommand(self.book_id, None, account.name, account.subtype, account.currency)
        base = minor * 83 if account.currency != "INR" else None
        change_account(account.id, command, opening=(minor, base, FIRST_DAY), deps=self.deps)
        self.openings[account.id] = -minor if account.kind == AccountKind.LIABILITY else minor

    def answer(self) -> None:
        """Say something of a warning; there may be none yet."""
        alert_id = self.session.scalar(
            select(Alert.id).where(Alert.book_id == self.book_id).order_by(Alert.id).limit(1)
        )
        said = self.rng.choice(tuple(Answer))
        answer(alert_id or 10**9, said, book_id=self.book_id, user_id=None, deps=self.deps)

    def nonsense(self) -> None:
        """Commands that the books must refuse whole."""
        command = self._command()
        wrong = self.rng.choice(
            (
                replace(command, amount_minor=-command.amount_minor),
                replace(command, account_id=10**9),
                replace(command, occurred_on=date(1, 1, 1)),
                replace(
                    command,
                    direction=Direction.OUT,
                    lines=(Line(command.account_id, command.amount_minor),),
                    to_account_id=None,
                ),
                replace(command, direction=Direction.OUT, lines=(), to_account_id=None),
                replace(command, direction=Direction.TRANSFER, to_account_id=command.account_id, lines=()),
                replace(command, receipt_id=10**9),
            )
        )
        record_transaction(wrong, deps=self.deps)
        raise AssertionError(f"the books took {wrong}")

    def _applied(self, account_id: int, statement: bytes, answers: dict[str, str]) -> int:
        import_id = imports.upload(self.book_id, account_id, "statement.csv", statement, deps=self.deps)
        imports.settle(imports.Settled(self.book_id, import_id, account_id, answers), deps=self.deps)
        imports.plan(self.book_id, import_id, deps=self.deps)
        imports.apply(self.book_id, import_id, user_id=None, deps=self.deps)
        return import_id

    def _lines_of(self, transaction_id: int) -> tuple[Line, ...]:
        legs = self.session.execute(
            select(Posting.account_id, Posting.amount_minor)
            .join(Account, Account.id == Posting.account_id)
            .where(Posting.transaction_id == transaction_id, Account.kind.in_(CATEGORY_KINDS))
        )
        return tuple(Line(account_id, abs(minor)) for account_id, minor in legs)

    def _command(self) -> TransactionCommand:
        direction = self.rng.choices((Direction.OUT, Direction.IN, Direction.TRANSFER), (6, 3, 2))[0]
        here, there = self.rng.sample(self._money(), 2)
        amount = self._amount()
        foreign = here.currency != "INR"
        command = TransactionCommand(
            book_id=self.book_id,
            user_id=None,
            direction=direction,
            occurred_on=FIRST_DAY + timedelta(days=self.rng.randrange(700)),
            account_id=here.id,
            amount_minor=amount,
            base_minor=amount * 83 + self.rng.randrange(9) if foreign else None,
            payee=self.rng.choice(PAYEES),
            note=self.rng.choice(("", "lunch with Meera")),
            tags=self.rng.choice(((), ("trip",), ("a", "b"))),
        )
        if direction == Direction.TRANSFER:
            arrives = None if here.currency == there.currency else self._amount()
            return replace(command, to_account_id=there.id, to_amount_minor=arrives)
        kinds = (
            (AccountKind.EXPENSE,)
            if direction == Direction.OUT
            else (AccountKind.INCOME, AccountKind.INCOME, AccountKind.EXPENSE)
        )
        return replace(command, lines=self._lines(amount, self._accounts(self.rng.choice(kinds))))

    def _lines(self, amount: int, categories: list[Account]) -> tuple[Line, ...]:
        parts = min(self.rng.choice((1, 1, 1, 2, 4)), amount, len(categories))
        cuts = [0, *sorted(self.rng.sample(range(1, amount), parts - 1)), amount]
        return tuple(
            Line(category.id, high - low)
            for category, (low, high) in zip(self.rng.sample(categories, parts), pairwise(cuts), strict=True)
        )

    def _amount(self) -> int:
        return self.rng.choice(
            (self.rng.randrange(1, 100), self.rng.randrange(100, 500_000), self.rng.randrange(1, 10**12))
        )

    def _name(self, what: str) -> str:
        self._names += 1
        return f"{what} {self._names}"

    def _any(self) -> int:
        return self.rng.choice(list(self.transactions)) if self.transactions else 10**9

    def _some(self) -> list[int]:
        return list({self._any() for _ in range(self.rng.choice((1, 1, 3)))})

    def _accounts(self, *kinds: AccountKind) -> list[Account]:
        wanted = select(Account).where(
            Account.book_id == self.book_id, Account.kind.in_(kinds), Account.is_archived.is_(False)
        )
        return list(self.session.scalars(wanted.order_by(Account.id)))

    def _money(self) -> list[Account]:
        return self._accounts(AccountKind.ASSET, AccountKind.LIABILITY)
