/**
 * Change data capture against the real servers: PostgreSQL, Debezium, Kafka, and an ingestor on SQLite, or with
 * `--opensearch` on OpenSearch. `--schema` lets Debezium's messages carry their schema.
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { createReport } from '../../test/report.ts';
import { openPipeline, type Pipeline, secondsUntil } from './pipeline.ts';

const { values } = parseArgs({
  options: { opensearch: { type: 'boolean', default: false }, schema: { type: 'boolean', default: false } },
});
const report = createReport(console.log);
/** More than 8 KiB that does not compress: PostgreSQL keeps it beside the row. */
const LARGE = `(select string_agg(md5(i::text), ' ') from generate_series(1, 600) i)`;
const ROW = `insert into articles (id, title, body, allowed, status, price)`;

const PREPARE = `
create table articles (
  id bigint primary key, title text not null, summary text, body text, allowed text[], status text not null default 'draft',
  price numeric(10, 2), published_on date, updated_at timestamp not null default (now() at time zone 'utc'));
create table debezium_signal (id text primary key, type text not null, data text);
create table faqs (lang text, slug text, question text not null, answer text, primary key (lang, slug));
${ROW} values (9007199254740993, 'Snapshot', 'periwinkle', '{staff}', 'live', 12.34);
insert into faqs values ('en', 'refund/when', 'When is a refund paid?', 'Within a fortnight, marzipan.');`;

let pipeline: Pipeline;

/** Runs statements, and says how long it took from their commit until the condition held. */
async function commit(statements: string, condition: () => Promise<void>): Promise<void> {
  await pipeline.sql(statements);
  report.note(`${(await secondsUntil(condition)).toFixed(2)} s from commit`);
}

async function finds(text: string, ids: string[], groups = ['staff']): Promise<void> {
  assert.deepEqual(await pipeline.find(text, groups), ids);
}

async function refused(code: string, count = 1): Promise<void> {
  const letters = pipeline.deadLetters.filter((letter) => letter.code === code);
  assert.equal(letters.length, count, JSON.stringify(pipeline.deadLetters));
  for (const { topic } of letters) assert.match(topic ?? '', /^shop\.public\./);
}

