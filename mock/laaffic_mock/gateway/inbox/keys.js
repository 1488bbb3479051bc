// The keys of the page.

const OFF = "laaffic-inbox-keys-off";

export const HELP = [
  ["/", "search"],
  ["j", "the next number or request"],
  ["k", "the one before"],
  ["c", "copy the newest code of the conversation, or that of the message that has the focus; of several in a text, the first"],
  ["Esc", "end the search; then follow the newest message again"],
  ["?", "this help"],
];

export const keysOn = () => localStorage.getItem(OFF) === null;

export function setKeysOn(on) {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
}

/** Call what a key is for, unless something is typed or a dialog is open. */
export function listen(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const types = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select");
    if (event.key !== "Escape" && (types || !keysOn())) return;
    const action = Object.hasOwn(actions, event.key) && actions[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}
