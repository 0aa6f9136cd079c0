"""What is owned less what is owed, month by month, and goals."""

from flask import Blueprint

bp = Blueprint("net_worth", __name__)
