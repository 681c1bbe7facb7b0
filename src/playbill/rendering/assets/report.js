"use strict";
(() => {
  const all = (query, root = document) => Array.from(root.querySelectorAll(query));
  const one = (query, root = document) => root.querySelector(query);
  const plain = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const rows = all(".row");
  const tableRows = all(".table tbody tr");
  const timeline = one(".timeline");
  const card = one("#card");

  /* The filter: rows whose name holds all of its words stay. */
  const filter = one("#filter");
  const count = one("#count");
  const boxes = all("svg g.thing");
  const names = new Map([...rows, ...tableRows, ...boxes].map((row) => [row, plain(row.dataset.name)]));
  const applyFilter = () => {
    const words = plain(filter.value).split(/\s+/).filter(Boolean);
    for (const [row, name] of names) row.toggleAttribute("hidden", !words.every((word) => name.includes(word)));
    const left = rows.filter((row) => !row.hasAttribute("hidden")).length;
    count.textContent = words.length ? `${left} of ${rows.length}` : "";
    hideCard();
  };
  filter.addEventListener("input", applyFilter);

  /* The card: what a bar stands for. A click keeps it open. */
  const CARD_PICTURE = 160;
  let kept = null;
  let shown = null;
  const fillCard = (bar) => {
    const row = document.getElementById(`a${bar.dataset.of}`);
    const cells = all("td", row);
    const [from, to, length, looks, score] = cells.map((cell) => cell.textContent);
    const source = one("img", row);
    const picture = one("img", card);
    picture.hidden = !source;
    if (source) {
      const [width, height] = ["width", "height"].map((side) => Number(source.getAttribute(side)));
      const scale = Math.min(1, CARD_PICTURE / Math.max(width, height));
      picture.src = source.src;
      picture.width = Math.round(width * scale);
      picture.height = Math.round(height * scale);
    }
    one("strong", card).textContent = row.dataset.name;
    one(".span", card).textContent = `${from} – ${to}`;
    const at = row.dataset.at ? ` · picture at ${row.dataset.at}` : "";
    one(".more", card).textContent = `${length} · ${looks === "1" ? "1 look" : `${looks} looks`} · score ${score}${at}`;
  };
  const placeCard = (bar) => {
    const place = bar.getBoundingClientRect();
    const box = card.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const left = Math.min(Math.max(place.left, 16), room - box.width - 16);
    const below = place.bottom + 12 + box.height < window.innerHeight;
    const top = below ? place.bottom + 12 : place.top - 12 - box.height;
    card.style.left = `${Math.max(left, 8) + window.scrollX}px`;
    card.style.top = `${Math.max(top, 8) + window.scrollY}px`;
  };
  const showCard = (bar) => {
    shown?.classList.remove("shown");
    shown = bar;
    bar.classList.add("shown");
    fillCard(bar);
    card.hidden = false;
    placeCard(bar);
  };
  function hideCard() {
    shown?.classList.remove("shown");
    shown = kept = null;
    card.hidden = true;
  }
  if (timeline) {
    const barOf = (event) => event.target.closest?.(".bar");
    timeline.addEventListener("pointerover", (event) => {
      const bar = barOf(event);
      if (bar && !kept && event.pointerType === "mouse") showCard(bar);
    });
    timeline.addEventListener("pointerout", (event) => {
      if (barOf(event) && !kept) hideCard();
    });
    timeline.addEventListener("focusin", (event) => {
      const bar = barOf(event);
      if (bar?.matches(":focus-visible")) showCard((kept = bar));
    });
    document.addEventListener("click", (event) => {
      const bar = barOf(event);
      if (bar && bar !== kept) showCard((kept = bar));
      else hideCard();
    });
    one("#filter").addEventListener("focus", hideCard);
  }

  /* Keys: one stop per row; arrows go on within it and to the rows around it. */
  const focusBar = (bar) => {
    for (const other of all(".bar", bar.parentElement)) other.tabIndex = other === bar ? 0 : -1;
    bar.focus();
    bar.scrollIntoView({ block: "nearest", inline: "nearest" });
    showCard((kept = bar));
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hideCard();
    const bar = document.activeElement?.closest?.(".bar");
    if (!bar) return;
    const near = {
      ArrowRight: () => bar.nextElementSibling,
      ArrowLeft: () => bar.previousElementSibling,
      Home: () => bar.parentElement.firstElementChild,
      End: () => bar.parentElement.lastElementChild,
      ArrowDown: () => neighbour(bar, 1),
      ArrowUp: () => neighbour(bar, -1),
    }[event.key]?.();
    if (!near) return;
    event.preventDefault();
    focusBar(near);
  });
  const neighbour = (bar, step) => {
    const open = rows.filter((row) => !row.hasAttribute("hidden"));
    const row = open[open.indexOf(bar.closest(".row")) + step];
    return row && one('.bar[tabindex="0"]', row);
  };

  /* Zoom: the tracks grow, the ticks follow. */
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
  const seconds = Number(timeline?.dataset.seconds ?? 0);
  let zoom = 1;
  const clock = (time) => {
    const whole = Math.floor(time + 1e-6);
    const two = (number) => String(number).padStart(2, "0");
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
    const tenths = Math.round((time - whole) * 10);
    const short = hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
    return tenths ? `${short}.${tenths}` : short;
  };
  const drawTicks = () => {
    const ticks = all(".ticks div");
    if (!ticks.length) return;
    const most = Math.min(400, Math.max(2, Math.floor(ticks[0].clientWidth / 90)));
    const step = steps.find((each) => seconds / each <= most) ?? seconds / most;
    timeline.style.setProperty("--tick", `${(step / seconds) * 100}%`);
    for (const axis of ticks) {
      axis.replaceChildren();
      for (let place = 0; place * step <= seconds; place += 1) {
        const tick = document.createElement("span");
        tick.style.left = `${((place * step) / seconds) * 100}%`;
        tick.textContent = clock(place * step);
        axis.append(tick);
      }
    }
  };
  const setZoom = (wanted, lines) => {
    const most = Math.min(64, Math.max(1, 2 ** Math.ceil(Math.log2(seconds / 20))));
    const before = zoom;
    zoom = Math.min(Math.max(wanted, 1), most);
    timeline.style.setProperty("--zoom", zoom);
    one("#zoom").textContent = `${zoom} ×`;
    for (const button of all("[data-zoom]")) {
      button.disabled = zoom * Number(button.dataset.zoom) < 1 || zoom * Number(button.dataset.zoom) > most;
    }
    const seen = lines[0]?.clientWidth ?? 0;
    const left = (((lines[0]?.scrollLeft ?? 0) + seen / 2) / before) * zoom - seen / 2;
    for (const line of lines) line.scrollLeft = left;
    hideCard();
    drawTicks();
  };
  if (timeline) {
    const lines = all(".ticks, .scroll", timeline);
    for (const button of all("[data-zoom]")) {
      button.addEventListener("click", (event) => {
        event.stopPropagation();
        setZoom(zoom * Number(button.dataset.zoom), lines);
      });
    }
    for (const scroll of lines) {
      scroll.addEventListener("scroll", () => {
        for (const other of lines) if (other !== scroll) other.scrollLeft = scroll.scrollLeft;
      });
    }
    window.addEventListener("resize", drawTicks);
    setZoom(1, lines);
  }

  /* A still: box and list entry light up together. */
  const picture = one(".still svg");
  if (picture) {
    const parts = all(".still [data-of]");
    let pressed = null;
    const light = (of) => {
      picture.classList.toggle("lit", of !== null);
      for (const part of parts) part.classList.toggle("shown", part.dataset.of === of);
    };
    for (const part of parts) {
      part.addEventListener("pointerenter", () => light(part.dataset.of));
      part.addEventListener("pointerleave", () => light(pressed));
      part.addEventListener("click", () => {
        pressed = pressed === part.dataset.of ? null : part.dataset.of;
        for (const each of parts) {
          if (each.matches("button")) each.setAttribute("aria-pressed", String(each.dataset.of === pressed));
        }
        light(pressed);
      });
    }
  }

  one(".tools").hidden = false;
})();
