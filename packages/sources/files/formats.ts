import type { MediaType } from '@freshet/shared/contracts';

const OFFICE = 'application/vnd.openxmlformats-officedocument';

/** Types of files and objects that are read, by extension. */
export const FORMATS: Record<string, MediaType> = {
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.tsv': 'text/csv', // the delimiter is told from the content
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.ndjson': 'application/jsonl',
  '.pdf': 'application/pdf',
  '.docx': `${OFFICE}.wordprocessingml.document`,
  '.pptx': `${OFFICE}.presentationml.presentation`,
  '.xlsx': `${OFFICE}.spreadsheetml.sheet`,
  '.eml': 'message/rfc822',
};
