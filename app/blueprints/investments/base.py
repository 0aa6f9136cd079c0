"""The blueprint of investments, and what its pages share."""

from flask import Blueprint, g

from app.domain.errors import NotInBook
from app.queries.holdings import HoldingView, holdings_of
from app.web.deps import current_deps

bp = Blueprint("investments", __name__)


def the_holding(holding_id: int) -> HoldingView:
    """An investment of the book.

    Raises: NotInBook, also for one that was removed.
    """
    view = holdings_of(current_deps().session, g.book.id).get(holding_id)
    if view is None:
        raise NotInBook("holding", holding_id, g.book.id)
    return view
