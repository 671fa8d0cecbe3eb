// What Gradio leaves to the page: opening citations, choosing the pane, asking before a removal, and telling
// screen readers what each part is. Documents' text never passes through here as HTML.

import { citationActions, clickedQuotation, startCitations } from "./citations.js";
import { comeFrom, find, goBack, name, scrollWithin, show, smoothly, tell, whenChanged } from "./page.js";

function confirmRemoval(cell, asking) {
  cell.querySelector("[name=ask-removal]").hidden = asking;
  cell.querySelector(".confirm").hidden = !asking;
  cell.querySelector(asking ? "[name=keep]" : "[name=ask-removal]").focus();
}

const actions = {
  ...citationActions,
  show: (button) => { comeFrom(button); show(button.value); },
  close: goBack,
  "ask-removal": (button) => confirmRemoval(button.closest(".removal"), true),
  keep: (button) => confirmRemoval(button.closest(".removal"), false),
  remove: (button) => tell("unwanted-document", button.value),
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[name]");
  if (button) return actions[button.name]?.(button);
  clickedQuotation(target);
});

/** Keep the newest question in view; while there is nothing to ask, offer to add documents. */
function revealTurn() {
  if (find("#conversation button[name=show]")) show("documents", false);
  const turns = document.querySelectorAll("#conversation .turn");
  if (turns.length) scrollWithin(find("#scroll"), turns[turns.length - 1], 0.03, smoothly());
}

function start() {
  name("#conversation", { role: "log", "aria-live": "polite", "aria-label": "Conversation" });
  name("#beside", { role: "complementary", "aria-label": "Source and documents" });
  name("#message", { role: "status" });
  name("#tabs [role=group]", { "aria-label": "What stands beside the conversation" });
  name("#question textarea", { "aria-label": "Your question" });
  startCitations();
  whenChanged("#conversation", revealTurn);
  whenChanged("#tabs", () => show(document.body.dataset.pane, false));
  show("source", false);
  revealTurn();
  if (matchMedia("(hover: hover)").matches) find("#question textarea").focus();
}

// Gradio builds the page after its own scripts have loaded.
const built = new MutationObserver(() => {
  if (!["#conversation", "#beside", "#source", "#tabs", "#question textarea"].every(find)) return;
  built.disconnect();
  start();
});
built.observe(document.body, { childList: true, subtree: true });
