/** Exit code 0 when the server in this container answers 200 on the path; without a path, when it accepts a connection. */
import { get } from 'node:http';
import { connect } from 'node:net';

const [path] = process.argv.slice(2);
const port = Number(process.env['PORT']);
const healthy = () => process.exit(0);
const unhealthy = (reason: string) => {
  console.error(reason);
  process.exit(1);
};

if (path === undefined) {
  connect(port, '127.0.0.1', healthy).once('error', ({ message }) => unhealthy(message));
} else {
  get({ host: '127.0.0.1', port, path, timeout: 4_000 }, (response) => {
    if (response.statusCode === 200) healthy();
    // /readyz says in its body which dependency is down: it stands in `docker inspect` then.
    response.setEncoding('utf8').once('data', unhealthy);
  }).once('error', ({ message }) => unhealthy(message));
}
