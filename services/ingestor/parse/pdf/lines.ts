/** A run of text as PDF.js gives it; what it gives beside text, marks of content, has no `str`. */
interface TextRun {
  str: string;
  /** `[a b c d e f]`: the text's scale and rotation, and its origin from the bottom left. */
  transform: number[];
  width: number;
}

/** One line of a page. */
export interface Line {
  text: string;
  /** Its text where wide gaps part it. */
  cells: string[];
  /** Size of the font, in points. */
  size: number;
  x: number;
  y: number;
  end: number;
  /** Distance from the top and from the bottom of the page, as shares of its height. */
  fromTop: number;
}

/** A gap of so many times the font's size parts cells; justified text mostly keeps below it. */
const CELL_GAP = 1;
const WORD_GAP = 0.15;

/** Text runs as lines, in the order in which they are drawn. */
export function toLines(
  runs: readonly (TextRun | object)[],
  { bottom, top }: { bottom: number; top: number },
): Line[] {
  const lines: Line[] = [];
  for (const run of runs) {
    if (!('str' in run) || run.str.trim() === '') continue;
    const { str, transform, width } = run;
    const [, , c = 0, d = 0, x = 0, y = 0] = transform;
    const size = Math.hypot(c, d);
    const last = lines.at(-1);
    if (last && Math.abs(y - last.y) <= 0.4 * Math.max(size, last.size) && x >= last.end - size) {
      extend(last, { str, size, x, width });
    } else {
      const fromTop = (top - y) / (top - bottom || 1);
      lines.push({ text: str.trim(), cells: [str.trim()], size, x, y, end: x + width, fromTop });
    }
  }
  return lines;
}

function extend(
  line: Line,
  { str, size, x, width }: { str: string; size: number; x: number; width: number },
): void {
  const gap = x - line.end;
  const text = str.trim();
  const isCell = gap > CELL_GAP * size;
  const space = isCell || gap > WORD_GAP * size || /^\s/.test(str) ? ' ' : '';
  line.text += space + text;
  if (isCell) line.cells.push(text);
  else line.cells.push(`${line.cells.pop()}${space}${text}`);
  line.end = x + width;
  line.size = Math.max(line.size, size);
}
