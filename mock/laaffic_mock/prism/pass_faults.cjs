// Loaded before Prism with `node --require`. Where the gateway drops, cuts or spoils a response on request, Prism would
// respond with an HTTP 500 of its own, or not at all. Instead the client gets the gateway's very bytes, and the
// connection ends as the gateway's did. What Prism says of it goes nowhere; the gateway knows of it already.
const { AsyncLocalStorage } = require("node:async_hooks");
const { subscribe } = require("node:diagnostics_channel");
const http = require("node:http");

const RAW = "x-laaffic-raw"; // by which the gateway says that it spoiled a response
const MAX_RESPONSE = 65 * 1024 * 1024; // where a body without an end is cut

const current = new AsyncLocalStorage(); // the response to the request that Prism is about

/** Let what Prism says from now on go nowhere; return how the response was ended before. */
function silence(response) {
  const end = response.end.bind(response);
  response.setHeader = response.end = () => response;
  response.write = () => true;
  return end;
}

/** Hand a spoiled response over. */
function handOver(answered, response) {
  const end = silence(response);
  const headers = answered.rawHeaders.flatMap((name, at, all) =>
    at % 2 || name.toLowerCase() === RAW ? [] : [name, all[at + 1]],
  );
  const body = [];
  answered.on("data", (chunk) => body.push(chunk));
  answered.on("end", () => {
    response.writeHead(answered.statusCode, headers);
    end(Buffer.concat(body));
  });
}

/** Let a request to the gateway end as the client's, and the other way round. */
function follow(asked, response) {
  const came = [];
  let [size, answered, lost, reset] = [0, null, false, false];

  function lose() {
    if (lost || response.writableEnded) return; // Prism has needed no more of it
    lost = true;
    silence(response);
  }
  function breakOff(socket) {
    socket.write(Buffer.concat(came), () => (reset ? socket.resetAndDestroy() : socket.destroySoon()));
  }
  // Before the parser, which may fail on what comes.
  asked.socket.prependListener("data", (chunk) => {
    came.push(chunk);
    size += chunk.length;
    if (size > MAX_RESPONSE) asked.destroy();
  });
  asked.on("response", (begun) => {
    answered = begun;
    if (RAW in answered.headers) handOver(answered, response);
  });
  asked.on("error", ({ syscall }) => {
    reset = syscall === "read";
    lose();
  });
  asked.on("close", () => {
    if (!answered?.complete) lose();
    if (!lost) return;
    if (response.socket) breakOff(response.socket);
    else response.once("socket", breakOff); // the response to an earlier request on this connection is still to come
  });
  response.on("close", () => {
    if (response.writableFinished) return; // else the client has gone, and nobody waits any longer
    if (asked.writableFinished) asked.destroy();
    else asked.once("finish", () => asked.destroy());
  });
}

if (process.env.MOCK_UPSTREAM) {
  subscribe("http.client.request.start", ({ request }) => {
    const response = current.getStore();
    if (response && !response.writableEnded) follow(request, response); // what is told of it comes after its end
  });
  const emit = http.Server.prototype.emit;
  http.Server.prototype.emit = function (event, request, response, ...rest) {
    if (event !== "request") return emit.call(this, event, request, response, ...rest);
    return current.run(response, () => emit.call(this, event, request, response, ...rest));
  };
}
