// Begins: wires the parts, chooses the library, follows the link that was opened.

import * as api from "./api.js";
import { $, h, notice } from "./dom.js";
import * as editing from "./editing.js";
import * as jobs from "./jobs.js";
import * as keyboard from "./keyboard.js";
import * as places from "./places.js";
import * as shelf from "./shelf.js";
import { home, on, state } from "./state.js";
import * as talk from "./talk.js";
import * as theme from "./theme.js";
import * as viewer from "./viewer.js";

async function choose(library) {
  if (state.library) {
    viewer.close({ kept: true });
    jobs.clear();
    talk.clear();
  }
  state.library = library;
  state.chosen.clear();
  document.title = `${library.label} · recto`;
  $("library").value = library.library;
  $("send").disabled = false;
  talk.offer(library);
  shelf.offer(library);
  scope();
  await shelf.load();
  await jobs.resume();
}

function scope() {
  const names = [...state.chosen.values()];
  if (!names.length) return $("scope").replaceChildren("All documents");
  const said = names.length === 1 ? names[0] : `${names.length} documents`;
  const clear = h("button", { class: "text", type: "button", onclick: clearScope }, "Ask all");
  $("scope").replaceChildren(`Only ${said}`, clear);
}

function clearScope() {
  state.chosen.clear();
  for (const box of $("documents").querySelectorAll("input")) box.checked = false;
  scope();
}

function fillChooser() {
  $("library").replaceChildren(...state.libraries.map((found) => h("option", { value: found.library }, found.label)));
  $("chooser").hidden = state.libraries.length < 2;
  $("library").addEventListener("change", (event) => {
    const chosen = state.libraries.find((found) => found.library === event.target.value);
    told(choose(chosen));
    history.pushState(null, "", home());
  });
}

const told = (promise) => promise.catch((error) => notice(error.message));

/** What the address names: a library, and what of it is open. */
function linked() {
  const [, library, document] = /^\/l\/([^/]+)(?:\/d\/([0-9a-f]+))?$/.exec(location.pathname) ?? [];
  const found = state.libraries.find((one) => one.library === decodeURIComponent(library ?? ""));
  const search = new URLSearchParams(location.search);
  const item = found && document && {
    document,
    page: Number(search.get("page") ?? 1),
    start: Math.max(0, Number(search.get("t")) || 0),
    question: new URLSearchParams(location.hash.slice(1)).get("q") ?? "",
    boxes: boxesOf(search.get("boxes")),
  };
  return { library: found, item: item || null };
}

/** Go where the browser's history says. */
async function goBack(event) {
  const { library, item } = linked();
  const wanted = library ?? state.libraries[0];
  if (wanted !== state.library) await choose(wanted);
  if (item) await viewer.show(event.state ?? item, { kept: true });
  else viewer.close({ kept: true });
}

async function begin() {
  on("open", viewer.show);
  on("closed", places.unmark);
  on("removed", viewer.forget);
  on("chosen", scope);
  on("documents", talk.welcome);
  on("changed", () => told(shelf.load()));
  for (const part of [shelf, jobs, editing, talk, viewer, keyboard, theme]) part.wire();
  try {
    state.libraries = await api.get("/api/libraries");
    const { library, item } = linked();
    fillChooser();
    await choose(library ?? state.libraries[0]);
    if (item) await viewer.show(item, { kept: true });
    addEventListener("popstate", (event) => told(goBack(event)));
  } catch (error) {
    $("talk").replaceChildren(h("p", { class: "notice bad", role: "alert" }, error.message, h("button", { onclick: () => location.reload() }, "Try again")));
  }
  const untouched = document.activeElement === document.body;
  if (untouched && matchMedia("(min-width: 821px)").matches) $("question").focus();
}

/** Boxes of a link: x0,y0,x1,y1 each, semicolons between. */
function boxesOf(text) {
  const boxes = (text ?? "").split(";").map((box) => box.split(",").map(Number));
  return boxes.filter((box) => box.length === 4 && box.every((edge) => edge >= 0 && edge <= 1));
}

begin();
