import type { DocumentInput } from '@freshet/shared/contracts';

/** One document of a file or an object, or why it gives none. */
export type FileItem = { document: DocumentInput } | { skipped: SkippedInput };

export interface SkippedInput {
  name: string;
  /** Of the catalogue; absent where nothing was refused, but something could not be looked at. */
  code?: string;
  reason: string;
  /** The document that it would be; unknown for what cannot be read so far. */
  documentId?: string;
}
