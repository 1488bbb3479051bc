"""What is written by hand about errors and states; the rest of a page comes from the classes and the contract."""

from collections.abc import Mapping
from typing import NamedTuple

ASK = (
    "To find out what became of the unknown recipients: `client.reconcile(...)` in your program, `laaffic reconcile"
    " outcomes.csv` for a file of outcomes, `laaffic campaign reconcile` for a campaign. They send nothing. What they"
    " leave unknown, ask the provider's staff about: give the account, the time, the numbers and, where there are any,"
    " the message ids."
)

# More to do than the error's hint says, by the class.
TO_DO: Mapping[str, str] = {
    "AccountLockedError": "Nothing in a program helps: the provider's staff has to unlock it. Hold back what is to be"
    " sent until then.",
    "AuthenticationError": "Compare LAAFFIC_API_KEY, LAAFFIC_API_SECRET and LAAFFIC_APP_ID with the account's console,"
    " spaces at the ends included. `laaffic check` asks with them and sends nothing.",
    "CampaignExistsError": "Open it (`ledger.campaign(name)`, `laaffic campaign run`), or choose another name.",
    "ConfigurationError": "The text names the argument or the variable. `laaffic check` tells whether the settings are"
    " complete, and sends nothing.",
    "ContentTooLongError": "The provider does not say how it counts; this package counts characters before it sends.",
    "EmptyContentError": "This package refuses empty texts before it sends, so look for what is left after a"
    " placeholder was filled, such as blanks alone.",
    "EmptyNumbersError": "This package refuses a message without a number before it sends; if you see this status, tell"
    " the provider.",
    "EmptyTemplateError": "It is listed for other endpoints and brands of the provider: ask the provider if a send"
    " meets it.",
    "GatewayFaultError": ASK,
    "HTTPStatusError": "Check LAAFFIC_BASE_URL and LAAFFIC_API_PREFIX, and the proxy or firewall between:"
    " `.http_status` says what responded, and `error.result.raw` has its words. `laaffic check` asks the same host and"
    " sends nothing. After HTTP 429, wait, and go on more slowly.",
    "IPRestrictedError": "It is the address under which this machine reaches the provider that counts, such as that of"
    " a NAT or a proxy; it may change when a container or a runner is started anew.",
    "InsufficientBalanceError": "`laaffic balance` shows what is left. Everything after it in a `send_many` or a"
    " campaign was held back; type the same command again once there is money, and it goes on.",
    "InvalidFieldError": "Check the app id and the message ids first; the provider does not say which field it was.",
    "InvalidMessageError": "`.message_index`, `.position`, `.field` and `.rule` name the place and the rule. In a"
    ' `send_many`, `on_invalid="report"` makes it an outcome of its row and goes on with the others.',
    "InvalidNumberError": "With `split_refused=True` (`--split-refused`) the number is found and the others are sent.",
    "InvalidReportError": "Respond with an error to what cannot be read, log that it came, and ask by message id"
    " instead.",
    "InvalidTimeError": "Give a `datetime` with a time zone, within the last 90 days.",
    "KeyDisabledError": "The account's console shows the state of its keys.",
    "KeyNotAllowedError": "Compare LAAFFIC_APP_ID with the applications that the key may use.",
    "LaafficError": "It is the base of all: catch it, and look at `.nothing_was_sent` first.",
    "LedgerBusyError": "One command or worker at a time fills or runs a ledger in a file; `.holder` says who it is, as"
    " far as is known. With PostgreSQL several workers may run one campaign.",
    "LedgerError": "The text says what is wrong with this ledger, and what to do.",
    "LedgerUnavailableError": "Free the disk, start the database, or mend the permissions. What was posted is noted, or"
    " is unknown: running the campaign again posts it to nobody twice.",
    "NoPriceError": "It is about a destination: with `split_refused=True` nothing is found out about it, so send to the"
    " other countries apart.",
    "NoSuchCampaignError": "`laaffic campaign list` shows the campaigns of a ledger. Is it the right file or database?",
    "NotSentError": "`laaffic check` goes the same way and sends nothing. The text says how far it came: the name was"
    " not found, the connection was refused, or the certificate was not accepted.",
    "OutcomeUnknownError": ASK,
    "PartialFailureError": "`error.result.rejected` has those to send to again, `error.result.unknown` those to ask"
    " about.",
    "QueryFailedError": "If it stays so, look at `.http_status` and at what is between you and the provider.",
    "RejectedError": "`error.recipient.reason` has the provider's own words, where it said any: keep them out of logs.",
    "SensitiveContentError": "With `split_refused=True` (`--split-refused`) the text is found and the others are sent.",
    "StatusError": "Its subclasses say which status it was; `.status` has it.",
    "TemplateMismatchError": "With `split_refused=True` (`--split-refused`) the text is found and the others are sent.",
    "TimestampExpiredError": "Let the machine keep its time by NTP; in a container the host's clock counts. Where"
    " the response's date shows the difference, the requests that follow are signed by the provider's clock.",
    "TooFrequentError": "Wait longer after each time, and lower `concurrency`, or the `rate` of a campaign.",
    "TooManyNumbersError": "The default is 1,000 recipients in one request; brands of the provider may allow fewer.",
    "UnknownStatusError": ASK,
}


