/**
 * Counts and sums the ticked rows and shows the bar with what can be done to them.
 * Without JavaScript the bar is always there and the ticks work by themselves.
 * Markup: <form data-behaviour="bulk-select" data-currency="INR"> with [data-bulk-bar] > [data-bulk-summary], one
 *         <input type="checkbox" data-pick data-minor="-84200"> per row, and an optional <input data-pick-all hidden>.
 */
import { text as moneyText } from '../money.js';

export function attach(form) {
  const bar = form.querySelector('[data-bulk-bar]');
  const summary = bar.querySelector('[data-bulk-summary]');
  const all = form.querySelector('[data-pick-all]');
  const picks = () => [...form.querySelectorAll('[data-pick]')];

  function show() {
    const boxes = picks();
    const ticked = boxes.filter((box) => box.checked);
    const sum = ticked.reduce((total, box) => total + Number(box.dataset.minor), 0);
    bar.hidden = ticked.length === 0;
    form.dataset.count = ticked.length;
    form.dataset.sum = moneyText(sum, { currency: form.dataset.currency });
    summary.textContent = `${form.dataset.count} selected, ${form.dataset.sum}`;
    for (const box of boxes) box.closest('tr')?.classList.toggle('is-picked', box.checked);
    if (!all) return;
    all.checked = ticked.length > 0 && ticked.length === boxes.length;
    all.indeterminate = ticked.length > 0 && !all.checked;
  }

  if (all) {
    all.hidden = false;
    all.addEventListener('change', () => {
      for (const box of picks()) box.checked = all.checked;
    });
  }
  form.addEventListener('change', show);
  form.addEventListener('reset', () => setTimeout(() => {
    for (const box of picks()) box.checked = false; // "reset" would bring back what the page was drawn with
    show();
  }));
  pickRanges(form, picks);
  show();
}

/** Shift and a press tick everything between this row and the last one pressed. */
function pickRanges(form, picks) {
  let last = null;
  form.addEventListener('click', (event) => {
    if (!event.target.matches('[data-pick]')) return;
    const boxes = picks();
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(event.target)].sort((a, b) => a - b);
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = event.target;
  });
}
