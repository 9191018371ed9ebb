import { buildPrompt } from '@freshet/models/generation/prompt';
import type { Passage } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { type MaskPii, maskPii, PII_KINDS, type PiiKind } from '@freshet/shared/text/pii';
import type { ChatRecord } from './chat-record.ts';
import { findDuplicates } from './find-duplicates.ts';
import type { ChatLine } from './read-chats.ts';
import { type Part, splitByDocument } from './split-by-document.ts';
import type { Example } from './training-line.ts';

export interface DatasetOptions {
  /** Share of the examples that is put aside, about. */
  validationShare: number;
  /** Hears of every line that is left out as wrong. */
  onInvalid: (line: Extract<ChatLine, { code: unknown }>) => void;
  mask?: MaskPii;
}

export interface DatasetCounts {
  chats: number;
  invalid: number;
  /** Without good feedback. */
  notGood: number;
  /** That were cut, blocked or given up. */
  unfinished: number;
  /** Answered without a passage: no model was asked. */
  withoutPassages: number;
  duplicates: number;
  nearDuplicates: number;
  train: number;
  validation: number;
  documents: number;
  /** Sets of examples that no document connects. */
  groups: number;
  masked: Record<PiiKind, number>;
}

export interface Dataset {
  examples: Record<Part, Example[]>;
  counts: DatasetCounts;
}

interface Candidate {
  example: Example;
  documents: string[];
  said: string;
}

/** Training data out of chats: the good ones, masked, each once, split by document. Of repeats the newest is kept. */
export async function makeDataset(
  lines: AsyncIterable<ChatLine>,
  { validationShare, onInvalid, mask = maskPii }: DatasetOptions,
): Promise<Dataset> {
  const counts: DatasetCounts = {
    chats: 0,
    invalid: 0,
    notGood: 0,
    unfinished: 0,
    withoutPassages: 0,
    duplicates: 0,
    nearDuplicates: 0,
    train: 0,
    validation: 0,
    documents: 0,
    groups: 0,
    masked: { email: 0, iban: 0, card: 0, ip: 0, phone: 0 },
  };
  const clean = (text: string): string => {
    const { text: masked, counts: found } = mask(text);
    for (const kind of PII_KINDS) counts.masked[kind] += found[kind];
    return masked;
  };
  const chats: ChatRecord[] = [];
  for await (const read of lines) {
    const invalid = 'code' in read ? read : askedNothing(read);
    if (invalid) {
      counts.invalid += 1;
      onInvalid(invalid);
    } else if ('chat' in read) {
      counts.chats += 1;
      const reason = reasonToLeave(read.chat);
      if (reason) counts[reason] += 1;
      else chats.push(read.chat);
    }
  }

  chats.sort(
    (one, other) =>
      Date.parse(other.createdAt) - Date.parse(one.createdAt) || (one.chatId < other.chatId ? -1 : 1),
  );
  const all = chats.map((chat) => toCandidate(chat, clean));
  const { same, near } = findDuplicates(all.map(({ said }) => said));
  counts.duplicates = same.size;
  counts.nearDuplicates = near.size;
  const kept = all.filter((_, position) => !same.has(position) && !near.has(position));
  const { parts, groups } = splitByDocument(
    kept.map(({ documents }) => documents),
    validationShare,
  );
  const examples: Record<Part, Example[]> = { train: [], validation: [] };
  for (const [i, { example }] of kept.entries()) examples[parts[i]!].push(example);
  counts.train = examples.train.length;
  counts.validation = examples.validation.length;
  counts.documents = new Set(kept.flatMap(({ documents }) => documents)).size;
  counts.groups = groups;
  return { examples, counts };
}

function askedNothing({ place, ...read }: ChatLine): Extract<ChatLine, { code: unknown }> | undefined {
  if (!('chat' in read)) return undefined;
  const { messages, answer } = read.chat;
  if (messages.some(({ role }) => role === 'user') && answer.trim() !== '') return undefined;
  return { place, code: 'FRESHET_CHAT_INVALID', detail: 'there is no question, or no answer' };
}

function reasonToLeave({ feedback, finishReason = 'stop', passages }: ChatRecord) {
  if (feedback !== 'good') return 'notGood';
  if (finishReason !== 'stop' && finishReason !== 'abstained') return 'unfinished';
  return passages.length === 0 ? 'withoutPassages' : undefined;
}

function toCandidate({ messages, passages, answer }: ChatRecord, clean: (text: string) => string): Candidate {
  const cleaned = passages.map((passage) => ({
    ...passage,
    title: clean(passage.title ?? ''),
    headingPath: (passage.headingPath ?? []).map(clean),
    text: clean(passage.text),
  }));
  const asked = messages.map(({ role, content }) => ({ role, content: clean(content) }));
  // The very prompt that the model will be asked with, of which passages give no more than these fields.
  const prompt = buildPrompt(asked, cleaned as unknown as Passage[]);
  const example = { ...prompt, answer: clean(answer) };
  const documents = [
    ...new Set(passages.map(({ source, documentId }) => JSON.stringify([source, documentId]))),
  ];
  const question = asked.findLast(({ role }) => role === 'user');
  if (!question) throw new FreshetError('FRESHET_INTERNAL', { detail: 'A chat without a question.' });
  return { example, documents: documents.sort(), said: `${question.content}\n${example.answer}` };
}
