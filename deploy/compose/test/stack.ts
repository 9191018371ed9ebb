import { run } from '../../test/run.ts';

export interface Container {
  Id: string;
  Image: string;
  RestartCount: number;
  State: { Status: string; ExitCode: number; OOMKilled: boolean; Health?: { Status: string } };
  Config: { User: string; Labels: Record<string, string> };
  HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[] | null;
    SecurityOpt: string[] | null;
    Memory: number;
    Privileged: boolean;
  };
  NetworkSettings: { Ports: Record<string, { HostIp: string; HostPort: string }[] | null> };
}

export interface StackOptions {
  project: string;
  /** Variables for the compose file, over those of its env files. */
  variables: Record<string, string>;
}

export interface Stack {
  docker(...args: string[]): Promise<string>;
  compose(...args: string[]): Promise<string>;
  /** The containers of the project by service, those that have ended too. */
  containers(): Promise<Map<string, Container>>;
  /** What a service says of its dependencies, asked inside its container. */
  readiness(service: string): Promise<string>;
}

/** What the commands need of this process's environment: no setting of a fleet may leak in. */
const INHERITED =
  /^(PATH|HOME|TMPDIR|XDG_RUNTIME_DIR|DOCKER_.*|BUILDX_.*|SSL_CERT_FILE|https?_proxy|no_proxy)$/i;

/** One project of the root's compose file. */
export function openStack({ project, variables }: StackOptions): Stack {
  const inherited = Object.entries(process.env).filter(([name]) => INHERITED.test(name));
  const env = { ...Object.fromEntries(inherited), ...variables, COMPOSE_PROJECT_NAME: project };
  const docker = (...args: string[]) => run('docker', args, { env });
  return {
    docker,
    compose: (...args) => docker('compose', '--ansi', 'never', '--progress', 'plain', ...args),
    async containers() {
      const label = `label=com.docker.compose.project=${project}`;
      const ids = (await docker('ps', '--all', '--quiet', '--no-trunc', '--filter', label))
        .split('\n')
        .filter(Boolean);
      if (ids.length === 0) return new Map();
      const found = JSON.parse(await docker('inspect', ...ids)) as Container[];
      return new Map(found.map((each) => [each.Config.Labels['com.docker.compose.service'] ?? '', each]));
    },
    async readiness(service) {
      const command = ['exec', `${project}-${service}-1`, 'node', 'healthcheck.mts', '/readyz'];
      return docker(...command).then(
        () => 'ok',
        (error: Error) => error.message,
      );
    },
  };
}
