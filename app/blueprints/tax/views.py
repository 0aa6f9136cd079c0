"""The tax estimator."""

from flask import Blueprint

bp = Blueprint("tax", __name__)
