// The talk: questions, answers as they are written, the pages and clips that support them.

import * as answers from "./answers.js";
import * as api from "./api.js";
import * as clips from "./clips.js";
import { $, counted, h, icon, notice, say } from "./dom.js";
import * as history from "./history.js";
import * as places from "./places.js";
import { root, state } from "./state.js";

const LIMIT = 12;
let running = null;
/** The picture, sound or film that the next question is asked with. */
let sent = null;
/** What was asked and answered in this talk, for the questions that follow. */
const turns = [];
const TURNS = 6;
const LONGEST = 2000;

export async function ask(question, mode, file = null) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const body = h("div");
  const turn = h("article", { class: "turn" }, h("h2", {}, [question, file?.name].filter(Boolean).join(" + ")), body);
  $("welcome")?.remove();
  $("talk").append(turn);
  turn.scrollIntoView({ block: "start", behavior: "smooth" });
  places.unmark();
  label();
  try {
    await { ask: answer, search, clips: searchClips }[mode]({ turn, body, question, file, signal });
  } catch (error) {
    body.querySelector(".working")?.remove();
    body.querySelector(".writing")?.classList.remove("writing");
    say("");
    if (error.name === "AbortError") body.append(h("p", { class: "foot" }, "Stopped."));
    else body.append(failure(error, () => retry(turn, question, mode, file)));
  } finally {
    if (running?.signal === signal) running = null;
    label();
    turn.scrollIntoView({ block: "start" }); // where the page beside it has moved it
  }
}

/** The button stops an answer while there is nothing else to be asked. */
function label() {
  $("send").textContent = running && !sent && !$("question").value.trim() ? "Stop" : "Ask";
}

function retry(turn, question, mode, file) {
  turn.remove();
  ask(question, mode, file);
}

const failure = (error, again) =>
  h("p", { class: "notice bad", role: "alert" }, error.message, h("button", { onclick: again }, "Try again"));

const before = () => turns.filter((turn) => turn.root === root()).slice(-TURNS)
  .map(({ question, answer }) => ({ question, answer }));

const asked = (question) => ({
  question,
  documents: state.chosen.size ? [...state.chosen.keys()] : null,
});

/** Tell that something is looked for, until what is found takes its place. */
function work(body, text) {
  const working = h("p", { class: "working" }, text);
  body.append(working);
  say(text);
  return working;
}

async function answer({ turn, body, question, signal }) {
  const working = work(body, "Looking for pages");
  const text = h("p");
  const writing = h("div", { class: "answer writing" }, text);
  const from = root();
  for await (const { kind, data } of api.events(`${from}/ask`, { body: { ...asked(question), history: before(), stream: true }, signal })) {
    if (kind === "text") {
      working.remove();
      if (!writing.isConnected) body.append(writing);
      text.append(data.text.replace(/\[S?\d+\]/g, ""));
    } else if (kind === "answer") {
      body.replaceChildren(...answers.understood(data), ...answers.settled(turn, data, question));
      say(answers.spoken(data));
      turns.push({ root: from, question: data.asked ?? question, answer: data.abstained ? "" : data.answer.slice(0, LONGEST) });
      if (data.citations.length && matchMedia("(min-width: 821px)").matches) places.show(turn, 0);
    } else if (kind === "error") {
      throw new api.Problem(data.status, data.code, data.detail);
    }
  }
  working.remove();
}

async function search({ turn, body, question, file, signal }) {
  const working = work(body, "Looking for pages");
  const { hits } = file
    ? await api.postForm(`${root()}/search/image`, form(question, file), { signal })
    : await api.post(`${root()}/search`, { ...asked(question), limit: LIMIT }, { signal });
  working.remove();
  tellFound(body, hits, "page", "No page was found. Is anything added yet?", () => answers.nearest(turn, hits, question));
}

