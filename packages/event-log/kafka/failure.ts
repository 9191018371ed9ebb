import { FreshetError } from '@freshet/shared/errors';

/** The parts of KafkaJS's errors that say what happened. */
interface KafkaFailure {
  name?: string;
  message?: string;
  /** The protocol's name of an error that a broker answered with. */
  type?: string;
  /** Of a connection that failed: Node's code, and host:port. */
  code?: string;
  broker?: string;
  cause?: unknown;
}

export interface FailureContext {
  /** Bootstrap addresses, for messages. */
  brokers: readonly string[];
  topic?: string | undefined;
}

const PASSING = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_CONTROLLER',
]);

/** What went wrong between us and Kafka, in one sentence that says what to do. */
export function toError(error: unknown, { brokers, topic }: FailureContext): FreshetError {
  if (error instanceof FreshetError) return error;
  const { name, type, code, broker, message = String(error) } = rootOf(error);
  const kafka = `Kafka at ${broker ?? brokers.join(',')}`;
  switch (type) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return topicUnknown(topic, error);
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return new FreshetError('FRESHET_CONTENT_TOO_LARGE', {
        detail: `A record is larger than topic \`${topic}\` takes; split it, or raise the topic's max.message.bytes.`,
        cause: error,
      });
    case 'TOPIC_AUTHORIZATION_FAILED':
    case 'GROUP_AUTHORIZATION_FAILED':
    case 'CLUSTER_AUTHORIZATION_FAILED':
    case 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED':
      return unavailable(`${kafka} denies access (${type}): grant the ACLs that docs/kafka.md lists.`, error);
  }
  if (name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED') {
    return unavailable(`${kafka} refused the credentials: ${withoutStop(message)}.`, error);
  }
  if (name === 'KafkaJSNotImplemented') {
    return unavailable(
      `Topic \`${topic}\` holds records that cannot be read: ${withoutStop(message)}; set its compression.type to gzip.`,
      error,
    );
  }
  if (code === 'ECONNREFUSED') return unavailable(`${kafka} refused the connection.`, error);
  return unavailable(`${kafka} cannot be used: ${withoutStop(message)}.`, error);
}

export function topicUnknown(topic: string | undefined, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_TOPIC_UNKNOWN', {
    detail: `Topic \`${topic}\` is missing in Kafka: run \`freshet topics apply\`.`,
    cause,
  });
}

export function unavailable(detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_EVENT_LOG_UNAVAILABLE', { detail, cause });
}

/** Whether it passes by itself: brokers do not agree yet on who leads what. */
export function isPassing(error: unknown): boolean {
  return PASSING.has(rootOf(error).type ?? '');
}

/** Whether the group goes on without this member, or waits for it to join again. */
export function isGroupChange(error: unknown): boolean {
  const { type } = rootOf(error);
  return type === 'REBALANCE_IN_PROGRESS' || type === 'NOT_COORDINATOR_FOR_GROUP' || isLost(error);
}

/** Whether the member's partitions are no longer its own. */
export function isLost(error: unknown): boolean {
  const { type } = rootOf(error);
  return type === 'ILLEGAL_GENERATION' || type === 'UNKNOWN_MEMBER_ID' || type === 'FENCED_INSTANCE_ID';
}

/** KafkaJS wraps what happened into errors that only say how often it tried. */
function rootOf(error: unknown): KafkaFailure {
  let root = (error ?? {}) as KafkaFailure;
  while (root.cause && root.type === undefined && root.code === undefined && isWrapper(root)) {
    root = root.cause as KafkaFailure;
  }
  return root;
}

function isWrapper({ name }: KafkaFailure): boolean {
  return name === 'KafkaJSNumberOfRetriesExceeded' || name === 'KafkaJSNonRetriableError';
}

function withoutStop(text: string): string {
  return text.trim().replace(/\.+$/, '');
}
