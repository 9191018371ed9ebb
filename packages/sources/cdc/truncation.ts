import { DELETED, type DocumentRef } from '@freshet/shared/contracts';
import type { DocumentChange } from './document.ts';
import { isOfTable } from './document-id.ts';
import type { TableMapping } from './mapping.ts';

/** All rows of a table are gone. */
export interface Truncation {
  table: TableMapping;
  version: number;
  /** RFC 3339. */
  at: string;
}

/** Deletions of those of the documents that are of the table's rows; the fence keeps what is newer. */
export function truncationEvents(
  documents: readonly DocumentRef[],
  { table, version, at }: Truncation,
): DocumentChange[] {
  return documents
    .filter(({ documentId }) => isOfTable(documentId, table))
    .map(({ tenant, source, documentId }) => ({
      type: DELETED,
      data: { tenant, source, documentId, version, changedAt: at },
    }));
}
