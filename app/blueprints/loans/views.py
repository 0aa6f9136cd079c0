"""Loans with their schedules, and the way out of debt."""

from app.blueprints.loans.planner import bp

__all__ = ["bp"]
