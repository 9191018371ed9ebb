import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface FakeSqs {
  /** The address of a queue, which is made when it is first used. */
  queueUrl(name: string): string;
  /** Puts a message into a queue; answers with its id. */
  send(name: string, body: string): string;
  /** Messages of a queue that are not deleted, whether or not they can be seen now. */
  bodies(name: string): string[];
  /** Messages that the redrive policy took out of a queue. */
  deadLetters(name: string): string[];
  /** Lets visibility timeouts and waits run so far, in milliseconds. Nothing else moves the clock. */
  advance(ms: number): void;
  /** Operations that were asked for, oldest first. */
  requests: string[];
  /** Requests for messages that wait now. */
  waiting(): number;
  /** The next requests of an operation fail with this status. */
  failNext(operation: string, count: number, status: number): void;
  close(): Promise<void>;
}

interface Message {
  id: string;
  body: string;
  visibleAt: number;
  receives: number;
  receipt: string | undefined;
}

interface Waiter {
  queue: string;
  until: number;
  answer(): void;
}

interface Input {
  QueueUrl?: string;
  MaxNumberOfMessages?: number;
  WaitTimeSeconds?: number;
  VisibilityTimeout?: number;
  MessageBody?: string;
  ReceiptHandle?: string;
  Entries?: { Id: string; ReceiptHandle: string }[];
}

const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[\w-]+\/sqs\/aws4_request, ?SignedHeaders=[\w;-]+, ?Signature=[0-9a-f]{64}$/;
const ACCOUNT = '000000000000';
/** Where neither the request nor the queue says anything else. */
const VISIBILITY_SECONDS = 30;

/**
 * The part of SQS that Freshet uses, by its JSON protocol: SendMessage, ReceiveMessage with long polling, DeleteMessage
 * and DeleteMessageBatch of standard queues, on a clock that tests steer. A message that was received more than
 * `maxReceives` times moves to the dead letters. Requests must bring a signature of Version 4, which is not computed.
 * Written from the Amazon SQS API reference and its developer guide ("Making requests using the AWS JSON protocol").
 */
export async function startFakeSqs({ maxReceives = Number.POSITIVE_INFINITY } = {}): Promise<FakeSqs> {
  const queues = new Map<string, Message[]>();
  const dead = new Map<string, string[]>();
  const faults = new Map<string, number[]>();
  const requests: string[] = [];
  const waiters = new Set<Waiter>();
  let now = 0;

  const open = (name: string): Message[] => {
    const queue = queues.get(name) ?? [];
    queues.set(name, queue);
    return queue;
  };

  function send(name: string, body: string): string {
    const id = randomUUID();
    open(name).push({ id, body, visibleAt: now, receives: 0, receipt: undefined });
    wake();
    return id;
  }

  function take(name: string, { MaxNumberOfMessages = 1, VisibilityTimeout = VISIBILITY_SECONDS }: Input) {
    const taken: Message[] = [];
    for (const message of [...open(name)]) {
      if (message.visibleAt > now || taken.length === MaxNumberOfMessages) continue;
      if (message.receives >= maxReceives) {
        queues.set(
          name,
          open(name).filter(({ id }) => id !== message.id),
        );
        dead.set(name, [...(dead.get(name) ?? []), message.body]);
        continue;
      }
      message.receives += 1;
      message.receipt = randomUUID();
      message.visibleAt = now + VisibilityTimeout * 1000;
      taken.push(message);
    }
    return taken;
  }

  function wake(): void {
    for (const waiter of [...waiters]) {
      const isDue = waiter.until <= now || open(waiter.queue).some(({ visibleAt }) => visibleAt <= now);
      if (isDue) waiter.answer();
    }
  }

  function receive(name: string, input: Input, response: ServerResponse): void {
    const waiter: Waiter = {
      queue: name,
      until: now + (input.WaitTimeSeconds ?? 0) * 1000,
      answer() {
        const taken = take(name, input);
        if (taken.length === 0 && waiter.until > now) return;
        waiters.delete(waiter);
        reply(response, taken.length === 0 ? {} : { Messages: taken.map(toAnswer) });
      },
    };
    waiters.add(waiter);
    response.on('close', () => waiters.delete(waiter));
    waiter.answer();
  }

  function remove(name: string, receipt: string | undefined): void {
    queues.set(
      name,
      open(name).filter((message) => message.receipt !== receipt),
    );
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('AmazonSQS.');
    requests.push(operation);
    const input = (await json(request)) as Input;
    const fault = faults.get(operation)?.shift();
    if (fault !== undefined) return fail(response, fault, 'ServiceUnavailable');
    if (!SIGNED.test(request.headers.authorization ?? '')) return fail(response, 403, 'AccessDenied');
    const name = input.QueueUrl?.split('/').at(-1) ?? '';
    switch (operation) {
      case 'SendMessage': {
        const { MessageBody = '' } = input;
        return reply(response, { MessageId: send(name, MessageBody), MD5OfMessageBody: md5(MessageBody) });
      }
      case 'ReceiveMessage':
        return receive(name, input, response);
      case 'DeleteMessage':
        remove(name, input.ReceiptHandle);
        return reply(response, {});
      case 'DeleteMessageBatch':
        for (const { ReceiptHandle } of input.Entries ?? []) remove(name, ReceiptHandle);
        return reply(response, { Successful: input.Entries?.map(({ Id }) => ({ Id })), Failed: [] });
      default:
        return fail(response, 400, 'InvalidAction');
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => fail(response, 400, 'SerializationException'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    queueUrl: (name) => `${url}/${ACCOUNT}/${name}`,
    send,
    bodies: (name) => open(name).map(({ body }) => body),
    deadLetters: (name) => dead.get(name) ?? [],
    advance(ms) {
      now += ms;
      wake();
    },
    requests,
    waiting: () => waiters.size,
    failNext(operation, count, status) {
      faults.set(operation, [...(faults.get(operation) ?? []), ...Array<number>(count).fill(status)]);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function toAnswer({ id, body, receipt, receives }: Message) {
  return {
    MessageId: id,
    ReceiptHandle: receipt,
    Body: body,
    MD5OfBody: md5(body),
    Attributes: { ApproximateReceiveCount: String(receives) },
  };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function reply(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}

function fail(response: ServerResponse, status: number, code: string): void {
  reply(response, { __type: `com.amazonaws.sqs#${code}`, message: code }, status);
}
