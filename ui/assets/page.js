// What the parts of the page's script share: finding, telling the server, choosing what stands beside, going back.

export const find = (selector) => document.querySelector(selector);

/** The sentence that the page's own address names, to be opened. */
export const linked = new URLSearchParams(location.search).get("open");

// Where a link was not encoded, the end of the sentence's address became that of the page's.
if (linked && !linked.includes("#") && location.hash.startsWith("#char="))
  location.replace(`?open=${encodeURIComponent(linked + location.hash)}`);

let messages = 0;
let opener = null; // what opened the pane beside: a citation's key, or a button; the focus returns there

/** Tell the server something, through a hidden field that Gradio watches. The counter makes each message new. */
export function tell(field, message) {
  const input = find(`#${field} textarea, #${field} input`);
  input.value = `${++messages} ${message}`;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
}

const isPhone = matchMedia("(max-width: 800px)"); // where chat.css makes a sheet of it

/** Choose what stands beside the conversation; on a phone, bring it up as a sheet, which the browser's Back lowers. */
export function show(pane, raise = true) {
  document.body.dataset.pane = pane;
  if (raise && isPhone.matches && !history.state?.sheet) history.pushState({ ...history.state, sheet: true }, "");
  if (raise) document.body.dataset.sheet = "open";
  for (const button of document.querySelectorAll("#tabs button[name=show]"))
    button.setAttribute("aria-pressed", String(button.value === pane));
}

/** The button of a citation; found anew each time, since Gradio may have rebuilt the conversation. */
export const citeButton = (key) => find(`button[name=cite][value="${key}"]`);

/** Remember where to return to: a button, by its key if it is a citation's. */
export function comeFrom(button) {
  opener = button?.name === "cite" ? button.value : button;
}

/** Leave what stands beside: lower the sheet, and return to what opened it. */
export function goBack() {
  if (history.state?.sheet) history.back();
  lower();
}

function lower() {
  delete document.body.dataset.sheet;
  const back = typeof opener === "string" ? citeButton(opener) : opener;
  (back?.isConnected ? back : find("#question textarea"))?.focus();
}

window.addEventListener("popstate", () => {
  if (history.state?.sheet) document.body.dataset.sheet = "open";
  else if (document.body.dataset.sheet) lower();
});

// A page that is loaded anew has its sheet down.
if (history.state?.sheet) history.replaceState({ ...history.state, sheet: false }, "");

/** Scroll `pane`, and nothing around it, until `element` stands `share` of the way down. */
export function scrollWithin(pane, element, share, behavior) {
  const distance = element.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  pane.scrollBy({ top: distance - pane.clientHeight * share, behavior });
}

/** How to scroll where a movement shows what has happened. */
export const smoothly = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");

export function name(selector, attributes) {
  const element = find(selector);
  for (const [key, value] of Object.entries(attributes)) element?.setAttribute(key, value);
}

/** Act whenever something in an element has changed; the observer is returned. */
export function whenChanged(selector, act) {
  const observer = new MutationObserver(act);
  observer.observe(find(selector), { childList: true, subtree: true });
  return observer;
}

/** Try something now, and again at each change in an element, until it says that it is done. */
export function asSoonAs(selector, attempt) {
  if (attempt()) return;
  const observer = whenChanged(selector, () => attempt() && observer.disconnect());
}
