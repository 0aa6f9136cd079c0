"""Credit scores and what stands behind them."""

from app.blueprints.credit import accounts, enquiries, scores
from app.blueprints.credit.overview import bp

__all__ = ["accounts", "bp", "enquiries", "scores"]
