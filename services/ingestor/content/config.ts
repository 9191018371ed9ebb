import { s3Config } from '@freshet/sources/s3/config';
import { Type } from 'typebox';

const list = (description: string) => Type.String({ default: '', description });

/** What a `contentUrl` may lead to: nothing, unless it is named. */
export const contentConfig = {
  ...s3Config,
  CONTENT_URL_HOSTS: list(
    'Hosts that content is fetched from by `contentUrl`, with commas between them; `*.example.com` is every host below it, `wiki:8443` has a port.',
  ),
  CONTENT_URL_PRIVATE: Type.Boolean({
    default: false,
    description: 'Whether those hosts may have addresses of an intranet or of this machine.',
  }),
  CONTENT_S3_BUCKETS: list(
    'Buckets that content is fetched from by `contentUrl`, with commas between them; `bucket/prefix` is a part of one.',
  ),
  CONTENT_FILE_ROOTS: list(
    'Folders that content is read from by `contentUrl`, as absolute paths with commas between them.',
  ),
  CONTENT_TIMEOUT_MS: Type.Integer({
    default: 60_000,
    minimum: 100,
    description: 'Content that takes longer to fetch is tried again later.',
  }),
  CONTENT_IN_FLIGHT_MIB: Type.Integer({
    default: 64,
    minimum: 50,
    description: 'Most memory that fetched content of all documents takes at once; others wait.',
  }),
};
