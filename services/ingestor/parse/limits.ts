import { FreshetError } from '@freshet/shared/errors';

/** What is read of one document at most, beside time and memory. docs/formats.md tells users. */
export const LIMITS = {
  /** UTF-16 code units of normalised text. */
  textCharacters: 4 * 1024 * 1024,
  pdfPages: 2_000,
  /** Cells that hold something, of a workbook. */
  cells: 200_000,
  zipEntries: 5_000,
  /** Of all entries of a zip together. */
  zipBytes: 64 * 1024 * 1024,
  /** Unpacked to packed bytes of one entry, once it is larger than `zipFreeBytes`. */
  zipRatio: 200,
  zipFreeBytes: 1024 * 1024,
  xmlDepth: 256,
  jsonDepth: 100,
  emailDepth: 5,
} as const;

/** The error for a document that has more of something than is read. */
export function tooMany(limit: keyof typeof LIMITS, what: string): FreshetError {
  const most = LIMITS[limit].toLocaleString('en');
  return new FreshetError('FRESHET_CONTENT_TOO_COMPLEX', { detail: `At most ${most} ${what} are read.` });
}
