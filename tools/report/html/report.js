'use strict';
// Draws the charts of the report from the data beside it. Chart.js draws; the time axis, marks, bands, thresholds and
// the zoom are ours. All charts over time share one zoom, so that one moment is read across all of them.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const charts = new Map();
  const dark = matchMedia('(prefers-color-scheme: dark)'), printing = matchMedia('print');
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const narrow = () => innerWidth < 640;

  // ---- words and numbers -------------------------------------------------------------------------------------------

  const threeDigits = v => { const s = v.toPrecision(3); return s.includes('e') ? String(Math.round(v)) : s.includes('.') ? s.replace(/\.?0+$/, '') : s; };
  const bytes = v => {
    for (const [unit, size] of [['TiB', 2 ** 40], ['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 2 ** 10]])
      if (Math.abs(v) >= size) return threeDigits(v / size) + ' ' + unit;
    return Math.round(v) + ' B';
  };
  const duration = v => {
    const a = Math.abs(v);
    if (a >= 2 * 86400) return threeDigits(v / 86400) + ' d';
    if (a >= 2 * 3600) return threeDigits(v / 3600) + ' h';
    if (a >= 120) return threeDigits(v / 60) + ' min';
    return threeDigits(v) + ' s';
  };
  const count = v => v >= 1e9 ? threeDigits(v / 1e9) + ' G' : v >= 1e6 ? threeDigits(v / 1e6) + ' M' : v >= 1e4 ? threeDigits(v / 1e3) + ' k' : String(Math.round(v));
  const say = (v, unit) => unit === 'bytes' ? bytes(v) : unit === 's' ? duration(v) :
    unit === 'ratio' || unit === '0/1' ? threeDigits(v * 100) + ' %' : count(v);

  // Labels of one axis share the unit of its end.
  const inUnitOf = (v, top, unit) => {
    if (v === 0) return '0';
    const scales = unit === 'bytes' ? [['TiB', 2 ** 40], ['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 2 ** 10]] :
      unit === 's' ? [['d', 86400], ['h', 3600], ['min', 60]] : [];
    const scale = scales.find(([name, size]) => top >= (name === 'd' || name === 'h' || name === 'min' ? 2 : 1) * size);
    return scale ? threeDigits(v / scale[1]) + ' ' + scale[0] : say(v, unit);
  };

  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const two = n => String(n).padStart(2, '0');
  const date = t => new Date((data.start + t) * 1000);
  const clock = t => { const d = date(t); return two(d.getUTCHours()) + ':' + two(d.getUTCMinutes()); };
  const moment = t => {
    if (data.horizon <= 7200) return duration(t);
    const d = date(t);
    return `${days[d.getUTCDay()]} ${d.getUTCDate()} ${months[d.getUTCMonth()]} ${clock(t)}, after ${duration(t)}`;
  };

  // ---- ticks: round steps of a clock and a calendar, of binary sizes -----------------------------------------------

  const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
    ...[1, 2, 5, 7, 14, 28, 56, 91, 182, 365, 730].map(d => d * 86400)];
  const timeTicks = (min, max, most, offset) => {
    const step = timeSteps.find(s => (max - min) / s <= most) || timeSteps.at(-1);
    const origin = step >= 604800 ? 4 * 86400 : 0;  // weeks begin on Monday: the epoch was a Thursday
    const first = Math.ceil((min + offset - origin) / step) * step + origin - offset;
    const ticks = [];
    for (let t = first; t <= max + 1e-9 * step; t += step) ticks.push(t);
    return { step, ticks };
  };
  const timeLabel = (t, step) => {
    if (data.horizon <= 7200) return duration(t);
    const d = date(t);
    if (step >= 86400) return `${d.getUTCDate()} ${months[d.getUTCMonth()]}` + (step >= 182 * 86400 ? ` ${d.getUTCFullYear()}` : '');
    return d.getUTCHours() === 0 && d.getUTCMinutes() === 0 ? `${d.getUTCDate()} ${months[d.getUTCMonth()]}` : clock(t);
  };
  const valueTicks = (max, unit, most) => {
    if (!(max > 0)) return [0];
    let steps;
    if (unit === 'bytes') {
      const base = 2 ** (10 * Math.floor(Math.log2(max) / 10));
      steps = [1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, .5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500].map(s => s * base);
    } else if (unit === 's') {
      steps = [.001, .01, .1, .2, .5, ...timeSteps];
    } else {
      const base = 10 ** Math.floor(Math.log10(max));
      steps = [.05, .1, .2, .25, .5, 1, 2, 5].map(s => s * base);
    }
    const step = steps.find(s => max / s <= most + .5) || steps.at(-1);
    const ticks = [];
    for (let v = 0; v <= max * 1.0001; v += step) ticks.push(v);
    return ticks;
  };

  // ---- colours of the page as it is now ----------------------------------------------------------------------------

  let theme;
  const readTheme = () => {
    const style = getComputedStyle(document.documentElement);
    const get = name => style.getPropertyValue(name).trim();
    theme = { ink: get('--ink'), soft: get('--soft'), grid: get('--grid'), line: get('--line'), bad: get('--bad'),
      mark: get('--mark'), paper: get('--paper'), font: getComputedStyle(document.body).fontFamily };
    theme.c = [theme.ink, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((v, i) => i === 0 ? v : get('--c' + i));
    Chart.defaults.color = theme.soft;
    Chart.defaults.font.family = theme.font;
    Chart.defaults.font.size = 12;
  };
  const fade = (color, alpha) => color + Math.round(alpha * 255).toString(16).padStart(2, '0');

  // ---- datasets ----------------------------------------------------------------------------------------------------

  const overTime = values => values.map((y, i) => ({ x: data.grid[i], y }));
  const points = pairs => pairs.map(([x, y]) => ({ x, y }));
  const plain = { pointRadius: 0, pointHitRadius: 8, borderWidth: 0, tension: 0, borderJoinStyle: 'round' };

  function datasets(chart) {
    const sets = [];
    chart.series.forEach((s, index) => {
      const common = { ...plain, meshplan: { index, name: s.name } };
      if (chart.kind === 'fan' && s.p5) {
        sets.push({ ...common, role: 'low', order: 2, data: overTime(s.p5), fill: false });
        sets.push({ ...common, role: 'band', order: 2, data: overTime(s.p95), fill: '-1' });
        sets.push({ ...common, role: 'line', order: 1, data: overTime(s.p50), borderWidth: 2 });
      } else if (chart.kind === 'stack') {
        sets.push({ ...common, role: 'area', data: chart.t ? s.mean.map((y, i) => ({ x: chart.t[i], y })) : overTime(s.mean),
          fill: index === 0 ? 'origin' : '-1', stack: 'all', borderWidth: .75 });
      } else {
        sets.push({ ...common, role: s.dash ? 'dash' : 'line', data: points(s.points), borderWidth: s.dash ? 1.5 : 2,
          stepped: chart.kind === 'steps' ? 'before' : false, borderDash: s.dash ? [5, 3] : [] });
      }
    });
    return sets;
  }

  function paint(chart, sets) {
    for (const set of sets) {
      const color = theme.c[chart.series[set.meshplan.index].color];
      set.borderColor = set.role === 'area' ? theme.paper : color;
      set.backgroundColor = set.role === 'band' ? fade(color, .22) : set.role === 'area' ? fade(color, .88) : color;
    }
  }

  // ---- marks, bands and thresholds ---------------------------------------------------------------------------------

  // Labels of marks stand above the plot area, each in the first row where it does not touch another.
  function placeLabels(context, area, marks, xOf) {
    const rows = [];
    const placed = [];
    for (const mark of marks) {
      const x = xOf(mark.from);
      if (x < area.left - 1 || x > area.right + 1) continue;
      const text = narrow() && mark.short ? mark.short : mark.name;
      const width = context.measureText(text).width;
      const left = Math.max(area.left, Math.min(x - (mark.short && text === mark.short ? width / 2 : 4), area.right - width));
      let row = rows.findIndex(end => left > end + 8);
      if (row < 0) row = rows.length;
      if (row > 1) continue;  // the table names them all
      rows[row] = left + width;
      placed.push({ text, left, x, row, tone: mark.tone });
    }
    return placed;
  }

  const landmarks = {
    id: 'landmarks',
    beforeDatasetsDraw(instance) {
      const { ctx: context, chartArea: area, scales: { x } } = instance, chart = instance.meshplan;
      context.save();
      context.beginPath();
      context.rect(area.left, area.top, area.width, area.height);
      context.clip();
      for (const mark of chart.marks || []) {
        for (const [to, alpha] of [[mark.to, .1], [mark.late, .05]]) {
          if (to === undefined) continue;
          context.fillStyle = fade(theme.mark, alpha);
          context.fillRect(x.getPixelForValue(mark.from), area.top, x.getPixelForValue(to) - x.getPixelForValue(mark.from), area.height);
        }
      }
      context.restore();
    },
    afterDatasetsDraw(instance) {
      const { ctx: context, chartArea: area, scales: { x, y } } = instance, chart = instance.meshplan;
      context.save();
      context.font = `11px ${theme.font}`;
      context.lineWidth = 1;
      for (const line of chart.lines || []) {
        const at = Math.round(y.getPixelForValue(line.value)) + .5;
        if (at < area.top - 1 || at > area.bottom + 1) continue;
        context.strokeStyle = context.fillStyle = line.name === 'full' ? theme.bad : theme.ink;
        context.setLineDash(line.name === 'full' ? [] : [6, 3]);
        context.beginPath();
        context.moveTo(area.left, at);
        context.lineTo(area.right, at);
        context.stroke();
        const text = `${line.name} ${say(line.value, chart.unit)}`;
        const below = at - area.top < 16 || line.below;
        context.textBaseline = below ? 'top' : 'bottom';
        context.textAlign = 'left';
        const width = context.measureText(text).width;
        context.globalAlpha = .82;
        context.fillStyle = theme.paper;
        context.fillRect(area.left + 3, below ? at + 2 : at - 15, width + 6, 13);
        context.globalAlpha = 1;
        context.fillStyle = line.name === 'full' ? theme.bad : theme.ink;
        context.fillText(text, area.left + 6, below ? at + 3 : at - 2);
      }
      const marks = (chart.marks || []).filter(m => !m.quiet);
      instance.marksDrawn = placeLabels(context, area, marks, t => x.getPixelForValue(t));
      context.textBaseline = 'bottom';
      context.textAlign = 'left';
      for (const mark of marks) {
        const at = Math.round(x.getPixelForValue(mark.from)) + .5;
        if (at < area.left - 1 || at > area.right + 1) continue;
        context.strokeStyle = mark.tone === 'bad' ? theme.bad : theme.mark;
        context.setLineDash(mark.tone === 'bad' ? [] : [3, 3]);
        context.beginPath();
        context.moveTo(at, area.top - 3);
        context.lineTo(at, area.bottom);
        context.stroke();
      }
      for (const label of instance.marksDrawn) {
        context.fillStyle = label.tone === 'bad' ? theme.bad : theme.mark;
        context.fillText(label.text, label.left, area.top - 4 - 13 * label.row);
      }
      if (instance.selecting) {
        const [from, to] = instance.selecting;
        context.fillStyle = fade(theme.mark, .14);
        context.fillRect(Math.min(from, to), area.top, Math.abs(to - from), area.height);
      }
      context.restore();
    },
  };

  // ---- zoom --------------------------------------------------------------------------------------------------------

  const sharesTime = instance => instance.meshplan.x === 'time';
  function setRange(instance, min, max) {
    const whole = instance.meshplan.range;
    const span = Math.min(Math.max(max - min, (whole[1] - whole[0]) / 500), whole[1] - whole[0]);
    min = Math.max(whole[0], Math.min(min, whole[1] - span));
    const zoomed = span < (whole[1] - whole[0]) * .9999;
    for (const other of charts.values()) {
      if (other !== instance && !(sharesTime(other) && sharesTime(instance))) continue;
      Object.assign(other.options.scales.x, { min, max: min + span });
      other.resetButton.hidden = !zoomed;
      other.update('none');
    }
  }
  const reset = instance => setRange(instance, ...instance.meshplan.range);
  function zoomBy(instance, factor, center) {
    const { min, max } = instance.scales.x;
    const at = center === undefined ? (min + max) / 2 : center;
    setRange(instance, at - (at - min) * factor, at + (max - at) * factor);
  }
  function pan(instance, share) {
    const { min, max } = instance.scales.x;
    setRange(instance, min + (max - min) * share, max + (max - min) * share);
  }

  function listen(canvas, instance) {
    const inside = event => event.clientX - canvas.getBoundingClientRect().left;
    canvas.addEventListener('pointerdown', event => {
      if (event.pointerType !== 'touch' && event.button === 0) instance.selecting = [inside(event), inside(event)];
    });
    canvas.addEventListener('pointermove', event => {
      if (!instance.selecting) return;
      instance.selecting[1] = inside(event);
      instance.draw();
    });
    addEventListener('pointerup', () => {
      if (!instance.selecting) return;
      const [a, b] = instance.selecting.sort((p, q) => p - q);
      instance.selecting = null;
      const x = instance.scales.x;
      if (b - a > 8) setRange(instance, x.getValueForPixel(a), x.getValueForPixel(b));
      else instance.draw();
    });
    canvas.addEventListener('dblclick', () => reset(instance));
    canvas.addEventListener('wheel', event => {
      if (!event.ctrlKey) return;  // plain scrolling stays the page's
      event.preventDefault();
      zoomBy(instance, event.deltaY > 0 ? 1.25 : .8, instance.scales.x.getValueForPixel(inside(event)));
    }, { passive: false });
    const keys = { '+': () => zoomBy(instance, .5), '=': () => zoomBy(instance, .5), '-': () => zoomBy(instance, 2),
      ArrowLeft: () => pan(instance, -.2), ArrowRight: () => pan(instance, .2), '0': () => reset(instance), Escape: () => reset(instance) };
    canvas.addEventListener('keydown', event => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    });
    let pinch = null;
    const spread = event => Math.abs(event.touches[0].clientX - event.touches[1].clientX);
    canvas.addEventListener('touchmove', event => {
      if (event.touches.length !== 2) { pinch = null; return; }
      event.preventDefault();
      const now = spread(event);
      if (pinch && now > 20) zoomBy(instance, Math.min(2, Math.max(.5, pinch / now)));
      pinch = now;
    }, { passive: false });
    canvas.addEventListener('touchend', () => { pinch = null; });
  }

  // ---- a chart -----------------------------------------------------------------------------------------------------

  function yMaximum(chart, sets) {
    let top = 0;
    if (chart.kind === 'steps') return Math.min(1, 1.15 * Math.max(...sets[0].data.map(p => p.y)));
    if (chart.kind === 'stack') {
      for (let i = 0; i < sets[0].data.length; ++i) top = Math.max(top, sets.reduce((sum, s) => sum + (s.data[i].y || 0), 0));
    } else {
      for (const set of sets) for (const point of set.data) top = Math.max(top, point.y || 0);
    }
    for (const line of chart.lines || []) if (line.value <= 2.2 * top || line.name === 'full' && line.value <= 6 * top) top = Math.max(top, line.value);
    return top * 1.06;
  }

  function timeScale(chart) {
    return {
      type: 'linear', min: chart.range[0], max: chart.range[1],
      border: { display: false },
      grid: { drawOnChartArea: false, drawBorder: true, borderColor: theme.line, color: theme.line, tickLength: 5 },
      ticks: { maxRotation: 0, autoSkip: false, padding: 3,
        callback(value) { return chart.x === 'time' ? timeLabel(value, this.step) : inUnitOf(value, this.max, 's'); } },
      afterBuildTicks(axis) {
        const most = Math.max(2, Math.floor(axis.chart.width / 82));
        const calendar = chart.x === 'time' && data.horizon > 7200;
        const { step, ticks } = timeTicks(axis.min, axis.max, most, calendar ? data.start : 0);
        axis.step = step;
        axis.ticks = ticks.map(value => ({ value }));
      },
    };
  }

  function options(chart, top) {
    const lines = Math.min(2, (chart.marks || []).filter(m => !m.quiet).length);
    return {
      responsive: true, maintainAspectRatio: false, animation: false, normalized: true, parsing: false, events: ['mousemove', 'mouseout', 'click', 'touchstart', 'touchmove'],
      layout: { padding: { top: lines ? 6 + 13 * lines : 4, right: 6 } },
      interaction: { mode: 'index', intersect: false, axis: 'x' },
      scales: {
        x: timeScale(chart),
        y: {
          type: 'linear', min: 0, max: top, stacked: chart.kind === 'stack',
          grid: { color: theme.grid, drawBorder: false, drawTicks: false },
          ticks: { padding: 6, callback: value => inUnitOf(value, top, chart.unit) },
          afterBuildTicks(axis) { axis.ticks = valueTicks(top, chart.unit, axis.height < 200 ? 4 : 6).map(value => ({ value })); },
          afterFit(axis) { axis.width = Math.max(axis.width, 58); },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          backgroundColor: theme.ink, titleColor: theme.paper, bodyColor: theme.paper, cornerRadius: 3, padding: 9, displayColors: false,
          filter: item => ['band', 'line', 'area', 'dash'].includes(item.dataset.role),
          callbacks: {
            title: items => items.length ? (chart.x === 'time' ? moment(items[0].parsed.x) : duration(items[0].parsed.x)) : '',
            label: item => label(chart, item),
          },
        },
      },
    };
  }

  function label(chart, item) {
    const { role, meshplan: { name, index } } = item.dataset, value = say(item.parsed.y, chart.unit);
    if (role === 'band') return null;
    if (chart.kind !== 'fan' || role === 'dash') return `${name}: ${value}`;
    const s = chart.series[index], i = item.dataIndex;
    return `${name}: ${say(s.p5[i], chart.unit)} (P5), ${value} (P50), ${say(s.p95[i], chart.unit)} (P95)`;
  }

  function draw(canvas) {
    const id = canvas.dataset.chart, chart = data.charts[id];
    if (chart.kind === 'tornado') return drawTornado(canvas, id, chart);
    chart.range = chart.range || [0, data.horizon];
    const sets = datasets(chart);
    paint(chart, sets);
    // The plugins need our description from the first draw on.
    const attach = { id: 'attach', beforeInit(instance) { instance.meshplan = chart; } };
    const instance = new Chart(canvas, { type: 'line', data: { datasets: sets }, options: options(chart, yMaximum(chart, sets)), plugins: [attach, landmarks] });
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'reset', textContent: 'Whole range', hidden: true });
    button.addEventListener('click', () => reset(instance));
    canvas.parentElement.append(button);
    instance.resetButton = button;
    charts.set(id, instance);
    listen(canvas, instance);
  }

  function drawTornado(canvas, id, chart) {
    canvas.parentElement.style.height = 34 + 26 * chart.series.length + 'px';
    const bar = (key, color) => ({ data: chart.series.map(s => ({ x: [chart.baseline, s[key]], y: s.name })), backgroundColor: theme.c[color], barThickness: 14, color, meshplan: { index: color === 1 ? 0 : 1 } });
    const instance = new Chart(canvas, {
      type: 'bar', data: { labels: chart.series.map(s => s.name), datasets: [bar('low', 1), bar('high', 5)] }, plugins: [{ id: 'attach', beforeInit(i) { i.meshplan = chart; } }],
      options: {
        indexAxis: 'y', responsive: true, maintainAspectRatio: false, animation: false, grouped: false,
        scales: {
          x: { grid: { color: theme.grid, drawBorder: false }, ticks: { maxTicksLimit: narrow() ? 4 : 8, callback: v => say(v, chart.unit) } },
          y: { grid: { display: false, drawBorder: false }, ticks: { autoSkip: false, callback(i) { const s = this.getLabelForValue(i); return narrow() && s.length > 18 ? '…' + s.slice(-17) : s; } } },
        },
        plugins: { legend: { display: false }, tooltip: { displayColors: false, callbacks: { label: item => `${chart.series[item.dataIndex][item.datasetIndex ? 'high_words' : 'low_words']}: ${say(item.raw.x[1], chart.unit)}` } } },
      },
    });
    charts.set(id, instance);
  }

  // ---- the page ----------------------------------------------------------------------------------------------------

  function repaint() {
    readTheme();
    for (const [id, instance] of charts) {
      const chart = data.charts[id];
      if (chart.kind === 'tornado') {
        instance.data.datasets.forEach(set => { set.backgroundColor = theme.c[set.color]; });
      } else {
        paint(chart, instance.data.datasets);
        instance.options.plugins.tooltip.backgroundColor = theme.ink;
        instance.options.plugins.tooltip.titleColor = instance.options.plugins.tooltip.bodyColor = theme.paper;
        instance.options.scales.x.grid.borderColor = instance.options.scales.x.grid.color = theme.line;
      }
      for (const axis of Object.values(instance.options.scales)) axis.ticks.color = theme.soft;
      instance.options.scales[chart.kind === 'tornado' ? 'x' : 'y'].grid.color = theme.grid;
      instance.resize();
      instance.update('none');
    }
  }

  function toggle(button) {
    const instance = charts.get(button.closest('figure').id);
    const shown = button.getAttribute('aria-pressed') === 'true';
    button.setAttribute('aria-pressed', String(!shown));
    instance.data.datasets.forEach((set, i) => {
      if (set.meshplan.index === Number(button.dataset.series)) instance.setDatasetVisibility(i, !shown);
    });
    instance.update('none');
  }

  readTheme();
  document.querySelectorAll('canvas[data-chart]').forEach(draw);
  document.querySelectorAll('.legend button').forEach(button => button.addEventListener('click', () => toggle(button)));
  dark.addEventListener('change', repaint);
  printing.addEventListener('change', repaint);
  addEventListener('beforeprint', repaint);
  addEventListener('afterprint', repaint);
  if (still.matches) document.documentElement.style.scrollBehavior = 'auto';
  window.meshplanReport = { data, charts, get theme() { return theme; } };
})();
