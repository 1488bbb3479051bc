// The page: three views of what the mock tells.

import * as api from "./api.js";
import { showHelp } from "./dialogs.js";
import { byId, doing } from "./dom.js";
import { listen } from "./keys.js";
import { follow } from "./live.js";
import { Messages } from "./messages.js";
import { Panel } from "./panel.js";
import { Requests } from "./requests.js";
import { isFaulty, isRefused, Store } from "./store.js";

const VIEWS = ["messages", "requests", "panel"];
const SOON_MS = 30; // so that a thousand events are drawn once
const store = new Store(api.limits);
const messages = new Messages(store, {
  showRequest(id) {
    show("requests");
    return requests.reveal(id);
  },
  showTrouble() {
    show("requests", { focus: true });
    requests.filter("trouble");
  },
});
const requests = new Requests(store, (id) => {
  show("messages");
  messages.reveal(id);
});
const panel = new Panel(store);
const views = { messages, requests, panel };
let current = "messages";
let drawing = null;

function draw() {
  drawing = null;
  const refused = [...store.requests.values()].filter(isRefused).length;
  const faulty = [...store.requests.values()].filter((exchange) => isFaulty(exchange) && !isRefused(exchange)).length;
  byId("count-messages").textContent = store.messages.size;
  byId("count-requests").textContent = refused || faulty ? `${refused} refused, ${faulty} faulty` : "0 in trouble";
  document.title = `(${store.messages.size}${refused ? `, ${refused} refused` : ""}) laaffic inbox`;
  messages.draw();
  requests.draw();
  panel.draw();
}

function soon() {
  drawing ??= setTimeout(draw, SOON_MS); // no animation frame: the title counts in a hidden tab, too
}

function show(view, { focus = false } = {}) {
  current = view;
  for (const name of VIEWS) {
    const tab = byId(`tab-${name}`);
    byId(name).hidden = name !== view;
    tab.setAttribute("aria-selected", String(name === view));
    tab.tabIndex = name === view ? 0 : -1;
    if (focus && name === view) tab.focus();
  }
  history.replaceState(null, "", `#${view}`);
}

async function load() {
  const [all, asked] = [[], []];
  const [counts, , faults, armed, settings, log] = await Promise.all([
    api.readMessages((page) => all.push(...page)),
    api.readRequests((page) => asked.push(...page)),
    api.faults(),
    api.armed(),
    api.settings(),
    api.pushLog(),
    panel.refresh(),
  ]);
  store.clear();
  store.total = counts.total;
  for (const message of all) store.putMessage(message);
  for (const exchange of asked) store.putRequest(exchange);
  Object.assign(store, { armed, settings, log: log.pushes ?? [] });
  requests.faults = faults;
  panel.takeFaults(faults);
  soon();
}

const take = {
  message(data) {
    if (!store.messages.has(data.msg_id)) store.total += 1;
    store.putMessage(data);
  },
  state: (data) => store.changeState(data),
  request: (data) => store.putRequest(data),
  fault: (data) => Object.assign(store, { armed: data }),
  settings: (data) => Object.assign(store, { settings: data }),
  push(data) {
    store.putPush(data);
    panel.refreshSoon();
  },
  deleted(data) {
    store.total = data.all ? 0 : Math.max(0, store.total - data.msg_ids.length);
    if (data.all) store.removeAll();
    else store.remove(data.msg_ids);
  },
};

function tell(state) {
  const live = byId("live");
  live.className = `live ${state}`;
  store.live = state === "live";
  live.textContent = store.live ? "live" : panel.refusing ? "connections are refused, as ordered" : "connection lost: trying again";
  soon();
}

for (const name of VIEWS) {
  const tab = byId(`tab-${name}`);
  tab.addEventListener("click", () => show(name));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) show(VIEWS[(VIEWS.indexOf(name) + step + VIEWS.length) % VIEWS.length], { focus: true });
  });
}
byId("help").addEventListener("click", showHelp);
listen({
  "/": () => {
    show("messages");
    byId("search").focus();
  },
  j: () => views[current].step?.(1),
  k: () => views[current].step?.(-1),
  c: doing(() => messages.copyCode()),
  Escape: () => views[current].escape?.(),
  "?": showHelp,
});
if (VIEWS.includes(location.hash.slice(1))) show(location.hash.slice(1));
follow(
  load,
  (name, data) => {
    take[name](data);
    soon();
  },
  tell,
);
