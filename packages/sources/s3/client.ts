import { S3Client } from '@aws-sdk/client-s3';

/** A client of S3, or of a server that speaks it. */
export function createS3Client(endpoint: string | undefined): S3Client {
  return new S3Client({
    ...(endpoint === undefined
      ? {}
      : { endpoint, forcePathStyle: true, region: process.env['AWS_REGION'] ?? 'us-east-1' }),
    maxAttempts: 3,
    // Servers other than AWS know none of the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 30_000 },
  });
}
