import { setTimeout as pause } from 'node:timers/promises';
import { createBackoff } from '@freshet/shared/backoff';
import type { FreshetError } from '@freshet/shared/errors';
import type { Client } from '@opensearch-project/opensearch';
import { describe, fromStatus, isRetryableStatus, type OpenSearchError, toFreshetError } from './failure.ts';

/** One change, under an external version: it is made unless the index holds a greater one. */
export interface Operation {
  index: string;
  id: string;
  version: number;
  /** Absent for a deletion. */
  document?: object;
}

export type OperationOutcome = { result: 'done' | 'stale' } | { result: 'poison'; reason: string };

export interface BulkOptions {
  /** Of one request. */
  maxBytes?: number;
  /** How often what could not be done for now is tried. */
  attempts?: number;
  /** Before the second attempt, doubled for each further one; jitter takes up to half of it away. */
  backoffMs?: number;
}

interface BulkItem {
  status: number;
  error?: OpenSearchError;
}

/**
 * Makes changes through `_bulk`, each on its own: what loses against a greater version is `stale`, what the index
 * can never take is `poison`, and what it cannot take now (429, 5xx) is tried again.
 * @throws {FreshetError} retryable, when some could not be done; all of them may be repeated.
 */
export async function bulk(
  client: Client,
  operations: readonly Operation[],
  { maxBytes = 5 * 1024 * 1024, attempts = 6, backoffMs = 100 }: BulkOptions = {},
): Promise<OperationOutcome[]> {
  const backoff = createBackoff({ baseMs: backoffMs });
  const outcomes = new Array<OperationOutcome>(operations.length);
  const lines = operations.map(toLines);
  let waiting = [...operations.keys()];
  for (let attempt = 1; waiting.length > 0; attempt += 1) {
    const left: number[] = [];
    let failure: FreshetError | undefined;
    for (const request of split(waiting, (i) => lines[i]!.length, maxBytes)) {
      const items = await send(client, request.map((i) => lines[i]).join('')).catch((error: FreshetError) => {
        if (!error.isRetryable) throw error;
        failure = error;
        return undefined;
      });
      for (const [n, i] of request.entries()) {
        const item = items?.[n];
        if (item === undefined || isRetryableStatus(item.status)) {
          left.push(i);
          if (item) failure = fromStatus(item.status, item.error ?? {});
        } else {
          outcomes[i] = toOutcome(item);
        }
      }
    }
    if (left.length > 0 && attempt >= attempts) throw failure;
    if (left.length > 0) await pause(backoff(attempt));
    waiting = left;
  }
  return outcomes;
}

function toLines({ index, id, version, document }: Operation): string {
  const target = { _index: index, _id: id, version, version_type: 'external_gte' };
  return document === undefined
    ? `${JSON.stringify({ delete: target })}\n`
    : `${JSON.stringify({ index: target })}\n${JSON.stringify(document)}\n`;
}

async function send(client: Client, body: string): Promise<BulkItem[]> {
  try {
    const response = await client.bulk({ body: body as never, require_alias: true });
    const { items } = response.body as unknown as { items: Record<string, BulkItem>[] };
    return items.map((item) => Object.values(item)[0] as BulkItem);
  } catch (error) {
    throw toFreshetError(error);
  }
}

function toOutcome({ status, error }: BulkItem): OperationOutcome {
  if (status === 409) return { result: 'stale' };
  // What is to be deleted and is not there is as it should be.
  if (status < 300 || (status === 404 && !error)) return { result: 'done' };
  if (status === 404 || status === 401 || status === 403) throw fromStatus(status, error ?? {});
  return { result: 'poison', reason: describe(error ?? {}) };
}

function* split(items: readonly number[], size: (item: number) => number, most: number): Generator<number[]> {
  let group: number[] = [];
  let total = 0;
  for (const item of items) {
    if (group.length > 0 && total + size(item) > most) {
      yield group;
      group = [];
      total = 0;
    }
    group.push(item);
    total += size(item);
  }
  if (group.length > 0) yield group;
}
