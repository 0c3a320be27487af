// What a page inside Airflow's frame cannot do by itself: take over Airflow's choice of light or dark, and follow links
// out of the frame, which may neither open windows nor leave it. Both are done through Airflow's own document.
"use strict";

const airflow = window.parent === window ? null : window.parent.document;

if (airflow) {
  const shade = () => {
    document.documentElement.dataset.theme = airflow.documentElement.classList.contains("dark") ? "dark" : "light";
  };
  shade();
  new MutationObserver(shade).observe(airflow.documentElement, { attributes: true, attributeFilter: ["class"] });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link) return;
    event.preventDefault();
    const outside = airflow.createElement("a");
    outside.href = link.href;
    outside.target = "_blank";
    outside.rel = "noopener";
    outside.click();
  });
}
