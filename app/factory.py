"""Puts the parts together. The only place where they meet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, g
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, tasks
from app.blueprints import ALL
from app.extensions import csrf, db, limiter, login_manager, migrate
from app.jobs.inline import InlineQueue
from app.jobs.port import JobQueue
from app.jobs.rq import RedisQueue
from app.jobs.thread import ThreadQueue
from app.ml.detector import Detector
from app.ml.store import ModelStore
from app.models.base import load_tables
from app.models.engine import tune
from app.ocr.local import LocalReader
from app.ocr.port import ReceiptReader
from app.prices import amfi, coingecko, finnhub, yahoo
from app.prices.port import PriceProvider
from app.services.credit_bureau import CreditBureau, JsonBureau, NoBureau
from app.services.deps import Deps, Mailer
from app.services.mail import SmtpMailer
from app.services.receipt_files import ReceiptFiles
from app.settings import ROOT, Settings
from app.storage.cloudinary import CloudinaryAccount, CloudinaryStore
from app.storage.local import LocalStore
from app.storage.port import FileStore
from app.web import access, assets, drawing, errors, formats, headers, logs, navigation, receipts
from app.web.addresses import Site
from app.web.numbers import IdConverter

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Replaced:
    """Ports that a test fills with something else."""

    now: Callable[[], datetime] | None = None
    jobs: JobQueue | None = None
    mailer: Mailer | None = None
    detector: Detector | None = None
    reader: ReceiptReader | None = None
    receipt_files: ReceiptFiles | None = None
    price_providers: Mapping[str, PriceProvider] | None = None
    credit_bureau: CreditBureau | None = None


def create_app(settings: Settings, replaced: Replaced | None = None) -> Flask:
    """An application with these settings. Opens no connection and starts no thread."""
    load_tables()
    app = Site(__name__, static_folder=str(STATIC), static_url_path=f"/static/{assets.version(STATIC)}")
    app.config.from_mapping(_config(settings))
    app.url_map.converters["int"] = IdConverter
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["fintrak"] = _deps(app, settings, replaced or Replaced())
    app.extensions["fintrak_settings"] = settings
    _extensions(app, settings)
    for part in (logs, access, errors, formats, drawing, navigation, receipts, assets, cli):
        part.init_app(app)
    headers.init_app(app, https=settings.https)
    for blueprint, options in ALL:
        app.register_blueprint(blueprint, **options)
    return app


def _config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.signing_key(),
        "SQLALCHEMY_DATABASE_URI": settings.sqlalchemy_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True, "hide_parameters": True},  # errors are logged, amounts not
        "MAX_CONTENT_LENGTH": settings.upload_limit_mb * 1024 * 1024,
        "SESSION_COOKIE_NAME": "fintrak",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.https,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form left open overnight still saves
        "WTF_CSRF_SSL_STRICT": settings.https,
        "RATELIMIT_STORAGE_URI": settings.rate_limit_url,
        "RATELIMIT_HEADERS_ENABLED": True,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,  # Redis away: each process counts for itself meanwhile
    }


def _deps(app: Flask, settings: Settings, replaced: Replaced) -> Deps:
    run = tasks.runner(app)
    queues: dict[str, Callable[[], JobQueue]] = {
        "thread": lambda: ThreadQueue(run),
        "rq": lambda: RedisQueue(settings.redis_url),
        "inline": lambda: InlineQueue(run),
    }

    def open_session() -> Session:
        return db.session  # type: ignore[return-value]  # a scoped_session behaves as the Session of this context

    return Deps(
        open_session=open_session,
        now=replaced.now or (lambda: datetime.now(UTC)),
        jobs=replaced.jobs or queues[settings.jobs](),
        mailer=replaced.mailer or SmtpMailer(settings),
        detector=replaced.detector or Detector(ModelStore(settings.model_store)),
        write_money=partial(formats.in_sentence, locale=settings.locale),
        reader=replaced.reader or LocalReader(),  # its process starts with the first receipt
        receipt_files=replaced.receipt_files or _receipt_files(settings),
        price_providers=_price_providers(settings) if replaced.price_providers is None else replaced.price_providers,
        credit_bureau=replaced.credit_bureau or _credit_bureau(settings),
    )


def _receipt_files(settings: Settings) -> ReceiptFiles:
    """Cloudinary when it is set up, and this machine, which also takes what the cloud does not."""
    stores: dict[str, FileStore] = {"local": LocalStore(settings.data_dir / "receipts")}
    if settings.has_cloudinary:
        account = CloudinaryAccount(
            settings.cloudinary_cloud_name,
            settings.cloudinary_api_key,
            settings.cloudinary_api_secret.get_secret_value(),
        )
        stores = {"cloudinary": CloudinaryStore(account)} | stores
    return ReceiptFiles(stores)


def _credit_bureau(settings: Settings) -> CreditBureau:
    """The bureau that the operator connected, if any."""
    if not settings.credit_bureau_url:
        return NoBureau()
    key = settings.credit_bureau_key.get_secret_value()
    return JsonBureau(settings.credit_bureau_name, settings.credit_bureau_url, key)


def _price_providers(settings: Settings) -> dict[str, PriceProvider]:
    """The sources of prices that the operator allows. Nothing is asked before a job does."""
    known: dict[str, Callable[[], PriceProvider]] = {
        amfi.NAME: lambda: amfi.Amfi(settings.amfi_url),
        yahoo.NAME: lambda: yahoo.Yahoo(settings.yahoo_url),
        coingecko.NAME: lambda: coingecko.CoinGecko(settings.coingecko_url),
        finnhub.NAME: lambda: finnhub.Finnhub(settings.finnhub_key.get_secret_value(), settings.finnhub_url),
    }
    return {name: known[name]() for name in settings.price_sources}


def _extensions(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    csrf.init_app(app)
    login_manager.init_app(app)
    limiter.init_app(app)
    app.jinja_env.globals["csrf_token"] = generate_csrf
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    with app.app_context():
        tune(db.engine)

    @app.context_processor
    def _book() -> dict[str, Any]:
        return {"book": g.get("book")}
