"""Forms of prices and exchange rates."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from app.queries.prices import PriceView
from app.web.fields import DayField, IdField, QuantityField, choice
from app.web.formats import currencies

HIGHEST = Decimal(9_999_999_999)
LIST, NAVS = "list", "amfi"


class PriceForm(FlaskForm):
    """What one of a holding was worth on a day."""

    holding_id = IdField("Investment", missing="Choose the investment.")
    on = DayField("Day")
    price = QuantityField("Price of one", missing="Write the price of one.", most=HIGHEST, places=12)

    def __init__(self, holdings: Sequence[PriceView], **defaults: Any) -> None:
        super().__init__(data=defaults)
        named = [choice(each.holding_id, f"{each.name}, in {each.currency}") for each in holdings]
        self.holding_id.choices = [choice(None, "Choose…"), *named]

    @property
    def said(self) -> tuple[int, date, Decimal]:
        """The validated form: holding, day, price."""
        holding_id, on, price = self.holding_id.data, self.on.data, self.price.data
        if holding_id is None or on is None or price is None:
            raise ValueError("the form was not validated")
        return holding_id, on, price


class RateForm(FlaskForm):
    """What one unit of a currency was worth in the book's on a day."""

    currency = SelectField("Currency", invalid_choice_message="Choose a currency.")
    on = DayField("Day")
    rate = QuantityField("One is worth", missing="Write what one unit is worth.", most=HIGHEST, places=12)

    def __init__(self, home: str, **defaults: Any) -> None:
        super().__init__(data=defaults)
        self.currency.choices = [SelectChoice(code, label) for code, label in currencies() if code != home]

    @property
    def said(self) -> tuple[str, date, Decimal]:
        """The validated form: currency, day, rate."""
        currency, on, rate = self.currency.data, self.on.data, self.rate.data
        if currency is None or on is None or rate is None:
            raise ValueError("the form was not validated")
        return currency, on, rate


class FileForm(FlaskForm):
    """A list of prices, or the association's daily file."""

    kind = RadioField(
        "What is in the file",
        choices=[SelectChoice(LIST, "A list of prices"), SelectChoice(NAVS, "AMFI’s daily file")],
        default=LIST,
        invalid_choice_message="Choose what is in the file.",
    )
    holding_id = IdField("Whose prices")
    file = FileField("File", [FileRequired("Choose the file.")])

    def __init__(self, holdings: Sequence[PriceView], **defaults: Any) -> None:
        super().__init__(data=defaults)
        named = [choice(each.holding_id, f"Only {each.name}") for each in holdings]
        self.holding_id.choices = [choice(None, "Each line names a symbol"), *named]


class DayForm(FlaskForm):
    """The day of a price, and for an undo the price."""

    on = DayField("Day")
    price = QuantityField("Price of one", most=HIGHEST, places=12)
    currency = SelectField("Currency", choices=[], validate_choice=False)
