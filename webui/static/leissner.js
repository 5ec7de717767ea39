// Keys, and small comforts. Every page works without this file.
(() => {
  const find = (what) => document.querySelector(what);
  const token = find('meta[name="csrf-token"]')?.content;
  const header = (event) => {
    const headers = event.detail?.ctx?.request?.headers ?? event.detail?.headers;
    if (headers && token) headers["X-CSRFToken"] = token;
  };
  document.addEventListener("htmx:config:request", header);
  document.addEventListener("htmx:configRequest", header);

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme]")) {
      const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
      document.documentElement.dataset.bsTheme = theme;
      localStorage.setItem("theme", theme);
    }
    if (event.target.closest("[data-keys]:is(button)")) find("#keys").showModal();
    document.querySelectorAll("details.who[open], details.columns[open]").forEach((one) => {
      if (!one.contains(event.target)) one.removeAttribute("open");
    });
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const from = find(copy.dataset.copy);
      from.closest("details")?.setAttribute("open", "");
      from.select();
      navigator.clipboard?.writeText(from.value);
    }
    const button = event.target.closest("[data-confirm]");
    if (button && !confirm(button.dataset.confirm)) event.preventDefault();
  });

  // What is typed and not saved is not lost by a slip.
  let typed = false;
  document.addEventListener("input", (event) => { if (event.target.closest("form.form")) typed = true; });
  document.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

  // The words above each column, those of a head that spans several before its own.
  const headings = (table) => {
    const taken = [], titles = [];
    [...table.querySelectorAll("thead tr")].forEach((row, y) => {
      let x = 0;
      for (const cell of row.children) {
        while (taken[y]?.[x]) x++;
        for (let i = 0; i < cell.colSpan; i++, x++) {
          for (let j = 0; j < cell.rowSpan; j++) (taken[y + j] ??= [])[x] = true;
          titles[x] = `${titles[x] ?? ""} ${cell.textContent.trim()}`.trim();
        }
      }
    });
    return titles;
  };

  // A table that is wider than a phone is shown as a card a row, each cell under its title.
  const stack = () => {
    for (const table of document.querySelectorAll(".table-wrap > table.list")) {
      table.classList.remove("stack");
      if (innerWidth > 820 || table.scrollWidth <= table.parentElement.clientWidth + 1) continue;
      const titles = headings(table);
      for (const cell of table.querySelectorAll(":is(tbody, tfoot) > tr > *")) {
        let place = 0;
        for (let one = cell.previousElementSibling; one; one = one.previousElementSibling) place += one.colSpan;
        if (cell.colSpan === 1) cell.dataset.label ??= titles[place] ?? "";
        cell.classList.toggle("none", /^[\s–]*$/.test(cell.textContent) && !cell.querySelector("input, svg, img, progress"));
      }
      table.classList.add("stack");
    }
  };
  stack();
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; stack(); } });
  for (const name of ["htmx:after:swap", "htmx:afterSwap"]) document.addEventListener(name, stack);
  document.addEventListener("toggle", (event) => { if (event.target.open) stack(); }, true);

  let going = false, row = -1;
  const rows = () => [...document.querySelectorAll("table[data-keys] tbody tr:not(.more), [data-items] > [data-item]")];
  const pressed = (one, key) => one?.querySelector(`[data-press="${CSS.escape(key)}"]`);
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    all[row]?.classList.remove("at");
    row = Math.max(0, Math.min(all.length - 1, row + by));
    all[row].classList.add("at");
    (pressed(all[row], "Enter") ?? all[row].querySelector("a"))?.focus();
    all[row].scrollIntoView({ block: "nearest" });
  };
  const begun = find("[data-items][data-at]"); // where the last one was done
  if (begun) move(1 + Number(begun.dataset.at));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      document.activeElement?.blur();
      document.querySelectorAll("details.who[open], details.columns[open]").forEach((one) => one.removeAttribute("open"));
      return;
    }
    if (event.target.matches("input, select, textarea, [contenteditable]")) return;
    if (going) {
      going = false;
      const place = find(`nav a[data-key="${CSS.escape(event.key)}"]`);
      if (place) { event.preventDefault(); location.href = place.href; }
      return;
    }
    const act = {
      "/": () => (find("#q") && event.shiftKey ? find("#q") : find("#find")).focus(),
      g: () => { going = true; setTimeout(() => { going = false; }, 1500); },
      n: () => find("[data-new]")?.click(),
      e: () => find("[data-edit]")?.click(),
      j: () => move(1),
      k: () => move(-1),
      "?": () => find("#keys").showModal(),
    }[event.key] ?? (event.key !== "Enter" && pressed(rows()[row], event.key) && (() => {
      const own = pressed(rows()[row], event.key); // a button is pressed, a field is gone to
      own.closest("details")?.setAttribute("open", "");
      own.matches("input") ? own.focus() : own.click();
    }));
    if (act) { event.preventDefault(); act(); }
  });
})();
