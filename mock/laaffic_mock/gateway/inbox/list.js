// A list from which one is chosen, by mouse, arrows, `j` and `k`.

import { VirtualList } from "./virtual.js";

export class Choice {
  #items = [];
  #chosen = null;

  /**
   * @param box the listbox
   * @param given key, stamp, render and guess, as for a VirtualList; render makes what is in a row
   * @param choose is called with the key that somebody has chosen
   */
  constructor(box, { key, stamp, render, guess }, choose) {
    this.box = box;
    this.key = key;
    this.choose = choose;
    this.list = new VirtualList(box, {
      key,
      guess,
      stamp: (item) => `${key(item) === this.#chosen} ${stamp(item)}`,
      render: (item) => this.#option(render(item), key(item)),
    });
    box.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === " ") && this.#chosen !== null) this.choose(this.#chosen);
      const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
      if (!steps && event.key !== " ") return;
      event.preventDefault();
      if (steps) this.step(steps);
    });
  }

  show(items, chosen) {
    this.#items = items;
    this.#chosen = chosen;
    this.list.show(items);
    this.#tell();
  }

  /** Choose another one, so many rows further on. */
  step(rows) {
    if (!this.#items.length) return;
    const now = this.#items.findIndex((item) => this.key(item) === this.#chosen);
    const next = Math.max(0, Math.min(this.#items.length - 1, now + rows));
    this.choose(this.key(this.#items[next]));
    this.list.reveal(next);
    this.#tell();
  }

  #option(element, key) {
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", String(key === this.#chosen));
    element.id = `${this.box.id}-${encodeURIComponent(key)}`;
    element.addEventListener("click", () => this.choose(key));
    return element;
  }

  #tell() {
    const element = this.list.element(this.#chosen);
    if (element) this.box.setAttribute("aria-activedescendant", element.id);
    else this.box.removeAttribute("aria-activedescendant");
  }
}
