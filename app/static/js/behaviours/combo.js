/**
 * Suggests values while one is typed, through the browser's own <datalist>. Without JavaScript it is a text field.
 * Markup: <input list="payees" data-behaviour="combo" data-url="/transactions/payees"> and <datalist id="payees"></datalist>.
 *         The URL is asked with ?q=… and answers a JSON list of texts, best first.
 */
import { make } from '../elements.js';

const PAUSE_MS = 150;

export function attach(input, { fetch = globalThis.fetch } = {}) {
  let pause;
  let asked = null;

  async function suggest() {
    const words = input.value.trim();
    if (words === asked) return;
    asked = words;
    const url = new URL(input.dataset.url, globalThis.location.href);
    url.searchParams.set('q', words);
    try {
      const response = await fetch(url, { headers: { Accept: 'application/json' } });
      if (!response.ok || asked !== words) return; // a later question overtook this one
      const values = await response.json();
      input.list?.replaceChildren(...values.map((value) => make('option', { value })));
    } catch {
      asked = null; // suggestions are a comfort: without the network the field is still a field
    }
  }

  input.setAttribute('autocomplete', 'off');
  input.addEventListener('focus', suggest);
  input.addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(suggest, PAUSE_MS);
  });
}
