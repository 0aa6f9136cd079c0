"""The one field of an upload."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField


class ReceiptForm(FlaskForm):
    """A receipt to keep and read. What the file is worth, its bytes say."""

    receipt = FileField("Receipt")
