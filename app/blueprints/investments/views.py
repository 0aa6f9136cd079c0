"""Holdings, their lots and prices, and what was sold."""

from app.blueprints.investments import sold

bp = sold.bp
