"""Credit scores and what stands behind them."""

from flask import Blueprint

bp = Blueprint("credit", __name__)
