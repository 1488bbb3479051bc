// Elements, made without HTML: whatever is in a message reaches the page as text only.

import { fold } from "./fold.js";

/** Return an element. `on…` are listeners, true and false set or leave out an attribute, strings become text. */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Return the element of an id. */
export const byId = (id) => document.getElementById(id);

/** Let an element say something. What it says already is not said again, or a screen reader would read it out again. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Say something for some seconds, to screen readers too. */
export function toast(text, { bad = false } = {}) {
  const said = h("p", { class: bad ? "toast bad" : "toast" }, text);
  byId("toasts").append(said);
  setTimeout(() => said.remove(), bad ? 8000 : 3000);
}

/** Return a listener that does something asynchronous and says why it failed, if it did. */
export const doing = (work) => async (event) => {
  try {
    await work(event);
  } catch (error) {
    toast(error.message, { bad: true });
  }
};

/** Return a text as nodes, in which what was searched for is marked. */
export function marked(text, words) {
  const low = fold(text);
  if (!words || low.length !== text.length) return [text];
  const nodes = [];
  let from = 0;
  for (let at = low.indexOf(words); at >= 0; at = low.indexOf(words, from)) {
    nodes.push(text.slice(from, at), h("mark", {}, text.slice(at, at + words.length)));
    from = at + words.length;
  }
  return [...nodes, text.slice(from)];
}

const TIME = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat([], { dateStyle: "short" });

/** Return a moment of the mock, in seconds or as ISO 8601, for people. */
export function clock(moment) {
  const at = typeof moment === "number" ? new Date(moment * 1000) : new Date(moment);
  const today = at.toDateString() === new Date().toDateString();
  const iso = at.toISOString();
  return h("time", { datetime: iso, title: iso }, today ? TIME.format(at) : `${DAY.format(at)} ${TIME.format(at)}`);
}

/** Return "1 segment" or "2 segments". */
export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
