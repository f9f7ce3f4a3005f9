// The shelf: documents of the library, and which of them are asked.

import * as api from "./api.js";
import { clock } from "./clips.js";
import { $, confirmed, counted, h, icon, notice } from "./dom.js";
import * as editing from "./editing.js";
import { documentPath, root, state, tell } from "./state.js";

const PART = 200;
/** Milliseconds after the last letter, until documents are looked for. */
const PAUSE = 200;
const FILMS = ["mov", "matroska"];
/** What is known of sound and film, by document: asked for when its line is first seen. */
const lasting = new Map();
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) measure(target);
});
let listed = [];
let next = null;
/** How many documents there are, whatever the filter lets through. */
let total = 0;
/** Counts what was asked for: of two lists that are under way the later one is shown. */
let latest = 0;

const wanted = () => $("filter").value.trim();

/** Show the documents of the library that the filter lets through, from the first. */
export async function load() {
  await more(0);
}

async function more(from) {
  const mine = ++latest;
  const name = wanted();
  const part = await api.get(`${root()}/documents?offset=${from}&limit=${PART}&q=${encodeURIComponent(name)}`);
  if (mine !== latest) return;
  listed = from ? [...listed, ...part.documents] : part.documents;
  next = part.next;
  if (!name) {
    total = part.total;
    const there = new Set(listed.map((document) => document.document_id));
    if (next === null) for (const id of state.chosen.keys()) if (!there.has(id)) state.chosen.delete(id);
  }
  draw(name, part.total);
}

function draw(name, found) {
  $("count").textContent = total ? (name ? `${found.toLocaleString("en")} of ${total.toLocaleString("en")}` : total.toLocaleString("en")) : "";
  const focused = document.activeElement?.closest(".document")?.dataset.document;
  seen.disconnect();
  $("documents").replaceChildren(...listed.map(row));
  for (const line of $("documents").querySelectorAll("[data-media]")) seen.observe(line);
  $("more").hidden = next === null;
  if (!listed.length) {
    const empty = state.library.may_write ? "No documents yet. Add some below." : "No documents yet.";
    $("documents").append(h("li", { class: "nothing" }, name ? "No document is called so." : empty));
  }
  if (focused) $("documents").querySelector(`[data-document="${focused}"] .name`)?.focus();
  tell("documents", { total });
}

function row(document) {
  const skipped = Object.keys(document.skipped).length;
  const media = document.pages === 0;
  const about = [media ? said(document) : counted(document.pages, "page"), ...document.tags];
  if (skipped) about.push(`${skipped} unreadable`);
  const buttons = [
    h("button", { class: "icon", "aria-label": `Edit ${document.document}`, onclick: () => editing.edit(document) }, icon("pen")),
    h("button", { class: "icon", "aria-label": `Remove ${document.document}`, onclick: () => remove(document) }, icon("bin")),
  ];
  return h(
    "li",
    { class: "document", "data-document": document.document_id },
    h("input", {
      type: "checkbox",
      checked: state.chosen.has(document.document_id),
      "aria-label": `Ask only ${document.document}`,
      title: "Ask only the documents that are ticked",
      onchange: (event) => choose(document, event.target.checked),
    }),
    h(
      "button",
      {
        class: "name",
        title: document.title || document.document,
        onclick: () => tell("open", { document: document.document_id, name: document.document }),
      },
      document.document,
      h("small", { "data-media": media && document.document_id }, about.join(" · ")),
    ),
    ...(state.library.may_write ? buttons : []),
  );
}

/** What there is to say of sound or film. */
function said({ document_id: id, kind }) {
  const known = lasting.get(id);
  const named = FILMS.includes(kind) ? "film" : "sound";
  return known ? `${known.film ? "film" : "sound"}, ${clock(known.seconds)} · ${counted(known.clips, "clip")}` : named;
}

async function measure(line) {
  const id = line.dataset.media;
  seen.unobserve(line);
  if (!lasting.has(id)) {
    try {
      const { clips, seconds } = await api.get(`${documentPath(id)}/clips`);
      lasting.set(id, { clips: clips.length, seconds, film: clips.some((clip) => clip.modality === "video") });
    } catch {
      return; // it was removed meanwhile, or the server is away: the next list says more
    }
  }
  const document = listed.find((found) => found.document_id === id);
  if (document && line.isConnected) line.textContent = [said(document), ...document.tags].join(" · ");
}

/** Say what can be added, to whom may. */
export function offer({ crossmodal, may_write: writes }) {
  $("takes").textContent = `PDF, pictures, ${crossmodal ? "sound, film, " : ""}Office files. Drop them anywhere.`;
  $("drop").hidden = !writes;
  $("filter").value = "";
}

function choose(document, chosen) {
  if (chosen) state.chosen.set(document.document_id, document.document);
  else state.chosen.delete(document.document_id);
  tell("chosen");
}

async function remove(document) {
  const text = "Its pages and the copy of the file that is kept here go with it.";
  if (!(await confirmed(`Remove ${document.document}?`, text))) return;
  try {
    await api.remove(`${root()}/documents/${document.document_id}`);
    state.chosen.delete(document.document_id);
    tell("chosen");
    tell("removed", document.document_id);
    await load();
  } catch (error) {
    notice(error.message);
  }
}

/** Show or hide the shelf where the window is too narrow for it. */
export function open(shown) {
  $("shelf").classList.toggle("open", shown);
  $("open-shelf").setAttribute("aria-expanded", String(shown));
  $(shown ? "close-shelf" : "open-shelf").focus();
}

export const isOpen = () => $("shelf").classList.contains("open");

export function wire() {
  let pause = 0;
  const told = (promise) => promise.catch((error) => notice(error.message));
  $("filter").addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => told(load()), PAUSE);
  });
  $("more").addEventListener("click", () => told(more(next)));
  $("open-shelf").addEventListener("click", () => open(true));
  $("close-shelf").addEventListener("click", () => open(false));
}
