// The proof on a page: a line is struck by its button, and rewritten where it stands. All of it is saved at once.
"use strict";

const said = document.getElementById("said");
const counted = document.getElementById("counted");

async function ask(address, body) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return { ok: false, error: "The program is gone: start it again, what was saved is there." };
  }
}

function show(row, line) {
  row.classList.toggle("struck", line.struck);
  row.classList.toggle("changed", Boolean(line.was));
  const field = row.querySelector(".text");
  field.value = field.defaultValue = line.text;
  row.querySelector(".s").textContent = line.syllables;
  row.querySelector(".faults").textContent = line.faults.join(" · ");
  row.querySelector("button").textContent = line.struck || line.was ? "restore" : "strike";
  row.querySelector("button").setAttribute("aria-label", `${line.struck || line.was ? "Restore" : "Strike"} line ${line.number}`);
}

async function edit(row, body) {
  const answer = await ask("/api/edit", body);
  said.textContent = answer.ok ? answer.told.join(" ") : answer.error;
  if (!answer.ok) return;
  for (const line of answer.lines) show(document.getElementById(`line-${line.number}`), line);
  counted.textContent = answer.counted;
}

for (const row of document.querySelectorAll("li")) {
  const number = Number(row.dataset.number);
  const field = row.querySelector(".text");
  let timer = 0;
  row.querySelector("button").addEventListener("click", () => {
    const touched = row.classList.contains("struck") || row.classList.contains("changed");
    edit(row, touched ? { restore: [number] } : { strike: [number] });
  });
  const fit = () => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  };
  if (!CSS.supports("field-sizing", "content")) {
    fit();
    field.addEventListener("input", fit);
  }
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      field.blur();
    }
    if (event.key === "Escape") {
      field.value = field.defaultValue;
      field.blur();
    }
  });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const answer = await ask("/api/check", { change: [[number, field.value]] });
      if (document.activeElement === field) row.querySelector(".faults").textContent = answer.ok ? answer.lines[0].faults.join(" · ") : answer.error;
    }, 250);
  });
  field.addEventListener("change", () => {
    clearTimeout(timer);
    if (field.value !== field.defaultValue) edit(row, { change: [[number, field.value]] });
  });
}
