// The messages to one number, as bubbles, with what can be done to them.

import * as api from "./api.js";
import { copy } from "./clipboard.js";
import { askFor } from "./dialogs.js";
import { clock, doing, h, marked, plural } from "./dom.js";
import { VirtualList } from "./virtual.js";

const REASON = "UNDELIV";
const ENDED = new Set(["succeeded", "failed"]);

/** Return what has become of a message, as a badge. */
export function stateOf({ state, reason }) {
  return h("span", { class: `state ${state}` }, state, reason && h("bdi", {}, ` (${reason})`));
}

export class Thread {
  #number = null;

  /** @param actions showRequest, back, words, sought, remove */
  constructor(box, store, actions) {
    this.store = store;
    this.actions = actions;
    this.title = h("h2", { class: "number" });
    this.note = h("span", { class: "note" });
    const button = (text, work, kind = "") => h("button", { class: kind, onclick: doing(work) }, text);
    this.head = h(
      "div",
      { class: "bar head" },
      h("button", { class: "back", onclick: () => actions.back() }, "Back"),
      this.title,
      this.note,
      h(
        "span",
        { class: "tools" },
        button("Deliver these", () => api.deliver({ number: this.#number })),
        button("Fail these…", () => this.#fail({ number: this.#number }, `every unfinished message to ${this.#number}`)),
        button("Delete these", () => this.#removeThese(), "danger"),
      ),
    );
    this.box = h("div", { class: "rows bubbles", role: "feed", tabindex: "0", "aria-label": "Conversation, the newest last" });
    box.append(this.head, this.box);
    this.list = new VirtualList(this.box, {
      key: (message) => message.msg_id,
      stamp: (message) => message,
      render: (message) => this.#bubble(message),
      guess: 185,
    });
    this.show(null);
  }

  /** Show a conversation: its number and the ids of its messages; null for none. */
  show(conversation) {
    this.head.hidden = this.box.hidden = conversation === null;
    const number = conversation?.number ?? null;
    const words = this.actions.words();
    const other = number !== this.#number || words !== this.shownWords;
    const atEnd = this.list.atEnd;
    if (words !== this.shownWords) this.list.forget();
    this.#number = number;
    this.shownWords = words;
    this.title.replaceChildren(h("bdi", {}, number ?? ""));
    const all = this.store.numbers.get(number)?.size ?? 0;
    const ids = conversation?.ids ?? [];
    this.note.textContent = ids.length < all ? `${ids.length} of ${plural(all, "message")}` : plural(all, "message");
    const messages = ids.map((id) => this.store.messages.get(id));
    this.list.show(messages, { end: other || atEnd });
    this.messages = messages;
  }

  /** Let a message be seen, and give it the focus. */
  reveal(msgId) {
    this.list.reveal(this.messages.findIndex((message) => message.msg_id === msgId));
    this.list.element(msgId)?.focus();
  }

  async #fail(which, title) {
    const reason = await askFor(`Fail ${title}`, "Reason, a word of the network's", REASON, "Fail");
    if (reason !== null) await api.deliver({ ...which, failed: true, ...(reason && { reason }) });
  }

  async #removeThese() {
    const q = this.actions.sought();
    await this.actions.remove({ number: this.#number, q }, `to ${this.#number}${q ? ", in which this is found" : ""}`);
  }

  #bubble(message) {
    const words = this.actions.words();
    const { msg_id, number, sender_id, order_id, codes } = message;
    const action = (name, text, work, kind = "plain") =>
      h("button", { class: kind, "data-action": name, onclick: doing(work) }, text);
    const ended = ENDED.has(message.state);
    return h(
      "article",
      { class: "bubble", tabindex: "0", "data-msg-id": msg_id, "aria-label": `Message ${msg_id}`, "aria-describedby": `text-${msg_id}` },
      h("p", { id: `text-${msg_id}`, class: "text", dir: "auto" }, ...marked(message.content, words)),
      codes.length > 0 &&
        h("p", { class: "codes" }, ...codes.map((code, at) => action(`code-${at}`, `Copy ${code}`, () => copy(code), "code"))),
      h(
        "p",
        { class: "line" },
        clock(message.accepted_at),
        h("span", {}, "from ", sender_id ? h("bdi", { class: "sender" }, sender_id) : "no sender id"),
        stateOf(message),
        message.received_at && h("span", {}, "at ", clock(message.received_at)),
      ),
      h(
        "p",
        { class: "line note" },
        message.encoding && h("span", {}, message.encoding),
        message.segments && h("span", {}, plural(message.segments, "segment")),
        Number.isInteger(message.characters_left) && h("span", {}, `${plural(message.characters_left, "character")} left`),
        h("span", {}, "message id ", h("bdi", {}, ...marked(msg_id, words))),
        order_id && h("span", {}, "order id ", h("bdi", {}, ...marked(order_id, words))),
      ),
      h(
        "p",
        { class: "actions" },
        !ended && action("deliver", "Deliver", () => api.deliver({ msg_id })),
        !ended && action("fail", "Fail…", () => this.#fail({ msg_id }, "this message")),
        ended && action("push", "Push again", () => api.pushAgain(msg_id)),
        message.request !== null && message.request !== undefined && action("request", "Request", () => this.actions.showRequest(message.request)),
        action("delete", "Delete", () => this.actions.remove({ msg_id }, `to ${number}`), "plain danger"),
      ),
    );
  }
}
