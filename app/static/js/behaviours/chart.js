/**
 * Draws a chart with Chart.js, dressed in the tokens. The table behind it is HTML and needs none of this.
 *
 * Markup: macro `chart` of components/data.html:
 *   <figure data-behaviour="chart" data-chart="flow"> <canvas> + <script type="application/json">{"labels": […], …}</script>
 *
 * Amounts in the data are minor units; null leaves a gap. Keys common to all kinds: labels; optional currency.
 *   pace      now, likely, before, budget, low, high (each a list, all but `now` optional), names {now, likely, before, budget},
 *             ticks (indices of x labels to show), today (index)
 *   lines     series [{name, values, paint, dash}], paint 1…8, "out" or "past", ticks, today
 *   flow      in, out (lists), names [in, out]
 *   area      values, name
 *   percent   values (plain per cent, not money), name
 *   forecast  past, likely, low, high (lists), names [past, likely], from (index where the forecast begins), floor {value, name}
 *   bars      series [{name, values, paint}], paint 1…8 or "out"
 *   scores    series [{name, values, paint}] of plain numbers, low, high (the ends of their scale)
 * Any of them may carry notes [{series, index, text, …}], axis (width of the y axis in px, so that twin plots line up), hideX.
 */
import { digitsOf, short, text as moneyText } from '../money.js';
import { notes, rule, token } from '../chart-parts.js';
import { KINDS } from '../chart-kinds.js';

const LIBRARY = new URL('../../vendor/chart.js/chart.umd.min.js', import.meta.url).href;
const figures = new Set();

export async function attach(figure) {
  // Canvas text does not wait for web fonts, so we do.
  await Promise.all([library(), document.fonts.load('500 12px "Inter Variable"', 'Nov 0\u20b9').catch(() => {})]);
  if (!figures.size) watchTheme();
  figures.add(figure);
  render(figure);
}

let loading;
/** Chart.js is a classic script: its own module imports a bare name, which our CSP-safe pages cannot map. */
function library() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = LIBRARY;
    script.onload = resolve;
    script.onerror = () => reject(new Error('Chart.js could not be loaded; the tables behind the charts still work.'));
    document.head.append(script);
  });
  return loading;
}

function render(figure) {
  const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  const canvas = figure.querySelector('canvas');
  const options = baseOptions(data.currency);
  if (data.axis) options.scales.y.afterFit = (scale) => { scale.width = data.axis; };
  if (data.hideX) options.scales.x.ticks.display = false;
  options.plugins.notes = { items: data.notes ?? [] };
  const config = KINDS[figure.dataset.chart](data, options);
  globalThis.Chart.getChart(canvas)?.destroy();
  new globalThis.Chart(canvas, { type: 'line', options, plugins: [notes, rule], ...config });
}

const renderAll = () => figures.forEach((figure) => (figure.isConnected ? render(figure) : figures.delete(figure)));

function watchTheme() {
  const root = document.documentElement;
  let screenTheme = null;
  new MutationObserver(renderAll).observe(root, { attributes: true, attributeFilter: ['data-bs-theme'] });
  addEventListener('beforeprint', () => { // paper is light, whatever the screen is
    screenTheme = root.dataset.bsTheme;
    root.dataset.bsTheme = 'light';
    renderAll();
  });
  addEventListener('afterprint', () => { root.dataset.bsTheme = screenTheme; });
}

function baseOptions(currency) {
  const font = { family: token('--ft-font'), size: 12 };
  const minorPerMajor = 10 ** digitsOf(currency);
  const label = ({ dataset, parsed }) => ` ${dataset.label}  ${dataset.percent ? `${parsed.y}%` : dataset.plain ? parsed.y : moneyText(Math.round(parsed.y * minorPerMajor), { currency })}`;
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false, // calm, printable, and nothing to reduce
    interaction: { mode: 'index', intersect: false },
    layout: { padding: { top: 6, right: 2, bottom: 0, left: 0 } },
    font,
    plugins: {
      legend: { display: false }, // legends are HTML: readable, wrappable, printable
      tooltip: {
        backgroundColor: token('--ft-chart-tip'), titleColor: token('--ft-chart-tip-ink'), bodyColor: token('--ft-chart-tip-ink'),
        titleFont: { ...font, weight: 600 }, bodyFont: font, padding: 10, cornerRadius: 8, caretSize: 0, caretPadding: 10,
        boxWidth: 8, boxHeight: 8, boxPadding: 5, usePointStyle: true, borderWidth: 0,
        filter: ({ dataset, parsed }) => !dataset.silent && parsed.y !== null,
        callbacks: { label },
      },
    },
    scales: {
      x: {
        grid: { display: false }, border: { display: false },
        ticks: { color: token('--ft-ink-3'), font, maxRotation: 0, autoSkipPadding: 5, padding: 4 },
      },
      y: {
        beginAtZero: true, border: { display: false }, grid: { color: token('--ft-chart-grid'), drawTicks: false },
        ticks: { color: token('--ft-ink-3'), font, padding: 10, maxTicksLimit: 5, callback: (value) => short(value, currency) },
      },
    },
  };
}
