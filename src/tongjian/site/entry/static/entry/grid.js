// The grid: keeps what is typed as drafts, moves by keys, takes blocks from a spreadsheet, undoes.
(function () {
  const table = document.getElementById("grid");
  if (!table) return;
  const words = JSON.parse(document.getElementById("grid-words").textContent);
  const status = document.getElementById("grid-status");
  const panel = document.getElementById("cell-panel");
  const readonly = "readonly" in table.dataset;
  const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  const waiting = new Map();
  const undo = [];
  let timer = 0;
  let sending = false;

  const lines = () => [...table.querySelectorAll("tr.line")];
  const cellsOf = (line) => [...line.querySelectorAll("input.v")];
  const part = (line, name) => line.querySelector(`[data-part="${name}"]`).value.trim();

  function say(key, bad) {
    status.textContent = key ? words[key] : "";
    status.classList.toggle("error", Boolean(bad));
  }

  function asData(input) {
    const line = input.closest("tr.line");
    return {
      process_unit: line.dataset.processUnit,
      stream: line.dataset.stream,
      item: line.dataset.item,
      slot: line.dataset.slot,
      period: input.dataset.period,
      value: input.value.trim(),
      unit: part(line, "unit"),
      tier: part(line, "tier"),
      evidence: part(line, "evidence"),
      version: Number(input.dataset.version),
    };
  }

  function keep(input, pause) {
    if (readonly) return;
    waiting.set(input, true);
    clearTimeout(timer);
    timer = setTimeout(send, pause === undefined ? 350 : pause);
  }

  async function send() {
    if (sending || !waiting.size) return;
    const inputs = [...waiting.keys()];
    waiting.clear();
    sending = true;
    say("saving");
    try {
      const answer = await fetch(table.dataset.cells, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify({ cells: inputs.map(asData) }),
      });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.problems && told.problems[0] ? told.problems[0].message : "");
      told.cells.forEach((one, at) => show(inputs[at], one));
      const count = document.getElementById("drafts");
      if (count) count.textContent = told.drafts;
      const bad = told.cells.some((one) => one.state === "error");
      const both = told.cells.some((one) => one.state === "conflict");
      say(both ? "conflict" : bad ? "errors" : "saved", bad || both);
    } catch (error) {
      inputs.forEach((one) => { if (!waiting.has(one)) waiting.set(one, true); });
      say("failed", true);
      clearTimeout(timer);
      timer = setTimeout(send, 5000);
      sending = false;
      return;
    }
    sending = false;
    if (waiting.size) send();
  }

  function show(input, one) {
    const cell = input.closest("td");
    cell.classList.remove("is-empty", "is-stored", "is-draft", "is-error", "is-conflict");
    cell.classList.add(`is-${one.state}`);
    if (one.state !== "conflict") {
      input.dataset.version = one.version;
      input.dataset.was = input.value;
    }
    input.toggleAttribute("aria-invalid", false);
    if (one.state === "error") input.setAttribute("aria-invalid", "true");
    input.told = one;
    errorsOf(input.closest("tr.line"));
  }

  // Under each line stands what is wrong with its cells, and what somebody else has typed.
  function errorsOf(line) {
    const row = line.nextElementSibling;
    const box = row.querySelector(".field-error");
    box.replaceChildren();
    for (const input of cellsOf(line)) {
      const one = input.told;
      if (!one) continue;
      for (const problem of one.problems) {
        const text = document.createElement("p");
        text.textContent = `${input.dataset.period}: ${problem.message} → ${problem.repair}`;
        box.append(text);
      }
      if (one.state === "conflict") box.append(conflictOf(input, one));
    }
    row.hidden = !box.childNodes.length;
  }

  function conflictOf(input, one) {
    const text = document.createElement("p");
    text.textContent = `${input.dataset.period}: ${words.conflict} — ${one.theirs.by}: ${one.theirs.value || "–"} ${one.theirs.unit} `;
    const mine = document.createElement("button");
    mine.type = "button";
    mine.className = "quiet";
    mine.textContent = words.keep_mine;
    mine.addEventListener("click", () => { input.dataset.version = one.version; input.told = null; keep(input, 0); });
    const theirs = mine.cloneNode();
    theirs.textContent = words.take_theirs;
    theirs.addEventListener("click", () => {
      const line = input.closest("tr.line");
      input.value = one.theirs.value;
      line.querySelector('[data-part="unit"]').value = one.theirs.unit;
      line.querySelector('[data-part="tier"]').value = one.theirs.tier;
      line.querySelector('[data-part="evidence"]').value = one.theirs.evidence;
      input.dataset.version = one.version;
      input.told = null;
      keep(input, 0);
      input.focus();
    });
    text.append(mine, theirs);
    return text;
  }

  function put(input, value) {
    if (input.value === value) return null;
    const before = { input, value: input.value };
    input.value = value;
    keep(input);
    return before;
  }

  table.addEventListener("change", (event) => {
    const input = event.target;
    const line = input.closest("tr.line");
    if (!line || readonly) return;
    if (input.matches("input.v")) {
      if (input.value === input.dataset.was) return;
      undo.push([{ input, value: input.dataset.was }]);
      keep(input);
    } else {
      // Unit, tier and evidence are those of the line's drafts.
      cellsOf(line).filter((one) => one.closest("td").matches(".is-draft, .is-error")).forEach((one) => keep(one));
    }
  });

  function move(input, down, across) {
    const all = lines();
    const line = input.closest("tr.line");
    const at = cellsOf(line).indexOf(input);
    const next = across ? line : all[all.indexOf(line) + down];
    const target = next && cellsOf(next)[at + across];
    if (target) { target.focus(); target.select(); }
    return Boolean(target);
  }

  table.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches("input.v") || event.altKey) return;
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    const begin = input.selectionStart === 0 && input.selectionEnd === 0;
    const end = input.selectionStart === input.value.length;
    let done = false;
    if (event.key === "Enter") done = move(input, event.shiftKey ? -1 : 1, 0);
    else if (event.key === "ArrowDown") done = move(input, 1, 0);
    else if (event.key === "ArrowUp") done = move(input, -1, 0);
    else if (event.key === "ArrowLeft" && (begin || whole)) done = move(input, 0, -1);
    else if (event.key === "ArrowRight" && (end || whole)) done = move(input, 0, 1);
    else if (event.key === "Escape") { input.value = input.dataset.was; done = true; }
    else if (event.key === "F2") { about(input); done = true; }
    else if ((event.ctrlKey || event.metaKey) && event.key === "z" && input.value === input.dataset.was) done = back();
    if (done || event.key === "Enter") event.preventDefault();
  });

  function back() {
    const last = undo.pop();
    if (!last) return false;
    last.forEach((one) => { one.input.value = one.value; keep(one.input); });
    last[0].input.focus();
    say("undone");
    return true;
  }

  table.addEventListener("paste", (event) => {
    const input = event.target;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (readonly || !input.matches("input.v") || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const all = lines();
    const top = all.indexOf(input.closest("tr.line"));
    const left = cellsOf(all[top]).indexOf(input);
    const changed = [];
    text.split("\n").forEach((row, down) => {
      const line = all[top + down];
      if (!line) return;
      row.split("\t").forEach((value, across) => {
        const target = cellsOf(line)[left + across];
        const before = target && put(target, value.trim());
        if (before) changed.push(before);
      });
    });
    if (changed.length) undo.push(changed);
    say("pasted");
  });

  function about(input) {
    const line = input.closest("tr.line");
    const link = line.querySelector("[data-about]");
    const address = new URL(link.href);
    address.searchParams.set("period", input.dataset.period);
    open(address.toString());
  }

  function open(address) {
    window.htmx.ajax("GET", address, { target: "#cell-panel", swap: "innerHTML" }).then(() => {
      const head = panel.querySelector("h2");
      if (head) { head.focus(); panel.scrollIntoView({ block: "nearest" }); }
    });
  }

  table.addEventListener("click", (event) => {
    const link = event.target.closest("[data-about]");
    if (link) { event.preventDefault(); open(link.href); }
  });

  // Drafts that are still on their way go first.
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.target.matches("[data-saves]") || (!waiting.size && !sending)) return;
    event.preventDefault();
    clearTimeout(timer);
    const ready = () => (waiting.size || sending ? setTimeout(ready, 100) : event.detail.issueRequest());
    send();
    ready();
  });
  window.addEventListener("beforeunload", (event) => {
    if (waiting.size || sending) event.preventDefault();
  });

  document.querySelectorAll("[data-adds]").forEach((input) => {
    input.form.addEventListener("submit", () => {
      const unit = input.form.querySelector("[data-adds-unit]").value;
      input.form.querySelector("[data-adds-with]").value = `${unit}@${input.value.trim()}`;
    });
  });
})();
