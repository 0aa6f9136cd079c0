"""Deposits and government savings schemes."""

from flask import Blueprint

bp = Blueprint("schemes", __name__)
