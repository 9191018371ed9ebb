/**
 * Area under the ROC curve, by ranks: the chance that a positive scores above a negative, where a tie counts half
 * (Hanley and McNeil, 1982; the Mann-Whitney U statistic over the number of pairs).
 * @returns `undefined` when either side is empty
 */
export function auroc(positives: readonly number[], negatives: readonly number[]): number | undefined {
  if (positives.length === 0 || negatives.length === 0) return undefined;
  const scored = [
    ...positives.map((score) => ({ score, isPositive: true })),
    ...negatives.map((score) => ({ score, isPositive: false })),
  ].sort((a, b) => a.score - b.score);
  let rankSum = 0;
  for (let start = 0; start < scored.length; ) {
    let end = start;
    while (end < scored.length && scored[end]?.score === scored[start]?.score) end += 1;
    const rank = (start + 1 + end) / 2;
    rankSum += rank * scored.slice(start, end).filter(({ isPositive }) => isPositive).length;
    start = end;
  }
  const n = positives.length;
  return (rankSum - (n * (n + 1)) / 2) / (n * negatives.length);
}
