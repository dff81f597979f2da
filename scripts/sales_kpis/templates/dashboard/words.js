// Values and periods as people read them: the same rules as scripts/sales_kpis/formats.py.

const NOTHING = '–';
const PERCENT_UNITS = ['ratio', 'share', 'rate', 'percent'];
const formatters = new Map();

function number(value, digits, options = {}) {
  const key = JSON.stringify([digits, options]);
  if (!formatters.has(key)) {
    formatters.set(key, new Intl.NumberFormat('en-US', {
      minimumFractionDigits: digits, maximumFractionDigits: digits, roundingMode: 'halfEven',
      signDisplay: 'negative', ...options,
    }));
  }
  return formatters.get(key).format(value);
}

function plainNumber(value) {
  const isSmall = Math.abs(value) < 100 && !Number.isInteger(value);
  return number(value, isSmall ? 2 : 0);
}

function valueText(value, unit, currency) {
  if (value === null || value === undefined) return NOTHING;
  if (PERCENT_UNITS.includes(unit)) return `${number(value * 100, 1)} %`;
  if (unit === 'currency') return `${plainNumber(value)} ${currency}`.trimEnd();
  if (unit === 'count' || unit === '') return plainNumber(value);
  if (unit === 'multiple') return `${number(value, 2)} ×`;
  return `${number(value, 1)} ${unit}`;
}

// A tick of an axis: short, because the axis says the unit.
function tickText(value, unit) {
  if (PERCENT_UNITS.includes(unit)) return `${number(value * 100, 1).replace(/\.0$/, '')} %`;
  return new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 }).format(value);
}

function unitText(unit, currency) {
  if (PERCENT_UNITS.includes(unit)) return 'percent';
  if (unit === 'currency') return currency;
  return unit === 'multiple' ? 'times' : unit || 'count';
}

function measureText(value) {
  return value === null ? NOTHING : number(value, 2).replace(/\.00$/, '');
}

// The change from one value to another: percentage points for percents, else a percent.
function changeText(now, before, unit) {
  if (now === null || before === null || now === undefined || before === undefined) return NOTHING;
  if (PERCENT_UNITS.includes(unit)) {
    return `${number((now - before) * 100, 1, { signDisplay: 'always' })} pp`;
  }
  if (before === 0) return NOTHING;
  return `${number(((now - before) / Math.abs(before)) * 100, 1, { signDisplay: 'always' })} %`;
}

// An amount of change in the KPI's own unit, with its sign.
function signedText(value, unit, currency) {
  const text = PERCENT_UNITS.includes(unit)
    ? `${number(Math.abs(value) * 100, 1)} pp` : valueText(Math.abs(value), unit, currency);
  return `${value < 0 ? '-' : '+'}${text}`;
}

// Whether the way from one value to another is the wanted one.
function tone(now, before, direction) {
  if (now === null || before === null || now === before) return 'neutral';
  if (now === undefined || before === undefined) return 'neutral';
  return (now > before) === (direction === 'higher') ? 'good' : 'bad';
}

// A change of few cases is neither good nor bad.
const toneOf = (point, before, kpi) => (point.isFew ? 'neutral' : tone(point.value, before, kpi.direction));

const words = (name) => name.replaceAll('__', ', ').replaceAll('_', ' ');

function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// A period in few words: `Aug 2025`, `12 Aug 2025`; other grains have their label.
function periodText(point, grain) {
  const [year, month, day] = point.start.split('-').map(Number);
  if (grain === 'month') return `${MONTHS[month - 1]} ${year}`;
  if (grain === 'day') return `${day} ${MONTHS[month - 1]} ${year}`;
  return point.label;
}

const dateText = (iso) => periodText({ start: iso.slice(0, 10) }, 'day');

function plural(count, noun) {
  return `${number(count, 0)} ${noun}${count === 1 ? '' : 's'}`;
}

const STATUS = {
  on_track: ['On track', 'good'], met: ['Met', 'good'], reached: ['Reached', 'good'],
  at_risk: ['At risk', 'warn'], open: ['Open', 'neutral'], missed: ['Missed', 'bad'],
  behind: ['Behind', 'bad'],
};

// A status in words and its tone; that of a running period is not missed yet.
function statusWords(status, isRunning) {
  return STATUS[isRunning && status === 'missed' ? 'behind' : status] ?? [words(status), 'neutral'];
}
