"""Plain e-mails over SMTP."""

import smtplib
import ssl
from email.message import EmailMessage

from app.settings import Settings

TIMEOUT = 15  # seconds


class SmtpMailer:
    """Sends through the operator's mail server; says when there is none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.is_configured = bool(settings.smtp_host)

    def send(self, to: str, subject: str, text: str) -> None:
        """Send one. Raises: OSError (smtplib's errors are such) when the server does not take it."""
        settings = self._settings
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
        message.set_content(text)
        context = ssl.create_default_context()
        if settings.smtp_tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.smtp_host, settings.smtp_port, timeout=TIMEOUT, context=context
            )
        else:
            server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT)
        with server:
            if settings.smtp_tls == "starttls":
                server.starttls(context=context)
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)
