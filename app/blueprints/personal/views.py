"""Pages about the money of a household."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.domain.books import Role
from app.web.access import allow
from app.web.charts import flow_chart, pace_chart, path_chart, rate_chart
from app.web.dashboards import month_page

RECENT = 12

bp = Blueprint("personal", __name__)


@bp.get("/dashboard")
@allow(Role.VIEWER)
def dashboard() -> ResponseReturnValue:
    """A month of a household: what came in, where it went, what is left, what is owned."""
    page, shown = month_page(recent=RECENT)
    if page.is_new:
        return render_template("personal/first_steps.html", **shown)
    return render_template(
        "personal/dashboard.html",
        **shown,
        pace=pace_chart(page),
        flow=flow_chart(page, "Income", "Spent", "Saved", "Savings rate"),
        rate=rate_chart(page, "Savings rate"),
        worth=path_chart(page.trend, [each.worth_minor for each in page.trend], "Net worth"),
    )
