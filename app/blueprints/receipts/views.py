"""Receipts: give one, look at them, make a transaction of one, delete it. Pictures are shown to members of the book only."""

import hashlib
from http import HTTPStatus

from flask import Blueprint, Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

from app.blueprints.receipts.facts import card_of, facts_of
from app.blueprints.receipts.forms import ReceiptForm
from app.domain.books import Role
from app.domain.errors import NotInBook, Refused
from app.domain.texts import clean
from app.queries.receipts import ReceiptView, receipt_of, receipts_page, stored_picture, waiting_count
from app.services.receipt_files import StoredFile
from app.services.receipts import delete_receipt, read_receipt, take_receipt
from app.storage.limits import UnusableUpload
from app.storage.port import FileNotKept, StoreUnavailable
from app.storage.thumbnails import thumbnail
from app.web import limits
from app.web.access import allow
from app.web.deps import current_deps
from app.web.errors import failure
from app.web.numbers import as_id
from app.web.receipt_fields import items_of
from app.web.receipts import answer_of, expectations, form_url, upload_limits

SMALL = 480  # pixels of a picture in a list, sharp on screens of double density
SEARCH_LENGTH = 200
NOTHING_GIVEN = "Choose a photo or a PDF of a receipt first."
TOO_MANY = "That were many receipts in a short time. Wait a minute and give it again."

bp = Blueprint("receipts", __name__)


@bp.post("/process-receipt-accurate")
@allow(Role.EDITOR)
@limits.per_person(limits.RECEIPTS_OF_A_PERSON)
def process_accurate() -> ResponseReturnValue:
    """Keep and read a receipt with the engine that reads best."""
    return _process()


@bp.post("/process-receipt-fast")
@allow(Role.EDITOR)
@limits.per_person(limits.RECEIPTS_OF_A_PERSON)
def process_fast() -> ResponseReturnValue:
    """Keep and read a receipt with the engine that answers first. The one on this machine is both."""
    return _process()


@bp.get("/receipts")
@allow(Role.VIEWER)
def gallery() -> ResponseReturnValue:
    """Every receipt of the book, newest first."""
    return _gallery(ReceiptForm())


@bp.get("/receipts/<int:receipt_id>")
@allow(Role.VIEWER)
def receipt(receipt_id: int) -> ResponseReturnValue:
    """One receipt: the picture, what was read in it, and the transaction that has it."""
    found = _found(receipt_id)
    reading = found.reading
    return render_template(
        "receipts/receipt.html",
        receipt=found,
        facts=facts_of(reading) if reading else [],
        items=items_of(reading) if reading else [],
        can_edit=g.book.role.covers(Role.EDITOR),
    )


@bp.get("/receipts/<int:receipt_id>/image")
@allow(Role.VIEWER)
def image(receipt_id: int) -> ResponseReturnValue:
    """The picture, or a small one for lists. The browser may keep it, but asks each time whether it still may show it."""
    deps = current_deps()
    picture = stored_picture(deps.session, g.book.id, receipt_id)
    if picture is None:
        raise NotInBook("receipt", receipt_id, g.book.id)
    is_small = request.args.get("size") == "small"
    tag = hashlib.sha256(f"{picture.storage}:{picture.key}:{is_small}".encode()).hexdigest()[:32]
    response = Response(mimetype=picture.media_type)
    if request.if_none_match.contains(tag):
        response.status_code = HTTPStatus.NOT_MODIFIED
    else:
        try:
            data = deps.receipt_files.open(StoredFile(picture.storage, picture.key))
        except FileNotKept as problem:
            return failure(HTTPStatus.NOT_FOUND, problem.user_message)
        except StoreUnavailable as problem:
            return failure(HTTPStatus.SERVICE_UNAVAILABLE, problem.user_message)
        response.set_data(thumbnail(data, SMALL) if is_small else data)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = f'inline; filename="receipt-{receipt_id}.jpg"'
    return response


