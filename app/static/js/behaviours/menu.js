/**
 * Closes an open <details> menu on Esc, on a press elsewhere and when focus leaves it; arrows walk its links.
 * Without JavaScript it opens and closes by its summary.
 * Markup: <details class="ft-pop" data-behaviour="menu"><summary>…</summary><nav>links</nav></details>
 */
export function attach(details) {
  const summary = details.querySelector('summary');
  const items = () => [...details.querySelectorAll('a[href], button')];

  document.addEventListener('click', (event) => {
    if (details.open && !details.contains(event.target)) details.open = false;
  });
  details.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false;
  });
  details.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && details.open) {
      details.open = false;
      summary.focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      details.open = true;
      const all = items();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const from = all.indexOf(document.activeElement);
      all.at(from < 0 && step < 0 ? -1 : (from + step) % all.length)?.focus();
    }
  });
}
