import { NodeHttpHandler } from '@smithy/node-http-handler';

const CONNECT_TIMEOUT_MS = 3_000;

/**
 * HTTP/1.1 in place of the SDK's default for Bedrock, HTTP/2 with a connection for each stream: that would make a
 * TLS handshake for every answer, and this keeps its sockets.
 */
export function createRequestHandler(connections: number): NodeHttpHandler {
  const agent = { keepAlive: true, maxSockets: connections };
  return new NodeHttpHandler({
    connectionTimeout: CONNECT_TIMEOUT_MS,
    httpAgent: agent,
    httpsAgent: agent,
  });
}
