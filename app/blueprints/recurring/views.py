"""What comes again: bills, subscriptions, transfers; the calendar of what is due."""

from flask import Blueprint

bp = Blueprint("recurring", __name__)
