/**
 * Moves a figure with a slider: the text field shows it at once, and letting go sends the form.
 * Without JavaScript the slider is read when the form is sent.
 * Markup: <input type="range" data-behaviour="slider" data-shows="id of the text field">, both in one form.
 */
export function attach(range) {
  const shown = document.getElementById(range.dataset.shows);
  range.addEventListener('input', () => { shown.value = range.value; });
  range.addEventListener('change', () => range.form.requestSubmit());
}
