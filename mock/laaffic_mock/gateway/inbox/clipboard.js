// Copying, also where a page has no clipboard because it was not asked for by a name of loopback.

import { h, toast } from "./dom.js";

/** Copy a text and say so. */
export async function copy(text, what) {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else byHand(text);
  toast(`Copied ${what ?? text}`);
}

function byHand(text) {
  const had = document.activeElement;
  const field = h("textarea", { class: "aside" });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  had?.focus();
  if (!done) throw new Error("This browser does not let the page copy: select the text by hand.");
}
