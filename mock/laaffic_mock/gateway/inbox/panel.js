// The panel: what goes wrong, the account, the clock, and where reports are pushed to.

import * as api from "./api.js";
import { confirm } from "./dialogs.js";
import { byId, clock, doing, h, plural, say, toast } from "./dom.js";
import { Account } from "./account.js";

const REFUSE = "refuse_connection";
const REFUSING = `Connections are refused just now (${REFUSE}); this page waits like every client.`;
const UNKNOWN = "The connection to the mock is lost, so what is armed is not known.";
const number = (given) => h("input", { type: "number", ...given });

export class Panel {
  #faults = {};
  #stale = false; // whether there were pushes since the state of the pushes was asked for
  #asking = false;
  #refusedUntil = 0; // until when connections are refused because it was ordered here
  #typed = new Set(); // inputs that somebody is changing, which are not overwritten by what comes from elsewhere

  constructor(store) {
    this.store = store;
    this.account = new Account(store);
    this.armedNow = h("p", { id: "armed-now", role: "status" });
    this.rows = h("tbody");
    this.chances = new Map(); // fault → its input
    this.used = new Map(); // fault → its cell
    this.pushState = h("p", { role: "status" });
    this.pushLog = h("tbody");
    byId("panel").replaceChildren(
      this.#part("Faults", this.armedNow, this.#orders(), this.#table()),
      this.account.form,
      this.#part("Clock of deliveries", this.#clock()),
      this.#part("Pushed reports", this.#pushes()),
      this.#part("Magic numbers", this.#magic()),
      this.#part(
        "Begin anew",
        h("p", { class: "note" }, "Forgets messages, requests, faults and settings."),
        h("button", { class: "danger", onclick: doing(() => this.#clear()) }, "Clear everything"),
      ),
    );
  }

  /** Take which faults there are, each with what it does. */
  takeFaults(faults) {
    this.#faults = faults;
    const names = Object.keys(faults);
    if (names.length === this.rows.children.length) return;
    this.choice.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
    this.rows.replaceChildren(...names.map((name) => this.#faultRow(name)));
  }

  /** Whether connections are refused just now because it was ordered here. */
  get refusing() {
    return !this.store.live && Date.now() < this.#refusedUntil;
  }

  draw() {
    const { next, chances, used, seed } = this.store.armed;
    const soon = next.map(({ fault, times }) => (times > 1 ? `${fault} ${times} times` : fault));
    const byChance = Object.entries(chances).map(([fault, chance]) => `${fault} with ${chance * 100}%`);
    const all = [...soon, ...byChance];
    say(this.armedNow, this.refusing ? REFUSING : !this.store.live ? UNKNOWN : all.length ? `Armed now: ${all.join(", ")}.` : "Nothing is armed.");
    byId("armed").hidden = !all.length;
    byId("armed").textContent = `armed: ${all.join(", ")}`;
    this.disarm.disabled = !all.length;
    for (const [fault, input] of this.chances) if (!this.#typed.has(input)) input.value = chances[fault] ?? "";
    if (!this.#typed.has(this.seed)) this.seed.value = seed ?? 0;
    for (const [fault, cell] of this.used) cell.textContent = used[fault] ?? 0;
    this.account.draw();
    this.#drawLog();
  }

  /** Ask for what no event tells: the state of the pushes. */
  async refresh() {
    const { to, shapes, pushed, failed, waiting } = await api.pushes();
    const state = `Reports go to ${to} (${shapes}): ${pushed} pushed, ${failed} failed, ${waiting} waiting.`;
    say(this.pushState, to ? state : "Reports go nowhere.");
  }

  /** Ask for it once more, or as soon as the last question is answered: a thousand pushes are not a thousand questions. */
  async refreshSoon() {
    this.#stale = true;
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#stale) {
        this.#stale = false;
        await this.refresh();
      }
    } catch {
      // the page says so itself, when the connection is lost
    } finally {
      this.#asking = false;
    }
  }

  #part(title, ...what) {
    const id = `part-${title.replaceAll(" ", "-")}`;
    return h("section", { class: "part-of-panel", "aria-labelledby": id }, h("h2", { id }, title), ...what);
  }

  #orders() {
    this.choice = h("select");
    const times = number({ min: 1, max: 10000, value: 1 });
    const seconds = number({ min: 0, max: 3600, step: "any", value: 1 });
    const disarm = async () => {
      await api.disarm();
      await this.#drawArmed();
    };
    this.disarm = h("button", { type: "button", onclick: doing(disarm) }, "Disarm all");
    const order = async () => {
      const fault = this.choice.value;
      await this.#arm({ fault, seconds: seconds.valueAsNumber, ...(fault !== REFUSE && { times: times.valueAsNumber }) });
    };
    return this.#form(order, "Arm", [
      h("label", { class: "field" }, "Fault", this.choice),
      h("label", { class: "field" }, "Times", times),
      h("label", { class: "field" }, "Seconds", seconds),
    ], this.disarm);
  }

