/** Failures that come with a status, instead of an answer. */
const refusals = {
  AccessDeniedException: [403, "You don't have access to the model with the specified model ID."],
  ConflictException: [409, 'A resource with this name exists already.'],
  InternalServerException: [500, 'The system encountered an unexpected error during processing.'],
  MissingAuthenticationTokenException: [403, 'Missing Authentication Token'],
  ModelErrorException: [424, 'The request failed due to an error while processing the model.'],
  ModelNotReadyException: [429, 'The model is not ready for inference.'],
  ModelTimeoutException: [408, 'Model has timed out in processing the request. Try your request again.'],
  ResourceNotFoundException: [404, 'Could not resolve the foundation model from the provided identifier.'],
  ServiceUnavailableException: [503, 'Bedrock is unable to process your request.'],
  ThrottlingException: [429, 'Too many requests, please wait before trying again.'],
  UnrecognizedClientException: [403, 'The security token included in the request is invalid.'],
  ValidationException: [400, 'Malformed input request, please reformat your input and try again.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type RefusalName = keyof typeof refusals;

/** Failures that come as the last frame of a stream that began well. */
export type StreamException =
  | 'internalServerException'
  | 'modelStreamErrorException'
  | 'serviceUnavailableException'
  | 'throttlingException'
  | 'validationException';

/** What goes wrong with one request. */
export type Fault =
  /** An error with its status, before any stream. */
  | { type: 'refused'; error: RefusalName; message?: string }
  /** Nothing is ever answered, not even the head. */
  | { type: 'silent' }
  /** A frame with an exception, after so many tokens. */
  | { type: 'exception'; error: StreamException; afterTokens: number; message?: string }
  /** The socket is closed in the middle of a frame. */
  | { type: 'truncated'; afterTokens: number }
  /** The stream ends between two frames, in good order, but before messageStop. */
  | { type: 'ended'; afterTokens: number }
  /** A frame whose checksum is wrong. */
  | { type: 'corrupted'; afterTokens: number }
  /** No more bytes, and the socket stays open. */
  | { type: 'stalled'; afterTokens: number };

/** A failure that travels as a status with the name in `x-amzn-errortype`. */
export class Refusal extends Error {
  readonly status: number;

  constructor(name: RefusalName, message: string = refusals[name][1]) {
    super(message);
    this.name = name;
    this.status = refusals[name][0];
  }
}

export function malformed(what: string): Refusal {
  return new Refusal(
    'ValidationException',
    `Malformed input request: ${what}, please reformat your input and try again.`,
  );
}

export interface FaultPlanOptions {
  /** Every nth request is throttled, and all beyond a rate. */
  throttle?: { every?: number; perSecond?: number };
  /** Every nth request fails in this way. */
  fail?: { every: number; fault: Fault };
  /** Milliseconds, for the rate. */
  now?: () => number;
}

export interface FaultPlan {
  /** What goes wrong with the request that just came, if anything. */
  next(): Fault | undefined;
  /** For the requests that come next, before all other rules. */
  queue(faults: readonly Fault[]): void;
}

export function createFaultPlan({ throttle = {}, fail, now = Date.now }: FaultPlanOptions): FaultPlan {
  const queued: Fault[] = [];
  const throttled: Fault = { type: 'refused', error: 'ThrottlingException' };
  let requests = 0;
  let windowStart = 0;
  let inWindow = 0;
  return {
    next() {
      requests += 1;
      const planned = queued.shift();
      if (planned) return planned;
      if (throttle.every !== undefined && requests % throttle.every === 0) return throttled;
      if (throttle.perSecond !== undefined) {
        if (now() - windowStart >= 1000) [windowStart, inWindow] = [now(), 0];
        inWindow += 1;
        if (inWindow > throttle.perSecond) return throttled;
      }
      return fail && requests % fail.every === 0 ? fail.fault : undefined;
    },
    queue: (faults) => void queued.push(...faults),
  };
}
