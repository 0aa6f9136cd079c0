"""A small world for promises about the whole app: an owner, an editor, a viewer and a stranger, with something of everything."""

import re
from dataclasses import dataclass
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from werkzeug.routing import Rule

from app.domain.books import BookKind, Direction, Role
from app.models.account import Account
from app.models.anomaly import Alert
from app.models.book import Membership
from app.models.receipt import Receipt
from app.models.statement_import import Import, ImportRow
from app.models.transaction import Transaction
from app.models.user import SignIn, User
from app.queries.people import token_hash
from app.services.books import open_book
from app.services.deps import Deps
from app.services.transactions import Line, TransactionCommand, record_transaction
from tests.guards.worlds import credit, investments, loans, net_worth, recurring, salary, schemes, tax

PARTS = (recurring, salary, loans, schemes, investments, net_worth, tax, credit)
PLANTED = "<script>alert('\"planted\"')</script>{{7*7}}"
PEOPLE = ("owner", "editor", "viewer", "stranger")
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class World:
    """The ids of the owner's things, by the name of the route parameter that takes them."""

    app: Flask
    personal: int
    business: int
    ids: dict[str, object]

    def client(self, person: str | None) -> FlaskClient:
        """A browser of one of the people, or of nobody."""
        client = self.app.test_client()
        if person:
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = f"token of {person}", True
        return client

    def address(self, rule: Rule, *, book: int | None = None, ids: dict[str, object] | None = None) -> str:
        """Where a route leads, with the owner's ids in it. A parameter that nobody knows is a failure: add it to the world."""
        values = {name: (ids or self.ids)[name] for name in rule.arguments}
        with self.app.test_request_context():
            path = self.app.url_map.bind("localhost").build(rule.endpoint, values)
        return f"{path}?book={book}" if book else path

    def book_for(self, rule: Rule) -> int:
        """The owner's book of the kind that a route is about."""
        return self.business if rule.endpoint.startswith("business") else self.personal

    def rules(self, method: str) -> list[Rule]:
        """Every route that takes this method."""
        rules = [
            rule
            for rule in self.app.url_map.iter_rules()
            if method in (rule.methods or set()) and rule.endpoint != "static"
        ]
        return sorted(rules, key=lambda rule: rule.rule)


def csrf_token(client: FlaskClient, page: str) -> str:
    """The token of a page's forms."""
    found = TOKEN.search(client.get(page).get_data(as_text=True))
    assert found, f"no form on {page}"
    return found[1]


def make_world(app: Flask, deps: Deps, *, planted: str = "Meera's lunch") -> World:
    """Fill a database. Every text that a person can write holds `planted`."""
    session, now = deps.session, deps.now()
    people = {}
    for name in PEOPLE:
        user = User(
            email=f"{name}@example.com", name=f"{name} {planted}"[:80], password_hash="", born_on=date(1990, 1, 1), locale="en-IN",
            timezone="Asia/Kolkata", theme="auto", is_demo=False, created_at=now,
        )  # fmt: skip
        session.add(user)
        session.flush()
        session.add(
            SignIn(
                token_hash=token_hash(f"token of {name}"),
                user_id=user.id,
                device=planted[:200],
                address="127.0.0.1",
                created_at=now,
                seen_at=now,
            )
        )
        people[name] = user.id
    session.commit()
    books = {
        kind: open_book(
            people["owner"],
            kind=kind,
            name=f"{kind} {planted}"[:80],
            currency="INR",
            timezone="Asia/Kolkata",
            deps=deps,
        )
        for kind in BookKind
    }
    for kind in BookKind:  # the stranger has books too, so that only access can keep them apart
        open_book(people["stranger"], kind=kind, name="Mine", currency="INR", timezone="Asia/Kolkata", deps=deps)
    for book_id in books.values():
        session.execute(
            insert(Membership),
            [{"book_id": book_id, "user_id": people[name], "role": Role(name)} for name in ("editor", "viewer")],
        )
    session.commit()
    ids: dict[str, object] = {}
    for book_id in books.values():
        ids = _fill(deps, book_id, people["owner"], planted) | ids
        for part in PARTS:
            ids = part.fill(deps, book_id, people["owner"], planted) | ids
    ids |= {
        "user_id": people["editor"],
        "member_id": people["editor"],
        "key": "00000000",
        "filename": "css/app.css",
        "book_id": books[BookKind.PERSONAL],
        "token": "no-such-token",
    }
    ids["device"] = ids["session_id"] = ids["token_hash"] = token_hash("token of owner")
    return World(app, books[BookKind.PERSONAL], books[BookKind.BUSINESS], ids)


def _fill(deps: Deps, book_id: int, user_id: int, planted: str) -> dict[str, object]:
    """Transactions, an alert, a receipt and an import in one book."""
    session, now = deps.session, deps.now()
    accounts = dict(session.execute(select(Account.name, Account.id).where(Account.book_id == book_id)).all())
    category = accounts.get("Dining") or accounts["Meals"]
    receipt = Receipt(
        book_id=book_id, sha256="0" * 64, storage="local", storage_key="00/missing", media_type="image/jpeg", width=100, height=200, reading=None, created_at=now,
    )  # fmt: skip
    brought = Import(
        book_id=book_id, account_id=accounts["Cash"], file_name=planted[:200], content=None, state="applied", answers="{}", understood="{}",
        row_count=1, new_count=1, done_count=1, error=None, claimed_at=None, created_at=now,
    )  # fmt: skip
    session.add_all([receipt, brought])
    session.flush()
    session.add(
        ImportRow(
            book_id=book_id, import_id=brought.id, number=0, line=1, occurred_on=date(2026, 11, 2), amount_minor=-100, payee=planted[:120],
            description=planted, category_id=category, fingerprint="1:00", nth=1, raw=planted, status="here",
        )
    )  # fmt: skip
    session.commit()
    account_id, receipt_id, import_id = accounts["Cash"], receipt.id, brought.id
    saved = [
        record_transaction(
            TransactionCommand(
                book_id, user_id, Direction.OUT, date(2026, 11, day), account_id, 10_000 * day, (Line(category, 10_000 * day),),
                payee=planted, description=planted, note=planted, tags=(planted,), receipt_id=receipt_id if day == 1 else None,
            ),
            deps=deps,
        ).transaction_id
        for day in (1, 2, 3)
    ]  # fmt: skip
    alert = Alert(
        book_id=book_id, transaction_id=saved[0], kinds="amount", reason=planted, usual_low_minor=100, usual_high_minor=900, score=4.2, answer="open",
        answered_at=None, created_at=now,
    )  # fmt: skip
    session.add(alert)
    session.execute(update(Transaction).where(Transaction.id == saved[0]).values(score=alert.score))
    session.commit()
    return {
        "transaction_id": saved[0], "account_id": account_id, "category_id": category, "receipt_id": receipt_id, "import_id": import_id, "alert_id": alert.id,
    }  # fmt: skip
