/** `[1]`, and `[1, 2]` for `[1][2]`. */
export const MARKER_SOURCE = String.raw`\[\d{1,3}(?: ?[,;] ?\d{1,3})*\]`;

const MARKERS = new RegExp(String.raw`\s*${MARKER_SOURCE}`, 'g');

/** What a sentence says, and the numbers that it cites, each once and in order. */
export function parseMarkers(sentence: string): { text: string; refs: number[] } {
  const refs = [...sentence.matchAll(MARKERS)].flatMap(([marker]) => marker.match(/\d+/g)!.map(Number));
  return { text: sentence.replace(MARKERS, '').trim(), refs: [...new Set(refs)] };
}
