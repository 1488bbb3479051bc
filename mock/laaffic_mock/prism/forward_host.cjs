// Loaded before Prism with `node --require`. As a proxy Prism does not say by which host it was asked, so that what is
// behind it could not refuse a web page. Whatever else a client says of that is replaced.
const { Server } = require("node:http");
const emit = Server.prototype.emit;
Server.prototype.emit = function (event, request, ...rest) {
  if (event === "request") request.headers["x-forwarded-host"] = request.headers.host ?? "";
  return emit.call(this, event, request, ...rest);
};
