import { MAX_CONTENT_BYTES } from '@freshet/shared/contracts';
import type { ErrorCode } from '@freshet/shared/errors';
import { describedFields } from './described-fields.ts';
import type { FileItem } from './item.ts';

export interface RecordSettings {
  source: string;
  /** The file's name: what is skipped is named by it, and ids are prefixed with it. */
  name: string;
  /** Whether a record's id is a document id by itself. */
  isBare?: boolean;
}

/** Records of JSON Lines as documents: the text in `text`, `content` or `body`, the id in `id` or `_id`. */
export function* readRecords(
  content: string,
  { source, name, isBare = false }: RecordSettings,
): Generator<FileItem> {
  let number = 0;
  for (const line of content.split('\n')) {
    number += 1;
    if (line.trim() === '') continue;
    const skip = (code: ErrorCode, reason: string, documentId?: string) => ({
      skipped: {
        name: `${name}:${number}`,
        code,
        reason,
        ...(documentId === undefined ? {} : { documentId }),
      },
    });
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch {
      yield skip('FRESHET_CONTENT_UNREADABLE', 'is not JSON');
      continue;
    }
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      yield skip('FRESHET_CONTENT_UNREADABLE', 'is no JSON object');
      continue;
    }
    const fields = record as Record<string, unknown>;
    const id = fields['id'] ?? fields['_id'];
    const text = fields['text'] ?? fields['content'] ?? fields['body'];
    if (typeof id !== 'string' && typeof id !== 'number') {
      yield skip('FRESHET_CONTENT_UNREADABLE', 'has no id');
      continue;
    }
    const documentId = isBare ? String(id) : `${name}#${id}`;
    if (typeof text !== 'string' || text.trim() === '')
      yield skip('FRESHET_CONTENT_EMPTY', 'has no text', documentId);
    else if (Buffer.byteLength(text) > MAX_CONTENT_BYTES) {
      yield skip(
        'FRESHET_CONTENT_TOO_LARGE',
        `has more than ${MAX_CONTENT_BYTES / 1024} KiB of text`,
        documentId,
      );
    } else {
      yield {
        document: {
          source,
          documentId,
          mediaType: guessTextType(text),
          content: text,
          ...describedFields(fields),
        },
      };
    }
  }
}

/** A record does not say how its text is written: front matter, headings, fences or links mean Markdown. */
function guessTextType(text: string): 'text/markdown' | 'text/plain' {
  return /^---\r?\n|^#{1,6} \S|^```|\]\(\S+\)|^\s*[-*] \S/m.test(text) ? 'text/markdown' : 'text/plain';
}
