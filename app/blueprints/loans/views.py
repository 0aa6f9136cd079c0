"""Loans with their schedules, and the way out of debt."""

from flask import Blueprint

bp = Blueprint("loans", __name__)
