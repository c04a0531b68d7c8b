"use strict";
(() => {
  const LABELS = {{ LABELS|list|tojson }};
  const data = JSON.parse(document.getElementById("data").textContent);
  const text = document.getElementById("text");
  const sentences = [...text.querySelectorAll(".s")];
  const panel = document.getElementById("details");
  const about = document.getElementById("about");
  const boxes = [...document.querySelectorAll("#legend input")];
  let current = -1; // the sentence whose details are shown
  let chosen = -1; // the one that was clicked or reached by key, to which they go back

  const make = (name, content, className) => {
    const node = document.createElement(name);
    node.append(...[content ?? []].flat());
    if (className) node.className = className;
    return node;
  };
  const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);

  const meter = (probabilities) => {
    const list = make("dl", [], "meter");
    LABELS.forEach((label, i) => {
      const track = make("dd", make("i"), `track ${label}`);
      track.firstChild.style.setProperty("--v", probabilities[i] * 100);
      track.setAttribute("aria-hidden", "true");
      list.append(make("dt", label), track, make("dd", `${(probabilities[i] * 100).toFixed(1)} %`));
    });
    return list;
  };

  const table = (title, rows, label) => {
    if (!rows.length) return [];
    const most = Math.max(...rows.map(([, share]) => Math.abs(share)));
    const body = rows.map(([word, share, what]) => {
      const row = make("tr", [make("td", what ? [word, make("span", what, "note")] : word), make("td", signed(share))], share < 0 ? "against" : "");
      row.lastChild.style.setProperty("--v", Math.abs(share) / most);
      return row;
    });
    return [make("h3", title), make("table", make("tbody", body), `parts ${label}`)];
  };

  const show = (number) => {
    if (current >= 0) sentences[current].classList.remove("on");
    current = number;
    panel.classList.toggle("idle", number < 0);
    if (number < 0) return;
    sentences[number].classList.add("on");
    const one = data[number];
    const what = document.getElementById("what");
    what.replaceChildren(make("span", one.label, `key ${one.label}`));
    about.replaceChildren(
      meter(one.probabilities),
      ...table(`Words for ${one.label}, and against`, one.words, one.label),
      ...table("Cues among them", one.cues, one.label),
      make("p", one.place, "note place")
    );
  };

  const shown = () => sentences.map((_, i) => i).filter((i) => !sentences[i].classList.contains("off"));
  const reachable = (number) => sentences.forEach((one, i) => (one.tabIndex = i === number ? 0 : -1));
  const go = (number, focus) => {
    if (number === undefined) return;
    chosen = number;
    reachable(number);
    if (focus) sentences[number].focus();
    show(number);
    sentences[number].scrollIntoView({ block: "nearest" });
  };
  const leave = () => {
    chosen = -1;
    show(-1);
  };
  const step = (by) => {
    const all = shown();
    const from = chosen >= 0 ? chosen : current;
    return by > 0 ? all.find((i) => i > from) : all.findLast((i) => i < from);
  };
  const under = (event) => {
    const one = event.target.closest(".s:not(.off)");
    return one && text.contains(one) ? sentences.indexOf(one) : undefined;
  };

  text.addEventListener("mouseover", (event) => under(event) !== undefined && matchMedia("(hover: hover)").matches && show(under(event)));
  text.addEventListener("mouseleave", () => chosen >= 0 && show(chosen));
  text.addEventListener("focusin", (event) => go(under(event), false));
  text.addEventListener("click", (event) => go(under(event), true));
  text.addEventListener("keydown", (event) => {
    const all = shown();
    const targets = { ArrowRight: step(1), ArrowDown: step(1), ArrowLeft: step(-1), ArrowUp: step(-1), Home: all[0], End: all.at(-1) };
    if (!(event.key in targets) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(targets[event.key], true);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  panel.querySelector(".close").addEventListener("click", leave);
  panel.querySelectorAll("[data-step]").forEach((button) => button.addEventListener("click", () => go(step(Number(button.dataset.step)), false)));

  const filter = () => {
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    sentences.forEach((one, i) => one.classList.toggle("off", !wanted.has(data[i].label)));
    if (current >= 0 && sentences[current].classList.contains("off")) leave();
    reachable(chosen >= 0 ? chosen : shown()[0]);
  };
  boxes.forEach((box) => box.addEventListener("change", filter));
  document.getElementById("without").remove();
  sentences.forEach((one) => one.setAttribute("role", "button"));
  filter();
})();
