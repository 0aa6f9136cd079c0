/* A classic script in <head>, so that the page is never painted in the wrong theme.
   The server writes data-bs-theme="light|dark" when the person chose; "auto" follows the device and is resolved here. */
(() => {
  const root = document.documentElement;
  if (root.dataset.bsTheme !== 'auto') return;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => { root.dataset.bsTheme = dark.matches ? 'dark' : 'light'; };
  follow();
  dark.addEventListener('change', follow);
})();
