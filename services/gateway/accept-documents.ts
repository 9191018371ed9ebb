import {
  type Access,
  DocumentInput,
  MAX_ENCODED_CHARACTERS,
  UPSERTED,
  type UpsertedDocument,
} from '@freshet/shared/contracts';
import { decodeContent, isInline } from '@freshet/shared/document-content';
import { type EventRecord, encodeDocumentEvent } from '@freshet/shared/document-events';
import { catalogue, type ErrorCode, FreshetError } from '@freshet/shared/errors';
import type { Sources } from '@freshet/shared/sources';
import { createValidator } from '@freshet/shared/validation';
import type { NextVersion } from '@freshet/shared/version-clock';
import { MalformedLine } from './ndjson-body.ts';

export interface AcceptedDocument {
  index: number;
  source: string;
  documentId: string;
  version: number;
}

export interface RefusedDocument {
  index: number;
  code: ErrorCode;
  detail: string;
}

export interface Acceptance {
  records: EventRecord[];
  accepted: AcceptedDocument[];
  refused: RefusedDocument[];
}

const input = createValidator(DocumentInput);

/**
 * Documents as a client hands them in, each checked by itself: those that can be written become records of the
 * document log, the others are refused with a reason and hold nothing up.
 */
export function acceptDocuments(
  documents: readonly unknown[],
  { tenant }: Access,
  { sources, nextVersion }: { sources: Sources; nextVersion: NextVersion },
): Acceptance {
  const acceptance: Acceptance = { records: [], accepted: [], refused: [] };
  for (const [index, document] of documents.entries()) {
    const refuse = (code: ErrorCode, detail: string = catalogue[code].detail) => {
      acceptance.refused.push({ index, code, detail });
    };
    if (document instanceof MalformedLine) {
      refuse('FRESHET_BODY_MALFORMED', document.detail);
      continue;
    }
    if (hasOversizedContent(document)) {
      refuse('FRESHET_CONTENT_TOO_LARGE');
      continue;
    }
    if (!input.check(document)) {
      const detail = input.errors(document).map(({ path, detail }) => `${path} ${detail}`);
      refuse('FRESHET_REQUEST_INVALID', detail.join('; '));
      continue;
    }
    const acl = document.acl ?? sources.defaultAcl(document.source);
    if (acl === undefined) {
      refuse(
        'FRESHET_SOURCE_UNKNOWN',
        `Nobody could see it: give the document an acl, or configure the source ${document.source} in SOURCES.`,
      );
      continue;
    }
    const error = findContentError(document);
    if (error) {
      refuse(error.code, error.message);
      continue;
    }
    const version = document.version ?? nextVersion();
    const data: UpsertedDocument = {
      ...document,
      tenant,
      version,
      acl,
      changedAt: document.changedAt ?? new Date().toISOString(),
    };
    acceptance.records.push(encodeDocumentEvent({ type: UPSERTED, data }));
    acceptance.accepted.push({ index, source: data.source, documentId: data.documentId, version });
  }
  return acceptance;
}

/** Said before the schema is asked, which would say it as a fault of the request. */
function hasOversizedContent(document: unknown): boolean {
  const content = (document as { content?: unknown } | null)?.content;
  return typeof content === 'string' && content.length > MAX_ENCODED_CHARACTERS;
}

/** What is elsewhere is looked at by the ingestor, which may fetch it. */
function findContentError(document: DocumentInput): FreshetError | undefined {
  if (!isInline(document)) return undefined;
  try {
    const content = decodeContent(document);
    return (typeof content === 'string' ? content.trim() : content).length > 0
      ? undefined
      : new FreshetError('FRESHET_CONTENT_EMPTY', { detail: 'The content is empty or only white space.' });
  } catch (error) {
    if (error instanceof FreshetError) return error;
    throw error;
  }
}
