// What Gradio leaves to the page: opening citations, choosing the pane, asking before a removal, and telling
// screen readers what each part is. Documents' text never passes through here as HTML.

import { awaitCitation, citationActions, clickedQuotation, startCitations } from "./citations.js";
import { asSoonAs, comeFrom, find, goBack, linked, name, scrollWithin, show, smoothly, tell, whenChanged } from "./page.js";

/** Ask once more before something is gone, in the place of the button that was pressed. */
export function confirmIn(cell, ask, keep, asking) {
  cell.querySelector(`[name=${ask}]`).hidden = asking;
  cell.querySelector(".confirm").hidden = !asking;
  cell.querySelector(`[name=${asking ? keep : ask}]`).focus();
}

/** Put words into the question box, to be changed and asked. */
function edit(words) {
  const box = find("#question textarea");
  box.value = words;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

/** Ask a question as it was typed: "alone", or of "all" documents. The button may go, so the focus is where one asks. */
function askAgain(how, question) {
  tell("ask-again", `${how} ${question}`);
  if (matchMedia("(hover: hover)").matches) find("#question textarea").focus();
}

/** What the buttons of the page do, by their name. */
export const actions = {
  ...citationActions,
  show: (button) => { comeFrom(button); show(button.value); },
  close: goBack,
  edit: (button) => edit(button.value),
  "ask-alone": (button) => askAgain("alone", button.value),
  "ask-all": (button) => askAgain("all", button.value),
  "ask-removal": (button) => confirmIn(button.closest(".removal"), "ask-removal", "keep", true),
  keep: (button) => confirmIn(button.closest(".removal"), "ask-removal", "keep", false),
  remove: (button) => tell("unwanted-document", button.value),
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[name]");
  if (button) return actions[button.name]?.(button);
  clickedQuotation(target);
});

/** Keep the newest question in view; while there is nothing to ask, offer to add documents.
 *  What changes within an answer, as it is judged or written out, moves nothing. */
function revealTurn(changes = []) {
  if (changes.length && changes.every(({ target }) => target.closest?.(".verdict, .written"))) return;
  if (find("#conversation button[name=show]")) show("documents", false);
  const turns = document.querySelectorAll("#conversation .turn");
  if (turns.length) scrollWithin(find("#scroll"), turns[turns.length - 1], 0.03, smoothly());
}

const UNASKED = "verbatim-unasked"; // in this tab's own storage: what stands in the question box over a reload

/** Load the page anew where the server says that it does not know it: a reload restores what is open and asked. */
function loadAnew() {
  if (!find("#conversation .unknown-page")) return;
  sessionStorage.setItem(UNASKED, find("#question textarea").value);
  location.reload();
}

function start() {
  name("#conversation", { role: "log", "aria-live": "polite", "aria-label": "Conversation" });
  name("#beside", { role: "complementary", "aria-label": "Source and documents" });
  name("#message", { role: "status" });
  name("#tabs [role=group]", { "aria-label": "What stands beside the conversation" });
  name("#question textarea", { "aria-label": "Your question" });
  startCitations();
  whenChanged("#conversation", revealTurn);
  whenChanged("#conversation", loadAnew);
  whenChanged("#tabs", () => show(document.body.dataset.pane, false));
  show("source", false);
  if (linked) awaitCitation(linked);
  revealTurn();
  if (!linked && matchMedia("(hover: hover)").matches) find("#question textarea").focus();
  const unasked = sessionStorage.getItem(UNASKED);
  sessionStorage.removeItem(UNASKED);
  if (unasked) edit(unasked);
}

const PARTS = ["#conversation", "#beside", "#source", "#tabs", "#question textarea", "#table", "#refused", "#drawer", "#current", "#file", "#judged", "#left-out", "button[name=drawer]", "#wanted-conversation textarea, #wanted-conversation input"];

// Gradio builds the page after its own scripts have loaded.
const built = new Promise((resolve) => asSoonAs("body", () => PARTS.every(find) && (resolve(), true)));
const ready = built.then(start);

/** Do something once the page is built. */
export const whenReady = (act) => void ready.then(act);
