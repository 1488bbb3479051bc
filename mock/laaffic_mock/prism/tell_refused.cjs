// Loaded before Prism with `node --require`. What Prism refuses does not reach the gateway, nor does what Prism responds
// in place of the gateway: so the gateway is told of it, after the client has its response. Nothing here waits for that,
// or changes what Prism reads and writes.
const { AsyncLocalStorage } = require("node:async_hooks");
const { randomUUID } = require("node:crypto");
const { subscribe } = require("node:diagnostics_channel");
const http = require("node:http");

const { MOCK_UPSTREAM: upstream, MOCK_TOKEN: token } = process.env; // a token only where a gateway wants to be told
const PASSED = "x-laaffic-passed";
const PRISMS_OWN = "application/problem+json";
const MAX_BODY = 1024 * 1024;
const MAX_RESPONSE = 64 * 1024;
const MAX_WAITING = 16 * 1024 * 1024;
const PATIENCE_MS = 5000;

const current = new AsyncLocalStorage(); // what was seen of the request that Prism is about
let waiting = 0; // bytes that the gateway is still to be told
let last = null; // the last note, while it waits; a promise

/** The beginning of what passes, and how much it was. */
class Kept {
  size = 0;
  #parts = [];
  #room;

  constructor(most) {
    this.#room = most;
  }

  add(chunk, encoding) {
    if (typeof chunk === "string") chunk = Buffer.from(chunk, typeof encoding === "string" ? encoding : "utf8");
    if (!(chunk instanceof Uint8Array)) return;
    this.size += chunk.length;
    if (this.#room <= 0) return;
    this.#parts.push(chunk.subarray(0, this.#room));
    this.#room -= chunk.length;
  }

  base64() {
    return Buffer.concat(this.#parts).toString("base64");
  }
}

/** Look at a request and its response as they pass, and return what is seen of them. */
function watch(request, response) {
  const id = randomUUID();
  const client = request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? null;
  const seen = { id, client, passed: false, told: false, body: new Kept(MAX_BODY), said: new Kept(MAX_RESPONSE) };
  request.headers[PASSED] = id;

  const { push } = request; // what comes in, whether or not somebody reads it
  request.push = function (chunk, encoding) {
    seen.body.add(chunk, encoding);
    return push.call(this, chunk, encoding);
  };
  const { write, end } = response;
  response.write = function (chunk, ...rest) {
    seen.said.add(chunk, rest[0]);
    return write.call(this, chunk, ...rest);
  };
  response.end = function (chunk, ...rest) {
    seen.said.add(chunk, rest[0]);
    const ended = end.call(this, chunk, ...rest);
    if (!seen.told && isPrismsOwn(seen, response)) tell({ ...seen }, request, response);
    seen.told = true;
    return ended;
  };
  return seen;
}

function isPrismsOwn({ passed }, response) {
  return response.statusCode >= 400 && (!passed || response.getHeader("content-type") === PRISMS_OWN);
}

function note({ id, client, passed, body, said }, request, response) {
  const { method, url, rawHeaders, complete } = request;
  const headers = rawHeaders.flatMap((name, at) => (at % 2 ? [] : [[name, rawHeaders[at + 1]]]));
  const responded = { status: response.statusCode, response: method === "HEAD" ? "" : said.base64() };
  if (passed) return JSON.stringify({ passed: id, ...responded });
  const asked = { method, path: url, client, headers, body: body.base64(), size: body.size, complete };
  return JSON.stringify({ ...asked, ...responded });
}

/** Tell the gateway, after what it is told already; a gateway that does not listen is told no more than fits. */
function tell(seen, request, response) {
  const size = Math.min(seen.body.size, MAX_BODY) + Math.min(seen.said.size, MAX_RESPONSE);
  if (waiting + size > MAX_WAITING) return;
  waiting += size;
  const mine = (last ?? Promise.resolve())
    .then(() => post(note(seen, request, response)))
    .catch(() => {}) // nothing that goes wrong here is Prism's end
    .then(() => {
      waiting -= size;
      if (last === mine) last = null;
    });
  last = mine;
}

/** Post a note; whatever comes of it, there is nothing more to do. */
function post(text) {
  return new Promise((done) => {
    const headers = { "X-Laaffic-Mock": "1", "X-Laaffic-Token": token, "Content-Type": "application/json" };
    const options = { method: "POST", headers, agent: false, timeout: PATIENCE_MS };
    const asked = http.request(new URL("/_mock/requests", upstream), options, (answered) => answered.resume());
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => {}); // the gateway has gone
    asked.on("close", done);
    asked.end(text);
  });
}

if (upstream && token) {
  subscribe("http.client.request.start", () => {
    const seen = current.getStore();
    if (seen) seen.passed = true;
  });
  const emit = http.Server.prototype.emit;
  http.Server.prototype.emit = function (event, ...rest) {
    if (event !== "request") return emit.call(this, event, ...rest);
    return current.run(watch(...rest), () => emit.call(this, event, ...rest));
  };
}

/** Return a promise of when the gateway was told of all that there was, or null where it was. */
module.exports = { told: () => last };
