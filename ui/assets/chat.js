// What Gradio leaves to the page: opening citations, choosing the pane, asking before a removal, and telling
// screen readers what each part is. Documents' text never passes through here as HTML.

const find = (selector) => document.querySelector(selector);
let messages = 0;
let opener = null; // the button whose source is open; focus returns there

/** Tell the server something, through a hidden field that Gradio watches. The counter makes each message new. */
function tell(field, message) {
  const input = find(`#${field} textarea, #${field} input`);
  input.value = `${++messages} ${message}`;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Choose what stands beside the conversation; on a phone, bring it up as a sheet. */
function show(pane, raise = true) {
  document.body.dataset.pane = pane;
  if (raise) document.body.dataset.sheet = "open";
  for (const button of document.querySelectorAll("#tabs [data-show]"))
    button.setAttribute("aria-pressed", String(button.dataset.show === pane));
}

function closeSheet() {
  delete document.body.dataset.sheet;
  const key = opener?.dataset.cite;
  const back = key ? find(`button[data-cite="${key}"]`) : opener;
  (back ?? find("#question textarea"))?.focus();
}

function openCitation(key) {
  opener = find(`button[data-cite="${key}"]`);
  for (const figure of document.querySelectorAll("figure[data-cite]"))
    figure.toggleAttribute("data-open", figure.dataset.cite === key);
  show("source");
  tell("wanted-citation", key);
}

function confirmRemoval(cell, asking) {
  cell.querySelector("[data-ask-removal]").hidden = asking;
  cell.querySelector(".confirm").hidden = !asking;
  cell.querySelector(asking ? "[data-keep]" : "[data-ask-removal]").focus();
}

document.addEventListener("click", ({ target }) => {
  const on = (selector) => target.closest(selector);
  if (on("[data-show]")) { opener = on("[data-show]"); show(opener.dataset.show); }
  else if (on("[data-close]")) closeSheet();
  else if (on("[data-ask-removal]")) confirmRemoval(target.closest(".removal"), true);
  else if (on("[data-keep]")) confirmRemoval(target.closest(".removal"), false);
  else if (on("[data-remove]")) tell("unwanted-document", on("[data-remove]").dataset.remove);
  else if (on("[data-cite]") && getSelection().isCollapsed) openCitation(on("[data-cite]").dataset.cite);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && target_is_beside(event.target)) closeSheet();
});
const target_is_beside = (element) => element.closest?.("#beside") !== null;

/** Bring the marked sentence into view and give it the focus, so that a screen reader reads it. */
function revealMark() {
  const mark = find("#source mark");
  if (!mark) return;
  mark.scrollIntoView({ block: "center", behavior: "instant" });
  mark.focus({ preventScroll: true });
}

/** Keep the newest question in view. */
function revealTurn() {
  const turns = document.querySelectorAll("#conversation .turn");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  turns[turns.length - 1]?.scrollIntoView({ block: "start", behavior: calm ? "instant" : "smooth" });
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
  name("#question textarea", { "aria-label": "Your question" });
  whenChanged("#source", revealMark);
  whenChanged("#conversation", revealTurn);
  whenChanged("#tabs", () => show(document.body.dataset.pane, false));
  show("source", false);
}

// Gradio builds the page after its own scripts have loaded.
const built = new MutationObserver(() => {
  if (!["#conversation", "#beside", "#source", "#tabs", "#question textarea"].every(find)) return;
  built.disconnect();
  start();
});
built.observe(document.body, { childList: true, subtree: true });
