// What is said of a document, and another version of it.

import * as api from "./api.js";
import { $, notice } from "./dom.js";
import * as jobs from "./jobs.js";
import { documentPath, tell } from "./state.js";

const LINE = /^\s*([^=]+?)\s*=\s*(.*?)\s*$/;

/** Let a person change tags and metadata, or give a new file. */
export function edit(document) {
  const dialog = $("edit");
  $("edit-title").textContent = document.document;
  $("edit-tags").value = document.tags.join(", ");
  $("edit-metadata").value = Object.entries(document.metadata).map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join("\n");
  $("edit-file").value = "";
  $("edit-error").textContent = "";
  $("edit-form").onsubmit = async (event) => {
    event.preventDefault();
    try {
      await api.patch(documentPath(document.document_id), said());
      const [file] = $("edit-file").files;
      dialog.close();
      tell("changed");
      if (file) jobs.replace(document, file).catch((error) => notice(error.message));
    } catch (error) {
      $("edit-error").textContent = error.message;
    }
  };
  dialog.showModal();
}

function said() {
  const lines = $("edit-metadata").value.split("\n").filter((line) => line.trim());
  return {
    tags: $("edit-tags").value.split(",").map((tag) => tag.trim()).filter(Boolean),
    metadata: Object.fromEntries(lines.map(pairOf)),
  };
}

/** `year = 2023` is a number, `final = true` a truth, anything else a text. */
function pairOf(line) {
  const [, name, text] = LINE.exec(line) ?? [];
  if (!name) throw new Error(`“${line.trim()}” is not of the form name = value.`);
  let value = text;
  try {
    value = JSON.parse(text);
  } catch {
    // a text without quotes
  }
  return [name, ["string", "number", "boolean"].includes(typeof value) ? value : text];
}

export function wire() {
  $("edit-cancel").addEventListener("click", () => $("edit").close());
}
