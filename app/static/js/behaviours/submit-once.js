/**
 * After the first press the button says "Saving…" and further presses do nothing; the server keeps its own guard too.
 * Coming back with the browser's Back button makes the form whole again.
 * Markup: <form data-behaviour="submit-once">; a button's data-busy="Importing…" replaces the word.
 */
export function attach(form) {
  let pressed = null;

  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return; // another behaviour asks first
    if (pressed) {
      event.preventDefault();
      return;
    }
    const button = event.submitter;
    pressed = { button, content: button ? [...button.childNodes] : [] };
    if (!button) return;
    // After this event, so that the pressed button's name and value are still sent.
    setTimeout(() => {
      button.setAttribute('aria-disabled', 'true');
      if (!button.classList.contains('btn-icon')) button.replaceChildren(button.dataset.busy ?? 'Saving\u2026');
    });
  });

  addEventListener('pageshow', (event) => {
    if (!event.persisted || !pressed) return;
    pressed.button?.removeAttribute('aria-disabled');
    pressed.button?.replaceChildren(...pressed.content);
    pressed = null;
  });
}
