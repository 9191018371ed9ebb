import type { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import type { Access, DocumentRef, Manifest } from '@freshet/shared/contracts';
import type {
  DocumentWrite,
  FoundChunk,
  Hit,
  IndexStatistics,
  ManifestQuery,
  SearchRequest,
  SearchResult,
  WriteOutcome,
} from '../index.ts';
import { type DatabaseOptions, openDatabase, readSetting } from './database.ts';
import { createReader, type Reader } from './reader.ts';
import { createWriter, type Writer } from './writer.ts';

/** The tasks of the index's worker threads; piscina calls them by name. */

const options = workerData as DatabaseOptions;

let db: DatabaseSync | undefined;
let reader: Reader | undefined;
let writer: Writer | undefined;

function connection(): DatabaseSync {
  db ??= openDatabase(options);
  return db;
}

function questions(): Reader {
  reader ??= createReader(connection());
  return reader;
}

function changes(): Writer {
  writer ??= createWriter(connection());
  return writer;
}

export interface OpenResult {
  embedder: string | undefined;
  dimensions: number;
}

export function open(): OpenResult {
  return {
    embedder: readSetting(connection(), 'embedder'),
    dimensions: Number(readSetting(connection(), 'dimensions')),
  };
}

export const readManifests = (documents: DocumentRef[]): [string, Manifest][] =>
  questions().readManifests(documents);

export const manifestPage = (task: { query: ManifestQuery; limit: number }): Manifest[] =>
  questions().manifestPage(task.query, task.limit);

export const readVectors = (task: { document: DocumentRef; embedder: string }): [string, Float32Array][] =>
  questions().readVectors(task.document, task.embedder);

export const search = (request: SearchRequest): SearchResult => questions().search(request);

export const searchWords = (request: SearchRequest): Hit[] => questions().searchWords(request);

export const searchVectors = (request: SearchRequest): Hit[] => questions().searchVectors(request);

export const suggest = (task: { access: Access; words: string[] }): [string, string[]][] =>
  questions().suggest(task.access, task.words);

export const readHits = (task: { access: Access; hits: Hit[] }): (FoundChunk | undefined)[] =>
  questions().readHits(task.access, task.hits);

export const sources = (): { tenant: string; source: string }[] => questions().sources();

export const watermark = (): [number, number][] => questions().watermark();

export const statistics = (tenant: string): IndexStatistics => questions().statistics(tenant);

export const write = (documents: DocumentWrite[]): WriteOutcome[] => changes().write(documents);

export const advanceWatermark = (entries: [number, number][]): void => changes().advanceWatermark(entries);

export function close(): void {
  if (db === undefined) return;
  db.exec('pragma optimize');
  db.close();
  db = undefined;
  reader = undefined;
  writer = undefined;
}
