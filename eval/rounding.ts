/** To four decimals, and what is small, such as the dollars of an answer, to four significant digits. */
export function roundFigure(value: number): number {
  return Math.abs(value) < 0.01 ? Number(value.toPrecision(4)) : Number(value.toFixed(4));
}
