/**
 * Comforts of the transaction form: the amount wears the sign of the chosen account's currency, and a known payee brings the
 * category and account used last time, as long as nobody chose them by hand.
 * Without JavaScript every field is chosen by hand and the server reads the amount in the account's currency.
 * Markup: <form data-behaviour="transaction-form" data-currency="INR"> with #amount, #account_id (options in other currencies carry
 *         data-currency), #payee (behaviour combo), #category_id and #in_category_id.
 */
import { symbolOf } from '../money.js';

export function attach(form) {
  const { amount, account_id: account, category_id: category, in_category_id: inCategory, payee } = form.elements;
  const chosen = new Set();

  form.addEventListener('change', (event) => {
    if (event.isTrusted) chosen.add(event.target);
    if (event.target === account) dress();
  });
  payee?.addEventListener('combo:chosen', ({ detail }) => {
    for (const [control, value] of [[account, detail.account_id], [category, detail.category_id], [inCategory, detail.category_id]]) {
      if (value && !chosen.has(control)) pick(control, value);
    }
    dress();
  });

  function dress() {
    const currency = account.selectedOptions[0]?.dataset.currency ?? form.dataset.currency;
    amount.dataset.currency = currency;
    const sign = amount.parentElement.querySelector('span');
    if (sign) sign.textContent = symbolOf(currency);
    const lines = form.querySelector('[data-behaviour="split-lines"]');
    if (lines) lines.dataset.currency = currency;
  }
  dress();
}

/** Chooses an option when there is one; archived categories are not offered. */
function pick(select, value) {
  const wanted = String(value);
  if ([...select.options].some((option) => option.value === wanted)) select.value = wanted;
}
