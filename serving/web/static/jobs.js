// What is being added: a card for each job, which follows it until it is over.

import * as api from "./api.js";
import { $, counted, h, notice, say } from "./dom.js";
import { root, state, tell } from "./state.js";

/** Ends when another library is chosen: its jobs are shown when it is chosen again. */
let leaving = new AbortController();

export function clear() {
  leaving.abort();
  leaving = new AbortController();
  $("jobs").replaceChildren();
}

const titleOf = (job) => (job.files.length === 1 ? job.files[0].name : counted(job.files.length, "file"));

/** Files that were dropped or chosen. */
export async function add(files) {
  if (!files.length || !state.library?.may_write) return;
  await send(`${root()}/documents`, { files, field: "files", title: files.length === 1 ? files[0].name : counted(files.length, "file") });
}

/** A new version of a document. */
export const replace = (document, file) =>
  send(`${root()}/documents/${document.document_id}`, { files: [file], field: "file", method: "PUT", title: `${document.document} ← ${file.name}` });

async function send(path, { title, ...what }) {
  const { signal } = leaving;
  const card = jobCard(title);
  try {
    const job = await api.upload(path, { ...what, onProgress: (share) => card.show("Sending", share) });
    if (!signal.aborted) await follow(job, card, signal);
  } catch (error) {
    if (!signal.aborted) card.fail(error.message);
  }
}

/** Go on showing jobs that were there before this page was, and those that failed. */
export async function resume() {
  const { signal } = leaving;
  const states = ["waiting", "running", ...(state.library.may_write ? ["failed"] : [])];
  const jobs = await api.get(`${root()}/jobs?limit=20&${states.map((one) => `state=${one}`).join("&")}`);
  if (signal.aborted) return;
  for (const job of jobs.reverse()) {
    const card = jobCard(titleOf(job));
    if (job.state === "failed") fail(job, card, `${root()}/jobs/${job.job}`, signal);
    else follow(job, card, signal).catch((error) => signal.aborted || card.fail(error.message));
  }
}

async function follow(job, card, signal) {
  const path = `${root()}/jobs/${job.job}`;
  const done = new Set();
  let seen = 0;
  if (state.library.may_write) card.onCancel(() => api.post(`${path}/cancel`).catch((error) => notice(error.message)));
  card.show("Waiting", 0);
  for (let over = false; !over; ) {
    try {
      for await (const { kind, id, data } of api.events(`${path}/events`, { after: seen, signal })) {
        seen = id || seen;
        if (kind === "file") {
          done.add(data.index);
          tell("changed");
        }
        if (kind === "page" && data.pages) card.show(`Reading page ${data.page} of ${data.pages}`, (done.size + data.page / data.pages) / job.files.length);
        else if (kind === "page") card.show("Listening and looking", (done.size + data.share) / job.files.length);
        if (kind === "state" && data.state === "running") card.show("Reading", done.size / job.files.length);
        if (kind === "state" && data.state === "waiting") card.show("Waiting", done.size / job.files.length);
        if (kind === "state") over = ["done", "failed", "cancelled"].includes(data.state);
      }
    } catch (error) {
      if (error.status || signal.aborted) throw error;
    }
    if (!over) {
      card.show("The server is away; it goes on when it is back", done.size / job.files.length);
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }
  await end(await api.get(path), card, path, signal);
}

async function end(job, card, path, signal) {
  if (signal.aborted) return;
  tell("changed");
  if (job.state === "failed") return fail(job, card, path, signal);
  card.remove();
  const title = titleOf(job);
  if (job.state === "cancelled") notice("Cancelled. What was read before is kept.");
  else say(`${title} can be asked now.`);
}

function fail(job, card, path, signal) {
  const failed = job.files.filter((file) => file.state === "failed");
  const why = failed.map((file) => file.error || file.name).join("\n") || job.error;
  const retry = async () => {
    try {
      await follow(await api.post(`${path}/retry`), card, signal);
    } catch (error) {
      if (!signal.aborted) card.fail(error.message);
    }
  };
  const dismiss = () => api.remove(path).catch((error) => notice(error.message));
  card.fail(why, retry, dismiss);
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
    fail(why, retry, dismiss) {
      card.classList.add("failed");
      bar.hidden = true;
      said.textContent = why;
      say(`${title} failed. ${why}`);
      const again = retry && h("button", { onclick: retry }, "Try again");
      const leave = () => {
        card.remove();
        dismiss?.();
      };
      buttons.replaceChildren(...[again, h("button", { onclick: leave }, "Dismiss")].filter(Boolean));
    },
    remove: () => card.remove(),
  };
}

export function wire() {
  $("files").addEventListener("change", (event) => {
    add([...event.target.files]);
    event.target.value = "";
  });
  let depth = 0;
  const isWanted = (event) => event.dataTransfer?.types.includes("Files") && state.library?.may_write;
  addEventListener("dragenter", (event) => {
    if (!isWanted(event)) return;
    depth += 1;
    $("veil-name").textContent = state.library.label;
    $("veil").hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (isWanted(event) && --depth <= 0) $("veil").hidden = true;
  });
  addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // a browser would leave the page to show the file
    depth = 0;
    $("veil").hidden = true;
    add([...event.dataTransfer.files]);
  });
}
