"""All who take part."""

from bench.peers.sdks import infobip, laaffic, plivo, sinch, telnyx, twilio, vonage

PEERS = {module.PEER.name: module.PEER for module in (infobip, laaffic, plivo, sinch, telnyx, twilio, vonage)}
