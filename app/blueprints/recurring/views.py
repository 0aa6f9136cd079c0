"""What comes again: bills, subscriptions, transfers; the calendar of what is due."""

from app.blueprints.recurring import calendar, dates
from app.blueprints.recurring.lists import bp

__all__ = ["bp", "calendar", "dates"]
