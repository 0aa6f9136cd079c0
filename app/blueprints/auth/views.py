"""The ways in and out: sign in, register, set a new password, sign out."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm

from app.blueprints.auth.forms import ConfirmForm, ForgotForm, RegisterForm, ResetForm, SignInForm
from app.domain.errors import Refused
from app.queries.people import link_owner
from app.services.one_time_links import Purpose
from app.services.people import Registration, ask_for_reset, register, reset_password
from app.services.sign_ins import NOTED_EVERY, confirm_and_sign_in, note_seen, sign_in
from app.web import limits
from app.web.access import PUBLIC, allow
from app.web.deps import current_deps, current_settings
from app.web.refusals import form_page, show, taken
from app.web.sign_in import forget_here, local_path, remember_here, sign_in_here, this_device

bp = Blueprint("auth", __name__)


@bp.before_app_request
def _note_seen() -> None:
    """Keep the list of devices fresh when somebody writes; reading never writes."""
    deps = current_deps()
    if request.method == "POST" and current_user.is_authenticated and deps.now() - current_user.seen_at > NOTED_EVERY:
        note_seen(current_user.token, deps=deps)


@bp.get("/login", endpoint="sign_in")
@allow(PUBLIC)
def sign_in_form() -> ResponseReturnValue:
    """The way in."""
    if current_user.is_authenticated:
        return redirect(url_for("system.first_page"))
    return _sign_in_page(SignInForm())


@bp.post("/login")
@allow(PUBLIC)
@limits.per_network(limits.SIGN_INS_OF_A_NETWORK)
@limits.per_address(limits.FAILED_SIGN_INS_OF_AN_ADDRESS, counting=limits.REFUSED)
def sign_in_now() -> ResponseReturnValue:
    """Sign in, and go on to the page that was asked for."""
    form, (device, address) = SignInForm(), this_device()
    known = taken(
        form,
        lambda: sign_in(form.email.data, form.password.data, device=device, address=address, deps=current_deps()),
    )
    if known is None:
        return _sign_in_page(form)
    return _go_on(known.value, remember=form.remember.data)


def _sign_in_page(form: SignInForm) -> ResponseReturnValue:
    return form_page(form, "auth/sign_in.html", registration=current_settings().registration)


@bp.get("/register", endpoint="register")
@allow(PUBLIC)
def register_form() -> ResponseReturnValue:
    """A new account, if the operator lets people in this way."""
    if current_user.is_authenticated:
        return redirect(url_for("system.first_page"))
    form = RegisterForm(invitation=request.args.get("invitation", ""))
    return _register_page(form, form.invitation.data or "")


@bp.post("/register")
@allow(PUBLIC)
@limits.per_network(limits.REGISTRATIONS_OF_A_NETWORK)
@limits.per_address(limits.MAILS_TO_AN_ADDRESS, counting=limits.ACCEPTED)
def register_now() -> ResponseReturnValue:
    """Make the account. The answer is the same whether or not the address has one already; see `services.people.register`."""
    form, settings = RegisterForm(), current_settings()
    made = taken(
        form,
        lambda: register(_wanted(form), policy=settings.registration, site=_site(), deps=current_deps()),
    )
    if made is None:
        return _register_page(form, form.invitation.data or "")
    return _registered(made.value)


def _wanted(form: RegisterForm) -> Registration:
    settings = current_settings()
    return Registration(
        email=form.email.data,
        name=form.name.data,
        password=form.password.data,
        locale=settings.locale,
        timezone=settings.timezone,
        currency=settings.currency,
        with_business=form.with_business.data,
        invitation=form.invitation.data or "",
    )


def _register_page(form: RegisterForm, invitation: str) -> ResponseReturnValue:
    deps, policy = current_deps(), current_settings().registration
    is_invited = policy == "invite" and link_owner(deps.session, invitation, Purpose.REGISTER, deps.now())[0]
    return form_page(
        form, "auth/register.html", may_register=policy == "open" or is_invited, is_closed=policy == "closed"
    )


def _registered(user_id: int | None) -> ResponseReturnValue:
    if user_id is not None:
        sign_in_here(user_id)
        return redirect(url_for("system.first_page"), code=303)
    if current_deps().mailer.is_configured:
        flash("We have sent you an e-mail. Open the link in it to finish.", "ok")
    else:
        flash("If you have an account with this address, sign in. Otherwise try again with another one.", "info")
    return redirect(url_for("auth.sign_in"), code=303)


@bp.get("/confirm/<token>")
@allow(PUBLIC)
def confirm_form(token: str) -> ResponseReturnValue:
    """Where the link in the mail leads. Mail programs open links by themselves, so opening it changes nothing."""
    return _link_page(token, Purpose.CONFIRM, "auth/confirm.html", ConfirmForm())


@bp.post("/confirm/<token>")
@allow(PUBLIC)
@limits.per_network(limits.LINKS_OF_A_NETWORK)
def confirm_now(token: str) -> ResponseReturnValue:
    """Confirm the address with the password chosen at registration, and sign in."""
    form, deps = ConfirmForm(), current_deps()
    email = link_owner(deps.session, token, Purpose.CONFIRM, deps.now())[1]
    device, address = this_device()
    confirmed = taken(
        form,
        lambda: confirm_and_sign_in(token, email, form.password.data, device=device, address=address, deps=deps),
        lambda form, error: show(form, Refused(error.user_message, field="password")),
    )
    if confirmed is None:
        return _link_page(token, Purpose.CONFIRM, "auth/confirm.html", form)
    return _go_on(confirmed.value, remember=False)


@bp.get("/forgot")
@allow(PUBLIC)
def forgot() -> ResponseReturnValue:
    """A new password, by mail or by whoever runs this server."""
    return form_page(ForgotForm(), "auth/forgot.html", has_mail=current_deps().mailer.is_configured)


@bp.post("/forgot")
@allow(PUBLIC)
@limits.per_network(limits.MAILS_OF_A_NETWORK)
@limits.per_address(limits.MAILS_TO_AN_ADDRESS, counting=limits.ACCEPTED)
def forgot_now() -> ResponseReturnValue:
    """Have a link mailed, if somebody has this address. The answer is the same if nobody has."""
    form, deps = ForgotForm(), current_deps()
    has_mail = deps.mailer.is_configured
    if not has_mail or not taken(form, lambda: ask_for_reset(form.email.data, _site(), deps=deps)):
        return form_page(form, "auth/forgot.html", has_mail=has_mail)
    flash("If there is an account with this address, an e-mail is on its way. Its link works for 30 minutes.", "ok")
    return redirect(url_for("auth.sign_in"), code=303)


@bp.get("/reset/<token>")
@allow(PUBLIC)
def reset(token: str) -> ResponseReturnValue:
    """Where a link for a new password leads."""
    return _link_page(token, Purpose.RESET, "auth/reset.html", ResetForm())


@bp.post("/reset/<token>")
@allow(PUBLIC)
@limits.per_network(limits.LINKS_OF_A_NETWORK)
def reset_now(token: str) -> ResponseReturnValue:
    """Set the new password. Every device is signed out; the person signs in with it."""
    form = ResetForm()
    if not taken(form, lambda: reset_password(token, form.password.data, deps=current_deps())):
        return _link_page(token, Purpose.RESET, "auth/reset.html", form)
    flash("Your new password is set. Sign in with it.", "ok")
    return redirect(url_for("auth.sign_in"), code=303)


@bp.post("/logout", endpoint="sign_out")
@allow(PUBLIC)
def sign_out_now() -> ResponseReturnValue:
    """Sign out of this device. Doing so twice is no error."""
    if current_user.is_authenticated:
        forget_here()
        flash("You are signed out.", "ok")
    return redirect(url_for("auth.sign_in"), code=303)


def _go_on(token: str, *, remember: bool) -> ResponseReturnValue:
    """To the page that asked for the sign-in, if it is one of ours."""
    target = local_path(session.get("next"))
    remember_here(token, remember=remember)
    return redirect(target or url_for("system.first_page"), code=303)


def _link_page(token: str, purpose: Purpose, template: str, form: FlaskForm) -> ResponseReturnValue:
    deps = current_deps()
    is_open, email = link_owner(deps.session, token, purpose, deps.now())
    if not is_open:
        return render_template("auth/link_over.html", purpose=purpose, has_mail=deps.mailer.is_configured), 404
    return form_page(form, template, email=email)


def _site() -> str:
    """The address that links in mails begin with: from the settings, because a request may say anything."""
    return current_settings().public_url.rstrip("/")
