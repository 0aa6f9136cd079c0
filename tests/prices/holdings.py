from typing import Any

from app.domain.books import Subtype
from app.domain.investments import AssetClass, PriceSource, TaxedAs
from app.models.holding import Holding
from app.services.accounts import AccountCommand, open_account
from app.services.deps import Deps
from app.services.uow import book_work


def a_holding(deps: Deps, book_id: int, name: str = "Sample share", **changes: Any) -> int:
    """A holding of which nothing is known but its name, symbol, currency and source of prices. Returns its id."""
    values: dict[str, Any] = {
        "symbol": "", "asset_class": AssetClass.STOCK, "taxed_as": TaxedAs.LISTED_EQUITY, "currency": "INR",
        "price_source": PriceSource.YFINANCE, "price_2018": None, "notes": "",
    } | changes  # fmt: skip
    with book_work(deps, book_id) as work:
        account_id = open_account(
            work, AccountCommand(book_id, None, name, Subtype.HOLDING, values["currency"], "graph-up", 3)
        )
        holding = Holding(
            book_id=book_id, account_id=account_id, name=name, created_at=work.now, removed_at=None, **values
        )
        work.session.add(holding)
        work.session.flush()
        return holding.id
