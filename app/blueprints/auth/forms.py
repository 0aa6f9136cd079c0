"""What the browser may say to get in."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

WRITE_EMAIL = "Write your e-mail address."


class SignInForm(FlaskForm):
    """Address and password."""

    email = EmailField("E-mail address", validators=[DataRequired(WRITE_EMAIL)])
    password = PasswordField("Password", validators=[InputRequired("Write your password.")])
    remember = BooleanField("Stay signed in on this device")


class RegisterForm(FlaskForm):
    """A new person. What makes a name, an address and a password good is decided by the service."""

    name = StringField("Your name", validators=[DataRequired("Write your name.")])
    email = EmailField("E-mail address", validators=[DataRequired(WRITE_EMAIL)])
    password = PasswordField("Password", validators=[InputRequired("Choose a password.")])
    with_business = BooleanField("I also keep books for a business")
    invitation = HiddenField()


class ForgotForm(FlaskForm):
    """Who wants a new password."""

    email = EmailField("E-mail address", validators=[DataRequired(WRITE_EMAIL)])


class ResetForm(FlaskForm):
    """A new password, by a link."""

    password = PasswordField("New password", validators=[InputRequired("Choose a password.")])


class ConfirmForm(FlaskForm):
    """The password chosen at registration, which proves that the link came to who registered."""

    password = PasswordField("Password", validators=[InputRequired("Write the password you chose.")])
