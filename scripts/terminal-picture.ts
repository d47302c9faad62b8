import { Terminal, type IBuffer } from '@xterm/headless';

/** A screen of so many columns, as wide as most people's. */
const COLUMNS = 80;
/** Pixels. */
const CELL = { width: 8.4, height: 19 };
const PADDING = 14;
const BAR = 26;

/** The sixteen colours, and what stands under and on the screen without any. */
const palette = [
  ...['#3b4252', '#d0606a', '#7faf6a', '#d9b36a', '#6f9cc9', '#a98bb8', '#6fb0b8', '#d8dee9'],
  ...['#5b6577', '#e0707a', '#92c27c', '#e8c684', '#82b1de', '#bc9ecb', '#85c6ce', '#ffffff'],
];
const colours = { back: '#1e222b', bar: '#2a303c', text: '#d8dee9' };

/**
 * What a terminal shows after these bytes, as an SVG: commands and their output with the colours that they have.
 * `bytes` is what programs wrote, escape sequences included; the screen is as high as what they wrote.
 */
export async function terminalPicture(bytes: string, title: string): Promise<string> {
  const terminal = new Terminal({ cols: COLUMNS, rows: 200, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(bytes.replace(/\r?\n/g, '\r\n'), resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, y) => spansOf(active.getLine(y)));
  const height = lines.findLastIndex((spans) => spans.length > 0) + 1;
  return svg(lines.slice(0, height), title);
}

interface Span {
  /** Column. */
  x: number;
  text: string;
  colour: string;
  bold: boolean;
  dim: boolean;
}

type Line = NonNullable<ReturnType<IBuffer['getLine']>>;

/** Pieces of a line that look the same; blanks at its end are none. */
function spansOf(line: Line | undefined): Span[] {
  const spans: Span[] = [];
  for (let x = 0; x < COLUMNS; x++) {
    const cell = line?.getCell(x);
    if (!cell || cell.getWidth() === 0) continue;
    const colour = cell.isFgPalette() ? (palette[cell.getFgColor()] ?? colours.text) : colours.text;
    const look = { colour, bold: cell.isBold() > 0, dim: cell.isDim() > 0 };
    const last = spans.at(-1);
    const same = last && last.colour === look.colour && last.bold === look.bold && last.dim === look.dim;
    if (same) last.text += cell.getChars() || ' ';
    else spans.push({ x, text: cell.getChars() || ' ', ...look });
  }
  while (spans.at(-1)?.text.trim() === '') spans.pop();
  return spans;
}

function svg(lines: Span[][], title: string): string {
  const width = COLUMNS * CELL.width + 2 * PADDING;
  const height = lines.length * CELL.height + 2 * PADDING + BAR;
  const dots = ['#d0606a', '#d9b36a', '#7faf6a'].map(
    (fill, i) => `<circle cx="${PADDING + 4 + i * 18}" cy="${BAR / 2}" r="5" fill="${fill}"/>`,
  );
  const text = lines.map((spans, y) => {
    const top = BAR + PADDING + (y + 0.75) * CELL.height;
    return spans
      .map(({ x, text: words, colour, bold, dim }) => {
        const look = `fill="${colour}"${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.6"' : ''}`;
        const at = `x="${round(PADDING + x * CELL.width)}" y="${round(top)}"`;
        return `<text ${at} ${look} xml:space="preserve" textLength="${round([...words].length * CELL.width)}">${escape(words)}</text>`;
      })
      .join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${colours.back}"/>`,
    `<path d="M0 8a8 8 0 0 1 8-8h${round(width - 16)}a8 8 0 0 1 8 8v${BAR - 8}H0z" fill="${colours.bar}"/>`,
    ...dots,
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">`,
    ...text.filter((line) => line !== ''),
    '</g></svg>\n',
  ].join('\n');
}

const round = (value: number): number => Math.round(value * 10) / 10;

function escape(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return text.replace(/[&<>]/g, (character) => names[character] ?? '');
}
