// A connection that is refused cannot be passed on. So when the gateway was asked to refuse connections, Prism stops
// listening as well, until the gateway listens again.
const http = require("node:http");
const net = require("node:net");

const AGAIN_MS = 20;
const { hostname, port } = new URL(process.env.MOCK_UPSTREAM || "http://localhost");
const servers = new Set();
const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, ...rest) {
  if (event === "listening") servers.add(this);
  return emit.call(this, event, ...rest);
};

/** Whether the gateway listens. */
function listens() {
  return new Promise((done) => {
    const socket = net.connect(port, hostname.replace(/^\[|\]$/g, ""));
    socket.on("connect", () => done(true)).on("error", () => done(false));
    socket.on("connect", () => socket.destroy());
  });
}

/** Listen again as before, once the gateway does. */
async function listenAgain(server, { address, port }) {
  const later = () => setTimeout(listenAgain, AGAIN_MS, server, { address, port });
  if (!(await listens())) return later();
  server.once("error", later).listen(port, address, () => server.off("error", later));
}

/** Stop listening if the gateway does not listen. */
async function refuseToo() {
  if (await listens()) return;
  for (const server of servers) {
    const address = server.address();
    if (!address) continue; // it refuses already
    server.close();
    listenAgain(server, address);
  }
}

module.exports = { refuseToo };
