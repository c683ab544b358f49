"use strict";
(() => {
  const plots = JSON.parse(document.getElementById("plots").textContent);
  const drawn = new Set();
  const narrow = () => window.innerWidth < 520;
  const draw = (place) => {
    const id = place.dataset.plot;
    if (drawn.has(id) || place.offsetParent === null) return;
    drawn.add(id);
    const { data, layout } = plots[id];
    if (narrow()) layout.margin = { ...layout.margin, l: 44, r: 6 };
    Plotly.newPlot(place, data, layout, { responsive: true, displaylogo: false, displayModeBar: false, scrollZoom: false });
  };
  const all = () => document.querySelectorAll("[data-plot]");
  const seen = new IntersectionObserver(
    (entries) => entries.forEach((entry) => entry.isIntersecting && draw(entry.target)),
    { rootMargin: "600px" },
  );
  all().forEach((place) => seen.observe(place));
  window.addEventListener("beforeprint", () => all().forEach(draw));
  document.querySelectorAll("[data-choice]").forEach((button) =>
    button.addEventListener("click", () => {
      const group = button.parentElement;
      group.querySelectorAll("button").forEach((other) => {
        const on = other === button;
        other.setAttribute("aria-pressed", String(on));
        document.getElementById(other.dataset.choice).hidden = !on;
      });
      document.getElementById(button.dataset.choice).querySelectorAll("[data-plot]").forEach(draw);
    }),
  );
})();
