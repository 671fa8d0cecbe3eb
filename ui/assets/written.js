// Prose that a model writes while the page looks on. It comes as data, a line of JSON for each change, and is shown as
// text. The list of sentences only grows, so that a screen reader hears each once.

import { find, whenChanged } from "./page.js";
import { whenReady } from "./chat.js";

const watched = new Set(); // tokens whose stream is open

const element = (tag, css, text = "") => {
  const made = document.createElement(tag);
  if (css) made.className = css;
  made.textContent = text;
  return made;
};

/** A number that opens its quotation, as the server makes them. */
function reference([number, key]) {
  const button = element("button", "ref", number);
  Object.assign(button, { type: "button", name: "cite", value: key });
  button.append(element("span", "unseen", " open the quotation"));
  return button;
}

function sentence({ text, cites, holds, why }) {
  const shown = element("p", holds ? "sentence" : "sentence struck");
  shown.dir = "auto";
  if (!holds) shown.append(element("span", "verdict-mark", "Struck"), " ");
  shown.append(element(holds ? "span" : "s", holds ? "words" : "", text));
  for (const cite of cites) shown.append(" ", reference(cite));
  if (!holds) shown.append(" ", element("span", "why-struck", why));
  return shown;
}

/** Bring what is shown up to date with what was written so far. */
function bringUpToDate(place, state) {
  const list = place.querySelector(".sentences");
  state.sentences.map(sentence).forEach((fresh, at) => {
    const old = list.children[at];
    if (!old) list.append(fresh);
    else if (old.textContent !== fresh.textContent) old.replaceWith(fresh);
  });
  while (list.children.length > state.sentences.length) list.lastElementChild.remove();
  if (!state.complete) return;
  place.querySelector(".pending")?.remove();
  if (state.note) place.append(element("p", "reason note", state.note));
  if (state.pace) place.append(element("p", "reason pace", state.pace));
}

/** The place of a writing; found anew each time, since Gradio may have rebuilt the conversation. */
const placeOf = (token) => document.getElementById(`writing-${token}`);

/** Read a stream line by line. */
async function* lines(response) {
  let rest = "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const parts = (rest + read.value).split("\n");
    rest = parts.pop();
    for (const part of parts) yield JSON.parse(part);
  }
}

async function watch(token) {
  watched.add(token);
  let complete = false;
  try {
    const response = await fetch(`/verbatim/written/${encodeURIComponent(token)}`);
    if (response.ok)
      for await (const state of lines(response)) {
        const place = placeOf(token);
        if (place) bringUpToDate(place, state);
        complete = state.complete;
      }
  } catch {
    // the connection broke: it is said below
  }
  const place = placeOf(token);
  const waiting = place?.querySelector(".pending");
  if (!complete && waiting) waiting.textContent = "The connection broke. What was written is kept in the conversation.";
  place?.removeAttribute("id");
}

function watchAll() {
  for (const place of document.querySelectorAll("#conversation .written[id]")) {
    const token = place.id.replace("writing-", "");
    if (!watched.has(token)) watch(token);
  }
}

whenReady(() => {
  whenChanged("#conversation", watchAll);
  watchAll();
  find("#write-out input")?.setAttribute("aria-description", "Each sentence is checked against the quotations");
});
