import { workerData } from 'node:worker_threads';
import { loadTokenCounter } from '@freshet/models/embedding/onnx/tokenizer';
import type { MediaType } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { chunk, type DraftChunk, sha256 } from '../chunk/chunk.ts';
import { parse } from './parse.ts';

/** The task of the parsing threads: a document's content as chunks. Piscina calls it by name. */

export interface ParseWorkerData {
  tokenizer: string | undefined;
  maxTokens: number;
}

export interface ParseTask {
  content: string;
  mediaType: MediaType;
  title: string | undefined;
}

export type ParseResult =
  | { title: string | undefined; contentHash: string; drafts: DraftChunk[] }
  /** Errors lose their class on the way between threads. */
  | { refused: { code: FreshetError['code']; detail: string } };

const { tokenizer, maxTokens } = workerData as ParseWorkerData;

/** Without the embedder's own tokenizer, English averages four characters a token. */
const counter = tokenizer
  ? await loadTokenCounter(tokenizer)
  : { count: (text: string) => Math.ceil(text.length / 4) };

export function parseAndChunk({ content, mediaType, title }: ParseTask): ParseResult {
  try {
    const parsed = parse(content, mediaType);
    const known = title ?? parsed.title;
    const document = {
      text: parsed.text,
      blocks: parsed.blocks,
      ...(known === undefined ? {} : { title: known }),
    };
    return {
      title: known,
      contentHash: sha256(`${known ?? ''}\n${parsed.text}`),
      drafts: chunk(document, { maxTokens, count: counter.count }),
    };
  } catch (error) {
    if (error instanceof FreshetError) return { refused: { code: error.code, detail: error.message } };
    throw error;
  }
}
