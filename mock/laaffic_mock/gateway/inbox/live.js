// The mock's events: first all there is, then what changes, and after a lost connection the same again.

const AGAIN_MS = 1000;
const NAMES = ["message", "state", "request", "push", "fault", "settings", "deleted", "cleared", "reset"];

/**
 * Follow the mock.
 *
 * @param load reads all there is; events that come meanwhile wait until it is done
 * @param take takes an event: its name and its data
 * @param tell takes "live" or "lost"
 */
export function follow(load, take, tell) {
  let waiting = null; // events, while all there is is read
  let again = false;

  async function loadAll() {
    if (waiting) {
      again = true;
      return;
    }
    waiting = [];
    try {
      do {
        again = false;
        waiting = []; // what came before is in what is read now, or gone from it
        await load();
      } while (again);
      tell("live");
    } catch {
      tell("lost");
      setTimeout(loadAll, AGAIN_MS);
    }
    const missed = waiting;
    waiting = null;
    for (const [name, data] of missed) take(name, data);
  }

  function open() {
    const source = new EventSource("/_mock/events");
    source.addEventListener("open", loadAll); // also when the browser has connected again by itself
    source.addEventListener("error", () => {
      tell("lost");
      if (source.readyState === EventSource.CLOSED) setTimeout(open, AGAIN_MS); // the browser gives up after an HTTP error
    });
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        const data = event.data ? JSON.parse(event.data) : null;
        if (name === "reset" || name === "cleared") loadAll();
        else if (waiting) waiting.push([name, data]);
        else take(name, data);
      });
    }
  }

  open();
}
