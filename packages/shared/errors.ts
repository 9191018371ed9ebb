import type { FieldError } from './contracts/problem.ts';

interface CatalogueEntry {
  status: number;
  isRetryable: boolean;
  /** What is wrong, for the title of a problem. */
  title: string;
  /** What to do about it, when whoever throws has nothing better to say. */
  detail: string;
}

/** Every error that Freshet answers with. docs/errors.md is written from it. */
export const catalogue = {
  FRESHET_REQUEST_INVALID: {
    status: 400,
    isRetryable: false,
    title: 'The request does not fit the contract',
    detail: 'Correct the fields named in `errors`; /docs has the schema.',
  },
  FRESHET_BODY_MALFORMED: {
    status: 400,
    isRetryable: false,
    title: 'The body is not JSON in UTF-8',
    detail: 'Send one JSON value in UTF-8, nested at most 32 deep.',
  },
  FRESHET_BODY_TOO_LARGE: {
    status: 413,
    isRetryable: false,
    title: 'The body is too large',
    detail: 'Send fewer documents in one request.',
  },
  FRESHET_MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    isRetryable: false,
    title: 'The media type is not supported',
    detail: 'Send `content-type: application/json`; documents may come as application/x-ndjson, too.',
  },
  FRESHET_IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    isRetryable: false,
    title: 'The idempotency key stands for another request',
    detail: 'Give each request its own `idempotency-key`, and repeat it only with the same body.',
  },
  FRESHET_NOT_ACCEPTABLE: {
    status: 406,
    isRetryable: false,
    title: 'No representation fits the Accept header',
    detail: 'Accept text/event-stream or application/json.',
  },
  FRESHET_ROUTE_NOT_FOUND: {
    status: 404,
    isRetryable: false,
    title: 'There is no such route',
    detail: '/docs lists the routes.',
  },
  FRESHET_METHOD_NOT_ALLOWED: {
    status: 405,
    isRetryable: false,
    title: 'The route does not take this method',
    detail: 'The Allow header lists the methods that it takes.',
  },
  FRESHET_UNAUTHENTICATED: {
    status: 401,
    isRetryable: false,
    title: 'Nobody is named by the credentials',
    detail: 'Send `authorization: Bearer KEY` with a key that the gateway knows.',
  },
  FRESHET_FORBIDDEN: {
    status: 403,
    isRetryable: false,
    title: 'The caller may not do this',
    detail: 'Use a key that may write documents.',
  },
  FRESHET_DOCUMENT_NOT_FOUND: {
    status: 404,
    isRetryable: false,
    title: 'There is no such document',
    detail: 'Check source and id. A document that was just sent appears when its watermark is reached.',
  },
  FRESHET_SOURCE_UNKNOWN: {
    status: 400,
    isRetryable: false,
    title: 'The source has no configured acl',
    detail: 'Give the document an `acl`, or configure the source in SOURCES.',
  },
  FRESHET_CONTENT_TOO_LARGE: {
    status: 413,
    isRetryable: false,
    title: 'The content of a document is too large',
    detail: 'Split the document; inline content is limited to 512 KiB, of UTF-8 or before base64.',
  },
  FRESHET_CONTENT_EMPTY: {
    status: 422,
    isRetryable: false,
    title: 'The document has no text',
    detail: 'Nothing was left once markup and boilerplate were removed.',
  },
  FRESHET_CONTENT_UNREADABLE: {
    status: 422,
    isRetryable: false,
    title: 'The document could not be parsed',
    detail: 'Check that `mediaType` is what the content is.',
  },
  FRESHET_CONTENT_ENCODING_INVALID: {
    status: 422,
    isRetryable: false,
    title: 'The content is not in the encoding that it needs',
    detail: 'Send text as it is, and what is no text in base64 with `contentEncoding: "base64"`.',
  },
  FRESHET_CONTENT_CHARSET_INVALID: {
    status: 422,
    isRetryable: false,
    title: 'The bytes are not in the character set that they are said to be in',
    detail: 'Name the right `charset` in `mediaType`, or convert the content to UTF-8.',
  },
  FRESHET_CONTENT_MISLABELLED: {
    status: 422,
    isRetryable: false,
    title: 'The content is of another type than `mediaType` says',
    detail: 'Send the media type that the content has; docs/formats.md lists those that are read.',
  },
  FRESHET_CONTENT_ENCRYPTED: {
    status: 422,
    isRetryable: false,
    title: 'The document is encrypted',
    detail: 'Send it without its password.',
  },
  FRESHET_CONTENT_SCANNED: {
    status: 422,
    isRetryable: false,
    title: 'The pages hold no text',
    detail: 'They are scans or drawings: run text recognition over the document and send it again.',
  },
  FRESHET_CONTENT_BOMB: {
    status: 422,
    isRetryable: false,
    title: 'The content unpacks to far more than it is',
    detail: 'Save the document anew; docs/formats.md names the bounds.',
  },
  FRESHET_CONTENT_TOO_COMPLEX: {
    status: 422,
    isRetryable: false,
    title: 'The document has more of something than is read',
    detail: 'Split the document; docs/formats.md names the limits.',
  },
  FRESHET_CONTENT_URL_REFUSED: {
    status: 422,
    isRetryable: false,
    title: 'The content may not be fetched from where the document says it is',
    detail: 'Allow it by CONTENT_URL_HOSTS, CONTENT_S3_BUCKETS or CONTENT_FILE_ROOTS; see docs/events.md.',
  },
  FRESHET_CONTENT_URL_UNREADABLE: {
    status: 422,
    isRetryable: false,
    title: 'There is no content that can be read where the document says it is',
    detail: 'Check the address and what the ingestor may read there, and send the document again.',
  },
  FRESHET_CONTENT_UNAVAILABLE: {
    status: 503,
    isRetryable: true,
    title: 'Where the content is does not answer',
    detail: 'It is tried again by itself; documents behind it in its partition wait.',
  },
  FRESHET_PARSING_TOO_SLOW: {
    status: 422,
    isRetryable: false,
    title: 'Parsing the document took too long',
    detail: 'Split the document, or raise PARSER_TIMEOUT_MS.',
  },
  FRESHET_PARSING_TOO_LARGE: {
    status: 422,
    isRetryable: false,
    title: 'Parsing the document took too much memory',
    detail: 'Split the document, or raise PARSER_HEAP_MIB or PARSER_BUFFERS_MIB.',
  },
  FRESHET_EVENT_INVALID: {
    status: 422,
    isRetryable: false,
    title: 'The record is no document event',
    detail: 'Write CloudEvents 1.0 with the types that docs/events.md names.',
  },
  FRESHET_CHANGE_INVALID: {
    status: 422,
    isRetryable: false,
    title: 'The change record cannot be applied',
    detail: 'Send changes as docs/postgres-cdc.md describes, and correct the mapping.',
  },
  FRESHET_CHANGE_UNMAPPED: {
    status: 422,
    isRetryable: false,
    title: 'The mapping does not have the table of a change',
    detail: 'Add the table to the file of CDC_MAPPING_FILE, or capture fewer tables.',
  },
  FRESHET_CHANGE_INCOMPLETE: {
    status: 422,
    isRetryable: false,
    title: 'The change lacks a large value that did not change',
    detail:
      "Set REPLICA IDENTITY FULL on the table, or configure Debezium's reselect post processor, and touch the row.",
  },
  FRESHET_DOCUMENT_REJECTED: {
    status: 422,
    isRetryable: false,
    title: 'The index can never take this document',
    detail: 'Correct the document; the detail has the words of the index.',
  },
  FRESHET_INDEX_UNKNOWN: {
    status: 500,
    isRetryable: false,
    title: 'The index does not exist',
    detail: 'Run `freshet index apply` with the configuration of the services.',
  },
  FRESHET_SIGNATURE_INVALID: {
    status: 401,
    isRetryable: false,
    title: 'The signature of the webhook is not right',
    detail:
      'Sign the body as the provider documents it, with the secret that the connector is configured with.',
  },
  FRESHET_CONNECTOR_UNKNOWN: {
    status: 404,
    isRetryable: false,
    title: 'There is no such connector',
    detail: 'Check the name; connectors, and the secrets of their webhooks, stand in CONNECTORS_FILE.',
  },
  FRESHET_SOURCE_UNAVAILABLE: {
    status: 503,
    isRetryable: true,
    title: 'The system that documents come from does not answer',
    detail: 'It is tried again by itself; check that the address in CONNECTORS_FILE can be reached.',
  },
  FRESHET_SOURCE_REFUSED: {
    status: 502,
    isRetryable: false,
    title: 'The system that documents come from refuses the call',
    detail:
      'Check address, credentials and their permissions in CONNECTORS_FILE; what waits is read once they work.',
  },
  FRESHET_EVENT_LOG_UNAVAILABLE: {
    status: 503,
    isRetryable: true,
    title: 'The event log cannot be reached',
    detail: 'Ask again in a moment; /readyz says what is wrong with it.',
  },
  FRESHET_TOPIC_UNKNOWN: {
    status: 500,
    isRetryable: false,
    title: 'The event log has no such topic',
    detail: 'Create the topic, or correct its name in the configuration.',
  },
  FRESHET_WATERMARK_INVALID: {
    status: 400,
    isRetryable: false,
    title: 'The watermark is no token of this fleet',
    detail: 'Hand back the token unchanged, or leave `after` out.',
  },
  FRESHET_WATERMARK_TIMEOUT: {
    status: 503,
    isRetryable: true,
    title: 'The index has not reached the watermark yet',
    detail: 'Ask again in a moment, or without `after`.',
  },
  FRESHET_OVERLOADED: {
    status: 503,
    isRetryable: true,
    title: 'The service is at its limit',
    detail: 'Ask again after the seconds that Retry-After names.',
  },
  FRESHET_DEPENDENCY_UNAVAILABLE: {
    status: 503,
    isRetryable: true,
    title: 'A service behind this one does not answer',
    detail: 'Ask again in a moment; /readyz says which dependency is down.',
  },
  FRESHET_DEADLINE_EXCEEDED: {
    status: 504,
    isRetryable: true,
    title: 'The deadline passed',
    detail: 'Ask again, or give the request more time.',
  },
  FRESHET_SHUTTING_DOWN: {
    status: 503,
    isRetryable: true,
    title: 'The service is shutting down',
    detail: 'Ask again; another replica answers.',
  },
  FRESHET_EMBEDDER_MISMATCH: {
    status: 500,
    isRetryable: false,
    title: 'The index was made by another embedder',
    detail: 'Configure the embedder that made it, or index into a new folder.',
  },
  FRESHET_STORAGE_FAILED: {
    status: 500,
    isRetryable: false,
    title: 'The data folder cannot be used',
    detail: 'Check that the folder is writable, has room, and holds what Freshet wrote.',
  },
  FRESHET_MODEL_UNAVAILABLE: {
    status: 503,
    isRetryable: true,
    title: 'The model cannot be had',
    detail: 'Ask again in a moment. Local weights need a network once, or the files in the cache folder.',
  },
  FRESHET_MODEL_THROTTLED: {
    status: 503,
    isRetryable: true,
    title: 'The quota of the model is used up',
    detail: 'Ask again in a moment; a higher quota is to be had from the provider.',
  },
  FRESHET_MODEL_TIMEOUT: {
    status: 504,
    isRetryable: true,
    title: 'The model did not answer in time',
    detail: 'Ask again; docs/models.md names the time limits.',
  },
  FRESHET_MODEL_BROKE_OFF: {
    status: 503,
    isRetryable: true,
    title: 'The model broke off in the middle of its answer',
    detail: 'Ask again.',
  },
  FRESHET_MODEL_REFUSED: {
    status: 502,
    isRetryable: false,
    title: 'The provider of the model refuses the call',
    detail: 'Check the name of the model, the credentials and their permissions; see docs/models.md.',
  },
  FRESHET_MODEL_EMPTY: {
    status: 503,
    isRetryable: true,
    title: 'The model said nothing',
    detail: 'Ask again; the log has the model.',
  },
  FRESHET_ROUTE_UNKNOWN: {
    status: 400,
    isRetryable: false,
    title: 'There is no such route to a model',
    detail: 'Leave `route` out, or name one of the routes that the operator configured.',
  },
  FRESHET_BUDGET_SPENT: {
    status: 429,
    isRetryable: false,
    title: 'The budget of the day is spent',
    detail: 'Ask again tomorrow (UTC), or have the operator raise the budget of the route or the tenant.',
  },
  FRESHET_QUESTION_TOO_LONG: {
    status: 400,
    isRetryable: false,
    title: 'The question is too long for a prompt',
    detail: 'Ask in fewer words; a long text is better sent as a document.',
  },
  FRESHET_CONTEXT_TOO_LONG: {
    status: 413,
    isRetryable: false,
    title: 'The conversation and its passages are too long for the model',
    detail: 'Send fewer messages or a lower `limit`, or begin a new conversation.',
  },
  FRESHET_CHAT_INVALID: {
    status: 422,
    isRetryable: false,
    title: 'The line is no chat with feedback',
    detail: 'Write one chat a line, with the fields that docs/fine-tuning.md names.',
  },
  FRESHET_CONFIG_INVALID: {
    status: 500,
    isRetryable: false,
    title: 'The configuration is wrong',
    detail: 'docs/configuration.md lists every variable.',
  },
  FRESHET_INTERNAL: {
    status: 500,
    isRetryable: false,
    title: 'Something went wrong on our side',
    detail: 'Report the traceId to your operator.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

export interface FreshetErrorOptions {
  /** What to do, in words for whoever caused it; the catalogue's own by default. */
  detail?: string;
  cause?: unknown;
  /** The fields that were refused. */
  errors?: FieldError[];
}

/** The one error class: a code of the catalogue, with its HTTP status and whether trying again can help. */
export class FreshetError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly isRetryable: boolean;
  readonly title: string;
  readonly errors: FieldError[] | undefined;

  constructor(code: ErrorCode, { detail, cause, errors }: FreshetErrorOptions = {}) {
    const entry = catalogue[code];
    super(detail ?? entry.detail, { cause });
    this.name = 'FreshetError';
    this.code = code;
    this.status = entry.status;
    this.isRetryable = entry.isRetryable;
    this.title = entry.title;
    this.errors = errors;
  }
}

/** Whether an error is ours, with one of these codes. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is FreshetError {
  return error instanceof FreshetError && codes.includes(error.code);
}

/** A code that came over the wire, as an error again; what is no code of ours is an internal error. */
export function errorFromCode(code: string, options?: FreshetErrorOptions): FreshetError {
  return new FreshetError(Object.hasOwn(catalogue, code) ? (code as ErrorCode) : 'FRESHET_INTERNAL', options);
}

/** The code of any error: of one that is not ours, and so was not foreseen, that of an internal one. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof FreshetError ? error.code : 'FRESHET_INTERNAL';
}
