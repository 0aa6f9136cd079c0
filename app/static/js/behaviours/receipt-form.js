/**
 * Reads a receipt and fills the transaction form beside it. It never saves: the person does, with the form's own button.
 * Without JavaScript the file is sent by its own form and the server answers with the filled page.
 *
 * Markup: macro `reader` of components/receipts.html:
 *   <figure data-behaviour="receipt-form" data-url="/process-receipt-accurate" data-form="id of the transaction form">
 *     <div data-stage hidden> · <form data-reader> with csrf_token and a file input · <div data-work hidden> · <p data-problem hidden>
 *     optional <script type="application/json" data-reading> with a reading to show at once </figure>
 *
 * The URL takes the file as `receipt` and answers {receipt_id, image_url, engine, milliseconds, image: {width, height},
 *   fields: {payee|occurred_on|amount|account_id|category_id|…: {value, confidence, sure, why, alternative, box: [x, y, w, h] | null, from}},
 *   items: [{description, amount}], items_add_up, message, notice: {text, label, url} | null} or {error}. Values are texts as the form's
 *   fields expect them; `from` is said instead of "From receipt", `message` when nothing could be read, `notice` about a receipt given before.
 * data-keep: the fields stay as they are; the receipt only stands beside them.
 */
import { icon, make } from '../elements.js';
import { text as moneyText } from '../money.js';
import { fill, rememberTyping } from '../receipt-fields.js';
import { show } from '../receipt-photo.js';

export function attach(figure, { fetch = globalThis.fetch } = {}) {
  const reader = figure.querySelector('[data-reader]');
  const form = document.getElementById(figure.dataset.form);
  const input = reader.querySelector('input[type="file"]');
  let asked = 0;
  rememberTyping(form);

  for (const button of reader.querySelectorAll('[type="submit"]')) button.hidden = true; // a chosen file is read at once
  const readChosen = () => input.files.length && read(input.files[0]);
  input.addEventListener('change', readChosen);
  figure.querySelector('[data-replace]')?.addEventListener('click', () => input.click());

  const island = figure.querySelector('script[data-reading]');
  if (island) apply(JSON.parse(island.textContent), { held: true });

  readChosen(); // a file may be chosen before this script has come

  async function read(file) {
    asked += 1;
    const question = asked;
    state('work');
    const reading = await send(file);
    if (question !== asked) return; // another file was chosen meanwhile
    if (reading.error) {
      state('problem', reading.error);
      input.value = '';
    } else apply(reading);
  }

  async function send(file) {
    const body = new FormData();
    body.append('receipt', file);
    try {
      const response = await fetch(figure.dataset.url, {
        method: 'POST', body, headers: { Accept: 'application/json', 'X-CSRFToken': reader.elements.csrf_token.value },
      });
      const answer = await response.json().catch(() => null);
      if (answer && (response.ok || answer.error)) return answer;
      return { error: response.status === 413 ? 'This file is too large. The form is as it was.' : FAILED };
    } catch {
      return { error: 'The server did not answer. Check the connection and choose the photo again. The form is as it was.' };
    }
  }

  function apply(reading, { held = false } = {}) {
    state('done');
    if (form.elements.receipt_id) form.elements.receipt_id.value = reading.receipt_id;
    const keep = 'keep' in figure.dataset;
    const count = keep ? null : fill(form, reading.fields);
    show(figure, reading, form); // after filling, or its marks would take the filling for an edit
    if (!(keep && held)) announce(form, reading, count);
    if (!keep) listItems(form, reading);
  }

  function state(name, words = '') {
    figure.querySelector('[data-work]').hidden = name !== 'work';
    const problem = figure.querySelector('[data-problem]');
    problem.hidden = name !== 'problem';
    problem.querySelector('[data-problem-text]').textContent = words;
    reader.hidden = name === 'work' || name === 'done';
  }
}

const FAILED = 'We could not read this photo. The form is as it was; you can fill it by hand.';

/** Above the fields: what needs a look, or why nothing was read; and what to know before it is saved twice. */
function announce(form, { message, notice }, count) {
  for (const old of form.querySelectorAll('[data-receipt-summary]')) old.remove();
  const told = message ? panel('warn', 'eye-fill', message)
    : !count ? panel('info', 'info-circle', 'The receipt goes with this transaction when you save.')
      : count.doubtful ? panel('warn', 'eye-fill', make('strong', { text: needs(count.doubtful) }), rest(count.clear))
        : panel('ok', 'check2-circle', 'Everything was read clearly. Look it over and save.');
  const known = notice ? [panel('info', 'info-circle', `${notice.text} `, make('a', { href: notice.url, text: notice.label }))] : [];
  (form.querySelector('.ft-formbody') ?? form).prepend(...known, told);
}

const panel = (tone, name, ...words) => make('div', { class: `ft-alert ft-alert--${tone}`, role: 'status', 'data-receipt-summary': true },
  icon(name), make('div', { class: 'ft-alert__text' }, ...words));
const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six'];
const needs = (doubtful) => (doubtful === 1 ? 'One field needs a look.' : `${NUMBERS[doubtful] ?? doubtful} fields need a look.`);
const rest = (clear) => (clear === 0 ? '' : clear === 1 ? ' The other one was read clearly.' : ` The other ${(NUMBERS[clear] ?? String(clear)).toLowerCase()} were read clearly.`);

/** The receipt's lines, folded under the fields. */
function listItems(form, { items = [], items_add_up: proven }) {
  form.querySelector('[data-receipt-items]')?.remove();
  if (!items.length) return;
  const rows = items.map(({ description, amount }) => make('li', { class: 'ft-row ft-row--tight' },
    make('span', { class: 'ft-row__main', text: description }),
    make('span', { class: 'ft-row__end ft-num', text: typeof amount === 'number' ? moneyText(amount) : amount ?? '' })));
  const fold = make('details', { class: 'ft-fold', 'data-receipt-items': true },
    make('summary', {}, icon('chevron-right'), make('span', { text: `${items.length === 1 ? '1 item' : `${items.length} items`}${proven ? ', same total' : ''}` }),
      ...(proven ? [make('span', { class: 'ft-conf ft-conf--sure' }, icon('check2-circle'), ' From receipt')] : [])),
    make('ul', { class: 'ft-list ft-fold__body' }, ...rows));
  (form.querySelector('.ft-form') ?? form).append(fold);
}