/** A picture that pages are looked for with, and what else confines the search. */
function form(question, file) {
  const fields = new FormData();
  fields.append("image", file, file.name);
  if (question) fields.append("question", question);
  for (const id of state.chosen.keys()) fields.append("documents", id);
  fields.append("limit", String(LIMIT));
  return fields;
}

/** Clips of sound and film, pictures and pages, by text, by a file, or by both. */
async function searchClips({ turn, body, question, file, signal }) {
  const working = work(body, "Listening and looking");
  const hits = await clips.find(question, file, signal);
  working.remove();
  tellFound(body, hits, "clip", "Nothing was found. Are sound, film or pictures added yet?", () => answers.found(turn, hits, question));
}

function tellFound(body, hits, one, nothing, made) {
  body.append(hits.length ? made() : h("p", { class: "notice" }, nothing));
  say(hits.length ? `${counted(hits.length, one)} found.` : nothing);
}

/** Forget the talk: it was with another library. */
export function clear() {
  running?.abort();
  attach(null);
  $("talk").replaceChildren();
}

/** Say what the library can be asked with. */
export function offer({ crossmodal, can_ask_with_images: images }) {
  $("clips-mode").hidden = !crossmodal;
  $("attach").hidden = !crossmodal && !images;
  const takes = crossmodal ? "a picture, sound or film" : "a picture";
  $("attach").title = `Ask with ${takes}`;
  $("sent").setAttribute("aria-label", `Ask with ${takes}`);
  $("sent").accept = crossmodal ? "image/*,audio/*,video/*" : "image/*";
  if (!crossmodal && $("ask").elements.mode.value === "clips") $("ask").elements.mode.value = sent && images ? "search" : "ask";
  if (sent && !fits(sent)) attach(null);
}

/** Whether the library can be asked with a file; as long as it is not known, any might. */
function fits(file) {
  const kind = clips.kindOf(file);
  return !state.library || state.library.crossmodal ? Boolean(kind) : kind === "image";
}

function attach(file) {
  if (file && !fits(file)) return notice(`${$("attach").title}.`);
  sent = file;
  const drop = h("button", { class: "icon", type: "button", "aria-label": "Ask without the file", onclick: () => attach(null) }, icon("close"));
  $("sent-name").replaceChildren(...(file ? [h("span", { title: file.name }, file.name), drop] : []));
  if (file) {
    $("ask").elements.mode.value = modeWith(file, "");
    $("question").focus();
  }
  label();
}

/** How a question with a file is asked: pages by a picture where that is chosen and can be. */
function modeWith(file, mode) {
  const { crossmodal, can_ask_with_images: images } = state.library ?? { crossmodal: true };
  return !crossmodal || (mode === "search" && images && clips.kindOf(file) === "image") ? "search" : "clips";
}

export function welcome({ total }) {
  if ($("talk").querySelector(".turn")) return;
  const add = state.library.may_write ? "Add documents first: drop them anywhere on this page." : "Who may add documents has not done so yet.";
  const text = total ? "Answers come with the pages they rest on. Tick some in the list to ask only those." : add;
  const heading = total ? "What would you like to know?" : "Nothing to read yet";
  $("talk").replaceChildren(h("div", { id: "welcome", class: "welcome" }, h("h1", {}, heading), h("p", {}, text)));
}

export function wire() {
  const box = $("question");
  const grow = () => {
    label();
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
  };
  box.addEventListener("input", grow);
  history.wire(box, grow);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      $("ask").requestSubmit();
    }
  });
  $("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!state.library) return;
    const question = box.value.trim();
    const file = sent;
    if (!question && !file) return running ? running.abort() : box.focus();
    if (question && !/[\p{L}\p{N}]/u.test(question)) return notice("Ask in words.");
    if (question) history.keep(question);
    const mode = new FormData(event.target).get("mode");
    box.value = "";
    attach(null);
    grow();
    ask(question, file ? modeWith(file, mode) : mode, file);
  });
  $("sent").addEventListener("change", (event) => {
    attach(event.target.files[0] ?? null);
    event.target.value = "";
  });
}
