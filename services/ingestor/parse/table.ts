import type { BlockBuilder } from './blocks.ts';

/** Tokens of one table block at most, as estimated here: fewer than a chunk takes, so that none cuts it. */
const MAX_TOKENS = 180;

/**
 * Adds a table, one line a row, cells apart by a bar. A table too large for one chunk becomes several blocks, each
 * under the header row, the first that says anything; a row that leaves no room for that says `name: value`, one line a cell.
 */
export function addTable(builder: BlockBuilder, rows: readonly (readonly string[])[]): void {
  const [header = [], ...body] = rows
    .map((row) => row.map(oneLine))
    .filter((row) => row.some((cell) => cell !== ''));
  const head = toLine(header);
  let lines = [head];
  let tokens = estimateTokens(head);
  const flush = () => {
    builder.add('table', lines.join('\n'));
    lines = [];
    tokens = 0;
  };
  for (const row of body) {
    const line = toLine(row);
    const size = estimateTokens(line);
    if (lines.length > 0 && tokens + size > MAX_TOKENS && (lines.length > 1 || lines[0] !== head)) flush();
    if (estimateTokens(head) + size > MAX_TOKENS) {
      // The header alone says nothing that the row does not.
      lines = [];
      builder.add('table', toNamedValues(header, row));
      continue;
    }
    if (lines.length === 0) {
      lines = [head];
      tokens = estimateTokens(head);
    }
    lines.push(line);
    tokens += size;
  }
  if (lines.length > 0) flush();
}

function toLine(row: readonly string[]): string {
  return row.join(' | ');
}

function toNamedValues(header: readonly string[], row: readonly string[]): string {
  return row
    .map((cell, i) => (cell === '' ? '' : header[i] ? `${header[i]}: ${cell}` : cell))
    .filter((line) => line !== '')
    .join('\n');
}

/** High rather than low: a quarter for a Latin letter, more for figures and marks, one for a letter of other scripts. */
function estimateTokens(text: string): number {
  const marks = text.match(/[\p{N}\p{P}\p{S}]/gu)?.length ?? 0;
  const foreign = text.match(/[^\p{N}\p{P}\p{S}\p{Script=Latin}\s]/gu)?.length ?? 0;
  return text.length / 4 + marks / 2 + foreign * 0.75;
}

function oneLine(cell: string): string {
  return cell.replace(/\s+/g, ' ').trim();
}
