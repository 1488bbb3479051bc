// Questions before something is lost, and the help.

import { h } from "./dom.js";
import { HELP, keysOn, setKeysOn } from "./keys.js";

function open(title, body, ...buttons) {
  const id = `dialog-${title.replaceAll(/\W+/g, "-")}`;
  const dialog = h("dialog", { "aria-labelledby": id }, h("h2", { id }, title), body, h("p", { class: "choices" }, ...buttons));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Ask, and return whether it is to be done. */
export function confirm(title, text, action) {
  return new Promise((resolve) => {
    const yes = h("button", { class: "danger", onclick: () => dialog.close("yes") }, action);
    const no = h("button", { autofocus: true, onclick: () => dialog.close() }, "Keep");
    const dialog = open(title, h("p", {}, text), no, yes);
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
  });
}

/** Ask for a word, and return it, or null. */
export function askFor(title, label, first, action) {
  return new Promise((resolve) => {
    const field = h("input", { autofocus: true, value: first, spellcheck: "false" });
    const form = h("form", { id: "asked" }, h("label", { class: "field" }, label, field));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close("yes");
    });
    const dialog = open(
      title,
      form,
      h("button", { onclick: () => dialog.close() }, "Cancel"),
      h("button", { type: "submit", form: "asked", class: "danger" }, action),
    );
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? field.value.trim() : null));
  });
}

/** Show the keys. */
export function showHelp() {
  const rows = HELP.map(([key, does]) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key)), h("td", {}, does)));
  const on = h("input", { type: "checkbox" });
  on.checked = keysOn();
  on.addEventListener("change", () => setKeysOn(on.checked));
  const dialog = open(
    "Keys",
    h("div", {}, h("table", {}, h("tbody", {}, ...rows)), h("label", {}, on, " single keys do something")),
    h("button", { autofocus: true, onclick: () => dialog.close() }, "Close"),
  );
}