  #table() {
    this.seed = this.#kept({ min: 0, step: 1, value: 0 });
    const set = async () => {
      const given = [...this.chances].filter(([, input]) => input.value !== "").map(([fault, input]) => [fault, input.valueAsNumber]);
      await api.setChances({ chances: Object.fromEntries(given), seed: this.seed.valueAsNumber || 0 });
      await this.#drawArmed();
      toast(given.length ? "Set." : "No fault comes by chance.");
    };
    const heads = ["Fault", "Next request", "By chance, 0 to 1", "Used", "What it does"].map((name) => h("th", { scope: "col" }, name));
    const table = h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "All faults" }, h("table", { class: "faults" }, h("thead", {}, h("tr", {}, ...heads)), this.rows));
    return this.#form(set, "Set chances", [h("label", { class: "field" }, "Seed of chance", this.seed)], null, table);
  }

  #faultRow(fault) {
    const refuses = fault === REFUSE; // before there is a request, so neither by chance nor counted
    const chance = refuses ? "only by order" : this.#kept({ "aria-label": `Chance of ${fault}`, min: 0, max: 1, step: "any" });
    const used = h("td", { class: "used" }, refuses ? "" : "0");
    if (!refuses) {
      this.chances.set(fault, chance);
      this.used.set(fault, used);
    }
    const once = h("button", { type: "button", "aria-label": `Arm ${fault} once`, onclick: doing(() => this.#arm({ fault })) }, "Once");
    return h("tr", { "data-fault": fault }, h("th", { scope: "row" }, fault), h("td", {}, once), h("td", {}, chance), used, h("td", { class: "does" }, this.#faults[fault]));
  }

  /** Return an input for a number that stays what somebody types until it is set. */
  #kept(given) {
    return number({ ...given, oninput: ({ target }) => this.#typed.add(target) });
  }

  async #drawArmed() {
    this.#typed.clear();
    this.store.armed = await api.armed();
    this.draw();
  }

  async #arm(order) {
    if (order.fault === REFUSE) this.#refusedUntil = Date.now() + (order.seconds ?? 1) * 1000;
    await api.arm(order);
    if (order.fault === REFUSE) return;
    this.store.armed = await api.armed();
    this.draw();
  }

  #clock() {
    const seconds = number({ min: 0, step: "any", value: 60 });
    return this.#form(() => api.advance(seconds.valueAsNumber), "Advance", [h("label", { class: "field" }, "Seconds", seconds)]);
  }

  #pushes() {
    const url = h("input", { type: "text", inputmode: "url", placeholder: "http://127.0.0.1:8000/reports", spellcheck: "false" });
    const shapes = h("select", {}, h("option", { value: "plain" }, "plain"), h("option", { value: "odd" }, "odd"));
    const push = async (given) => {
      await api.pushTo(given);
      await this.refresh();
    };
    const stop = h("button", { type: "button", onclick: doing(() => push({ url: null })) }, "Push nowhere");
    const form = this.#form(() => push({ url: url.value.trim(), shapes: shapes.value }), "Push there", [
      h("label", { class: "field long" }, "URL", url),
      h("label", { class: "field" }, "Shapes", shapes),
    ], stop);
    const heads = ["Time", "Message id", "To", "What came of it"].map((name) => h("th", { scope: "col" }, name));
    const log = h("div", { class: "wide log", tabindex: "0", role: "region", "aria-label": "Log of pushes" }, h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.pushLog));
    return h("div", {}, this.pushState, form, log);
  }

  #drawLog() {
    const rows = this.store.log.slice(-50).reverse().map((entry) => {
      const failed = entry.why ?? null;
      const badge = h("span", { class: failed ? "state failed" : "state succeeded" }, failed ?? "taken");
      return h("tr", {}, h("td", {}, clock(entry.at)), h("td", {}, entry.msg_id), h("td", {}, entry.to ?? ""), h("td", {}, badge));
    });
    this.pushLog.replaceChildren(...rows);
  }

  #magic() {
    const rows = h("tbody");
    const fill = async () => {
      const all = Object.entries(await api.magic());
      rows.replaceChildren(...all.map(([number, means]) => h("tr", {}, h("th", { scope: "row" }, number), h("td", {}, means))));
    };
    const details = h("details", {}, h("summary", {}, "Numbers that decide what becomes of a request or a message"), h("table", {}, rows));
    details.addEventListener("toggle", doing(fill), { once: true });
    return details;
  }

  async #clear() {
    const what = plural(this.store.messages.size, "message");
    if (await confirm("Clear everything?", `This forgets ${what}, requests, faults and settings, for good.`, "Clear")) await api.clear();
  }

  #form(work, action, fields, more = null, before = null) {
    const form = h("form", {}, before, h("div", { class: "fields" }, ...fields, h("button", { type: "submit" }, action), more));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      doing(work)(event);
    });
    return form;
  }
}
