"""All who take part."""

from bench.peers import sdk_infobip, sdk_laaffic, sdk_plivo, sdk_sinch, sdk_telnyx, sdk_twilio, sdk_vonage

PEERS = {
    module.PEER.name: module.PEER
    for module in (sdk_infobip, sdk_laaffic, sdk_plivo, sdk_sinch, sdk_telnyx, sdk_twilio, sdk_vonage)
}
