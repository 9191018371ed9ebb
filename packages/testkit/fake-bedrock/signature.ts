import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './faults.ts';

const SIGV4 =
  /^AWS4-HMAC-SHA256 Credential=[\w./+=-]+\/\d{8}\/[\w-]+\/(bedrock|sagemaker)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=[0-9a-f]{64}$/;
const API_KEY = /^Bearer \S+$/;

/**
 * Whether a request is signed, in the shape that AWS Signature Version 4 gives it, or brings a Bedrock API key.
 * The signature itself is not computed: the fake knows no secret.
 */
export function checkSignature(
  { authorization, 'x-amz-date': date }: IncomingHttpHeaders & { 'x-amz-date'?: string },
  service: 'bedrock' | 'sagemaker' = 'bedrock',
): void {
  if (authorization === undefined) throw new Refusal('MissingAuthenticationTokenException');
  if (API_KEY.test(authorization)) return;
  const [, signedFor, headers] = SIGV4.exec(authorization) ?? [];
  const signed = headers?.split(';');
  if (signedFor !== service || !signed?.includes('host') || !/^\d{8}T\d{6}Z$/.test(date ?? '')) {
    throw new Refusal('UnrecognizedClientException');
  }
}
