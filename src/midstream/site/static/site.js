// Answers from what stands in the page: no request is made. Without this script the lists lead to the same answers.
"use strict";

(function () {
  const list = document.getElementById("list");
  const items = list ? Array.from(list.children) : [];
  const one = document.getElementById("one");

  function plain(text) {
    // What people type: "v2.1.5", "TF-Mv2.1.5", "TF-M 2.1.5", " 2.1.5 ".
    return text.trim().toLowerCase().replace(/\s+/g, " ");
  }

  function add(parent, name, text, kind) {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) { made.className = kind; }
    parent.append(made);
    return made;
  }

  function words(text) { return text ? text.split(" ") : []; }

  function count(number, one, many) { return number + " " + (number === 1 ? one : many); }

  const box = document.getElementById("box");
  if (box) {
    const product = box.dataset.product;
    const versions = words(box.dataset.versions);
    const tags = words(box.dataset.tags);
    const branches = words(box.dataset.branches);
    const answer = document.getElementById("answer");
    const input = document.getElementById("version");

    function place(typed) {
      const wanted = plain(typed);
      const short = wanted.replace(/^.*?(?:\bv|v|\s|^)(?=\d)/, "");
      for (const text of [wanted, short]) {
        let found = versions.findIndex((each) => each.toLowerCase() === text);
        if (found < 0) { found = tags.findIndex((each) => each.toLowerCase() === text); }
        if (found >= 0) { return found; }
      }
      return -1;
    }

    function fixOn(fixes, branch) {
      for (const pair of words(fixes)) {
        const cut = pair.lastIndexOf("=");
        if (pair.slice(0, cut) === branch) { return pair.slice(cut + 1); }
      }
      return "";
    }

    function unknown(typed) {
      const wanted = plain(typed).replace(/^[^0-9]*/, "");
      const near = versions.filter((each) => wanted && each.startsWith(wanted)).slice(-6);
      add(answer, "p", "No release of " + product + " is called “" + typed.trim() + "”, so nothing is known of it.", "open");
      add(answer, "p", near.length ? "There is: " + near.join(", ") + "." : "Choose one of the releases below.");
    }

    function advise(index, affected) {
      // The newest later release that none of the advisories of this page affects, of the same branch first.
      const rest = [];
      const all = one ? [one] : items;
      for (let next = index + 1; next < versions.length; next += 1) {
        if (all.every((each) => !each.dataset.marks || "fn".includes(each.dataset.marks[next]))) { rest.push(next); }
      }
      const same = rest.filter((next) => branches[next] === branches[index]);
      const best = same.length ? same[same.length - 1] : rest[rest.length - 1];
      const what = one ? "it" : "any published advisory";
      if (best === undefined) {
        add(answer, "p", "No later release is free of " + (one ? "it" : "all published advisories") + " yet.");
      } else {
        const branch = branches[best] === branches[index] ? "the same branch" : branches[best];
        add(answer, "p", "Update to " + versions[best] + " (" + branch + "): it is not affected by " + what + ".", "advice");
      }
    }

    function forList(index, version) {
      const marked = items.filter((each) => each.dataset.marks);
      const bad = marked.filter((each) => each.dataset.marks[index] === "a");
      const open = marked.filter((each) => "iu".includes(each.dataset.marks[index]));
      if (bad.length) {
        const some = count(bad.length, "published advisory", "published advisories");
        add(answer, "p", product + " " + version + " is affected by " + some + ".", "bad");
        const shown = add(answer, "ul", "", "hits");
        for (const each of bad) {
          const link = each.querySelector("a");
          const item = add(shown, "li", "");
          const copy = add(item, "a", link.textContent);
          copy.href = link.href;
          const fixed = fixOn(each.dataset.fixes, branches[index]);
          const title = each.querySelector(".title").textContent;
          add(item, "span", " " + title + (fixed ? ". Fixed on this branch in " + fixed + "." : ". Not fixed on this branch."));
        }
        advise(index);
      } else if (!open.length) {
        add(answer, "p", product + " " + version + " is not affected by any published advisory.", "good");
      }
      if (open.length) {
        const some = count(open.length, "advisory", "advisories");
        add(answer, "p", "Of " + some + " it is not known yet whether " + version + " is affected.", "open");
      }
    }

    function forOne(index, version) {
      const mark = one.dataset.marks[index];
      const fixed = fixOn(one.dataset.fixes, branches[index]);
      if (mark === "a") {
        add(answer, "p", product + " " + version + " is affected.", "bad");
        add(answer, "p", fixed ? "Fixed on this branch in " + fixed + "." : "Not fixed on this branch.");
        advise(index);
      } else if (mark === "f") {
        add(answer, "p", product + " " + version + " has the fix.", "good");
      } else if (mark === "n") {
        add(answer, "p", product + " " + version + " is not affected.", "good");
      } else {
        add(answer, "p", "It is not known yet whether " + version + " is affected.", "open");
      }
    }

    function tell() {
      answer.replaceChildren();
      if (!input.value.trim()) { return; }
      const index = place(input.value);
      if (index < 0) {
        unknown(input.value);
      } else if (one) {
        forOne(index, versions[index]);
      } else {
        forList(index, versions[index]);
      }
    }

    box.hidden = false;
    box.addEventListener("submit", (event) => { event.preventDefault(); tell(); });
    input.addEventListener("input", tell);
    tell();
  }

  const finder = document.getElementById("finder");
  if (finder) {
    const search = document.getElementById("search");
    const found = document.getElementById("found");
    const texts = items.map((each) => (each.textContent + " " + (each.dataset.words || "")).toLowerCase());

    function narrow() {
      const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      items.forEach((each, index) => {
        const fits = wanted.every((word) => texts[index].includes(word));
        each.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      found.textContent = wanted.length ? shown + " of " + count(items.length, "advisory", "advisories") : count(items.length, "advisory", "advisories");
    }

    finder.hidden = false;
    finder.addEventListener("submit", (event) => { event.preventDefault(); narrow(); });
    search.addEventListener("input", narrow);
    narrow();
  }
}());
