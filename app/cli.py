"""The commands of `flask --app wsgi …`. Each calls what the web calls."""

import csv
import json
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from app.domain.errors import NotInBook, Refused
from app.ingest.read import read_statement
from app.ingest.statement import UnreadableFile
from app.jobs.rq import work
from app.ml.streams import UnreadableStream, read_stream, replayed
from app.models.book import Book
from app.ocr.files import read_files
from app.ocr.port import Expectations
from app.queries.people import everybody
from app.queries.understood import statement_facts
from app.queries.verification import verify_book
from app.services.anomalies import retrain_now
from app.services.demo import NAMED, renew_named
from app.services.people import invite, issue_reset
from app.services.prices import refresh_prices
from app.services.recurring import run_due
from app.settings import Settings
from app.storage.images import check_and_reencode
from app.web.deps import current_deps, current_settings
from app.web.files import delete_file

books = AppGroup("books", help="Check and move whole books.")
receipts = AppGroup("receipts", help="Read receipts outside any book.")
anomalies = AppGroup("anomalies", help="Train what warns of unusual transactions, and see what it would say.")
imports = AppGroup("imports", help="See how a bank's file is read.")
recurring = AppGroup("recurring", help="Post what comes again.")
prices = AppGroup("prices", help="Prices of investments.")
people = AppGroup("people", help="Let people in, and help those who forgot their password.")


@books.command("verify")
@click.option("--book", "book_id", type=int, help="Only this book.")
def verify(book_id: int | None) -> None:
    """Recompute everything that is kept and compare. Prints counts; exits with 1 on any difference.

    Reads only, and can be run at any time.
    """
    session = current_deps().session
    ids = session.scalars(select(Book.id).order_by(Book.id).where(*([Book.id == book_id] if book_id else []))).all()
    if book_id and not ids:
        raise click.ClickException(f"There is no book {book_id}.")
    differences = 0
    for each in ids:
        result = verify_book(session, each)
        click.echo(
            f"book {each}: {result.transactions} transactions, {result.legs} legs, {result.events} events; "
            f"assets {result.assets_minor} = liabilities {result.liabilities_minor} + equity {result.equity_minor} + result {result.result_minor}: "
            f"{'clean' if not result.differences else f'{len(result.differences)} differences'}"
        )
        for difference in result.differences:
            click.echo(f"  {difference}")
        differences += len(result.differences)
    click.echo(f"{len(ids)} books, {differences} differences")
    if differences:
        raise SystemExit(1)


@recurring.command("run")
@click.option("--book", "book_id", type=int, help="Only this book.")
@click.pass_context
def run_recurring(context: click.Context, book_id: int | None) -> None:
    """Post every date that has come, of all books. Prints how many were posted and how many wait for somebody.

    Safe to repeat, also while the server does the same: each date is posted once.
    """
    context.call_on_close(current_deps().jobs.close)  # a thread that outlives the command could not import anything
    settled = run_due(book_id=book_id, deps=current_deps())
    click.echo(f"{settled.posted} posted, {settled.waiting} waiting")


@prices.command("refresh")
@click.option("--book", "book_id", type=int, help="Only this book.")
def refresh_all_prices(book_id: int | None) -> None:
    """Fetch prices and exchange rates from the sources of FINTRAK_PRICES now. Safe to repeat."""
    deps = current_deps()
    if not deps.price_providers:
        raise click.ClickException("FINTRAK_PRICES names no source, so nothing is fetched.")
    done = refresh_prices(book_id, deps=deps)
    click.echo(f"{done.changed} new, {done.failed} could not be refreshed")


@people.command("invite")
def invite_somebody() -> None:
    """Print a link by which one person can create an account within 7 days. Each run makes another one."""
    settings = current_settings()
    if settings.registration != "invite":
        raise click.ClickException("Invitations work with FINTRAK_REGISTRATION=invite.")
    click.echo(f"{settings.public_url.rstrip('/')}/register?invitation={invite(deps=current_deps())}")


@people.command("reset-password")
@click.argument("email")
def reset_somebodys_password(email: str) -> None:
    """Print a link that sets a new password for EMAIL within 30 minutes. An earlier link stops working."""
    token = issue_reset(email.strip().lower(), deps=current_deps())
    if token is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    click.echo(f"{current_settings().public_url.rstrip('/')}/reset/{token}")


@people.command("list")
def list_people() -> None:
    """Print everybody who has an account: number, address, name, first day. Reads only."""
    for user_id, email, name, created_at in everybody(current_deps().session):
        click.echo(f"{user_id}\t{email}\t{name}\t{created_at:%Y-%m-%d}")


