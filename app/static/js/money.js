/** Amounts for the eye. The page's <html data-locale data-currency> says how; exact sums stay on the server. */
const { locale = 'en-IN', currency: HOME = 'INR' } = globalThis.document?.documentElement.dataset ?? {};
const MINUS = '\u2212';

const formats = new Map();
function format(currency, digits) {
  const key = `${currency} ${digits}`;
  if (!formats.has(key)) {
    const fixed = digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    formats.set(key, new Intl.NumberFormat(locale, { style: 'currency', currency, ...fixed }));
  }
  return formats.get(key);
}

/** How many digits stand behind the point: 2 for INR, 0 for JPY. */
export const digitsOf = (currency = HOME) => format(currency).resolvedOptions().maximumFractionDigits;

/** 84200 → 842, in units a chart's axis can count in. null stays null. */
export const toMajor = (minor, currency = HOME) => (minor === null ? null : minor / 10 ** digitsOf(currency));

/** −₹1,23,456.78, or without decimals −₹1,23,457. */
export function text(minor, { currency = HOME, decimals = true } = {}) {
  const major = toMajor(Math.abs(minor), currency);
  return (minor < 0 ? MINUS : '') + format(currency, decimals ? undefined : 0).format(major);
}

/** ₹, $ or €. */
export const symbolOf = (currency = HOME) => format(currency).formatToParts(0).find((part) => part.type === 'currency').value;

/** ₹1.5L, ₹2Cr in Indian locales; 150K, 2M elsewhere. For axes only, never for text or tables. Takes major units. */
export function short(major, currency = HOME) {
  const steps = locale.endsWith('-IN') ? [[1e7, 'Cr'], [1e5, 'L'], [1e3, 'K']] : [[1e9, 'B'], [1e6, 'M'], [1e3, 'K']];
  const size = Math.abs(major);
  const step = steps.find(([least]) => size >= least);
  const number = step ? `${Math.round((size / step[0]) * 100) / 100}${step[1]}` : String(Math.round(size * 100) / 100);
  return (major < 0 ? MINUS : '') + symbolOf(currency) + number;
}

/** The decimal mark of the page's locale. */
export const decimalMark = () => new Intl.NumberFormat(locale).formatToParts(1.5).find((part) => part.type === 'decimal').value;
