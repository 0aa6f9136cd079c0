/**
 * Shows what an amount comes to while it is typed: 250+120*2, 1.2L, 45k, in the style of the page's locale.
 * The server reads the same text and decides; without JavaScript nothing is shown until it has.
 * Markup: <input data-behaviour="amount" data-currency="INR"> with an <output for="its id"> somewhere in its field.
 */
import { decimalMark, digitsOf, text as moneyText } from '../money.js';

const SCALES = { k: 1e3, l: 1e5, lakh: 1e5, cr: 1e7, crore: 1e7, m: 1e6 };

export function attach(input) {
  const output = input.closest('[data-field]')?.querySelector('output');
  if (!output) return;
  const show = () => {
    const { value } = input;
    const minor = isPlain(value) ? null : compute(value, { decimal: decimalMark(), digits: digitsOf(input.dataset.currency) });
    output.textContent = minor === null ? '' : `= ${moneyText(minor, { currency: input.dataset.currency })}`;
  };
  input.addEventListener('input', show);
  show();
}

const isPlain = (value) => !/[-+*/()kl\u00d7\u00f7]|cr|m/i.test(value.trim().replace(/^[-\u2212]/, ''));

/** The value of an expression in minor units, or null when it is not (yet) one. */
export function compute(expression, { decimal = '.', digits = 2 } = {}) {
  const tokens = tokenise(expression, decimal);
  if (!tokens) return null;
  let at = 0;
  const take = (...symbols) => (symbols.includes(tokens[at]) ? tokens[at++] : undefined);

  function sum() {
    let total = product();
    for (let sign = take('+', '-'); sign; sign = take('+', '-')) total = sign === '+' ? total + product() : total - product();
    return total;
  }
  function product() {
    let total = factor();
    for (let sign = take('*', '/'); sign; sign = take('*', '/')) total = sign === '*' ? total * factor() : total / factor();
    return total;
  }
  function factor() {
    if (take('-')) return -factor();
    if (take('(')) {
      const inner = sum();
      return take(')') ? inner : NaN;
    }
    return typeof tokens[at] === 'number' ? tokens[at++] : NaN;
  }

  const value = sum();
  return at === tokens.length && Number.isFinite(value) ? Math.round(value * 10 ** digits) : null;
}

function tokenise(expression, decimal) {
  const plain = expression.toLowerCase().replace(/[\s\u00a0\u20b9$\u20ac\u00a3]/g, '').replace(/\u00d7/g, '*').replace(/\u00f7/g, '/').replace(/\u2212/g, '-');
  const group = decimal === ',' ? '.' : ',';
  const tokens = [];
  for (const [part, number, scale] of plain.matchAll(/([\d.,]+)(k|lakh|l|crore|cr|m)?|[-+*/()]|./g)) {
    if (number === undefined) {
      if (!'+-*/()'.includes(part)) return null;
      tokens.push(part);
    } else {
      const value = Number(number.replaceAll(group, '').replace(decimal, '.'));
      if (Number.isNaN(value)) return null;
      tokens.push(value * (SCALES[scale] ?? 1));
    }
  }
  return tokens.length ? tokens : null;
}
