"""Profit of a firm step by step, and the cash behind it."""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.flows import share


@dataclass(frozen=True, slots=True)
class ProfitAndLoss:
    """What came in and went out over a time, in minor units, costs as positive numbers. The results are derived."""

    revenue_minor: int
    goods_minor: int
    """Cost of goods sold."""
    operating_minor: int
    """Operating expenses without depreciation."""
    depreciation_minor: int = 0
    interest_minor: int = 0
    other_income_minor: int = 0
    tax_minor: int = 0

    @property
    def gross_profit_minor(self) -> int:
        """Revenue less cost of goods."""
        return self.revenue_minor - self.goods_minor

    @property
    def ebitda_minor(self) -> int:
        """Earnings before interest, tax, depreciation and other income."""
        return self.gross_profit_minor - self.operating_minor

    @property
    def operating_profit_minor(self) -> int:
        """The same less depreciation."""
        return self.ebitda_minor - self.depreciation_minor

    @property
    def before_tax_minor(self) -> int:
        """Operating profit with other income, less interest."""
        return self.operating_profit_minor + self.other_income_minor - self.interest_minor

    @property
    def net_profit_minor(self) -> int:
        """What is left after tax.

        >>> ProfitAndLoss(1_000, 400, 100, tax_minor=50).net_profit_minor
        450
        """
        return self.before_tax_minor - self.tax_minor

    @property
    def gross_margin(self) -> Decimal | None:
        """Gross profit as a fraction of revenue; None without revenue."""
        return share(self.gross_profit_minor, self.revenue_minor)

    @property
    def operating_margin(self) -> Decimal | None:
        """Operating profit as a fraction of revenue; None without revenue."""
        return share(self.operating_profit_minor, self.revenue_minor)

    @property
    def net_margin(self) -> Decimal | None:
        """Net profit as a fraction of revenue; None without revenue."""
        return share(self.net_profit_minor, self.revenue_minor)

    @property
    def expense_ratio(self) -> Decimal | None:
        """Operating expenses with depreciation as a fraction of revenue; None without revenue."""
        return share(self.operating_minor + self.depreciation_minor, self.revenue_minor)


@dataclass(frozen=True, slots=True)
class CashMovements:
    """From profit to cash by the indirect method, in minor units. Changes are closing less opening; payments are positive.

    Interest and dividends paid stand in financing (AS 3, Ind AS 7).
    """

    net_profit_minor: int
    depreciation_minor: int
    interest_expense_minor: int
    gain_on_sale_minor: int
    receivables_change_minor: int
    inventory_change_minor: int
    payables_change_minor: int
    tax_timing_minor: int
    capital_spending_minor: int
    asset_sales_minor: int
    debt_raised_minor: int
    debt_repaid_minor: int
    interest_paid_minor: int
    equity_raised_minor: int
    dividends_minor: int

    @property
    def operating_minor(self) -> int:
        """Cash from the business itself."""
        not_cash = self.depreciation_minor + self.interest_expense_minor - self.gain_on_sale_minor
        working = self.payables_change_minor - self.receivables_change_minor - self.inventory_change_minor
        return self.net_profit_minor + not_cash + working + self.tax_timing_minor

    @property
    def investing_minor(self) -> int:
        """Cash from buying and selling what the business uses for years."""
        return self.asset_sales_minor - self.capital_spending_minor

    @property
    def financing_minor(self) -> int:
        """Cash from lenders and owners."""
        debt = self.debt_raised_minor - self.debt_repaid_minor - self.interest_paid_minor
        return debt + self.equity_raised_minor - self.dividends_minor

    @property
    def net_change_minor(self) -> int:
        """By how much cash and bank changed."""
        return self.operating_minor + self.investing_minor + self.financing_minor

    @property
    def free_minor(self) -> int:
        """Operating cash less capital spending."""
        return self.operating_minor - self.capital_spending_minor
