/**
 * A button that prints the page. Without JavaScript it is not there; the browser's own menu prints too.
 * Markup: <button type="button" data-behaviour="print" hidden>Print</button>
 */
export function attach(button) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