@bp.post("/receipts/<int:receipt_id>/read")
@allow(Role.EDITOR)
@limits.per_person(limits.RECEIPTS_OF_A_PERSON)
def read(receipt_id: int) -> ResponseReturnValue:
    """Read a picture again."""
    taken = read_receipt(g.book.id, receipt_id, expect=expectations(), deps=current_deps())
    flash(taken.failure or "Read again.", "bad" if taken.failure else "ok")
    return redirect(url_for(".receipt", receipt_id=receipt_id), code=HTTPStatus.SEE_OTHER)


@bp.post("/receipts/<int:receipt_id>/delete")
@allow(Role.EDITOR)
def delete(receipt_id: int) -> ResponseReturnValue:
    """Delete a receipt that no transaction has."""
    try:
        delete_receipt(g.book.id, receipt_id, user_id=current_user.id, deps=current_deps())
    except Refused as refusal:
        flash(refusal.user_message, "bad")
        return redirect(url_for(".receipt", receipt_id=receipt_id), code=HTTPStatus.SEE_OTHER)
    flash("Receipt deleted.", "ok")
    return redirect(url_for(".gallery"), code=HTTPStatus.SEE_OTHER)


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    return _said(HTTPStatus.UNPROCESSABLE_ENTITY, f"This file is larger than {upload_limits().megabytes} MB. Upload a smaller one.")  # fmt: skip


@bp.errorhandler(TooManyRequests)
def _too_many(_: TooManyRequests) -> ResponseReturnValue:
    return _said(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY)


def _process() -> ResponseReturnValue:
    """Answer a script with JSON, and a browser without one with the form, filled."""
    file = next(iter(request.files.values()), None)
    if file is None or not file.filename:
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, NOTHING_GIVEN)
    try:
        taken = take_receipt(
            g.book.id, file.read(), user_id=current_user.id, expect=expectations(), limits=upload_limits(), deps=current_deps()
        )  # fmt: skip
    except UnusableUpload as problem:
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, problem.user_message)
    except StoreUnavailable as problem:
        return _refused(HTTPStatus.SERVICE_UNAVAILABLE, problem.user_message)
    if _wants_page():
        return redirect(form_url(taken.receipt_id), code=HTTPStatus.SEE_OTHER)
    return jsonify(answer_of(_found(taken.receipt_id), failure=taken.failure, is_repeat=taken.is_repeat))


def _refused(status: HTTPStatus, message: str) -> ResponseReturnValue:
    if not _wants_page():
        return jsonify(error=message), status
    form = ReceiptForm()
    form.receipt.errors = [message]
    return _gallery(form), status


def _said(status: HTTPStatus, message: str) -> ResponseReturnValue:
    return failure(status, message) if _wants_page() else (jsonify(error=message), status)


def _gallery(form: ReceiptForm) -> str:
    session, book_id = current_deps().session, g.book.id
    text = clean(request.args.get("q"), SEARCH_LENGTH)
    is_waiting = "waiting" in request.args
    page = receipts_page(
        session, book_id, text=text, is_waiting=is_waiting,
        before=as_id(request.args.get("before")), after=as_id(request.args.get("after")),
    )  # fmt: skip
    return render_template(
        "receipts/gallery.html",
        form=form,
        page=page,
        cards=[card_of(each) for each in page.rows],
        text=text,
        is_waiting=is_waiting,
        waiting=waiting_count(session, book_id),
        can_edit=g.book.role.covers(Role.EDITOR),
    )


def _found(receipt_id: int) -> ReceiptView:
    found = receipt_of(current_deps().session, g.book.id, receipt_id)
    if found is None:
        raise NotInBook("receipt", receipt_id, g.book.id)
    return found


def _wants_page() -> bool:
    """Whether a browser sent a form; scripts and programs get JSON."""
    accepted = request.accept_mimetypes
    return accepted.quality("text/html") > accepted.quality("application/json")
