/**
 * Asks before something irreversible: the question as title, what happens to the figures, the safe button first.
 * Without JavaScript the form is sent at once, so the server must still be able to undo or ask itself.
 * Markup: <form data-behaviour="confirm" data-confirm-title="Delete 3 transactions?" data-confirm-text="₹3,129.50 leaves November."
 *               data-confirm-yes="Delete 3" data-confirm-no="Keep them">; a button with its own data-confirm-* asks those
 *         words instead, and in a form without any only such buttons ask. {count} and {sum} in the words are taken from the
 *         form's data-count and data-sum, which bulk-select keeps.
 */
import { make } from '../elements.js';

export function attach(form) {
  let sure = false;

  form.addEventListener('submit', (event) => {
    const words = { ...form.dataset, ...event.submitter?.dataset };
    if (sure || !words.confirmTitle) {
      sure = false;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation(); // submit-once must not count this press
    ask(filled(words)).then((yes) => {
      if (!yes) return;
      sure = true;
      form.requestSubmit(event.submitter ?? undefined);
    });
  });
}

function filled(words) {
  const fill = (text) => text.replace(/\{(count|sum)\}/g, (_, name) => words[name] ?? '');
  return Object.fromEntries(Object.entries(words).map(([name, text]) => [name, name.startsWith('confirm') ? fill(text) : text]));
}

/** Resolves to true when the person says yes. Esc and the safe button say no. */
export function ask({ confirmTitle, confirmText = '', confirmYes = 'Delete', confirmNo = 'Keep' }) {
  const no = make('button', { class: 'btn btn-secondary', value: 'no', text: confirmNo, autofocus: true });
  const yes = make('button', { class: 'btn btn-danger', value: 'yes', text: confirmYes });
  const dialog = make('dialog', { class: 'ft-dialog', 'aria-labelledby': 'confirm-title' },
    make('form', { method: 'dialog' },
      make('h2', { id: 'confirm-title', text: confirmTitle }),
      make('p', { text: confirmText }),
      make('div', { class: 'ft-dialog__acts' }, no, yes)));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}
