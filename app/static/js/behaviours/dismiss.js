/**
 * Lets a message be closed. Without JavaScript it stays until the next page, and shows no button for it.
 * Markup: <div data-behaviour="dismiss">… <button data-dismiss hidden aria-label="Close"></button></div>
 */
export function attach(message) {
  const button = message.querySelector('[data-dismiss]');
  button.hidden = false;
  button.addEventListener('click', () => {
    message.remove();
    document.getElementById('main')?.focus();
  });
}
