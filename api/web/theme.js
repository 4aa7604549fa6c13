// Light or dark: as the system has it, or as the reader chose. Runs before the first paint, so that nothing flashes.

(() => {
  const KEY = "byline.theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is switched off
    }
  }

  function isDark() {
    return (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  }

  function choose(theme) {
    root.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      return; // it holds for this visit
    }
  }

  if (["light", "dark"].includes(chosen())) root.dataset.theme = chosen();

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const tell = () => button.setAttribute("aria-pressed", String(isDark()));
    button.addEventListener("click", () => {
      choose(isDark() ? "light" : "dark");
      tell();
    });
    system.addEventListener("change", tell);
    tell();
  });
})();
