// The form of the account. What somebody is changing is not overwritten by what comes from elsewhere.

import * as api from "./api.js";
import { h, doing, toast } from "./dom.js";

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
const orNull = (read) => (text) => (text.trim() === "" ? null : read(text));
const KINDS = {
  count: { input: { type: "number", step: 1 }, read: orNull(Number), show: (value) => value ?? "" },
  seconds: { input: { type: "number", step: "any", required: true }, read: Number, show: String },
  lines: { area: true, read: lines, show: (value) => value.join("\n") },
  linesOrNull: { area: true, read: orNull(lines), show: (value) => (value ?? []).join("\n") },
  text: { input: { type: "text", spellcheck: "false" }, read: String, show: String },
  flag: { input: { type: "checkbox" } },
};
const SET_SECRET = `curl -X PATCH -H 'X-Laaffic-Mock: 1' -d '{"api_key": "…", "api_secret": "…"}' ${location.origin}/_mock/settings`;
const FIELDS = [
  ["balance", "Balance, in segments (empty: no limit)", "count"],
  ["clock_offset", "The gateway's clock is ahead by, in seconds", "seconds"],
  ["deliver_after", "A message has finished after, in seconds", "seconds"],
  ["held", "Hold the clock of deliveries", "flag"],
  ["words", "Sensitive words, one on each line", "lines"],
  ["templates", "Templates, one on each line, with {…} for what varies", "lines"],
  ["allowed_ips", "Addresses that may send (empty: all)", "linesOrNull"],
  ["records_per_page", "Rows of getSentRcd (empty: as many as allowed)", "count"],
  ["api_key", "API key", "text"],
  ["app_id", "App id", "text"],
];

export class Account {
  #changed = new Set();
  #fields = new Map();

  constructor(store) {
    this.store = store;
    const rows = FIELDS.map(([name, label, kind]) => this.#field(name, label, kind));
    const id = "part-account";
    this.form = h(
      "form",
      { class: "part-of-panel", "aria-labelledby": id },
      h("h2", { id }, "Account"),
      h("div", { class: "fields" }, ...rows),
      h(
        "p",
        { class: "note" },
        "The secret is on no page, so it is set from a terminal. With a key of your own and the secret as it is, every request ends in -1; set both:",
      ),
      h("pre", { tabindex: "0", role: "region", "aria-label": "How to set the secret" }, SET_SECRET),
      h("p", { class: "tools" }, h("button", { type: "submit" }, "Save"), h("button", { type: "button", onclick: () => this.#undo() }, "Undo")),
    );
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      doing(() => this.#save())(event);
    });
  }

  draw() {
    for (const [name, { element, kind }] of this.#fields) {
      const value = this.store.settings[name];
      if (value === undefined || this.#changed.has(name)) continue;
      if (kind === "flag") element.checked = value;
      else element.value = KINDS[kind].show(value);
    }
  }

  #field(name, label, kind) {
    const { area, input } = KINDS[kind];
    const element = area ? h("textarea", { rows: 3, spellcheck: "false", name }) : h("input", { ...input, name });
    element.addEventListener("input", () => this.#changed.add(name));
    this.#fields.set(name, { element, kind });
    return h("label", { class: kind === "flag" ? "field flag" : "field" }, label, element);
  }

  #undo() {
    this.#changed.clear();
    this.draw();
  }

  async #save() {
    const given = {};
    for (const name of this.#changed) {
      const { element, kind } = this.#fields.get(name);
      given[name] = kind === "flag" ? element.checked : KINDS[kind].read(element.value);
    }
    this.store.settings = (await api.change(given)) ?? this.store.settings;
    this.#undo();
    toast("Saved.");
  }
}
