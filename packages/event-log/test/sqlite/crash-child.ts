/** The process that crash.test.ts kills. Arguments: what to do, the database file. */
import { openSqliteEventLog } from '../../sqlite.ts';
import { record } from '../contract.ts';

const [, , role, path] = process.argv;
const log = await openSqliteEventLog({ path: path!, pollMs: 5 });
const tell = (message: unknown) => process.send!(message);

if (role === 'append') {
  for (let round = 0; ; round++) {
    const names = Array.from({ length: 5 }, (_, index) => `${process.pid}-${round}-${index}`);
    await log.append(
      't',
      names.map((name) => record(name)),
    );
    tell(names);
  }
} else {
  let batches = 0;
  await log.consume({
    topic: 't',
    group: 'g',
    maxRecords: 10,
    onBatch: async ({ records }) => {
      batches++;
      for (const [index, { key }] of records.entries()) {
        // In the middle of its third batch it waits for its end.
        if (batches === 3 && index === 5) {
          tell('stuck');
          await new Promise(() => {});
        }
        tell(key);
      }
    },
  });
}
