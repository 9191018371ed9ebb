import type { PDFDocumentProxy } from 'unpdf/pdfjs';

const MAX_ENTRIES = 10_000;

type Entries = Awaited<ReturnType<PDFDocumentProxy['getOutline']>>;

/** Levels of headings, from 1, by their text as `outlineKey` has it; a PDF without bookmarks gives none. */
export async function readOutline(pdf: PDFDocumentProxy): Promise<Map<string, number>> {
  const levels = new Map<string, number>();
  const visit = (entries: Entries, level: number) => {
    for (const { title, items } of entries ?? []) {
      if (levels.size >= MAX_ENTRIES) return;
      const key = outlineKey(title);
      if (key !== '' && !levels.has(key)) levels.set(key, Math.min(level, 6));
      if (level < 6) visit(items as Entries, level + 1);
    }
  };
  visit(await pdf.getOutline(), 1);
  return levels;
}

/** Letters and figures alone: bookmarks leave out the numbers of sections, or space words in another way. */
export function outlineKey(text: string): string {
  return text
    .toLowerCase()
    .replace(/^[\d.\s]+/, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
}
