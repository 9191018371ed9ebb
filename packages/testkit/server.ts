/** A real server that tests run against. */
export interface TestServer {
  /** Where it answers, as its clients take it. */
  readonly url: string;
  /** Ends the server at once, as a crash would; its data stay. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port and data. */
  start(): Promise<void>;
  /** Ends the server for good and removes its data. */
  stop(): Promise<void>;
}

/** One way to have a server; rejects with the reason where this machine does not offer it. */
export interface Way<Server> {
  name: string;
  start: () => Promise<Server>;
}

export interface ServerChoice<Server> {
  /** The server's name, for messages. */
  name: string;
  /** The environment variable that may hold the address of a server that runs already. */
  variable: string;
  /** Makes a server of what the variable holds. */
  borrow: (url: string) => Server;
  /** Tried in this order. */
  ways: Way<Server>[];
  /** A server of the caller's own, which it may kill: the variable is not looked at. */
  isDedicated?: boolean | undefined;
  env?: NodeJS.ProcessEnv | undefined;
}

/**
 * The server that the environment names, else the first way that works.
 * @throws {Error} naming every way that was tried, and why it failed.
 */
export async function startServer<Server>({
  name,
  variable,
  borrow,
  ways,
  isDedicated = false,
  env = process.env,
}: ServerChoice<Server>): Promise<Server> {
  const url = env[variable];
  if (url && !isDedicated) return borrow(url);
  const refusals: string[] = [];
  for (const way of ways) {
    try {
      return await way.start();
    } catch (error) {
      refusals.push(`${way.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const help = isDedicated ? '' : `; set ${variable} to the address of one that runs`;
  throw new Error([`There is no ${name} for the tests${help}.`, ...refusals].join('\n  '));
}

/** A server that somebody else started: it is used, and left alone. */
export function borrowedServer(url: string): TestServer {
  async function refuse(): Promise<void> {
    throw new Error(`${url} belongs to others; a test that ends its server asks for a dedicated one.`);
  }
  return { url, kill: refuse, start: refuse, async stop() {} };
}
