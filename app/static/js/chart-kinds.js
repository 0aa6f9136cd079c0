/** One function per kind of chart: its data (described in behaviours/chart.js) becomes Chart.js's configuration. */
import { band, bar, line, token } from './chart-parts.js';
import { toMajor } from './money.js';

const series = (values, { currency }) => (values ?? []).map((value) => toMajor(value, currency));
const paintOf = (paint) => token(paint === 'out' || paint === 'past' ? `--ft-chart-${paint}` : `--ft-c${paint}`);

/** Words on the x axis only at the indices of `data.ticks`, when it names any. */
function ticksOf(data, options) {
  if (!data.ticks) return;
  options.scales.x.ticks.autoSkip = false;
  options.scales.x.ticks.callback = (_value, index) => (data.ticks.includes(index) ? data.labels[index] : null);
}

/** Gridlines from zero in round steps, so that the plot is as tall as its figures: at most `count` steps above zero. */
function fromZero(scale, lists, count) {
  const values = lists.flat().filter((value) => value !== null);
  const highest = Math.max(...values, 0);
  const lowest = Math.min(...values, 0);
  const size = Math.max(highest, -lowest) || 1;
  const power = 10 ** Math.floor(Math.log10(size / count));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((n) => n * power).find((n) => n * count >= size);
  scale.ticks.stepSize = step;
  scale.max = Math.ceil(highest / step) * step;
  scale.min = Math.floor(lowest / step) * step;
}

/** A round step that needs about two gridlines for these per cents: the plot is low. */
const stepFor = (values) => [1, 2, 5, 10, 20, 25, 50, 100].find((step) => step * 2 >= Math.max(...values.map(Math.abs))) ?? 500;

export const KINDS = {
  /** Money spent so far, against last month, the budget, and where it is heading. */
  pace(data, options) {
    const ink = token('--ft-c1');
    const { names = {}, today } = data;
    ticksOf(data, options);
    if (today !== undefined) options.plugins.rule = { index: today, text: 'Today', align: today < data.labels.length / 6 ? 'left' : 'right' };
    const now = series(data.now, data);
    const sets = [line(names.now ?? 'This month', now, ink, {
      borderWidth: 2.5, fill: 'origin', backgroundColor: token('--ft-chart-fill'), pointRadius: now.map((_, index) => (index === today ? 5 : 0)),
      pointBackgroundColor: ink, pointBorderColor: token('--ft-surface'), pointBorderWidth: 2,
    })];
    if (data.likely) sets.push(line(names.likely ?? 'Likely', series(data.likely, data), ink, { borderDash: [4, 4] }));
    if (data.before) sets.push(line(names.before ?? 'Month before', series(data.before, data), token('--ft-chart-past'), { borderDash: [2, 3], borderWidth: 1.5 }));
    if (data.budget) sets.push(line(names.budget ?? 'Budget', series(data.budget, data), token('--ft-ink-3'), { borderWidth: 1, pointHoverRadius: 0 }));
    if (data.low) sets.push(...band(series(data.low, data), series(data.high, data)));
    fromZero(options.scales.y, sets.map((set) => set.data), 4);
    return { data: { labels: data.labels, datasets: sets } };
  },

  /** Paths to compare, in the order of their legend; what the others are compared with is dashed. */
  lines(data, options) {
    ticksOf(data, options);
    if (data.today !== undefined) options.plugins.rule = { index: data.today, text: 'Today' };
    const sets = data.series.map(({ name, values, paint, dash }) => line(name, series(values, data), paintOf(paint), dash ? { borderDash: [4, 4], borderWidth: 1.5 } : {}));
    fromZero(options.scales.y, sets.map((set) => set.data), 4);
    return { data: { labels: data.labels, datasets: sets } };
  },

  /** Money in beside money out. */
  flow(data, options) {
    const [into, out] = data.names;
    const sets = [bar(into, series(data.in, data), token('--ft-chart-in')), bar(out, series(data.out, data), token('--ft-chart-out'))];
    fromZero(options.scales.y, sets.map((set) => set.data), 3);
    return { type: 'bar', data: { labels: data.labels, datasets: sets } };
  },

  /** One quantity over time. The only kind whose axis may start elsewhere than at zero. */
  area(data, options) {
    options.scales.y.beginAtZero = false;
    const fill = { fill: 'start', backgroundColor: token('--ft-chart-fill') };
    return { data: { labels: data.labels, datasets: [line(data.name, series(data.values, data), token('--ft-c1'), fill)] } };
  },

  /** A share over time. Its own small plot under the money it belongs to: never a second y axis. */
  percent(data, options) {
    options.scales.y.ticks.callback = (value) => `${value}%`;
    const step = stepFor(data.values);
    options.scales.y.ticks.stepSize = step;
    options.scales.y.ticks.autoSkip = false; // four lines fit, and zero must be one of them
    options.scales.y.max = Math.ceil(Math.max(step, ...data.values) / step) * step;
    options.scales.y.min = Math.floor(Math.min(0, ...data.values) / step) * step;
    options.scales.x.offset = true;
    const dots = { percent: true, pointRadius: 2.5, pointBackgroundColor: token('--ft-surface'), pointBorderWidth: 1.75 };
    return { data: { labels: data.labels, datasets: [line(data.name, data.values, token('--ft-c1'), dots)] } };
  },

  /** History, then a forecast with its interval. */
  forecast(data, options) {
    const ink = token('--ft-c1');
    const [past, likely] = data.names;
    if (data.from !== undefined) options.plugins.rule = { index: data.from, text: 'Today' };
    const sets = [
      line(past, series(data.past, data), ink, { borderWidth: 2.5 }),
      line(likely, series(data.likely, data), ink, { borderDash: [4, 4] }),
      ...band(series(data.low, data), series(data.high, data)),
    ];
    if (data.floor) {
      const level = data.labels.map(() => toMajor(data.floor.value, data.currency));
      sets.push(line(data.floor.name, level, token('--ft-bad-fill'), { borderWidth: 1, borderDash: [2, 3], pointHoverRadius: 0 }));
    }
    return { data: { labels: data.labels, datasets: sets } };
  },

  /** Amounts per period or per group, side by side. */
  bars(data, options) {
    const sets = data.series.map(({ name, values, paint }) => bar(name, series(values, data), paintOf(paint)));
    fromZero(options.scales.y, sets.map((set) => set.data), 3);
    return { type: 'bar', data: { labels: data.labels, datasets: sets } };
  },

  /** Scores of bureaus, plain numbers on the scale that they have: 300 to 900 has no zero to begin at. */
  scores(data, options) {
    Object.assign(options.scales.y, { beginAtZero: false, min: data.low, max: data.high });
    Object.assign(options.scales.y.ticks, { stepSize: Math.ceil((data.high - data.low) / 4), callback: String });
    const dots = { plain: true, spanGaps: true, pointRadius: 2.5, pointBackgroundColor: token('--ft-surface'), pointBorderWidth: 1.75 };
    return { data: { labels: data.labels, datasets: data.series.map(({ name, values, paint }) => line(name, values, paintOf(paint), dots)) } };
  },
};
