"""What each name in the results stands for, in the order in which they are shown."""

WAYS = {
    "socket": "socket, bytes ready; nothing parsed",
    "limit": "socket, rows, md5, orjson: the limit",
    "httpx": "httpx, bytes ready; nothing parsed",
    "httpx_json": "httpx, rows, json=dict, .json()",
    "generated": "generated client, rows, .parsed",
    "laaffic": "laaffic, rows to outcomes",
    "laaffic_each": "laaffic, rows, a Message for each",
    "laaffic_messages": "laaffic, Messages to outcomes",
}
ASYNC_WAYS = {
    "sockets": "sockets, rows, md5, orjson: limit",
    "httpx": "httpx.AsyncClient, bytes ready",
    "httpx_aiohttp": "httpx over aiohttp, bytes ready",
    "laaffic": "laaffic.AsyncClient, rows",
    "send_many": "laaffic send_many, 64 at once",
}
CLIENTS = {
    "laaffic": "another laaffic.Client",
    "laaffic_sent": "the same, with its first send",
    "laaffic_send": "a send over an open connection",
    "httpx": "another httpx.Client",
    "httpx_sent": "the same, with its first post",
}
