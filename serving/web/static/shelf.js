// The shelf: documents of the library, which of them are asked, and what is being added.

import * as api from "./api.js";
import { clock } from "./clips.js";
import { $, confirmed, counted, h, icon, notice } from "./dom.js";
import { documentPath, root, state, tell } from "./state.js";

const PART = 200;
const FILMS = ["mov", "matroska"];
/** What is known of sound and film, by document: asked for when its line is first seen. */
const lasting = new Map();
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) measure(target);
});
let listed = [];
let next = null;
let total = 0;

export async function load() {
  listed = [];
  next = 0;
  await more();
}

async function more() {
  const part = await api.get(`${root()}/documents?offset=${next}&limit=${PART}`);
  listed.push(...part.documents);
  ({ next, total } = part);
  const there = new Set(listed.map((document) => document.document_id));
  if (next === null) for (const id of state.chosen.keys()) if (!there.has(id)) state.chosen.delete(id);
  draw();
}

function draw() {
  const wanted = $("filter").value.trim().toLowerCase();
  const shown = listed.filter((d) => `${d.document} ${d.title}`.toLowerCase().includes(wanted));
  $("count").textContent = total ? total.toLocaleString("en") : "";
  seen.disconnect();
  $("documents").replaceChildren(...shown.map(row));
  for (const line of $("documents").querySelectorAll("[data-media]")) seen.observe(line);
  $("more").hidden = next === null;
  if (!shown.length) {
    const said = listed.length ? "No document is called so." : "No documents yet. Add some below.";
    $("documents").append(h("li", { class: "nothing" }, said));
  }
  tell("documents", { total });
}

function row(document) {
  const skipped = Object.keys(document.skipped).length;
  const media = document.pages === 0;
  const about = [media ? said(document) : counted(document.pages, "page"), ...document.tags];
  if (skipped) about.push(`${skipped} unreadable`);
  return h(
    "li",
    { class: "document" },
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
    h("button", { class: "icon", "aria-label": `Remove ${document.document}`, onclick: () => remove(document) }, icon("bin")),
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

/** Say what can be added. */
export function offer(media) {
  $("takes").textContent = `PDF, pictures, ${media ? "sound, film, " : ""}Office files. Drop them anywhere.`;
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

/** Files that were dropped or chosen. */
export async function add(files) {
  if (!files.length) return;
  const title = files.length === 1 ? files[0].name : counted(files.length, "file");
  const card = jobCard(title);
  try {
    const job = await api.upload(`${root()}/documents`, files, (share) => card.show("Sending", share));
    await follow(job, card);
  } catch (error) {
    card.fail(error.message);
  }
}

/** Go on showing jobs that were there before this page was. */
export async function resume() {
  const jobs = await api.get(`${root()}/jobs?limit=20`);
  for (const job of jobs.filter((found) => ["waiting", "running"].includes(found.state))) {
    const title = job.files.length === 1 ? job.files[0].name : counted(job.files.length, "file");
    follow(job, jobCard(title)).catch((error) => notice(error.message));
  }
}

async function follow(job, card) {
  const path = `${root()}/jobs/${job.job}`;
  const done = new Set();
  let seen = 0;
  card.onCancel(() => api.post(`${path}/cancel`).catch((error) => notice(error.message)));
  card.show("Waiting", 0);
  for (let over = false; !over; ) {
    try {
      for await (const { kind, id, data } of api.events(`${path}/events`, { after: seen })) {
        seen = id || seen;
        if (kind === "file") {
          done.add(data.index);
          await load();
        }
        if (kind === "page" && data.pages) card.show(`Reading page ${data.page} of ${data.pages}`, (done.size + data.page / data.pages) / job.files.length);
        else if (kind === "page") card.show("Listening and looking", (done.size + data.share) / job.files.length);
        if (kind === "state" && data.state === "running") card.show("Reading", done.size / job.files.length);
        if (kind === "state") over = ["done", "failed", "cancelled"].includes(data.state);
      }
    } catch (error) {
      if (error.status) throw error;
    }
    if (!over) {
      card.show("The server is away; it goes on when it is back", done.size / job.files.length);
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }
  await end(await api.get(path), card, path);
}

async function end(job, card, path) {
  await load();
  if (job.state === "done") return card.remove();
  if (job.state === "cancelled") return card.remove(notice("Cancelled. What was read before is kept."));
  const failed = job.files.filter((file) => file.state === "failed");
  const why = failed.map((file) => file.error || file.name).join("\n") || job.error;
  card.fail(why, async () => {
    try {
      await follow(await api.post(`${path}/retry`), card);
    } catch (error) {
      card.fail(error.message);
    }
  });
}

function jobCard(title) {
  const said = h("span", { class: "quiet" });
  const bar = h("progress", { max: "1", value: "0", "aria-label": `Adding ${title}` });
  const buttons = h("div", { class: "line" });
  const line = h("div", { class: "line" }, h("span", { title }, title), buttons);
  const card = h("div", { class: "job" }, line, bar, said);
  $("jobs").append(card);
  return {
    show(text, share) {
      card.classList.remove("failed");
      said.textContent = text;
      bar.hidden = false;
      bar.value = share;
    },
    onCancel(cancel) {
      buttons.replaceChildren(h("button", { onclick: cancel }, "Cancel"));
    },
    fail(why, retry) {
      card.classList.add("failed");
      bar.hidden = true;
      said.textContent = why;
      const again = retry && h("button", { onclick: retry }, "Try again");
      buttons.replaceChildren(...[again, h("button", { onclick: () => card.remove() }, "Dismiss")].filter(Boolean));
    },
    remove: () => card.remove(),
  };
}

export function wire() {
  $("filter").addEventListener("input", draw);
  $("more").addEventListener("click", () => more().catch((error) => notice(error.message)));
  $("files").addEventListener("change", (event) => {
    add([...event.target.files]);
    event.target.value = "";
  });
  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    depth += 1;
    $("veil-name").textContent = state.library?.label ?? "";
    $("veil").hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (carriesFiles(event) && --depth <= 0) $("veil").hidden = true;
  });
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    $("veil").hidden = true;
    add([...event.dataTransfer.files]);
  });
  for (const [button, open] of [["open-shelf", true], ["close-shelf", false]]) {
    $(button).addEventListener("click", () => $("shelf").classList.toggle("open", open));
  }
}
