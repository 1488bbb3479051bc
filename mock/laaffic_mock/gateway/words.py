"""What the gateway's server and those who ask it have to agree on."""

REFUSE = "refuse_connection"
MAX_ON_A_PAGE = 10_000
