// Loaded before Prism with `node --require`. The contract knows nothing of the gateway's page and inspection paths, so
// Prism would refuse them: as a proxy it hands them, streams included, to the gateway just as they come.
const http = require("node:http");
const { told } = require("./tell_refused.cjs");
const upstream = process.env.MOCK_UPSTREAM;
const MAX_WAIT_MS = 1000;
const emit = http.Server.prototype.emit;

function isInspection(target) {
  const path = target.split("?", 1)[0];
  return path === "/" || path === "/_mock" || path.startsWith("/_mock/");
}

/** Hand a request over, once the gateway knows of everything that was refused before. */
async function handOver(request, response) {
  let timer;
  if (told()) await Promise.race([told(), new Promise((done) => (timer = setTimeout(done, MAX_WAIT_MS)))]);
  clearTimeout(timer);
  if (response.destroyed) return;
  const { hostname, port } = new URL(upstream);
  const options = { hostname: hostname.replace(/^\[|\]$/g, ""), port, method: request.method, path: request.url };
  const asked = http.request({ ...options, headers: request.headers, agent: false }, (answered) => {
    response.writeHead(answered.statusCode, answered.rawHeaders);
    response.flushHeaders();
    answered.pipe(response);
  });
  asked.on("error", () => response.destroy());
  response.on("close", () => asked.destroy()); // who read a stream has gone
  request.pipe(asked);
}

if (upstream) {
  http.Server.prototype.emit = function (event, request, response, ...rest) {
    if (event !== "request" || !isInspection(request.url)) return emit.call(this, event, request, response, ...rest);
    handOver(request, response);
    return true;
  };
}