class StateWords(NamedTuple):
    """What one state says, what to do, and what is safe."""

    happened: str
    to_do: str
    safe: str


STATES: Mapping[str, StateWords] = {
    "accepted": StateWords(
        "The provider took the message for this recipient. Whether a phone has it is not known yet.",
        "Keep `msg_id`, and ask later: `client.get_reports([...])`, `laaffic report`, or let reports be pushed to you.",
        "Never send it again: it would arrive twice, and cost twice.",
    ),
    "rejected": StateWords(
        "The provider, or something before it, responded and did not take the message for this recipient.",
        "Look at the error, and at `recipient.reason` where there is one; remove the cause.",
        "Sending again after that is safe: this recipient got nothing.",
    ),
    "not_sent": StateWords(
        "Nothing left this machine for this recipient: there was no connection, its row was invalid, or sending had"
        " ended before.",
        "Remove the cause that the error or `recipient.reason` names.",
        "Sending again is safe.",
    ),
    "unknown": StateWords(
        "It may have been sent and charged for, or not: the response did not come, was cut off, or leaves a doubt.",
        ASK,
        "Asking is safe, as often as you like. Sending again is not: it may arrive twice, and cost twice. There is no"
        " key by which the provider would tell that it is the same message.",
    ),
}

# In a campaign only: what a recipient's outcome is before there is one.
OPEN: Mapping[str, StateWords] = {
    "to_go": StateWords(
        "In a campaign: nothing was posted to this recipient yet.",
        "Run the campaign, or let it go on: `laaffic campaign status` says whether it runs, and why it was paused.",
        "Running the campaign again is safe, as often as you like: it posts to nobody twice.",
    ),
    "in_flight": StateWords(
        "In a campaign: the request was, or is just being, posted, and what came of it is not written down yet.",
        "Wait while the campaign runs. If nobody runs it any more, run it again: who was in flight when its process"
        " ended becomes `unknown`, and is not posted to again.",
        "Running the campaign again is safe. Sending to this recipient by other means is not: it may arrive twice, and"
        " cost twice.",
    ),
}

DELIVERIES: Mapping[str, StateWords] = {
    "succeeded": StateWords(
        "The provider says that the message was sent. Whether that means that the phone has it is not documented.",
        "Nothing.",
        "Never send it again: it would arrive twice, and cost twice.",
    ),
    "failed": StateWords(
        "The provider took the message, and says that it failed.",
        "Look at the report's `reason`, in the network's words; check the number, or reach the person by another way."
        " No command sends again to those who failed: `laaffic campaign resend` is for rejected and unknown ones.",
        "That nothing arrived is the provider's word, and no page says that it is final. A new message costs again.",
    ),
    "pending": StateWords(
        "The provider is still sending the message, or has a word for it that no page lists; `status` has the word.",
        "Ask again later: `client.get_reports([...])`, `laaffic report`, `laaffic campaign refresh`.",
        "Asking is safe. Sending again is not: it may arrive twice, and cost twice.",
    ),
    "not_found": StateWords(
        "The provider does not list this message id. That is no failure: what is still in its queue is not listed"
        " either, nor what is older than 90 to 120 days, nor another account's, nor an id that does not exist.",
        "Ask again later, and compare LAAFFIC_APP_ID and the id. If it stays so, ask the provider's staff.",
        "Asking is safe. Sending again is not: it may arrive twice, and cost twice.",
    ),
}

UNLISTED = (
    "The provider may send a status that is in no list of its pages. It is taken neither for success nor for a refusal."
)
