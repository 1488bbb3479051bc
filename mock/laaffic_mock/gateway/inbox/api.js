// Every request of the page to the mock.

const BASE = "/_mock";
const CHANGE = { "X-Laaffic-Mock": "1", "Content-Type": "application/json" };
const PAGE = 1000;
const MAX_MESSAGES = 20000; // older ones stay in the mock, and are found by a download
const MAX_REQUESTS = 2000;

async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers: method === "GET" ? {} : CHANGE,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The mock does not respond. Does it still run?");
  }
  const text = await response.text();
  if (response.ok) return text ? JSON.parse(text) : null;
  let why = text;
  try {
    why = JSON.parse(text).error ?? text;
  } catch {
    // it is plain text
  }
  throw new Error(`The mock refused that (HTTP ${response.status}): ${why}`);
}

/** Return a query string of what is given, or nothing. */
export function query(given) {
  const parts = Object.entries(given).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return parts.length ? `?${new URLSearchParams(parts)}` : "";
}

/** Hand over the newest messages, page by page, the oldest of them first. */
export async function readMessages(take) {
  const { total, ...rest } = await ask("GET", "/messages?limit=0");
  let from = { offset: Math.max(0, total - MAX_MESSAGES) };
  let reached = from.offset;
  for (;;) {
    const { messages } = await ask("GET", `/messages${query({ ...from, limit: PAGE })}`);
    take(messages);
    reached += messages.length;
    if (messages.length < PAGE) return { ...rest, total: Math.max(total, reached) }; // more may have come meanwhile
    from = { after: messages.at(-1).msg_id }; // an offset would skip some, if others are deleted meanwhile
  }
}

/** Hand over the requests that the mock keeps, page by page. */
export async function readRequests(take) {
  for (let after = 0; ; ) {
    const { requests } = await ask("GET", `/requests${query({ only: "all", after, limit: PAGE })}`);
    take(requests);
    if (requests.length < PAGE) return;
    after = Math.max(...requests.map((exchange) => exchange.id));
  }
}

export const limits = { messages: MAX_MESSAGES, requests: MAX_REQUESTS };
export const countFound = async (found) => (await ask("GET", `/messages${query({ ...found, limit: 0 })}`)).total;
export const deleteFound = (found) => ask("DELETE", `/messages${query(found)}`);
export const request = (id) => ask("GET", `/requests/${encodeURIComponent(id)}`);
export const deliver = (which) => ask("POST", "/deliver", which);
export const pushAgain = (msg_id) => ask("POST", "/pushes/again", { msg_id });
export const advance = (seconds) => ask("POST", "/advance", { seconds });
export const faults = () => ask("GET", "/faults");
export const armed = () => ask("GET", "/faults/armed");
export const arm = (order) => ask("POST", "/faults", order);
export const setChances = (given) => ask("PUT", "/faults", given);
export const disarm = () => ask("DELETE", "/faults");
export const settings = () => ask("GET", "/settings");
export const change = (given) => ask("PATCH", "/settings", given);
export const pushes = () => ask("GET", "/pushes");
export const pushLog = () => ask("GET", "/pushes/log");
export const pushTo = (given) => ask("PUT", "/pushes", given);
export const magic = () => ask("GET", "/magic");
export const clear = () => ask("POST", "/clear", {});
