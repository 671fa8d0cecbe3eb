"use strict";
// Filters the questions and opens the one that the address names. Without it everything can be read all the same.

const questions = [...document.querySelectorAll("details.question")];
const groups = [...document.querySelectorAll("section.group")];
const form = document.querySelector("form.filters");
const none = document.querySelector(".none");
const found = new WeakMap();

// The words of a question that came from elsewhere, and those of its faults, without our other labels.
function wordsOf(question) {
  if (!found.has(question)) {
    const walker = document.createTreeWalker(question, NodeFilter.SHOW_TEXT);
    const parts = [];
    while (walker.nextNode()) {
      const nearest = walker.currentNode.parentElement.closest(".tag, .fault, bdi, [dir], details");
      if (nearest.matches(".fault, bdi, [dir]")) parts.push(walker.currentNode.data);
    }
    found.set(question, `${parts.join("")}\n${question.dataset.faults}`.toLowerCase());
  }
  return found.get(question);
}

function filter() {
  const { verdict, kind, fault, words } = Object.fromEntries(new FormData(form));
  const wanted = words.trim().toLowerCase();
  let shown = 0;
  for (const question of questions) {
    const { verdict: own, kind: sort, faults } = question.dataset;
    const fits =
      (!verdict || own === verdict) &&
      (!kind || sort === kind) &&
      (!fault || faults.split(";").includes(fault)) &&
      (!wanted || wordsOf(question).includes(wanted));
    question.hidden = !fits;
    shown += fits;
  }
  for (const group of groups) group.hidden = !group.querySelector("details.question:not([hidden])");
  none.hidden = shown > 0;
  form.querySelector("output").textContent = `${shown} of ${questions.length} questions`;
}

function showAll() {
  form.reset();
  filter();
}

function named(fragment) {
  try {
    const name = decodeURIComponent(fragment.slice(1));
    return document.getElementById(`question-${name}`) ?? document.getElementById(name);
  } catch {
    return null; // no percent-encoding
  }
}

function openNamed() {
  const question = named(location.hash)?.closest("details.question");
  if (!question) return;
  if (question.hidden) showAll();
  question.open = true;
  question.scrollIntoView();
  question.querySelector("summary").focus({ preventScroll: true });
}

let waiting;
form.addEventListener("change", filter);
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(filter, 120);
});
form.addEventListener("submit", (event) => event.preventDefault());
none.querySelector("button").addEventListener("click", () => {
  showAll();
  form.elements.words.focus();
});
addEventListener("hashchange", openNamed);
form.hidden = false;
filter(); // a browser may have kept what was chosen before
addEventListener("load", openNamed); // not earlier: a browser then goes to the address by itself, and takes the focus
