"use strict";
(() => {
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const byId = (id) => document.getElementById(id);
  const make = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  const practices = new Map(all("#practices option").map((option) =>
    [option.value, { name: option.textContent, area: option.dataset.area }]));
  const main = byId("main");
  const form = document.querySelector(".filters");

  // Numbers are shown with commas and a true minus sign; files and sorting want them plain.
  const plain = (cell) => (cell.classList.contains("none") ? "" : cell.textContent);
  const digits = (cell) => plain(cell).replace(/,/g, "").replace("\u2212", "-");
  const isNumber = (text) => /^-?\d+(\.\d+)?$/.test(text);

  // Who is shown.
  const filter = () => {
    const area = byId("area").value;
    const wanted = byId("practice").value.trim().toLowerCase();
    const isShown = (code) => {
      const { name = "", area: own = "" } = practices.get(code) || {};
      return (!area || own === area) && `${code} ${name}`.toLowerCase().includes(wanted);
    };
    const shown = new Set(Array.from(practices.keys()).filter(isShown));
    all("tr[data-practice]").forEach((row) => { row.hidden = !shown.has(row.dataset.practice); });
    all("svg [data-practice]").forEach((mark) => mark.classList.toggle("away", !shown.has(mark.dataset.practice)));
    all("tr[data-area]").forEach((row) => { row.hidden = Boolean(area) && row.dataset.area !== area; });
    const hasCard = all("[data-card]").some((card) => card.dataset.card === area);
    all("[data-card]").forEach((card) => { card.hidden = card.dataset.card !== (hasCard ? area : ""); });
    byId("shown").textContent = `${shown.size} of ${practices.size} ${main.dataset.rows} shown`;
    all("table").forEach(count);
  };

  const count = (table) => {
    const rows = Array.from(table.tBodies[0].rows);
    const told = table.closest(".table").nextElementSibling.querySelector("span");
    const shown = rows.filter((row) => !row.hidden).length;
    told.textContent = shown === rows.length ? `${rows.length} row${rows.length === 1 ? "" : "s"}` : `${shown} of ${rows.length} rows`;
  };

  // Sorting, by numbers in columns of numbers; what is not known comes last either way.
  const collator = new Intl.Collator("en-GB", { numeric: true });
  const sort = (table, at, heading) => {
    const isUp = heading.getAttribute("aria-sort") !== "ascending";
    const isOfNumbers = heading.classList.contains("n");
    const rows = Array.from(table.tBodies[0].rows);
    const keys = new Map(rows.map((row) => {
      const cell = row.cells[at];
      const text = isOfNumbers ? digits(cell) : plain(cell);
      const isKnown = isOfNumbers ? isNumber(text) : text !== "";
      return [row, isKnown ? (isOfNumbers ? Number(text) : text) : null];
    }));
    rows.sort((one, other) => {
      const [a, b] = [keys.get(one), keys.get(other)];
      if (a === null || b === null) return (a === null) - (b === null);
      const order = isOfNumbers ? a - b : collator.compare(a, b);
      return isUp ? order : -order;
    });
    all("th", table.tHead).forEach((other) => other.setAttribute("aria-sort", "none"));
    heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    table.tBodies[0].append(...rows);
  };

  // A table as CSV, the rows that are shown; text that a spreadsheet would take for a formula gets an apostrophe.
  const csv = (table) => {
    const headings = all("th", table.tHead);
    const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
    const safe = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
    const line = (row) => headings.map((heading, at) => {
      const number = heading.classList.contains("n") ? digits(row.cells[at]) : "";
      return quoted(isNumber(number) ? number : safe(plain(row.cells[at])));
    }).join(",");
    const rows = Array.from(table.tBodies[0].rows).filter((row) => !row.hidden);
    const names = headings.map((heading) => quoted(safe(heading.dataset.name))).join(",");
    // What was withheld or rounded is said in each row, as in every other file.
    const { disclosure } = main.dataset;
    const [stated, done] = disclosure ? [",disclosure", `,${quoted(disclosure)}`] : ["", ""];
    return `${[names + stated, ...rows.map((row) => line(row) + done)].join("\n")}\n`;
  };

  const download = (table) => {
    // The mark at the start tells spreadsheets that the file is UTF-8.
    const link = make("a", "");
    link.href = URL.createObjectURL(new Blob(["\ufeff", csv(table)], { type: "text/csv" }));
    link.download = `${table.id}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  all("table").forEach((table) => {
    all("th", table.tHead).forEach((heading, at) => {
      const button = make("button", heading.textContent);
      button.type = "button";
      button.addEventListener("click", () => sort(table, at, heading));
      heading.setAttribute("aria-sort", "none");
      heading.replaceChildren(button);
    });
    const tools = make("p", "");
    tools.className = "tools";
    const button = make("button", "Download CSV");
    button.type = "button";
    button.setAttribute("aria-label", `Download CSV: ${table.caption.textContent}`);
    button.addEventListener("click", () => download(table));
    tools.append(button, make("span", ""));
    table.closest(".table").after(tools);
  });

  const theme = byId("theme");
  theme.addEventListener("change", () => {
    if (theme.value) document.documentElement.dataset.theme = theme.value;
    else delete document.documentElement.dataset.theme;
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { theme.dispatchEvent(new Event("change")); filter(); }));
  byId("area").closest("label").hidden = byId("area").options.length < 3;
  byId("area").addEventListener("change", filter);
  byId("practice").addEventListener("input", filter);
  form.hidden = false;
  filter();
})();
