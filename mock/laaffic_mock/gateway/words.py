"""What the gateway's server and those who ask it have to agree on."""

REFUSE = "refuse_connection"
MAX_ON_A_PAGE = 10_000
MAX_SECONDS = 3600.0
INSPECTION = "/_mock/"
BROWSERS_OWN = frozenset({"/favicon.ico", "/apple-touch-icon.png"})  # which nobody's program asks for
# A web page can post to any address, and only where it is allowed to (which it is not here) with a header of its own.
CHANGE = ("X-Laaffic-Mock", "1")
# By the one Prism names a request that it passes on; by the other it proves that it is the one before the gateway.
PASSED, TOKEN = "X-Laaffic-Passed", "X-Laaffic-Token"
