import { threadId, workerData } from 'node:worker_threads';
import { loadTokenCounter } from '@freshet/models/embedding/onnx/tokenizer';
import { FreshetError } from '@freshet/shared/errors';
import type { Chunking } from '@freshet/shared/sources';
import { detectLanguage } from '@freshet/shared/text/language';
import { chunk, type DraftChunk } from '../chunk/chunk.ts';
import { parse } from './parse.ts';

/** The task of the parsing threads: a document's content as chunks. Piscina calls it by name. */

export interface ParseWorkerData {
  tokenizer: string | undefined;
  maxTokens: number;
}

export interface ParseTask {
  /** Bytes are handed over, not copied, where they have their memory to themselves: the sender's array is empty then. */
  content: string | Uint8Array;
  /** With its parameters: of bytes, `charset` counts. */
  mediaType: string;
  title: string | undefined;
  /** Sizes of its chunks, where they are not the usual ones. */
  chunking?: Chunking;
}

/** A task on its way to a thread, which writes its id there when it begins. */
export interface AssignedTask extends ParseTask {
  assignee: Int32Array<SharedArrayBuffer>;
}

export type ParseResult =
  | {
      title: string | undefined;
      /** BCP 47, as the text tells. */
      language: string | undefined;
      drafts: DraftChunk[];
    }
  /** Errors lose their class on the way between threads. */
  | { refused: { code: FreshetError['code']; detail: string } };

const { tokenizer, maxTokens } = workerData as ParseWorkerData;

/** Without the embedder's own tokenizer, English averages four characters a token. */
const counter = tokenizer
  ? await loadTokenCounter(tokenizer)
  : { count: (text: string) => Math.ceil(text.length / 4) };

export async function parseAndChunk({
  content,
  mediaType,
  title,
  chunking,
  assignee,
}: AssignedTask): Promise<ParseResult> {
  Atomics.store(assignee, 0, threadId);
  try {
    const parsed = await parse({ content, mediaType });
    const known = title ?? parsed.title;
    const document = {
      text: parsed.text,
      blocks: parsed.blocks,
      ...(known === undefined ? {} : { title: known }),
    };
    return {
      title: known,
      language: detectLanguage(parsed.text),
      drafts: chunk(document, { ...chunking, maxTokens, count: counter.count }),
    };
  } catch (error) {
    if (error instanceof FreshetError) return { refused: { code: error.code, detail: error.message } };
    throw error;
  }
}
