/**
 * Counts and sums the ticked rows and shows the bar with what can be done to them.
 * Without JavaScript the bar is always there and the ticks work by themselves.
 * Markup: <form id="rows" data-behaviour="bulk-select" data-currency="INR"> with [data-bulk-bar] > [data-bulk-summary], one
 *         <input type="checkbox" data-pick data-minor="-84200"> per row, and an optional <input data-pick-all hidden>.
 *         A row drawn twice, for wide and for narrow pages, has two boxes of one value: they are ticked together and count once.
 *         <button data-select-rows="rows" hidden> anywhere shows and hides the boxes of the narrow list (form.is-selecting).
 */
import { text as moneyText } from '../money.js';

export function attach(form) {
  const bar = form.querySelector('[data-bulk-bar]');
  const summary = bar.querySelector('[data-bulk-summary]');
  const all = form.querySelector('[data-pick-all]');
  const boxes = () => [...form.querySelectorAll('[data-pick]')];
  const tick = (values, on) => {
    for (const box of boxes()) if (values.has(box.value)) box.checked = on;
  };
  const picks = () => [...new Map(boxes().map((box) => [box.value, box])).values()];

  function show() {
    const rows = picks();
    const ticked = rows.filter((box) => box.checked);
    const sum = ticked.reduce((total, box) => total + Number(box.dataset.minor), 0);
    bar.hidden = ticked.length === 0;
    form.dataset.count = ticked.length;
    form.dataset.sum = moneyText(sum, { currency: form.dataset.currency });
    summary.textContent = `${form.dataset.count} selected, ${form.dataset.sum}`;
    for (const box of boxes()) box.closest('tr, .ft-tx-item')?.classList.toggle('is-picked', box.checked);
    if (!all) return;
    all.checked = ticked.length > 0 && ticked.length === rows.length;
    all.indeterminate = ticked.length > 0 && !all.checked;
  }

  if (all) {
    all.hidden = false;
    all.addEventListener('change', () => {
      for (const box of boxes()) box.checked = all.checked;
    });
  }
  form.addEventListener('change', ({ target }) => {
    if (target.matches('[data-pick]')) tick(new Set([target.value]), target.checked);
    show();
  });
  form.addEventListener('reset', () => setTimeout(() => {
    for (const box of boxes()) box.checked = false; // "reset" would bring back what the page was drawn with
    show();
  }));
  pickRanges(form, boxes, tick);
  startBy(document.querySelector(`[data-select-rows="${form.id}"]`), form);
  show();
}

/** The button that a narrow page has for it: "Select" shows the boxes, "Done" hides them and takes the ticks away. */
function startBy(button, form) {
  if (!button) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    const isOn = form.classList.toggle('is-selecting');
    button.textContent = isOn ? 'Done' : 'Select';
    if (!isOn) form.reset();
  });
}

/** Shift and a press tick everything between this row and the last one pressed. */
function pickRanges(form, boxesNow, tick) {
  let last = null;
  form.addEventListener('click', (event) => {
    if (!event.target.matches('[data-pick]')) return;
    const boxes = boxesNow();
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(event.target)].sort((a, b) => a - b);
      tick(new Set(boxes.slice(from, to + 1).map((box) => box.value)), event.target.checked);
    }
    last = event.target;
  });
}
