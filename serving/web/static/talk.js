// The talk: questions, answers as they are written, the pages and clips that support them.

import * as api from "./api.js";
import * as clips from "./clips.js";
import { $, counted, h, icon, notice } from "./dom.js";
import * as history from "./history.js";
import { pictureOf, root, state, tell } from "./state.js";

const LIMIT = 12;
/** Everything that can be opened from the newest turn, in the order of its citations. */
let openable = [];
let current = -1;
let running = null;
/** The picture, sound or film that the next question is asked with. */
let sent = null;
/** What was asked and answered in this talk, for the questions that follow. */
const turns = [];
const TURNS = 6;
const LONGEST = 2000;

const WHY = {
  no_pages: "There are no pages to look at.",
  weak: "No page is near enough to the question.",
  unanswerable: "The pages do not hold the answer.",
  refused: "The model declined to answer.",
  unreadable: "The model's reply could not be read.",
  unverified: "Nothing in the model's reply could be found on the pages.",
};

export async function ask(question, mode, file = null) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const body = h("div");
  const turn = h("article", { class: "turn" }, h("h2", {}, [question, file?.name].filter(Boolean).join(" + ")), body);
  $("welcome")?.remove();
  $("talk").append(turn);
  turn.scrollIntoView({ block: "start", behavior: "smooth" });
  openable = [];
  current = -1;
  label();
  try {
    await { ask: answer, search, clips: searchClips }[mode](question, body, signal, file);
  } catch (error) {
    body.querySelector(".working")?.remove();
    body.querySelector(".writing")?.classList.remove("writing");
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

async function answer(question, body, signal) {
  const working = h("p", { class: "working" }, "Looking for pages");
  body.append(working);
  const text = h("p");
  const writing = h("div", { class: "answer writing" }, text);
  for await (const { kind, data } of api.events(`${root()}/ask`, { body: { ...asked(question), history: before(), stream: true }, signal })) {
    if (kind === "text") {
      working.remove();
      if (!writing.isConnected) body.append(writing);
      text.append(data.text.replace(/\[S?\d+\]/g, ""));
    } else if (kind === "answer") {
      body.replaceChildren(...understood(data), ...settled(data, question));
      turns.push({ root: root(), question: data.asked ?? question, answer: data.abstained ? "" : data.answer.slice(0, LONGEST) });
      if (data.citations.length && matchMedia("(min-width: 821px)").matches) show(0);
    } else if (kind === "error") {
      throw new api.Problem(data.status, data.code, data.detail);
    }
  }
  working.remove();
}

/** What was searched for in the place of a question that follows others. */
function understood({ asked, rewriting }) {
  if (asked) return [h("p", { class: "quiet" }, `Understood as: ${asked}`)];
  return rewriting === "failed" ? [h("p", { class: "quiet" }, "Asked as it is, without what was said before.")] : [];
}

function settled(answer, question) {
  const citations = answer.citations.map((citation, index) => register({
    document: citation.document_id, name: citation.document, ...placeOf(citation),
    boxes: citation.boxes, quote: citation.quote, question, label: String(index + 1),
  }));
  const parts = [];
  if (answer.abstained) {
    parts.push(h("p", { class: "notice" }, h("strong", {}, "Not found. "), WHY[answer.reason] ?? answer.answer));
    if (answer.missing) parts.push(h("p", { class: "quiet" }, answer.missing));
    if (answer.pages.length) parts.push(h("p", { class: "foot" }, "The nearest pages:"), nearest(answer.pages, question));
    return parts;
  }
  parts.push(h("div", { class: "answer" }, ...paragraphs(answer.answer, citations)));
  const unsupported = answer.statements.filter((statement) => statement.support === "unsupported");
  if (unsupported.length) {
    parts.push(h("p", { class: "notice" }, `${counted(unsupported.length, "statement")} could not be verified: `, unsupported.map((s) => `“${s.text}”`).join(" ")));
  }
  const seen = answer.statements.filter((statement) => statement.support === "page");
  if (seen.length) {
    parts.push(h("p", { class: "notice" }, `${counted(seen.length, "statement")} not verified by words of a page, but as the model sees it: `, seen.map((s) => `“${s.text}”`).join(" ")));
  }
  if (answer.missing) parts.push(h("p", { class: "notice" }, "The pages do not tell, says the model: ", answer.missing));
  if (answer.incomplete) parts.push(h("p", { class: "notice" }, `This may not be all of the answer. ${answer.incomplete}`));
  parts.push(h("ol", { class: "sources" }, ...answer.citations.map((c, i) => h("li", {}, source(c, citations[i])))));
  parts.push(h("p", { class: "foot" }, about(answer)));
  return parts;
}

/** A paragraph a line, with a chip for each mark. Quotes without marks are a line each. */
function paragraphs(text, citations) {
  const lines = text.split("\n").filter((line) => line.trim());
  const marked = /\[\d+\]/.test(text);
  return lines.map((line, index) => {
    const last = index === lines.length - 1;
    const mine = marked ? [] : citations.slice(index, last ? undefined : index + 1);
    return h("p", {}, ...withChips(line, citations), ...mine.flatMap((place) => [" ", chip(place)]));
  });
}

const withChips = (text, citations) =>
  text.split(/(\[\d+\])/).map((part) => {
    const number = Number(/^\[(\d+)\]$/.exec(part)?.[1]);
    return number && number <= citations.length ? chip(citations[number - 1]) : part;
  });

const chip = (place) =>
  h("button", { class: "chip", "data-place": String(place), "aria-label": `Source ${openable[place].label}: ${openable[place].name}, ${clips.where(openable[place])}`, onclick: () => show(place) }, openable[place].label);

const NOT_WORDS = {
  picture: " What the model sees in its picture; not verified word for word.",
  summary: " From a summary of the page; not verified word for word.",
};

const source = (citation, place) =>
  h("button", { class: "source", "data-place": String(place), onclick: () => show(place) },
    h("span", { class: "number" }, openable[place].label),
    h("span", {}, h("span", { class: "where" }, `${citation.document}, ${clips.where(citation)}`),
      citation.quote ? h("q", {}, citation.quote) : h("span", { class: "quiet" }, NOT_WORDS[citation.basis])));

function about(answer) {
  const looked = `${counted(answer.pages.length, "page")} read`;
  if (!answer.usage) return `${looked}. The words are those of the documents; no model was asked.`;
  const { input_tokens: read, output_tokens: written, cost } = answer.usage;
  const paid = cost === null ? "" : `, $${cost.toFixed(4)}`;
  return `${looked} by the model: ${(read + written).toLocaleString("en")} tokens${paid}. Every quote was found on its page.`;
}

async function search(question, body, signal) {
  const working = h("p", { class: "working" }, "Looking for pages");
  body.append(working);
  const { hits } = await api.post(`${root()}/search`, { ...asked(question), limit: LIMIT }, { signal });
  working.remove();
  if (!hits.length) {
    body.append(h("p", { class: "notice" }, "No page was found. Is anything added yet?"));
    return;
  }
  body.append(nearest(hits, question));
}

/** Clips of sound and film, pictures and pages, by text, by a file, or by both. */
async function searchClips(question, body, signal, file) {
  const working = h("p", { class: "working" }, "Listening and looking");
  body.append(working);
  const hits = await clips.find(question, file, signal);
  working.remove();
  if (!hits.length) {
    body.append(h("p", { class: "notice" }, "Nothing was found. Are sound, film or pictures added yet?"));
    return;
  }
  body.append(h("ul", { class: "hits" }, ...hits.map((hit) => h("li", {}, clipCard(hit, question)))));
}

function clipCard(hit, question) {
  const place = register({ document: hit.document_id, name: hit.document, ...placeOf(hit), boxes: [], quote: "", question, label: "" });
  return h("button", { class: "hit", "data-place": String(place), onclick: () => show(place) },
    h("span", { class: "sheet-of wide" }, clips.face(hit)),
    h("span", { class: "caption" }, h("strong", {}, TITLES[hit.modality](hit)), h("br"), hit.document));
}

const TITLES = {
  audio: (hit) => `Sound, ${clips.where(hit)}`,
  video: (hit) => `Film, ${clips.where(hit)}`,
  image: () => "Picture",
  page: (hit) => `Page ${hit.page}`,
};

/** Where a hit or a citation opens. */
const placeOf = ({ page, start, end }) => (page ? { page } : { start, end });

function nearest(hits, question) {
  const best = hits[0].score || 1;
  return h("ul", { class: "hits" }, ...hits.map((hit) => h("li", {}, card(hit, best, question))));
}

function card(hit, best, question) {
  const place = register({
    document: hit.document_id, name: hit.document, page: hit.page, question,
    boxes: (hit.matches ?? []).map((match) => match.box), quote: "", label: "",
  });
  const image = h("img", { alt: "", loading: "lazy" });
  api.picture(pictureOf(hit.document_id, hit.page, 360)).then((address) => (image.src = address), () => {});
  const share = Math.max(2, Math.round((100 * hit.score) / best));
  const bar = h("i");
  bar.style.width = `${share}%`;
  return h("button", { class: "hit", "data-place": String(place), onclick: () => show(place) },
    h("span", { class: "sheet-of" }, image),
    h("span", { class: "bar-of", title: `Score ${hit.score.toFixed(3)}` }, bar),
    h("span", { class: "caption" }, h("strong", {}, `Page ${hit.page}`), h("br"), hit.document));
}

const register = (item) => openable.push(item) - 1;

/** Open what the newest turn holds at this place. */
export function show(place) {
  if (!openable[place]) return;
  current = place;
  tell("open", openable[place]);
  mark();
}

export const step = (by) =>
  openable.length && show((current + by + openable.length) % openable.length);

function mark() {
  const turns = $("talk").querySelectorAll(".turn");
  turns.forEach((turn, index) => {
    for (const element of turn.querySelectorAll("[data-place]")) {
      const is = index === turns.length - 1 && Number(element.dataset.place) === current;
      element.setAttribute("aria-current", String(is));
    }
  });
}

export function unmark() {
  current = -1;
  mark();
}

/** Whether clips can be searched for. */
export function offer(media) {
  for (const id of ["clips-mode", "attach"]) $(id).hidden = !media;
  if (media) return;
  attach(null);
  $("ask").elements.mode.value = "ask";
}

function attach(file) {
  if (file && !clips.kindOf(file)) return notice("Ask with a picture, sound or film.");
  sent = file;
  const drop = h("button", { class: "icon", type: "button", "aria-label": "Ask without the file", onclick: () => attach(null) }, icon("close"));
  $("sent-name").replaceChildren(...(file ? [h("span", { title: file.name }, file.name), drop] : []));
  if (file) {
    $("ask").elements.mode.value = "clips";
    $("question").focus();
  }
  label();
}

export function welcome({ total }) {
  if ($("talk").querySelector(".turn")) return;
  const text = total
    ? "Answers come with the pages they rest on. Tick some in the list to ask only those."
    : "Add documents first: drop them anywhere on this page.";
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
    box.value = "";
    attach(null);
    grow();
    ask(question, file ? "clips" : new FormData(event.target).get("mode"), file);
  });
  $("sent").addEventListener("change", (event) => {
    attach(event.target.files[0] ?? null);
    event.target.value = "";
  });
}
