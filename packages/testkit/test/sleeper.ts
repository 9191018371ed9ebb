import { once } from 'node:events';
import { join } from 'node:path';
import { runProgram, startLocalServer } from '../local-process.ts';

/** Starts a `server` that only sleeps, says where, and stops it when it is told to. */
const server = await startLocalServer({
  name: 'sleeper',
  url: 'none',
  pidFile: 'server.pid',
  async launch({ data }) {
    const script = 'nohup sleep 600 >/dev/null 2>&1 & echo $! > "$0"';
    await runProgram('sh', ['-c', script, join(data, 'server.pid')]);
  },
});
console.log(JSON.stringify({ data: server.data }));
await once(process.stdin, 'data');
await server.stop();
process.exit();
