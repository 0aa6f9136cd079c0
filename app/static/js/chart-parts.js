/** What charts are made of: lines, bars, bands, and two small plugins that write on the plot. */

/** The current value of a design token, theme included. */
export const token = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();

export const line = (label, data, colour, more = {}) => ({
  type: 'line', label, data, borderColor: colour, backgroundColor: colour, borderWidth: 2, pointRadius: 0, pointHoverRadius: 4,
  pointHoverBorderWidth: 2, pointHoverBorderColor: token('--ft-surface'), tension: 0, spanGaps: false, ...more,
});

export const bar = (label, data, colour) => ({
  type: 'bar', label, data, backgroundColor: colour, borderRadius: 3, borderSkipped: 'start', maxBarThickness: 24, categoryPercentage: 0.7, barPercentage: 0.9,
});

/** The space between two lines: an interval. Silent in the tooltip. */
export const band = (low, high) => [
  line('High', high, 'transparent', { silent: true, borderWidth: 0, pointHoverRadius: 0, fill: '+1', backgroundColor: token('--ft-chart-band') }),
  line('Low', low, 'transparent', { silent: true, borderWidth: 0, pointHoverRadius: 0 }),
];

/** Words beside a point: [{series, index, text, dx, dy, align, colour, weight, halo, wide}]; `wide` drops them on narrow plots. */
export const notes = {
  id: 'notes',
  afterDatasetsDraw(chart, _args, { items = [] }) {
    const { ctx, chartArea } = chart;
    for (const { series, index, text, dx = 0, dy = 0, align = 'right', colour = '--ft-ink-2', weight = 550, halo, wide } of items) {
      const point = chart.getDatasetMeta(series).data[index];
      if (!point || (wide && chart.width < 480)) continue; // a label that would collide is dropped, never squeezed
      const x = point.x + dx;
      const y = Math.max(chartArea.top + 4, point.y + dy);
      ctx.save();
      Object.assign(ctx, { font: `${weight} 12px ${token('--ft-font')}`, textAlign: align, textBaseline: 'middle', fillStyle: token(colour) });
      if (halo) {
        Object.assign(ctx, { lineWidth: 4, lineJoin: 'round', strokeStyle: token('--ft-surface') });
        ctx.strokeText(text, x, y);
      }
      ctx.fillText(text, x, y);
      ctx.restore();
    }
  },
};

/** A hairline at one x with a word on top: today, or where the forecast begins. */
export const rule = {
  id: 'rule',
  beforeDatasetsDraw(chart, _args, { index, text, align = 'left' }) {
    if (index === undefined || index === null) return;
    const { ctx, chartArea, scales } = chart;
    const x = scales.x.getPixelForValue(index);
    ctx.save();
    Object.assign(ctx, { strokeStyle: token('--ft-line-strong'), lineWidth: 1 });
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    if (text) {
      Object.assign(ctx, { font: `500 12px ${token('--ft-font')}`, fillStyle: token('--ft-ink-3'), textAlign: align, textBaseline: 'top' });
      ctx.fillText(text, x + (align === 'right' ? -6 : 6), chartArea.top);
    }
    ctx.restore();
  },
};
