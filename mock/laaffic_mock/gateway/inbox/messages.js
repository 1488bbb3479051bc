// The view of messages: numbers on one side, the conversation with one of them on the other.

import * as api from "./api.js";
import { copy } from "./clipboard.js";
import { confirm } from "./dialogs.js";
import { byId, clock, doing, h, marked, plural, say } from "./dom.js";
import { fold } from "./fold.js";
import { Choice } from "./list.js";
import { isRefused } from "./store.js";
import { stateOf, Thread } from "./thread.js";

export class Messages {
  #pinned = null; // the number that somebody has chosen; else the newest is followed
  #shown = null;
  #found = [];

  /** @param actions showRequest, which shows one by its id, and showTrouble, which shows those that went wrong */
  constructor(store, { showRequest, showTrouble }) {
    this.store = store;
    this.view = byId("messages");
    this.search = byId("search");
    this.thread = new Thread(byId("thread"), store, {
      showRequest,
      back: () => this.unpin(),
      words: () => this.words,
      sought: () => this.search.value,
      remove: (found, text) => this.#remove(found, text),
    });
    byId("thread").addEventListener("pointerdown", () => this.#pin(this.#shown));
    this.numbers = new Choice(
      byId("numbers"),
      {
        key: ({ number }) => number,
        stamp: ({ ids }) => `${ids.length} ${ids.at(-1)} ${store.messages.get(ids.at(-1)).state} ${this.words}`,
        render: (conversation) => this.#row(conversation),
        guess: 82,
      },
      (number) => {
        this.#pin(number);
        this.draw();
      },
    );
    this.search.addEventListener("input", () => this.draw());
    byId("delete-found").addEventListener(
      "click",
      doing(() => this.#remove({ q: this.search.value }, this.words ? "in which this is found" : "in this mock")),
    );
    byId("show-trouble").addEventListener("click", () => showTrouble());
    byId("how").textContent = `export LAAFFIC_BASE_URL=${location.origin}`;
  }

  get words() {
    return fold(this.search.value);
  }

  draw() {
    const { words, store } = this;
    this.#found = store.conversations(words);
    const there = this.#found.some(({ number }) => number === this.#pinned);
    this.#shown = there ? this.#pinned : (this.#found[0]?.number ?? null);
    this.view.classList.toggle("chosen", there);
    this.numbers.show(this.#found, this.#shown);
    this.thread.show(this.#found.find(({ number }) => number === this.#shown) ?? null);

    const count = this.#found.reduce((sum, { ids }) => sum + ids.length, 0);
    const older = store.total > store.messages.size ? `; ${store.total - store.messages.size} older ones are only in the downloads` : "";
    say(byId("found"), words ? `${plural(count, "message")} found${older}` : older.slice(2));
    byId("no-numbers").hidden = store.messages.size > 0;
    this.#drawNone();
    byId("delete-found").textContent = words ? "Delete found" : "Delete all";
    byId("as-json").href = `/_mock/messages.json${api.query({ q: this.search.value })}`;
    byId("as-csv").href = `/_mock/messages.csv${api.query({ q: this.search.value })}`;
  }

  /** Say why there is no message yet: nobody asked, or what was asked went wrong. */
  #drawNone() {
    const wrong = this.store.filtered("trouble");
    const refused = wrong.filter(isRefused).length;
    const parts = [
      refused && `${plural(refused, "request was", "requests were")} refused`,
      wrong.length > refused && `${plural(wrong.length - refused, "request")} met a fault`,
    ];
    say(byId("none-yet"), ["No messages yet", ...parts.filter(Boolean)].join("; ") + ".");
    byId("show-trouble").hidden = !wrong.length;
    byId("show-trouble").textContent = wrong.length === 1 ? "Show it" : "Show them";
    byId("point").hidden = this.store.requests.size > 0;
  }

  step(rows) {
    this.numbers.step(rows);
  }

  /** End the search, or else go back to the newest. */
  escape() {
    if (this.search.value) this.search.value = "";
    else this.#pinned = null;
    this.search.blur();
    this.draw();
  }

  unpin() {
    this.#pinned = null;
    this.draw();
    byId("numbers").focus();
  }

  /** Show the conversation that a message is in. */
  reveal(msgId) {
    const message = this.store.messages.get(msgId);
    if (!message) throw new Error("This message is not kept any more.");
    this.search.value = "";
    this.#pin(message.number);
    this.draw();
    this.thread.reveal(msgId);
  }

  /** Copy the code of the message that has the focus, or the newest of the conversation. */
  async copyCode() {
    const conversation = this.#found.find(({ number }) => number === this.#shown);
    const focused = document.activeElement?.closest("[data-msg-id]")?.dataset.msgId;
    const ids = focused ? [focused] : (conversation?.ids ?? []);
    const id = ids.findLast((each) => this.store.messages.get(each)?.codes.length);
    if (id === undefined) throw new Error("There is no code to copy here.");
    await copy(this.store.messages.get(id).codes[0]);
  }

  #pin(number) {
    this.#pinned = number;
  }

  async #remove(found, where) {
    const count = found.msg_id ? 1 : await api.countFound(found);
    if (!count) throw new Error("There is no such message to delete.");
    const what = plural(count, "message");
    if (await confirm(`Delete ${what}?`, `This deletes ${what} ${where}, for good.`, "Delete")) await api.deleteFound(found);
  }

  #row({ number, ids }) {
    const last = this.store.messages.get(ids.at(-1));
    const top = h("span", { class: "line" }, h("bdi", { class: "number" }, ...marked(number, this.words)), clock(last.accepted_at));
    const text = h("span", { class: "snippet", dir: "auto" }, ...marked(last.content.slice(0, 200), this.words));
    const bottom = h("span", { class: "line" }, stateOf(last), ids.length > 1 && h("span", { class: "note" }, plural(ids.length, "message")));
    return h("div", { class: "row" }, top, text, bottom);
  }
}