pipeline = await openPipeline({
  useOpenSearch: values.opensearch,
  withSchema: values.schema,
  prepare: PREPARE,
});
try {
  const { check } = report;
  await check('a row of the snapshot is found, its key exact beyond 2^53', async () => {
    await secondsUntil(() => finds('periwinkle', ['articles/9007199254740993']));
    await secondsUntil(() => finds('marzipan', ['faqs/en/refund%2Fwhen'], []));
    const manifest = await pipeline.manifest('articles/9007199254740993');
    assert.deepEqual(manifest?.attributes, { status: 'live', price: 12.34 });
    assert.deepEqual(manifest?.acl, { allow: ['group:staff'] });
  });
  await check('an insert is found', () =>
    commit(`${ROW} values (1, 'First', 'saffron', '{staff}', 'live', 1)`, () =>
      finds('saffron', ['articles/1']),
    ),
  );
  await check('an update replaces the text', () =>
    commit(`update articles set body = 'cardamom' where id = 1`, async () => {
      await finds('cardamom', ['articles/1']);
      await finds('saffron', []);
    }),
  );
  await check('of two updates in one transaction the later one holds', () =>
    commit(
      `begin; update articles set body = 'fennel' where id = 1; update articles set body = 'juniper' where id = 1; commit`,
      async () => {
        await finds('juniper', ['articles/1']);
        await finds('fennel', []);
      },
    ),
  );
  await check('a permission that is taken away is gone', () =>
    commit(`update articles set allowed = '{board}' where id = 1`, async () => {
      await finds('juniper', []);
      await finds('juniper', ['articles/1'], ['board']);
    }),
  );
  await check('a row without an acl is closed', async () => {
    await commit(`update articles set allowed = null where id = 1`, () => finds('juniper', [], ['board']));
    await pipeline.sql(`update articles set allowed = '{staff}' where id = 1`);
    await secondsUntil(() => finds('juniper', ['articles/1']));
  });
  await check('a key that changes moves the document', () =>
    commit(`update articles set id = 2 where id = 1`, () => finds('juniper', ['articles/2'])),
  );
  await check(
    'a large value that an update lacks: the document is withdrawn where its acl may have changed',
    async () => {
      await pipeline.sql(`${ROW} values (3, 'Large', 'turmeric ' || ${LARGE}, '{staff}', 'live', 1)`);
      await secondsUntil(() => finds('turmeric', ['articles/3']));
      await commit(`update articles set title = 'Changed', allowed = '{board}' where id = 3`, async () => {
        await finds('turmeric', []);
        await finds('turmeric', [], ['board']);
      });
      await secondsUntil(() => refused('FRESHET_CHANGE_INCOMPLETE'));
    },
  );
  await check(
    'a large value that an update lacks: the document stays where its acl is constant',
    async () => {
      await pipeline.sql(`insert into faqs values ('en', 'large', 'Large?', 'sumac ' || ${LARGE})`);
      await secondsUntil(() => finds('sumac', ['faqs/en/large'], []));
      await commit(`update faqs set question = 'Changed?' where slug = 'large'`, () =>
        refused('FRESHET_CHANGE_INCOMPLETE', 2),
      );
      await finds('sumac', ['faqs/en/large'], []);
    },
  );
  await check('a large value that an update lacks comes from the reselect post processor', async () => {
    await pipeline.sql(
      `${ROW} values (5, 'Five', 'oregano', '{staff}', 'live', 1); update articles set summary = ${LARGE} where id = 5`,
    );
    await secondsUntil(() => finds('oregano', ['articles/5']));
    await commit(`update articles set title = 'Paprika' where id = 5`, async () => {
      await finds('paprika', ['articles/5']);
      await finds('oregano', ['articles/5']);
    });
    await refused('FRESHET_CHANGE_INCOMPLETE', 2);
  });
  await check('an incremental snapshot brings back a document that was withdrawn', () =>
    commit(
      `insert into debezium_signal values ('1', 'execute-snapshot', '{"data-collections": ["public.articles"]}')`,
      async () => {
        await finds('turmeric', ['articles/3'], ['board']);
        await finds('turmeric', [], ['staff']);
      },
    ),
  );
  await check('with REPLICA IDENTITY FULL an update has its large values', async () => {
    await commit(
      `alter table articles replica identity full; update articles set title = 'Nutmeg' where id = 3`,
      async () => {
        await finds('nutmeg', ['articles/3'], ['board']);
        await finds('turmeric', ['articles/3'], ['board']);
      },
    );
    await refused('FRESHET_CHANGE_INCOMPLETE', 2);
  });
  await check('a delete takes the document away', () =>
    commit(`delete from articles where id = 2`, () => finds('juniper', [])),
  );
  await check(
    'a record that is no change goes to the dead letters, and the next one is applied',
    async () => {
      await pipeline.produce('shop.public.articles', 'x', Buffer.from('not JSON'));
      await commit(`${ROW} values (4, 'Fourth', 'vanilla', '{staff}', 'live', 1)`, () =>
        finds('vanilla', ['articles/4']),
      );
      await secondsUntil(() => refused('FRESHET_CHANGE_INVALID'));
    },
  );
  await check('a truncated table takes its documents away, and no others', async () => {
    await commit('truncate articles', async () => {
      for (const text of ['vanilla', 'periwinkle', 'nutmeg', 'paprika'])
        await finds(text, [], ['staff', 'board']);
    });
    await finds('marzipan', ['faqs/en/refund%2Fwhen'], []);
  });
  await check('a row that comes after the truncation is found', () =>
    commit(`${ROW} values (4, 'Again', 'liquorice', '{staff}', 'live', 1)`, () =>
      finds('liquorice', ['articles/4']),
    ),
  );
} finally {
  await pipeline.close();
}
const { line, exitCode } = report.finish();
console.log(line);
process.exitCode = exitCode;
