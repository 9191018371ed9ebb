import { BedrockRuntimeClient, type BedrockRuntimeClientConfig } from '@aws-sdk/client-bedrock-runtime';
import { eventStreamSerdeProvider } from './event-stream.ts';
import { createRequestHandler } from './request-handler.ts';

export interface BedrockClientOptions {
  /** By default where the SDK's own configuration says. */
  region?: string | undefined;
  /** In place of the region's public endpoint: a VPC endpoint, or a fake. */
  endpoint?: string | undefined;
  /** By default those of the SDK's own chain: environment, profile, pod identity, instance. */
  credentials?: BedrockRuntimeClientConfig['credentials'];
  /** How often a call that was throttled, or met a failing server, is made in all. */
  maxAttempts?: number;
  /** Sockets, which are kept: one for each call that runs. */
  connections?: number;
}

/** A client of Bedrock Runtime. Its retries are adaptive: after throttling it slows down all of its calls. */
export function createBedrockClient({
  region,
  endpoint,
  credentials,
  maxAttempts = 3,
  connections = 128,
}: BedrockClientOptions): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    eventStreamSerdeProvider,
    retryMode: 'adaptive',
    maxAttempts,
    requestHandler: createRequestHandler(connections),
  });
}
