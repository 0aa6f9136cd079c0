"""Pages about the money of a firm."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.domain.books import Role
from app.web.access import allow
from app.web.charts import flow_chart, path_chart, rate_chart
from app.web.dashboards import month_page, slices

RECENT = 8

bp = Blueprint("business", __name__)


@bp.get("/business_dashboard")
@allow(Role.VIEWER)
def dashboard() -> ResponseReturnValue:
    """A month of a firm: what it earned, what it cost, what is left, and the cash it has."""
    page, shown = month_page(recent=RECENT)
    if page.is_new:
        return render_template("business/first_steps.html", **shown)
    return render_template(
        "business/dashboard.html",
        **shown,
        earning=slices(page.earning),
        flow=flow_chart(page, "Revenue", "Expenses", "Profit", "Margin"),
        rate=rate_chart(page, "Margin"),
        cash=path_chart(page.trend, [each.cash_minor for each in page.trend], "Cash"),
    )
