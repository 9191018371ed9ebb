import type { S3Settings } from '../config.ts';
import type { ConnectorNotice } from '../notices.ts';
import { readObjectEvents } from './events.ts';
import { typeOf } from './object.ts';
import { OBJECT } from './reader.ts';

/** Says which notices a message about objects comes to; none, where it concerns no connector. */
export type EventRouter = (message: string) => ConnectorNotice[];

/**
 * Routes messages to connectors by bucket and prefix. Connectors that share a queue or a topic share a router: none may
 * take a message away that another waits for. Objects of types that are not read are left out.
 */
export function createEventRouter(
  connectors: readonly Pick<S3Settings, 'name' | 'bucket' | 'prefix'>[],
): EventRouter {
  return (message) =>
    readObjectEvents(message)
      .filter(({ key }) => typeOf(key) !== undefined)
      .flatMap(({ bucket, key }) =>
        connectors
          .filter((connector) => connector.bucket === bucket && key.startsWith(connector.prefix ?? ''))
          .map(({ name }) => ({ connector: name, kind: OBJECT, id: key })),
      );
}
