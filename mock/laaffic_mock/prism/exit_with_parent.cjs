// Loaded before Prism with `node --require`. Prism's stdin is a pipe that only the Python process holds open: it ends
// when that process closes it or dies, however it dies. Works the same on Linux, macOS and Windows.
process.stdin
  .on("end", () => process.exit())
  .on("error", () => process.exit())
  .resume()
  .unref?.(); // so that waiting for the parent does not keep a Prism alive that has failed
