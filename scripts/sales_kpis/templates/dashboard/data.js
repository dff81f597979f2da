// The data of the page, and how it is found: series by KPI, grain, dimension and slice.

// What is true of a value, see dashboard_data.py.
const RUNNING = 1;
const FEW = 2;

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}

// The rows of a columnar table.
function rowsOf(table) {
  const names = Object.keys(table ?? {});
  const count = names.length ? table[names[0]].length : 0;
  return Array.from({ length: count }, (_, place) =>
    Object.fromEntries(names.map((name) => [name, table[name][place]])));
}

function grouped(rows, keyOf) {
  const found = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(row);
  }
  return found;
}

const keyOf = (...parts) => JSON.stringify(parts);

class Marts {
  constructor(data) {
    Object.assign(this, {
      asOf: data.as_of_date, currency: data.currency, staleSources: data.stale_sources,
      kpis: data.kpis, periods: data.periods, sql: data.sql,
    });
    this.families = [...new Set(data.kpis.map((kpi) => kpi.family))];
    this.kpiById = new Map(data.kpis.map((kpi) => [kpi.kpi, kpi]));
    this.packed = data;
    this.placesOfSeries = this.#indexed(data.series);
    this.targets = grouped(rowsOf(data.targets), (row) =>
      keyOf(row.kpi, row.period_grain, row.dimension, row.dimension_value));
    this.scorecard = new Map(rowsOf(data.scorecard).map((row) =>
      [keyOf(row.kpi, row.period_grain, row.which_period), row]));
    this.drivers = grouped(rowsOf(data.drivers), (row) =>
      keyOf(row.kpi, row.period_grain, row.comparison));
    this.restatements = grouped(rowsOf(data.restatements), (row) => row.kpi);
    this.alerts = rowsOf(data.alerts);
    this.objectives = rowsOf(data.objectives);
    this.forecasts = rowsOf(data.forecasts);
    this.cohorts = rowsOf(data.cohorts);
    this.leftOut = new Map(rowsOf(data.left_out).map((row) =>
      [keyOf(row.kpi, row.dimension), row.slices]));
  }

  #indexed(series) {
    const places = Array.from(series.kpi ?? [], (_, place) => place);
    return grouped(places, (place) =>
      keyOf(series.kpi[place], series.grain[place], series.dimension[place]));
  }

  kpi(id) {
    return this.kpiById.get(id);
  }

  kpisOf(family) {
    return this.kpis.filter((kpi) => kpi.family === family);
  }

  isConnected(kpi) {
    return !kpi.not_connected && this.grainsOf(kpi).length > 0;
  }

  grainsOf(kpi) {
    return Object.keys(this.periods).filter((grain) => this.total(kpi, grain));
  }

  // The grains of the page's choice: those from the month on that some KPI has.
  longGrains() {
    return Object.keys(this.periods).filter((grain) => !['day', 'week'].includes(grain));
  }

  dimensionsOf(kpi, grain) {
    return kpi.dimensions.filter((dimension) => this.slices(kpi, grain, dimension).length);
  }

  total(kpi, grain) {
    return this.slices(kpi, grain, 'total')[0];
  }

  // The slices of a dimension, the largest first.
  slices(kpi, grain, dimension) {
    const places = this.placesOfSeries.get(keyOf(kpi?.kpi, grain, dimension)) ?? [];
    return places.map((place) => new Series(this, kpi, place));
  }

  slice(kpi, grain, dimension, value) {
    return this.slices(kpi, grain, dimension).find((series) => series.slice === value);
  }

  labelOf(kpi, grain, dimension, value) {
    return this.slice(kpi, grain, dimension, value)?.label ?? value;
  }
}

class Series {
  constructor(marts, kpi, place) {
    const { series, pool, marks } = marts.packed;
    Object.assign(this, { marts, kpi });
    this.grain = series.grain[place];
    this.dimension = series.dimension[place];
    this.slice = series.slice[place];
    this.label = series.label[place] ?? this.slice;
    this.first = series.first[place];
    this.marks = marks[series.mark[place]];
    this.numerators = pool[series.n[place]];
    this.denominators = pool[series.d[place]];
    this.values = pool[series.v[place]];
  }

  #valueAt(index) {
    if (this.values) return this.values[index];
    const numerator = this.numerators?.[index] ?? null;
    const denominator = this.denominators?.[index] ?? null;
    if (numerator === null || denominator === null) return numerator;
    return denominator === 0 ? null : numerator / denominator;
  }

  // Its periods, the oldest first; each with the value before and the value a year before.
  get points() {
    if (!this.found) this.found = this.#points();
    return this.found;
  }

  #points() {
    const periods = this.marts.periods[this.grain];
    const key = keyOf(this.kpi.kpi, this.grain, this.dimension, this.slice);
    const targets = new Map((this.marts.targets.get(key) ?? []).map((row) =>
      [row.period_start_date, row]));
    const points = Array.from(this.marks, (mark, index) => {
      const place = this.first + index;
      const target = targets.get(periods.start[place]);
      return {
        place, start: periods.start[place], end: periods.end[place], label: periods.label[place],
        value: this.#valueAt(index),
        numerator: this.numerators?.[index] ?? null,
        denominator: this.denominators?.[index] ?? null,
        isRunning: (mark & RUNNING) > 0, isFew: (mark & FEW) > 0,
        target: target?.target_value ?? null, status: target?.status ?? null,
      };
    });
    points.forEach((point, index) => {
      point.previous = points[index - 1]?.value ?? null;
      point.yearAgo = points[periods.year_ago[point.place] - this.first]?.value ?? null;
    });
    return points;
  }

  at(place) {
    return this.points[place - this.first];
  }

  get newest() {
    return this.points.findLast((point) => !point.isRunning);
  }

  get running() {
    const last = this.points.at(-1);
    return last?.isRunning ? last : undefined;
  }

  get shown() {
    return this.newest ?? this.running;
  }
}
