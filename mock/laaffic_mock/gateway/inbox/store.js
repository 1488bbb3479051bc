// What the page knows. Pure: it neither asks nor draws, and whatever comes twice changes nothing.

import { fold } from "./fold.js";

const REFUSED = new Set(["refused", "malformed"]);

/** Return in which filters of the requests one belongs. */
export const isRefused = ({ end, rule }) => REFUSED.has(end) || rule !== null;
export const isFaulty = ({ fault, instead }) => fault !== null || instead !== null;

export class Store {
  messages = new Map(); // by message id, the oldest first
  requests = new Map(); // by id, the oldest first
  numbers = new Map(); // number → ids of its messages; the number of the newest message comes last
  armed = { next: [], chances: {}, seed: 0, used: {} };
  settings = {};
  log = [];
  live = true; // whether what the page knows is how things are now

  /** @param limits how many messages and requests are kept at the most */
  constructor(limits) {
    this.limits = limits;
  }

  clear() {
    this.messages.clear();
    this.requests.clear();
    this.numbers.clear();
    this.log = [];
  }

  putMessage(message) {
    const known = this.messages.get(message.msg_id);
    this.messages.set(message.msg_id, message);
    if (known) return;
    const ids = this.numbers.get(message.number) ?? new Set();
    ids.add(message.msg_id);
    this.numbers.delete(message.number);
    this.numbers.set(message.number, ids);
    if (this.messages.size > this.limits.messages) this.remove([this.messages.keys().next().value]);
  }

  changeState({ msg_id, state, received_at, reason }) {
    const message = this.messages.get(msg_id);
    if (message) this.messages.set(msg_id, { ...message, state, received_at, reason });
  }

  remove(msgIds) {
    for (const msg_id of msgIds) {
      const message = this.messages.get(msg_id);
      if (!message) continue;
      this.messages.delete(msg_id);
      const ids = this.numbers.get(message.number);
      ids.delete(msg_id);
      if (!ids.size) this.numbers.delete(message.number);
    }
  }

  removeAll() {
    this.messages.clear();
    this.numbers.clear();
  }

  putRequest(exchange) {
    this.requests.set(exchange.id, exchange);
    if (this.requests.size > this.limits.requests) this.requests.delete(this.requests.keys().next().value);
  }

  putPush(entry) {
    this.log = [...this.log, entry].slice(-200);
  }

  /** Return the conversations with a message in which the words are, the newest first: `{number, ids}`. */
  conversations(words) {
    const found = [];
    const fits = matching(words);
    for (const [number, all] of this.numbers) {
      const ids = words ? [...all].filter((id) => fits(this.messages.get(id))) : [...all];
      if (ids.length) found.push({ number, ids });
    }
    return found.reverse();
  }

  /** Return the requests of a filter, the newest first. */
  filtered(only) {
    const fits = {
      trouble: (exchange) => isRefused(exchange) || isFaulty(exchange),
      refused: isRefused,
      faulty: isFaulty,
      all: () => true,
    }[only];
    return [...this.requests.values()].filter(fits).reverse();
  }
}

/** Return what tells whether folded words are in a message, as the mock itself would. */
function matching(words) {
  const digits = words.replaceAll(/[\s()+-]/g, "");
  return ({ content, number, order_id, msg_id }) =>
    fold(content).includes(words) ||
    (digits !== "" && number.includes(digits)) ||
    (order_id !== null && fold(order_id).includes(words)) ||
    msg_id.includes(words);
}
