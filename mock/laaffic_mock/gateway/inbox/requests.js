// The view of requests: which were refused and by which rule, which met a fault, and what was said as it was.

import * as api from "./api.js";
import { copy } from "./clipboard.js";
import { byId, clock, doing, h, plural } from "./dom.js";
import { Choice } from "./list.js";

const RULES = {
  key: "the API key",
  signature: "the signature",
  time: "the timestamp",
  app_id: "the app id",
  ip: "the address it came from",
  host: "the host it asked for",
  origin: "the page it came from",
  header: "a header",
  path: "the path",
  method: "the method",
  query: "the query",
  body: "the body",
  field: "a field",
  number: "a number",
  content: "a text",
  word: "a sensitive word",
  template: "the templates",
  balance: "the balance",
  magic: "none: the number is a magic one",
  contract: "the contract",
};
const NOTHING = {
  trouble: "No request was refused, and none met a fault.",
  refused: "No request was refused.",
  faulty: "No request met a fault. Faults are armed in the panel.",
  all: "No requests yet.",
};

export class Requests {
  #chosen = null;
  #shown = null;
  #items = [];

  /** @param showMessage shows a message by its id */
  constructor(store, showMessage) {
    this.store = store;
    this.showMessage = showMessage;
    this.faults = {};
    this.view = byId("requests");
    this.detail = byId("exchange");
    this.radios = [...this.view.querySelectorAll("[name=only]")];
    for (const radio of this.radios) radio.addEventListener("change", () => this.draw());
    this.exchanges = new Choice(
      byId("exchanges"),
      { key: ({ id }) => id, stamp, render: (exchange) => this.#row(exchange), guess: 80 },
      (id) => {
        this.#chosen = id;
        this.draw();
      },
    );
  }

  get only() {
    return this.radios.find((radio) => radio.checked).value;
  }

  draw() {
    this.#items = this.store.filtered(this.only);
    const there = this.#items.some(({ id }) => id === this.#chosen);
    const shown = there ? this.#chosen : (this.#items[0]?.id ?? null);
    this.view.classList.toggle("chosen", there);
    this.exchanges.show(this.#items, shown);
    byId("no-exchanges").textContent = this.#items.length ? "" : NOTHING[this.only];
    byId("no-exchanges").hidden = this.#items.length > 0;
    const exchange = shown === null ? null : this.store.requests.get(shown);
    const now = exchange && stamp(exchange);
    if (now === this.#shown) return;
    this.#shown = now;
    this.detail.replaceChildren(...(exchange ? this.#details(exchange) : []));
    this.detail.scrollTop = 0;
  }

  step(rows) {
    this.exchanges.step(rows);
  }

  escape() {
    this.#chosen = null;
    this.draw();
  }

  /** Show the requests of a filter. */
  filter(only) {
    this.radios.find((radio) => radio.value === only).checked = true;
    this.draw();
  }

  /** Show a request, which is asked for if the page does not have it. */
  async reveal(id) {
    if (!this.store.requests.has(id)) this.store.putRequest(await api.request(id));
    this.radios.find((radio) => radio.value === "all").checked = true;
    this.#chosen = id;
    this.draw();
    this.detail.querySelector("h2").focus();
  }

  #row(exchange) {
    const { at, method, path, rule, fault } = exchange;
    const place = rule?.broken === "contract" && rule.where ? `, ${rule.where}` : "";
    const broken = rule && `${RULES[rule.broken] ?? rule.broken}${place}: ${rule.said}`;
    const why = rule ? broken : fault ? (this.faults[fault] ?? fault) : `${plural(exchange.msg_ids.length, "message")} accepted`;
    return h(
      "div",
      { class: "row" },
      h("span", { class: "line" }, endOf(exchange), clock(at)),
      h("span", { class: "snippet" }, exchange.end === "answered" ? "answered" : why),
      h("span", { class: "note path" }, `${method} ${path}`),
    );
  }

  #details(exchange) {
    const { rule, fault, msg_ids } = exchange;
    const rows = [];
    const row = (name, ...what) => rows.push(h("dt", {}, name), h("dd", {}, ...what));
    if (rule) {
      row("Rule broken", RULES[rule.broken] ?? rule.broken);
      if (rule.where) row("Where", h("code", {}, rule.where));
      row("What was there", h("code", {}, rule.said));
      if (rule.expected) row("Expected", h("code", { class: "expected" }, rule.expected));
      row("Remedy", h("strong", {}, rule.remedy));
      for (const other of rule.others) row("Also", ...also(other));
      row("More", explain(rule.broken));
    }
    if (fault) {
      row("Fault", h("code", {}, fault), this.faults[fault] ? ` ${this.faults[fault]}` : "");
      row("What to do", explain(fault));
    }
    if (exchange.provider_status) row("Status", h("code", {}, exchange.provider_status));
    row("Came", clock(exchange.at), " from ", h("bdi", {}, exchange.client));
    row("Messages accepted", ...this.#links(msg_ids));
    return [
      h(
        "div",
        { class: "bar head" },
        h("button", { class: "back", onclick: () => this.escape() }, "Back"),
        h("h2", { tabindex: "-1" }, `Request ${exchange.id} `, endOf(exchange)),
      ),
      h(
        "div",
        { class: "sheets" },
        h("dl", { class: rule ? "rule" : "" }, ...rows),
        h("h3", {}, "Request"),
        part("Request line and headers", head(`${exchange.method} ${exchange.path}`, exchange.headers)),
        exchange.body ? part("Body of the request", exchange.body) : h("p", { class: "note" }, "No body was read."),
        h("h3", {}, "Response"),
        exchange.status !== null && h("p", {}, h("code", {}, `HTTP ${exchange.status}`)),
        exchange.response ? part("Body of the response", exchange.response) : h("p", { class: "note" }, "There was no response."),
        ...(exchange.instead ? replaced(exchange.instead) : []),
      ),
    ];
  }

  #links(msgIds) {
    if (!msgIds.length) return ["none"];
    const link = (id) => h("button", { class: "link", onclick: doing(() => this.showMessage(id)) }, id);
    const shown = msgIds.slice(0, 20).flatMap((id) => [link(id), " "]);
    return msgIds.length > 20 ? [...shown, `and ${msgIds.length - 20} others`] : shown;
  }
}

/**
 * Return what differs when a request is to be drawn anew: a mock that was started again counts from 1, and what the
 * client got instead is told later.
 */
const stamp = ({ id, at, instead }) => `${id} ${at} ${instead?.status}`;

/** Return how a request ended, as a badge. */
export function endOf({ end, fault, rule, provider_status, status }) {
  const kind = end === "fault" ? "faulty" : rule || end === "refused" || end === "malformed" ? "failed" : "succeeded";
  const code = end === "refused" && provider_status ? ` ${provider_status}` : kind === "failed" && status ? ` HTTP ${status}` : "";
  return h("span", { class: `state ${kind}` }, fault && end === "fault" ? `fault ${fault}` : `${end}${code}`);
}

/** Return a further place that breaks the contract. */
function also({ where, said, expected, remedy }) {
  const place = where ? [h("code", {}, where), ": "] : [];
  return [...place, h("code", {}, said), "; expected: ", h("code", { class: "expected" }, expected), "; remedy: ", h("strong", {}, remedy)];
}

/** Return the command that explains a rule or a fault, to be copied with one click. */
function explain(topic) {
  const command = `laaffic explain ${topic}`;
  return [h("code", {}, command), " ", h("button", { class: "plain", "aria-label": `Copy: ${command}`, onclick: doing(() => copy(command, "command")) }, "Copy")];
}

function replaced({ status, response }) {
  return [
    h("h3", {}, "What the client got instead"),
    h("p", {}, h("code", {}, `HTTP ${status}`), " from Prism, which checks against the contract what passes."),
    part("Body of what the client got", response),
  ];
}

function head(line, headers) {
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
  return [line, ...pairs.map(([name, value]) => `${name}: ${value}`)].join("\n");
}

function part(name, text) {
  return h(
    "div",
    { class: "part" },
    h("button", { class: "plain copy", "aria-label": `Copy: ${name}`, onclick: doing(() => copy(text, name.toLowerCase())) }, "Copy"),
    h("pre", { tabindex: "0", role: "region", "aria-label": name }, text),
  );
}
