"""Everything an operator may change. The only reader of the environment."""

import os
import secrets
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.prices import amfi, coingecko, finnhub, yahoo

PREFIX = "FINTRAK_"
PRICE_SOURCES = (amfi.NAME, yahoo.NAME, coingecko.NAME, finnhub.NAME)
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Read once, at start; frozen afterwards. A wrong value or a misspelt FINTRAK_ name stops the start."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ROOT / ".env", env_file_encoding="utf-8", frozen=True, extra="forbid"
    )

    data_dir: Path = Field(
        default=ROOT / "instance", description="Folder for the secret key, the SQLite file and receipts"
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""), description="Signs cookies; made and kept in the data folder when empty"
    )
    database_url: str = Field(default="", description="SQLAlchemy URL; SQLite in the data folder when empty")
    registration: Literal["open", "invite", "closed"] = Field(default="open", description="Who may create an account")
    demo: bool = Field(default=True, description="Offer demo data on the first page")
    https: bool = Field(default=False, description="Served over HTTPS: secure cookies and HSTS")
    trusted_proxies: int = Field(default=0, ge=0, le=5, description="How many reverse proxies stand in front")
    public_url: str = Field(default="http://127.0.0.1:8000", description="Address written into e-mails")
    currency: str = Field(default="INR", pattern="^[A-Z]{3}$", description="Currency of new books")
    locale: str = Field(default="en-IN", description="Locale of new users")
    timezone: str = Field(default="Asia/Kolkata", description="Time zone of new users and books")
    jobs: Literal["thread", "rq", "inline"] = Field(default="thread", description="Where background work runs")
    redis_url: str = Field(default="", description="Redis for the rq jobs")
    scheduler: Literal["thread", "off"] = Field(
        default="thread", description="What posts what is due: a thread of each web process, or a command of yours"
    )
    rate_limit_url: str = Field(default="memory://", description="Where attempts are counted: memory:// or a Redis URL")
    model_store: str = Field(default=str(ROOT / "models_store"), description="Folder or fsspec URL of trained models")
    upload_limit_mb: int = Field(default=25, ge=1, le=200, description="Largest upload, in megabytes")
    receipt_engine: Literal["local"] = Field(default="local", description="What reads receipts")
    cloudinary_cloud_name: str = Field(default="", description="Cloudinary, all three: receipts are stored there")
    cloudinary_api_key: str = Field(default="", description="Cloudinary API key")
    cloudinary_api_secret: SecretStr = Field(default=SecretStr(""), description="Cloudinary API secret")
    prices: str = Field(
        default="",
        description="Where prices are fetched: amfi, yfinance, coingecko, finnhub, with commas; nowhere when empty",
    )
    finnhub_key: SecretStr = Field(default=SecretStr(""), description="Finnhub API key")
    amfi_url: str = Field(default=amfi.URL, description="AMFI's daily NAV file")
    yahoo_url: str = Field(default=yahoo.URL, description="Yahoo Finance, read by yfinance")
    coingecko_url: str = Field(default=coingecko.URL, description="CoinGecko's API")
    finnhub_url: str = Field(default=finnhub.URL, description="Finnhub's API")
    credit_bureau_name: str = Field(
        default="Bureau", min_length=1, max_length=60, description="The credit bureau's name"
    )
    credit_bureau_url: str = Field(default="", description="What answers for a credit bureau; none is asked when empty")
    credit_bureau_key: SecretStr = Field(default=SecretStr(""), description="Its bearer token")
    smtp_host: str = Field(default="", description="Mail server; without it there is no password reset by e-mail")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port")
    smtp_user: str = Field(default="", description="Its user, if it asks for one")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Its password")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is protected"
    )
    mail_from: str = Field(default="FinTrak <fintrak@localhost>", description="Sender of e-mails")

    @model_validator(mode="before")
    @classmethod
    def _no_unknown_names(cls, values: Any) -> Any:
        known = {PREFIX + name.upper() for name in cls.model_fields}
        if typos := sorted(
            name
            for name in os.environ
            if name.startswith(PREFIX) and not name.startswith(PREFIX + "TEST_") and name not in known
        ):
            raise ValueError(f"unknown settings: {', '.join(typos)}")
        return values

    @field_validator("prices")
    @classmethod
    def _known_sources(cls, value: str) -> str:
        if unknown := sorted({each.strip() for each in value.split(",")} - {"", *PRICE_SOURCES}):
            raise ValueError(f"no source of prices: {', '.join(unknown)}; there are {', '.join(PRICE_SOURCES)}")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(value.get_secret_value()) < 32:  # noqa: PLR2004 - 256 bits of hex are 64, of base64 43
            raise ValueError("a secret key needs at least 32 characters")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        given = [
            bool(self.cloudinary_cloud_name),
            bool(self.cloudinary_api_key),
            bool(self.cloudinary_api_secret.get_secret_value()),
        ]
        if any(given) and not all(given):
            raise ValueError("Cloudinary needs all three: FINTRAK_CLOUDINARY_CLOUD_NAME, _API_KEY and _API_SECRET")
        if finnhub.NAME in self.price_sources and not self.finnhub_key.get_secret_value():
            raise ValueError("FINTRAK_PRICES=finnhub needs FINTRAK_FINNHUB_KEY")
        if self.jobs == "rq" and not self.redis_url:
            raise ValueError("FINTRAK_JOBS=rq needs FINTRAK_REDIS_URL")
        return self

    @property
    def sqlalchemy_url(self) -> str:
        """The database to open."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'fintrak.db'}"

    @property
    def price_sources(self) -> tuple[str, ...]:
        """The sources of prices that may be asked."""
        wanted = {each.strip() for each in self.prices.split(",")}
        return tuple(each for each in PRICE_SOURCES if each in wanted)

    @property
    def has_cloudinary(self) -> bool:
        """Whether receipts go to Cloudinary."""
        return bool(self.cloudinary_cloud_name)

    def signing_key(self) -> str:
        """The secret key: from the environment, else from the data folder, where it is made at the first start."""
        if given := self.secret_key.get_secret_value():
            return given
        path = self.data_dir / "secret_key"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        return path.read_text(encoding="ascii").strip()
