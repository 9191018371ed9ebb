import type { Estimate } from '../bootstrap.ts';
import { METRICS } from '../metrics.ts';
import type { Report } from './report.ts';

const LEFT = 90;
const WIDTH = 440;
const ROW = 40;
const TOP = 50;

/** An SVG of each metric from 0 to 1: a dot at the mean, a line over its 95 % interval. */
export function toPlot({ dataset, half, byDocument, byPassage }: Report): string {
  const bottom = TOP + METRICS.length * ROW;
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (value) =>
      `<line x1="${x(value)}" y1="${TOP}" x2="${x(value)}" y2="${bottom}" stroke="#ddd"/>` +
      `<text x="${x(value)}" y="${bottom + 16}" text-anchor="middle">${value.toFixed(1)}</text>`,
  );
  const rows = METRICS.map((metric, row) => {
    const middle = TOP + (row + 0.5) * ROW;
    return [
      `<text x="${LEFT - 10}" y="${middle + 4}" text-anchor="end">${metric}</text>`,
      whisker(byDocument[metric], middle - 6, '#0b6e99'),
      byPassage ? whisker(byPassage[metric], middle + 8, '#c2571a') : '',
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 30} ${bottom + 28}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="${LEFT}" y="20" font-size="14">${escapeText(dataset)}, half ${half}</text>`,
    `<text x="${LEFT}" y="38" fill="#0b6e99">by document</text>`,
    byPassage ? `<text x="${LEFT + 90}" y="38" fill="#c2571a">by passage</text>` : '',
    ...grid,
    ...rows,
    '</svg>\n',
  ].join('\n');
}

function whisker({ mean, low, high }: Estimate, y: number, colour: string): string {
  return (
    `<line x1="${x(low)}" y1="${y}" x2="${x(high)}" y2="${y}" stroke="${colour}" stroke-width="2"/>` +
    `<circle cx="${x(mean)}" cy="${y}" r="4" fill="${colour}"><title>${mean} (${low} to ${high})</title></circle>`
  );
}

function x(share: number): number {
  return LEFT + Math.round(share * WIDTH * 10) / 10;
}

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