@imports.command("parse")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def parse(path: Path, *, as_json: bool) -> None:
    """Say what is understood of FILE. Nothing is saved. Exits with 1 when it cannot be read.

    Counts and sums are of booked rows, as decimal texts; pending rows are counted apart.
    """
    try:
        facts = statement_facts(read_statement(path.read_bytes()))
    except UnreadableFile as error:
        if not as_json:
            raise click.ClickException(error.user_message) from error
        click.echo(json.dumps({"error": error.user_message}, ensure_ascii=False))
        raise SystemExit(1) from error
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        click.echo(f"{name}: {value if not isinstance(value, list) else len(value)}")


@click.command("demo")
@with_appcontext
@click.pass_context
def demo(context: click.Context) -> None:
    """Make demo@fintrak.local, a person with two years of invented books, and print their new password.

    Safe to repeat: the former demo person and their books are replaced.
    """
    context.call_on_close(current_deps().jobs.close)  # a thread that outlives the command could not import anything
    settings = current_settings()
    try:
        password = renew_named(
            locale=settings.locale,
            timezone=settings.timezone,
            currency=settings.currency,
            delete_file=delete_file,
            deps=current_deps(),
        )
    except Refused as error:
        raise click.ClickException(error.user_message) from error
    click.echo(f"Sign in as {NAMED} with the password {password}")


@receipts.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each file, with all that was read.")
@click.option("--currency", help="Currency of a receipt that names none; FINTRAK_CURRENCY when left out.")
def read_receipts(files: tuple[Path, ...], currency: str | None, *, as_json: bool) -> None:
    """Read FILES and print what is on them, in their order. Keeps nothing; exits with 1 when one could not be read."""
    reader = current_deps().reader
    expect = Expectations(currency=currency or current_settings().currency)
    failed = 0
    try:
        for found in read_files(files, reader=reader, prepare=check_and_reencode, expect=expect):
            failed += "error" in found
            words = (found[name] or "?" for name in ("vendor", "date", "total", "currency") if name in found)
            click.echo(json.dumps(found) if as_json else f"{found['file']}: {found.get('error') or ', '.join(words)}")
    finally:
        reader.close()
    if failed:
        raise SystemExit(1)


@anomalies.command("retrain")
@click.argument("book_ids", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="Every book.")
def retrain_books(book_ids: tuple[int, ...], *, everything: bool) -> None:
    """Train the detector on books as they are now, although nothing may be due. Safe to repeat."""
    deps = current_deps()
    if everything == bool(book_ids):
        raise click.ClickException("Name the books by their numbers, or say --all.")
    for book_id in deps.session.scalars(select(Book.id).order_by(Book.id)).all() if everything else book_ids:
        try:
            trained = retrain_now(book_id, deps=deps)
        except NotInBook as error:
            raise click.ClickException(f"There is no book {book_id}.") from error
        click.echo(f"book {book_id}: " + (f"learned {trained.rows} expenses" if trained else "is gone"))


@anomalies.command("replay")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def replay_files(files: tuple[Path, ...]) -> None:
    """Judge the rows of FILES as if they were saved one after the other, and print user,row,score,alert,kinds,reason.

    Each file is one user, the number in its name; its columns are row, date, time, merchant, category, type and amount, others
    are not looked at. Every row is judged by those before it, and the model is trained after each twentieth, with the
    memory, forest and thresholds that judge a save; it happens in memory, and no database is touched.
    """
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("user", "row", "score", "alert", "kinds", "reason"))
    for path in files:
        try:
            lines = read_stream(path)
        except UnreadableStream as error:
            raise click.ClickException(str(error)) from error
        for line, verdict in replayed(lines):
            if verdict is None:
                out.writerow((line.user, line.number, 0.0, 0, "", ""))
            else:
                kinds = " ".join(verdict.kinds)
                out.writerow(
                    (line.user, line.number, verdict.score or 0.0, int(verdict.is_unusual), kinds, verdict.reason)
                )


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Work through the jobs on Redis until stopped. For FINTRAK_JOBS=rq; start as many as you like."""
    settings: Settings = current_app.extensions["fintrak_settings"]
    if settings.jobs != "rq":
        raise click.ClickException("Jobs run inside the web process. Set FINTRAK_JOBS=rq and FINTRAK_REDIS_URL first.")
    work(settings.redis_url)


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(books)
    app.cli.add_command(imports)
    app.cli.add_command(people)
    app.cli.add_command(recurring)
    app.cli.add_command(prices)
    app.cli.add_command(demo)
    app.cli.add_command(receipts)
    app.cli.add_command(anomalies)
    app.cli.add_command(worker)
