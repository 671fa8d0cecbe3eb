// From a sentence to its source and back: by mouse, touch and keyboard. Keys, where nothing is typed: 1 to 9 open the
// citations of an answer, j and k go from one to the next, Escape goes back.

import { citeButton, comeFrom, find, goBack, name, scrollWithin, show, smoothly, tell, whenChanged } from "./page.js";

const ALL = "#conversation .quotation .number";
const LINGER = 350; // milliseconds that the mouse rests on a quotation before its neighbours are shown
let view = "page"; // how the person wants to see documents that have pages
let wanted = null; // the citation that was asked for and has not come yet
let quietly = false; // whether it comes back by itself, and the focus stays where it is

// ---- opening ----

function openCitation(key, as = view) {
  const button = citeButton(key);
  comeFrom(button);
  for (const figure of document.querySelectorAll("figure.quotation")) {
    figure.toggleAttribute("data-open", figure.contains(button));
    lift(figure, false); // what stands around is now beside
  }
  clearTimeout(lingering?.timer);
  show("source");
  wanted = key;
  quietly = false;
  view = as;
  if (!cameUp()) tell("wanted-citation", `${key} ${as}`);
}

/** The key of the citation whose source is shown, or "". */
export const openKey = () => find("#source .source")?.id.replace("source-", "") ?? "";

/** Show the source of a citation again that something else took the place of; with "", that none is open. */
export function bringBack(key) {
  wanted = key || null;
  quietly = true;
  tell("wanted-citation", key && `${key} ${view}`);
}

/** Wait for what the page's own address names; the server sends it by itself. */
export function awaitCitation(key) {
  show("source");
  wanted = key;
  cameUp();
}

/** Reveal what was asked for, if it is there. A source without pages is shown as text in any case. */
function cameUp() {
  const source = find("#source .source");
  const isIt = openKey() === wanted;
  const asWanted = !source?.querySelector(".views") || source.matches(".paged") === (view === "page");
  if (!wanted || !isIt || !asWanted) return false;
  wanted = null;
  reveal();
  return true;
}

/** Bring the marked sentence into view and give it the focus, so that a screen reader reads it. */
function reveal() {
  const pane = find("#source");
  const mark = pane.querySelector("mark");
  for (const button of pane.querySelectorAll("[name=view]"))
    button.setAttribute("aria-pressed", String(button.matches(".current")));
  pane.querySelector(".switch")?.setAttribute("aria-label", "Show the document as");
  scrollWithin(pane, pane.querySelector(".box") ?? mark, below(0.3), "instant");
  if (!quietly) mark.focus({ preventScroll: true });
  if (!quietly) say(`Source: ${pane.querySelector("h2").innerText}, ${pane.querySelector(".place").innerText}`);
  atPage();
}

/** Tell a screen reader where one is. */
function say(words) {
  find("#opened").textContent = words;
}

// ---- pages ----

/** How far down the pane one is after `share` of what its header leaves free, where that does not scroll away. */
function below(share) {
  const header = find("#source header");
  const taken = getComputedStyle(header).position === "sticky" ? header.offsetHeight / find("#source").clientHeight : 0;
  return taken + share * (1 - taken);
}

/** The page that one looks at: that a third of the way down. */
function currentPage() {
  const pane = find("#source").getBoundingClientRect();
  const line = pane.top + pane.height * below(0.34);
  const pages = [...document.querySelectorAll("#source figure.page")];
  return pages.findLast((page) => page.getBoundingClientRect().top <= line) ?? pages[0];
}

function atPage() {
  const at = find("#source .turning .at");
  if (at) at.firstChild.data = currentPage().id.replace("page-", "");
}

function turnPage(by) {
  const page = currentPage();
  const next = by > 0 ? page.nextElementSibling : page.previousElementSibling;
  if (next?.matches(".page")) scrollWithin(find("#source"), next, below(0.02), smoothly());
}

/** A picture that does not come is said, and the text is a press away. */
function pictureFailed({ target }) {
  if (!target.matches?.("#source .page img")) return;
  const said = document.createElement("p");
  said.className = "left-out";
  said.textContent = `${target.alt} cannot be shown as a picture. “Text” above shows what it says.`;
  target.closest("figure").replaceChildren(said);
}

// ---- the sentences around ----

/** Show or hide a quotation's neighbours over what stands around it, so that nothing moves. */
function lift(figure, lifted) {
  if (figure.dataset.around === "kept" || lifted === (figure.dataset.around === "lifted")) return;
  const card = figure.querySelector(".card");
  for (const neighbour of card.querySelectorAll(".neighbour")) neighbour.setAttribute("aria-live", "off");
  figure.style.height = lifted ? `${figure.getBoundingClientRect().height}px` : "";
  if (!lifted) return delete figure.dataset.around;
  figure.dataset.around = "lifted";
  card.style.setProperty("--up", `${card.querySelector(".before")?.getBoundingClientRect().height ?? 0}px`);
}

