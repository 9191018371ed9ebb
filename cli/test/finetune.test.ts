import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startFakeBedrockControl } from '@freshet/testkit/fake-bedrock-control';
import { freshet } from './run-cli.ts';

const settings = [
  ...['--name', 'support-2026', '--base-model', 'amazon.nova-lite-v1:0:300k'],
  ...['--role', 'arn:aws:iam::123456789012:role/finetune', '--train', 's3://data/train.jsonl'],
  ...['--validation', 's3://data/validation.jsonl', '--out', 's3://data/out/'],
  ...['--hyperparameter', 'epochCount=2', '--hyperparameter', 'learningRate=0.00001'],
];

async function open(t: TestContext) {
  const fake = await startFakeBedrockControl();
  t.after(() => fake.close());
  const env = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_BEDROCK: fake.url,
    AWS_MAX_ATTEMPTS: '1',
  };
  return { fake, run: (...args: string[]) => freshet(['finetune', ...args], env) };
}

test('a job is created as it was described, and the same command finds it again', async (t) => {
  const { fake, run } = await open(t);
  const first = await run('start', ...settings, '--json');
  assert.equal(first.code, 0, first.error);
  assert.equal(JSON.parse(first.out).status, 'InProgress');
  const again = await run('start', ...settings.slice(-2), ...settings.slice(0, -2), '--json');
  assert.equal(JSON.parse(again.out).job, JSON.parse(first.out).job);
  assert.equal(fake.jobs.length, 1);
  const { clientRequestToken, ...request } = fake.jobs[0]!.request;
  assert.match(String(clientRequestToken), /^[0-9a-f]{64}$/);
  assert.deepEqual(request, {
    jobName: 'support-2026',
    customModelName: 'support-2026',
    roleArn: 'arn:aws:iam::123456789012:role/finetune',
    baseModelIdentifier: 'amazon.nova-lite-v1:0:300k',
    customizationType: 'FINE_TUNING',
    trainingDataConfig: { s3Uri: 's3://data/train.jsonl' },
    validationDataConfig: { validators: [{ s3Uri: 's3://data/validation.jsonl' }] },
    outputDataConfig: { s3Uri: 's3://data/out/' },
    hyperParameters: { epochCount: '2', learningRate: '0.00001' },
  });
  const other = await run('start', ...settings, '--hyperparameter', 'epochCount=3');
  assert.equal(other.code, 1);
  assert.match(other.error, /ConflictException/);
});

test('a job is followed to its end; its model is named, and once it is deployed the route', async (t) => {
  const { fake, run } = await open(t);
  fake.onLook((job) => {
    if (job.looks === 3) job.status = 'Completed';
  });
  const done = await run('start', ...settings, '--wait', '--every', '0.01');
  assert.equal(done.code, 0, done.error);
  assert.match(done.out, /^status +Completed$/m);
  assert.match(done.out, /^validationLoss +0\.75$/m);
  assert.match(done.out, /^model +arn:aws:bedrock:.+:custom-model\//m);
  assert.match(done.out, /create-custom-model-deployment .*--model-arn arn:/);
  const arn = fake.deploy('support-2026');
  const { out } = await run('status', 'support-2026');
  assert.ok(out.includes(`"tuned": {"provider":"bedrock","model":"${arn}"}`), out);
});

test('a job that failed says why, and fails the command', async (t) => {
  const { fake, run } = await open(t);
  await run('start', ...settings);
  fake.settle('support-2026', 'Failed', 'The training file has 12 examples; 32 are needed.');
  const { code, out } = await run('status', fake.jobs[0]!.arn, '--wait');
  assert.equal(code, 1);
  assert.match(out, /^failure +The training file has 12 examples/m);
});

test('what Bedrock refuses, or does not have, is told with its words', async (t) => {
  const { fake, run } = await open(t);
  fake.failNext('AccessDeniedException');
  const refused = await run('start', ...settings);
  assert.deepEqual([refused.code, /AccessDeniedException/.test(refused.error)], [1, true]);
  const unknown = await run('status', 'nobody');
  assert.deepEqual([unknown.code, /There is no job nobody/.test(unknown.error)], [1, true]);
});

for (const [args, message] of [
  [[], /takes start, or status/],
  [['status'], /takes start, or status/],
  [['start'], /--name is missing/],
  [['start', ...settings, '--name', 'no spaces'], /--name takes/],
  [['start', ...settings, '--role', 'finetune'], /--role takes the ARN/],
  [['start', ...settings, '--train', './train.jsonl'], /--train takes an address/],
  [['start', ...settings, '--hyperparameter', 'epochs'], /NAME=VALUE/],
  [['status', 'job', '--wait', '--every', 'soon'], /--every takes seconds/],
] as const) {
  test(`wrong words are refused: ${args.slice(0, 1)} ${args.slice(-2).join(' ')}`, async () => {
    const { code, error } = await freshet(['finetune', ...args], {});
    assert.equal(code, 2);
    assert.match(error, message);
  });
}
