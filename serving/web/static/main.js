// Begins: wires the parts, chooses the library, follows the link that was opened.

import * as api from "./api.js";
import { $, h, notice } from "./dom.js";
import * as keyboard from "./keyboard.js";
import * as shelf from "./shelf.js";
import { on, state } from "./state.js";
import * as talk from "./talk.js";
import * as theme from "./theme.js";
import * as viewer from "./viewer.js";

const linked = /^\/l\/([^/]+)(?:\/d\/([0-9a-f]+))?$/.exec(location.pathname);

async function choose(library) {
  state.library = library;
  state.chosen.clear();
  viewer.close();
  document.title = `${library.label} · recto`;
  $("talk").replaceChildren();
  $("send").disabled = false;
  talk.offer(Boolean(library.crossmodal));
  shelf.offer(Boolean(library.crossmodal));
  scope();
  await shelf.load();
  await shelf.resume();
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

function fillChooser(libraries) {
  $("library").replaceChildren(...libraries.map((found) => h("option", { value: found.library }, found.label)));
  $("library").value = state.library.library;
  $("chooser").hidden = libraries.length < 2;
  $("library").addEventListener("change", (event) =>
    choose(libraries.find((found) => found.library === event.target.value)).catch((error) => notice(error.message)));
}

async function begin() {
  on("open", viewer.show);
  on("closed", talk.unmark);
  on("removed", viewer.forget);
  on("chosen", scope);
  on("documents", talk.welcome);
  for (const part of [shelf, talk, viewer, keyboard, theme]) part.wire();
  const { hash } = location;
  const search = new URLSearchParams(location.search);
  try {
    const libraries = await api.get("/api/libraries");
    const wanted = libraries.find((found) => found.library === decodeURIComponent(linked?.[1] ?? ""));
    await choose(wanted ?? libraries[0]);
    fillChooser(libraries);
    if (wanted && linked[2]) {
      await viewer.show({
        document: linked[2],
        page: Number(search.get("page") ?? 1),
        start: Math.max(0, Number(search.get("t")) || 0),
        question: new URLSearchParams(hash.slice(1)).get("q") ?? "",
        boxes: boxesOf(search.get("boxes")),
      });
    }
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
