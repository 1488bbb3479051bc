// A long list of which only what is seen has elements, whatever the height of its rows.

import { h } from "./dom.js";

const MARGIN = 400; // pixels beyond what is seen
const NEAR = 40; // so near to the end that it counts as the end

export class VirtualList {
  #items = [];
  #tops = new Float64Array(1);
  #heights = new Map();
  #rows = new Map();
  #sheet = h("div", { class: "sheet", role: "presentation" });
  #width = 0;
  #ended = false; // whether the last row was seen before the box got another size

  /**
   * @param box the element that scrolls
   * @param key returns what a row is known by
   * @param stamp returns a value that differs when a row is to be drawn anew
   * @param render returns the element of a row
   * @param guess the height of a row that was never seen
   */
  constructor(box, { key, stamp, render, guess }) {
    Object.assign(this, { box, key, stamp, render, guess });
    box.append(this.#sheet);
    box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => requestAnimationFrame(() => this.#resized())).observe(box);
  }

  /** Show other items, the last one if that is wanted; else what is seen stays where it is. */
  show(items, { end = false } = {}) {
    const anchor = this.#anchor();
    this.#items = items;
    this.#layout();
    this.#restore(anchor);
    this.draw();
    if (end) this.toEnd();
  }

  /** Tell whether the last row is seen. */
  get atEnd() {
    return this.box.scrollTop >= this.#end - NEAR;
  }

  #scrolled() {
    this.draw();
    this.#ended = this.atEnd;
  }

  /** Show the last row, from its beginning where it is taller than the box. */
  toEnd() {
    for (let tries = 0; tries < 4 && Math.abs(this.box.scrollTop - this.#end) > 1; tries++) {
      this.box.scrollTop = this.#end;
      this.draw();
    }
    this.#ended = true;
  }

  get #end() {
    const last = this.#tops[Math.max(0, this.#items.length - 1)];
    return Math.max(0, Math.min(last, this.box.scrollHeight - this.box.clientHeight));
  }

  /** Draw every row anew, next time. */
  forget() {
    for (const row of this.#rows.values()) row.stamp = null;
  }

  /** Scroll so that a row is seen. */
  reveal(index) {
    if (index < 0) return;
    const { scrollTop, clientHeight } = this.box;
    if (this.#tops[index] < scrollTop) this.box.scrollTop = this.#tops[index];
    else if (this.#tops[index + 1] > scrollTop + clientHeight) this.box.scrollTop = this.#tops[index + 1] - clientHeight;
    this.draw();
  }

  /** Return the element of a row, if it has one now. */
  element(key) {
    return this.#rows.get(key)?.element ?? null;
  }

  draw() {
    for (let tries = 0; tries < 4; tries++) {
      if (!this.#place()) return;
      const anchor = this.#anchor();
      this.#layout();
      this.#restore(anchor);
    }
  }

  #resized() {
    const [atEnd, anchor] = [this.#ended, this.#anchor()];
    if (this.box.clientWidth !== this.#width) {
      this.#width = this.box.clientWidth;
      this.#heights.clear();
      this.#layout();
      this.#restore(anchor);
    }
    this.draw();
    if (atEnd) this.toEnd();
  }

  #layout() {
    const tops = new Float64Array(this.#items.length + 1);
    this.#items.forEach((item, index) => {
      tops[index + 1] = tops[index] + (this.#heights.get(this.key(item)) ?? this.guess);
    });
    this.#tops = tops;
    this.#sheet.style.height = `${tops[this.#items.length]}px`;
  }

  #at(pixel) {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tops[middle + 1] > pixel) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #anchor() {
    const index = this.#at(this.box.scrollTop);
    if (index >= this.#items.length || this.box.scrollTop <= 0) return null;
    return { key: this.key(this.#items[index]), below: this.box.scrollTop - this.#tops[index] };
  }

  #restore(anchor) {
    if (!anchor) return;
    const index = this.#items.findIndex((item) => this.key(item) === anchor.key);
    if (index >= 0) this.box.scrollTop = this.#tops[index] + anchor.below;
  }

  /** Let rows be there for what is seen, and tell whether one has another height than was thought. */
  #place() {
    const count = this.#items.length;
    const until = this.box.scrollTop + this.box.clientHeight + MARGIN;
    const wanted = [];
    for (let at = this.#at(this.box.scrollTop - MARGIN); at < count && this.#tops[at] < until; at++) wanted.push(at);
    this.#keepFocused(wanted);
    const keys = new Set(wanted.map((at) => this.key(this.#items[at])));
    for (const [key, row] of this.#rows) {
      if (!keys.has(key)) {
        if (row.element.contains(document.activeElement)) this.box.focus({ preventScroll: true }); // its item is gone
        row.element.remove();
        this.#rows.delete(key);
      }
    }
    let cursor = this.#sheet.firstElementChild;
    for (const at of wanted) {
      const element = this.#element(this.#items[at]);
      if (cursor && !cursor.isConnected) cursor = element; // it was drawn anew
      if (element === cursor) cursor = cursor.nextElementSibling;
      else this.#sheet.insertBefore(element, cursor);
      element.setAttribute("aria-posinset", at + 1);
      element.setAttribute("aria-setsize", count);
      element.style.transform = `translateY(${this.#tops[at]}px)`;
    }
    let changed = false;
    for (const at of wanted) {
      const key = this.key(this.#items[at]);
      const height = this.#rows.get(key).element.offsetHeight;
      if (height && height !== (this.#heights.get(key) ?? this.guess)) changed = true;
      if (height) this.#heights.set(key, height);
    }
    return changed;
  }

  #element(item) {
    const key = this.key(item);
    const stamp = this.stamp(item);
    const row = this.#rows.get(key);
    if (row?.stamp === stamp) return row.element;
    const element = this.render(item);
    if (row) {
      const focused = row.element.contains(document.activeElement);
      const action = document.activeElement?.dataset?.action;
      row.element.replaceWith(element);
      if (focused) (element.querySelector(`[data-action="${action}"]`) ?? element).focus({ preventScroll: true });
    }
    this.#rows.set(key, { element, stamp });
    return element;
  }

  /** Whoever has the focus keeps the element, however far it is scrolled away. */
  #keepFocused(wanted) {
    for (const [key, { element }] of this.#rows) {
      if (!element.contains(document.activeElement)) continue;
      const index = this.#items.findIndex((item) => this.key(item) === key);
      if (index >= 0 && !wanted.includes(index)) {
        wanted.push(index);
        wanted.sort((one, other) => one - other);
      }
      return;
    }
  }
}
