/**
 * Adds and removes the lines of a split, and says how much of the whole is still to be shared out.
 * Without JavaScript the server draws spare lines and ignores empty ones.
 * Markup: <fieldset data-behaviour="split-lines" data-total="#amount"> with [data-lines] holding [data-line] elements,
 *         a <template> of one line whose ids and names carry __i__, [data-add hidden], in each line [data-remove hidden],
 *         inputs [data-line-amount], and [data-left] for what is left.
 */
import { enliven } from '../main.js';
import { decimalMark, digitsOf, text as moneyText } from '../money.js';
import { compute } from './amount.js';

export function attach(fieldset) {
  const lines = fieldset.querySelector('[data-lines]');
  const template = fieldset.querySelector('template');
  const add = fieldset.querySelector('[data-add]');
  const left = fieldset.querySelector('[data-left]');
  const total = document.querySelector(fieldset.dataset.total);
  const currency = fieldset.dataset.currency;
  const minor = (text) => compute(text, { decimal: decimalMark(), digits: digitsOf(currency) });
  let next = lines.children.length;

  function show() {
    for (const button of lines.querySelectorAll('[data-remove]')) button.hidden = false;
    if (!left || !total) return;
    const whole = minor(total.value);
    const parts = [...lines.querySelectorAll('[data-line-amount]')].map((input) => minor(input.value) ?? 0);
    const rest = whole === null ? null : whole - parts.reduce((sum, part) => sum + part, 0);
    left.classList.toggle('ft-line__left--off', Boolean(rest));
    left.textContent = leftInWords(rest, currency);
  }

  add.hidden = false;
  add.addEventListener('click', () => {
    const line = template.content.firstElementChild.cloneNode(true);
    number(line, next);
    next += 1;
    lines.append(line);
    enliven(line);
    show();
    line.querySelector('select, input')?.focus();
  });
  lines.addEventListener('click', (event) => {
    const button = event.target.closest('[data-remove]');
    if (!button) return;
    button.closest('[data-line]').remove();
    show();
    add.focus();
  });
  fieldset.addEventListener('input', show);
  total?.addEventListener('input', show);
  show();
}

function leftInWords(rest, currency) {
  if (rest === null) return '';
  if (rest === 0) return 'Shared out exactly.';
  return rest > 0 ? `${moneyText(rest, { currency })} still to share out.` : `${moneyText(-rest, { currency })} more than the whole.`;
}

function number(line, index) {
  for (const element of line.querySelectorAll('*')) {
    for (const name of ['id', 'name', 'for', 'aria-describedby', 'data-field']) {
      const value = element.getAttribute(name);
      if (value?.includes('__i__')) element.setAttribute(name, value.replaceAll('__i__', index));
    }
  }
}
