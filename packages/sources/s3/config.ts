import { Type } from 'typebox';

/** Region and credentials are those that the AWS SDK finds: AWS_REGION, profile, role of the pod or the machine. */
export const s3Config = {
  S3_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description:
        'A server that speaks S3, such as MinIO, in place of AWS; buckets are then asked for by path.',
    }),
  ),
};
