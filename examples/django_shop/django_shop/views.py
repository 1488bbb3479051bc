"""Ask for a code, sign in with it, and take the reports that the provider pushes."""

import logging
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

import laaffic

from . import codes
from .models import MAX_MSG_ID, MAX_REASON, Report

log = logging.getLogger(__name__)


@cache
def client() -> laaffic.Client:
    """Return the one client of this process, made when it is first used. Threads may share it."""
    return laaffic.Client(**settings.LAAFFIC)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show the form."""
    return page(request, "Sign in with a code.")


@require_POST
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Send a code. Each outcome has a word for the customer."""
    try:
        number = laaffic.normalize_number(request.POST.get("number", ""))
    except laaffic.InvalidMessageError:
        return page(request, "Please check the number, with its country code.", 400)
    code = codes.make(number, request.META["REMOTE_ADDR"])
    if code is None:
        return page(request, "Please wait a while before you ask for another code.", 429)
    try:
        client().send(number, f"Your code is {code}. It is good for {codes.SECONDS_A_CODE_IS_GOOD // 60} minutes.")
    except laaffic.LaafficError as error:
        if not error.nothing_was_sent:
            # It may be on its way: it stays good, and another is not sent before the usual pause is over.
            log.warning("sending a code: %s", error)
            return page(request, "Your code may take a while. Enter it when it comes.", 202)
        codes.take_back(number)
        if isinstance(error, laaffic.RejectedError | laaffic.InvalidNumberError):
            return page(request, "We cannot send to this number. Please check it.", 422)
        log.error("sending a code: %s", error)  # noqa: TRY400  # its text says what to do; a trace adds nothing
        return page(request, "We could not send a code. Please try again.", 503)
    return page(request, "We have sent you a code.", 202)


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a code."""
    number = "".join(filter(str.isdecimal, request.POST.get("number", "")))
    if not codes.fits(number, request.POST.get("code", "").strip()):
        return page(request, "This code is wrong, or no longer good.", 401)
    request.session.cycle_key()
    request.session["number"] = number
    return page(request, "You are signed in.")


@csrf_exempt  # the provider has no token of ours
@require_POST
def take_report(request: HttpRequest, token: str) -> HttpResponse:
    """Note a pushed report. It has no signature and the path is its only secret, so nothing of value may follow."""
    if not settings.REPORTS_TOKEN or not constant_time_compare(token, settings.REPORTS_TOKEN):
        return HttpResponse(status=404)
    try:
        report = laaffic.parse_report(request.body)
    except laaffic.InvalidReportError:
        return HttpResponse(status=400)
    if len(report.msg_id) > MAX_MSG_ID:  # the provider's have 19 digits
        return HttpResponse(status=400)
    noted = {"reason": (report.reason or "")[:MAX_REASON]}
    Report.objects.get_or_create(msg_id=report.msg_id, state=report.state, defaults=noted)
    return HttpResponse()


def page(request: HttpRequest, message: str, status: int = 200) -> HttpResponse:
    """Return the one page there is, with a message."""
    return render(request, "sign_in.html", {"message": message}, status=status)
