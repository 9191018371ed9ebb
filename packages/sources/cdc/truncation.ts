import { DELETED, type DocumentRef } from '@freshet/shared/contracts';
import type { DocumentChange } from './document.ts';
import type { TableMapping } from './mapping.ts';

/** All rows of a table are gone. */
export interface Truncation {
  table: TableMapping;
  version: number;
  /** RFC 3339. */
  at: string;
}

/** The deletion of a document that was a row of the table; the fence keeps what is newer. */
export function truncationEvent(
  { tenant, source, documentId }: DocumentRef,
  { version, at }: Truncation,
): DocumentChange {
  return { type: DELETED, data: { tenant, source, documentId, version, changedAt: at } };
}
