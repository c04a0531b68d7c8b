"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const rows = [...document.querySelectorAll("#error-list tbody tr")];
  const words = rows.map((row) => row.querySelector(".s").textContent.toLowerCase());
  const said = form.querySelector("output");
  const show = () => {
    const text = form.text.value.trim().toLowerCase();
    let left = 0;
    rows.forEach((row, i) => {
      const fits =
        (!form.truth.value || row.dataset.t === form.truth.value) &&
        (!form.predicted.value || row.dataset.p === form.predicted.value) &&
        (!form.collection.value || row.dataset.c === form.collection.value) &&
        words[i].includes(text);
      row.hidden = !fits;
      left += fits;
    });
    said.value = left === rows.length ? "" : `${left} of ${rows.length} shown`;
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  form.hidden = false;
})();
