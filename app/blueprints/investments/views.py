"""Holdings, their lots and prices, and what was sold."""

from flask import Blueprint

bp = Blueprint("investments", __name__)
