// Talks to the HTTP API. The key lives in this tab only.

import { $ } from "./dom.js";

/** What the server refuses or fails at, in its own words. */
export class Problem extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

let key = sessionStorage.getItem("key") ?? "";
let asking = null;

const headers = () => (key ? { Authorization: `Bearer ${key}` } : {});

/** The response to a request, which is asked for again with a key where one is needed. */
async function send(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: { ...headers(), ...options.headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "offline", "The server does not answer. Is it still running?");
  }
  if (response.status === 401) {
    await askForKey();
    return send(path, options);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  return new Problem(response.status, body.code ?? "error", body.detail ?? response.statusText);
}

function askForKey() {
  asking ??= new Promise((resolve) => {
    const dialog = $("key");
    $("key-error").textContent = key ? "This key is not one of the server's." : "";
    $("key-form").onsubmit = (event) => {
      event.preventDefault();
      key = $("key-text").value.trim();
      sessionStorage.setItem("key", key);
      $("key-text").value = "";
      dialog.close();
      asking = null;
      resolve();
    };
    dialog.oncancel = (event) => event.preventDefault();
    dialog.showModal();
  });
  return asking;
}

export const get = async (path) => (await send(path)).json();
export const remove = async (path) => (await send(path, { method: "DELETE" })).json();
export const patch = async (path, body) => (await send(path, { ...postOptions(body), method: "PATCH" })).json();
export const post = async (path, body, options = {}) =>
  (await send(path, postOptions(body, options))).json();

/** The reply to a form. */
export const postForm = async (path, form, options = {}) =>
  (await send(path, { method: "POST", body: form, ...options })).json();

const postOptions = (body, options = {}) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body ?? {}),
  ...options,
});

/** The server-sent events of a request, as {kind, data}. */
export async function* events(path, { body, signal, after } = {}) {
  const options = body === undefined ? { signal } : postOptions(body, { signal });
  if (after) options.headers = { ...options.headers, "Last-Event-ID": String(after) };
  const reader = (await send(path, options)).body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
      const event = parsed(text.slice(0, end));
      if (event) yield event;
    }
  }
}

function parsed(block) {
  const event = { kind: "message", id: 0, data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event.kind = line.slice(7);
    else if (line.startsWith("id: ")) event.id = Number(line.slice(4));
    else if (line.startsWith("data: ")) event.data += line.slice(6);
  }
  return event.data ? { ...event, data: JSON.parse(event.data) } : null;
}

/** Send files; `onProgress` is told the share that has gone out. `fetch` cannot tell it. */
export function upload(path, { files, field, method = "POST", onProgress }) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    for (const file of files) form.append(field, file, file.name);
    const request = new XMLHttpRequest();
    request.open(method, path);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onerror = () => reject(new Problem(0, "offline", "The server does not answer."));
    request.onload = () => {
      if (request.status === 401) return resolve(askForKey().then(() => upload(path, { files, field, method, onProgress })));
      let body = {};
      try {
        body = JSON.parse(request.responseText);
      } catch {
        body = { detail: request.statusText };
      }
      if (request.status < 300) resolve(body);
      else reject(new Problem(request.status, body.code ?? "error", body.detail));
    };
    request.send(form);
  });
}

const pictures = new Map();
const KEPT = 80;

/** The address of a page's picture. Fetched, since an <img> cannot send a key. */
export function picture(path) {
  if (!pictures.has(path)) {
    const made = send(path).then((response) => response.blob()).then(URL.createObjectURL);
    pictures.set(path, made);
    made.catch(() => pictures.delete(path));
    if (pictures.size > KEPT) {
      const [oldest, address] = pictures.entries().next().value;
      pictures.delete(oldest);
      address.then(URL.revokeObjectURL, () => {});
    }
  }
  return pictures.get(path);
}

/** Save what a path gives as a file. */
export async function download(path, name) {
  const address = URL.createObjectURL(await (await send(path)).blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