/** Keep a quotation's neighbours open, or close them: for those who have neither mouse nor keyboard. */
function toggleAround(button) {
  const figure = button.closest("figure");
  const kept = figure.dataset.around === "kept";
  lift(figure, false);
  if (kept) delete figure.dataset.around;
  else figure.dataset.around = "kept";
  button.setAttribute("aria-expanded", String(!kept));
}

let lingering = null;

function mouseMoved({ target }) {
  const figure = target.closest?.("figure.quotation");
  if (figure === lingering?.figure) return;
  clearTimeout(lingering?.timer);
  if (lingering && !lingering.figure.querySelector(":focus-visible")) lift(lingering.figure, false);
  lingering = figure && { figure, timer: setTimeout(() => lift(figure, true), LINGER) };
}

function focusMoved({ type, target }) {
  const figure = target.closest?.("figure.quotation");
  if (figure) lift(figure, type === "focusin" && target.matches(":focus-visible"));
}

/** What opens below the edge is brought into view. */
function disclosed({ target }) {
  const pane = find("#scroll");
  if (target.open && target.getBoundingClientRect().bottom > pane.getBoundingClientRect().bottom)
    scrollWithin(pane, target, 0.1, smoothly());
}

// ---- keys ----

const isField = (element) => element.matches("input, textarea, select, [contenteditable]");

/** The citation from which one counts: the focused one, or the one that is open. */
function current() {
  const figure = document.activeElement.closest("figure.quotation") ?? find("figure.quotation[data-open]");
  return figure?.querySelector(".number");
}

/** Go to the citation after this one, or before it: in the conversation, or in the pane that shows its source. */
function step(by) {
  const all = [...document.querySelectorAll(ALL)].filter((button) => button.checkVisibility());
  const at = all.indexOf(current());
  const next = at < 0 ? all.at(by > 0 ? 0 : -1) : all[at + by];
  if (!next) return;
  if (document.activeElement.closest("#beside")) return openCitation(next.value);
  next.focus({ focusVisible: true });
  next.scrollIntoView({ block: "nearest" });
}

/** Open the citation of this number in the answer one is at, or in the last. */
function openNumber(number) {
  const turns = document.querySelectorAll("#conversation .turn");
  const turn = current()?.closest(".turn") ?? turns[turns.length - 1];
  const shown = turn ? [...turn.querySelectorAll(":scope > .quotation .number")] : [];
  const cited = shown.filter(({ textContent }) => /^\d/.test(textContent));
  const button = cited.length ? cited.find(({ textContent }) => parseInt(textContent) === number) : shown[number - 1];
  if (button) openCitation(button.value);
}

function keyPressed(event) {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (key === "Escape") return escape(target);
  else if (isField(target)) return;
  else if (/^[1-9]$/.test(key)) openNumber(Number(key));
  else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else return;
  event.preventDefault();
}

/** From the source back to its citation, from a citation to the question, and from there to the newest answer. */
function escape(target) {
  if (target.closest("#beside")) return goBack();
  const newest = document.querySelectorAll("#conversation .turn:last-child > .quotation .number");
  if (target.closest("#conversation")) find("#question textarea").focus();
  else if (target.matches("body, #question textarea")) newest[0]?.focus({ focusVisible: true });
}

// ---- beginning ----

export const citationActions = {
  cite: (button) => openCitation(button.value),
  view: (button) => openCitation(openKey(), button.value),
  turn: (button) => turnPage(Number(button.value)),
  around: toggleAround,
};

/** Anywhere on a quotation will do to open it, unless the click ended the selection of some of its words. */
export function clickedQuotation(target) {
  const figure = target.closest("figure.quotation");
  if (figure && getSelection().isCollapsed) openCitation(figure.querySelector(".number").value);
}

/** Say which keys there are, below the question. */
function keysInWords() {
  const line = document.createElement("p");
  line.className = "keys";
  for (const [keys, does] of [["Esc", "to the answer and back"], ["1 … 9", "open"], ["j k", "next, previous"]]) {
    const key = document.createElement("kbd");
    key.textContent = keys;
    line.append(key, ` ${does} `);
  }
  return line;
}

export function startCitations() {
  const opened = document.createElement("p");
  opened.id = "opened";
  opened.className = "unseen";
  opened.setAttribute("role", "status");
  find("#beside").prepend(opened);
  find("#ask").append(keysInWords());
  whenChanged("#source", cameUp);
  find("#source").addEventListener("scroll", atPage, { passive: true });
  find("#source").addEventListener("error", pictureFailed, true);
  document.addEventListener("keydown", keyPressed);
  const conversation = find("#conversation");
  if (matchMedia("(hover: hover)").matches) document.addEventListener("mouseover", mouseMoved);
  conversation.addEventListener("focusin", focusMoved);
  conversation.addEventListener("focusout", focusMoved);
  conversation.addEventListener("toggle", disclosed, true);
  name("#source", { tabindex: "0", role: "region", "aria-label": "Source" });
}
