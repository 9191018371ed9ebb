import { Client, type ClientOptions } from '@opensearch-project/opensearch';

export interface Connection {
  nodes: string[];
  timeoutMs: number;
  basic?: { username: string; password: string };
  /** Signs requests for Amazon OpenSearch Service in this region. */
  awsRegion?: string;
  /** PEM of the authority that signed the certificates of the nodes. */
  ca?: string;
}

/** Opens no connection yet: a cluster that is down is noticed by the first request. */
export async function createClient({ nodes, timeoutMs, basic, awsRegion, ca }: Connection): Promise<Client> {
  const options: ClientOptions = {
    nodes,
    requestTimeout: timeoutMs,
    maxRetries: Math.max(1, nodes.length - 1),
    // A node that failed is tried again with the next request that comes to it, not declared dead for minutes.
    resurrectStrategy: 'optimistic',
    ...(basic ? { auth: basic } : {}),
    ...(ca === undefined ? {} : { ssl: { ca } }),
  };
  if (awsRegion === undefined) return new Client(options);
  const [{ AwsSigv4Signer }, { defaultProvider }] = await Promise.all([
    import('@opensearch-project/opensearch/aws'),
    import('@aws-sdk/credential-provider-node'),
  ]);
  return new Client({
    ...options,
    ...AwsSigv4Signer({ region: awsRegion, service: 'es', getCredentials: defaultProvider() }),
  });
}
