"""The salary manager: pay structure, payslips, the year of tax held back."""

from flask import Blueprint

bp = Blueprint("salary", __name__)
