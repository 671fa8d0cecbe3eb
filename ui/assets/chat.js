// What Gradio leaves to the page: opening citations, choosing the pane, asking before a removal, and telling
// screen readers what each part is. Documents' text never passes through here as HTML.

const find = (selector) => document.querySelector(selector);
let messages = 0;
let opener = null; // the button that opened what stands beside; focus returns there

/** Tell the server something, through a hidden field that Gradio watches. The counter makes each message new. */
function tell(field, message) {
  const input = find(`#${field} textarea, #${field} input`);
  input.value = `${++messages} ${message}`;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
}

/** Choose what stands beside the conversation; on a phone, bring it up as a sheet. */
function show(pane, raise = true) {
  document.body.dataset.pane = pane;
  if (raise) document.body.dataset.sheet = "open";
  for (const button of document.querySelectorAll("#tabs button[name=show]"))
    button.setAttribute("aria-pressed", String(button.value === pane));
}

/** The button of a citation; found anew each time, since Gradio may have rebuilt the conversation. */
const citeButton = (key) => find(`button[name=cite][value="${key}"]`);

function closeSheet() {
  delete document.body.dataset.sheet;
  const back = opener?.name === "cite" ? citeButton(opener.value) : opener;
  (back ?? find("#question textarea"))?.focus();
}

function openCitation(key) {
  opener = citeButton(key);
  for (const figure of document.querySelectorAll("figure.quotation"))
    figure.toggleAttribute("data-open", figure === opener.parentElement);
  show("source");
  if (find("#source .source")?.id === `source-${key}`) revealMark();
  else tell("wanted-citation", key);
}

function confirmRemoval(cell, asking) {
  cell.querySelector("[name=ask-removal]").hidden = asking;
  cell.querySelector(".confirm").hidden = !asking;
  cell.querySelector(asking ? "[name=keep]" : "[name=ask-removal]").focus();
}

const actions = {
  cite: (button) => openCitation(button.value),
  show: (button) => { opener = button; show(button.value); },
  close: closeSheet,
  "ask-removal": (button) => confirmRemoval(button.closest(".removal"), true),
  keep: (button) => confirmRemoval(button.closest(".removal"), false),
  remove: (button) => tell("unwanted-document", button.value),
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[name]");
  if (button) return actions[button.name]?.(button);
  // Anywhere on a quotation will do, unless the click ended the selection of some of its words.
  const figure = target.closest("figure.quotation");
  if (figure && getSelection().isCollapsed) openCitation(figure.querySelector("button[name=cite]").value);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest("#beside")) closeSheet();
});

/** Scroll `pane`, and nothing around it, until `element` stands `share` of the way down. */
function scrollWithin(pane, element, share, behavior) {
  const distance = element.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  pane.scrollBy({ top: distance - pane.clientHeight * share, behavior });
}

/** Bring the marked sentence into view and give it the focus, so that a screen reader reads it. */
function revealMark() {
  const mark = find("#source mark");
  if (!mark) return;
  scrollWithin(find("#source"), mark, 0.3, "instant");
  mark.focus({ preventScroll: true });
}

/** Keep the newest question in view; while there is nothing to ask, offer to add documents. */
function revealTurn() {
  if (find("#conversation button[name=show]")) show("documents", false);
  const turns = document.querySelectorAll("#conversation .turn");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (turns.length) scrollWithin(find("#scroll"), turns[turns.length - 1], 0.03, calm ? "instant" : "smooth");
}

function name(selector, attributes) {
  const element = find(selector);
  for (const [key, value] of Object.entries(attributes)) element?.setAttribute(key, value);
}

function whenChanged(selector, act) {
  new MutationObserver(act).observe(find(selector), { childList: true, subtree: true });
}

function start() {
  name("#conversation", { role: "log", "aria-live": "polite", "aria-label": "Conversation" });
  name("#beside", { role: "complementary", "aria-label": "Source and documents" });
  name("#message", { role: "status" });
  name("#tabs [role=group]", { "aria-label": "What stands beside the conversation" });
  name("#question textarea", { "aria-label": "Your question" });
  whenChanged("#source", revealMark);
  whenChanged("#conversation", revealTurn);
  whenChanged("#tabs", () => show(document.body.dataset.pane, false));
  show("source", new URLSearchParams(location.search).has("open"));
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
