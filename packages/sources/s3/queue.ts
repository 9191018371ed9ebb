import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Backoff, createBackoff } from '@freshet/shared/backoff';
import { FreshetError } from '@freshet/shared/errors';
import { toSourceError } from './failure.ts';

export interface QueueMessage {
  id: string;
  body: string;
  /** How often the queue gave it out, this time included. */
  receives: number;
}

export interface QueueOptions {
  /** As SQS writes it: it says where the queue is asked. */
  url: string;
  /**
   * Deals with the messages of one answer, ten at most. Those whose ids it returns are deleted then; the others come
   * again once their visibility timeout is over, until the queue's redrive policy takes them away. When it throws, all
   * come again.
   */
  onMessages: (messages: readonly QueueMessage[]) => Promise<readonly string[]>;
  /** Told of what failed, before the pause. */
  onError: (error: unknown) => void;
  client?: SQSClient;
  backoff?: Backoff;
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const MESSAGES = 10;
/** The longest that SQS lets a request wait for a message. */
const WAIT_SECONDS = 20;
/** Far longer than an append to the log takes; a message that cannot be read comes again so often. */
const VISIBILITY_SECONDS = 60;
const MAX_PAUSE_MS = 60_000;

/**
 * Reads a queue of SQS by long polling, answer by answer. Source: Amazon SQS API reference, ReceiveMessage,
 * DeleteMessageBatch; developer guide, "visibility timeout".
 */
export function consumeQueue({
  url,
  onMessages,
  onError,
  client = createSqsClient(url),
  backoff = createBackoff({ baseMs: 1_000, maxMs: MAX_PAUSE_MS }),
  pause = (ms, signal) => sleep(ms, undefined, { signal }),
}: QueueOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function receive(): Promise<{ message: QueueMessage; receipt: string }[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: MESSAGES,
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: VISIBILITY_SECONDS,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    const { Messages = [] } = await client.send(command, { abortSignal: signal });
    return Messages.map(({ MessageId = '', Body = '', ReceiptHandle = '', Attributes }) => ({
      message: { id: MessageId, body: Body, receives: Number(Attributes?.ApproximateReceiveCount ?? 1) },
      receipt: ReceiptHandle,
    }));
  }

  /** Not ended by a stop: what is in the log already would only be read twice. */
  async function remove(receipts: readonly string[]): Promise<void> {
    if (receipts.length === 0) return;
    const Entries = receipts.map((ReceiptHandle, i) => ({ Id: String(i), ReceiptHandle }));
    const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    const [first] = Failed;
    if (!first) return;
    const detail = `${Failed.length} messages of ${url} cannot be deleted: ${first.Code}: ${first.Message}`;
    throw new FreshetError('FRESHET_SOURCE_UNAVAILABLE', { detail });
  }

  async function readOnce(): Promise<void> {
    const received = await receive();
    if (received.length === 0) return;
    const done = new Set(await onMessages(received.map(({ message }) => message)));
    await remove(received.filter(({ message }) => done.has(message.id)).map(({ receipt }) => receipt));
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await readOnce();
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        onError(toSourceError(error, `The queue ${url} cannot be read`));
        await pause(backoff(failures), signal).catch(() => {});
      }
    }
  }

  const running = run();
  return {
    /** Breaks off a request that waits, lets what was received be dealt with, and resolves after that. */
    async stop() {
      stopping.abort();
      await running;
      client.destroy();
    },
  };
}

/** Asked where the queue's address says; its region is part of that address on AWS. */
function createSqsClient(url: string): SQSClient {
  const [, region = process.env['AWS_REGION'] ?? 'us-east-1'] =
    /^https:\/\/sqs\.([a-z0-9-]+)\./.exec(url) ?? [];
  return new SQSClient({
    region,
    endpoint: new URL(url).origin,
    useQueueUrlAsEndpoint: false,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: (WAIT_SECONDS + 10) * 1000 },
  });
}
