/** Puts what was read into a form's fields and marks how sure we are. A mark goes when its field is edited or left. */
import { icon, make } from './elements.js';

/**
 * fields: {name: {value, sure, why, alternative, from}}. What the person already typed stays as it is.
 * Returns how many fields are doubtful and how many were read clearly.
 */
export function fill(form, fields) {
  const count = { doubtful: 0, clear: 0 };
  for (const [name, reading] of Object.entries(fields)) {
    const control = form.elements[name];
    if (!control || isTyped(control)) continue;
    const box = control.closest?.('[data-field]'); // a group of radios has none
    if (box) unmark(box);
    if (reading.value !== null && reading.value !== undefined) put(control, reading.value);
    else if (!reading.why) continue; // not on this receipt, and not missed
    if (box && control.type !== 'hidden') {
      mark(box, control, reading);
      count[reading.sure ? 'clear' : 'doubtful'] += 1;
    }
  }
  return count;
}

/** Remembers which fields the person changed, so that a reading never overwrites them. */
export function rememberTyping(form) {
  for (const name of ['input', 'change']) {
    form.addEventListener(name, (event) => {
      if (event.isTrusted) event.target.dataset.typed = '';
    });
  }
}
const isTyped = (control) => control.dataset?.typed !== undefined;

function put(control, value) {
  control.value = String(value);
  control.dispatchEvent(new Event('input', { bubbles: true }));
  control.dispatchEvent(new Event('change', { bubbles: true }));
}

function mark(box, control, { sure, why, alternative, from }) {
  const top = box.querySelector('.ft-field__top');
  if (sure) {
    top.append(make('span', { class: 'ft-conf ft-conf--sure', 'data-mark': true }, icon('check2-circle'), ` ${from ?? 'From receipt'}`));
  } else {
    box.classList.add('ft-field--check');
    top.append(make('span', { class: 'ft-conf ft-conf--check', 'data-mark': true }, icon('eye-fill'), ' Please check'));
    explain(box, control, why, alternative);
  }
  const done = () => unmark(box);
  control.addEventListener('input', done, { once: true });
  if (!sure) control.addEventListener('blur', () => whenReleased(done), { once: true });
}

/** Now, or after the press that took the focus: a line that goes under a press would move the button away from it. */
let pressed = false;
for (const [name, state] of [['pointerdown', true], ['pointerup', false], ['pointercancel', false]]) {
  document.addEventListener(name, () => { pressed = state; }, { capture: true });
}
function whenReleased(then) {
  if (!pressed) then();
  else for (const name of ['pointerup', 'pointercancel']) document.addEventListener(name, () => setTimeout(then), { once: true });
}

function explain(box, control, why, alternative) {
  const below = make('p', { class: 'ft-field__below', id: `${control.id}-check`, 'data-mark': true }, make('span', { text: why ?? 'We are not sure we read this right.' }));
  if (alternative !== null && alternative !== undefined) {
    const use = make('button', { class: 'ft-field__use', type: 'button', text: `Use ${spoken(control, alternative)}` });
    // Before the field loses focus, or leaving it would take the button away from under the press.
    use.addEventListener('pointerdown', (event) => event.preventDefault());
    use.addEventListener('click', () => {
      put(control, alternative);
      unmark(box);
    });
    below.append(use);
  }
  box.append(below);
  const hint = box.querySelector('.ft-field__below:not([data-mark])');
  if (hint) hint.hidden = true;
  control.dataset.describedBy = control.getAttribute('aria-describedby') ?? '';
  control.setAttribute('aria-describedby', below.id);
}

/** A value as the person would read it: the option's words, a date without its year. */
function spoken(control, value) {
  if (control.type === 'date') {
    const style = { day: 'numeric', month: 'short', timeZone: 'UTC' };
    return new Intl.DateTimeFormat(document.documentElement.dataset.locale, style).format(new Date(value));
  }
  return [...control.options ?? []].find((option) => option.value === String(value))?.text ?? value;
}

function unmark(box) {
  box.classList.remove('ft-field--check');
  for (const element of box.querySelectorAll('[data-mark]')) element.remove();
  for (const hint of box.querySelectorAll('.ft-field__below[hidden]')) hint.hidden = false;
  const control = box.querySelector('[data-described-by]');
  if (!control) return;
  if (control.dataset.describedBy) control.setAttribute('aria-describedby', control.dataset.describedBy);
  else control.removeAttribute('aria-describedby');
  delete control.dataset.describedBy;
}
