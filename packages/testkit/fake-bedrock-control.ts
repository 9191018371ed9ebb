import { isDeepStrictEqual } from 'node:util';
import Fastify from 'fastify';
import { malformed, Refusal, type RefusalName } from './fake-bedrock/faults.ts';
import { checkSignature } from './fake-bedrock/signature.ts';

export type JobStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopped';

export interface FakeJob {
  arn: string;
  /** The request that made it. */
  request: Record<string, unknown> & { jobName: string; customModelName: string };
  status: JobStatus;
  failureMessage?: string;
  /** How often its state was asked for. */
  looks: number;
}

export interface FakeBedrockControl {
  readonly url: string;
  readonly jobs: readonly FakeJob[];
  /** What becomes of a job; it is in progress until then. */
  settle(jobName: string, status: JobStatus, failureMessage?: string): void;
  /** Called at each look at a job, before it is answered. */
  onLook(listener: (job: FakeJob) => void): void;
  /** Makes the model of a job one that can be asked; gives the ARN. */
  deploy(jobName: string): string;
  /** The requests that come next are refused. */
  failNext(...errors: RefusalName[]): void;
  close(): Promise<void>;
}

const ACCOUNT = 'arn:aws:bedrock:eu-central-1:123456789012';
const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9+.])*$/;
const S3 = /^s3:\/\/[a-z0-9][-.a-z0-9]{1,61}(\/.*)?$/;

interface JobRequest {
  jobName: string;
  customModelName: string;
  roleArn: string;
  clientRequestToken?: string;
  baseModelIdentifier: string;
  trainingDataConfig: { s3Uri: string };
  outputDataConfig: { s3Uri: string };
}

/** The part of Bedrock's control plane that customises models, for the unchanged AWS SDK. */
export async function startFakeBedrockControl(): Promise<FakeBedrockControl> {
  const app = Fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 2048 } });
  const jobs: FakeJob[] = [];
  const deployed = new Map<string, string>();
  const faults: RefusalName[] = [];
  const listeners: ((job: FakeJob) => void)[] = [];
  const modelArn = (job: FakeJob) => `${ACCOUNT}:custom-model/tuned.1/${job.arn.slice(-12)}`;

  app.setErrorHandler((error: Error, _request, reply) => {
    const refusal = error instanceof Refusal ? error : new Refusal('ValidationException', error.message);
    return reply
      .code(refusal.status)
      .header('x-amzn-errortype', refusal.name)
      .send({ message: refusal.message });
  });
  app.addHook('preHandler', async ({ headers }) => {
    checkSignature(headers);
    const fault = faults.shift();
    if (fault) throw new Refusal(fault);
  });

  app.post<{ Body: JobRequest }>('/model-customization-jobs', async ({ body }, reply) => {
    const { jobName, customModelName, roleArn, clientRequestToken } = body;
    if (!NAME.test(jobName ?? '') || !NAME.test(customModelName ?? '')) throw malformed('a name is wrong');
    if (!/^arn:aws[\w-]*:iam::\d{12}:role\//.test(roleArn ?? '')) throw malformed('the role is no ARN');
    for (const { s3Uri } of [body.trainingDataConfig, body.outputDataConfig]) {
      if (!S3.test(s3Uri ?? '')) throw malformed(`${s3Uri} is no S3 address`);
    }
    const same = jobs.find(({ request }) => request['clientRequestToken'] === clientRequestToken);
    if (clientRequestToken !== undefined && same) {
      if (!isDeepStrictEqual(same.request, body)) throw new Refusal('ConflictException');
      return reply.code(201).send({ jobArn: same.arn });
    }
    if (jobs.some(({ request }) => request.jobName === jobName)) throw new Refusal('ConflictException');
    const number = String(jobs.length + 1).padStart(12, '0');
    const arn = `${ACCOUNT}:model-customization-job/base.1/${number}`;
    jobs.push({ arn, request: { ...body }, status: 'InProgress', looks: 0 });
    return reply.code(201).send({ jobArn: arn });
  });

  app.get<{ Params: { id: string } }>('/model-customization-jobs/:id', async ({ params: { id } }) => {
    const job = jobs.find(({ arn, request }) => arn === id || request.jobName === id);
    if (!job) throw new Refusal('ResourceNotFoundException', `There is no job ${id}.`);
    job.looks += 1;
    for (const listener of listeners) listener(job);
    const { arn, request, status, failureMessage } = job;
    const isDone = status === 'Completed';
    return {
      ...request,
      jobArn: arn,
      outputModelName: request.customModelName,
      ...(isDone ? { outputModelArn: modelArn(job), trainingMetrics: { trainingLoss: 0.5 } } : {}),
      ...(isDone ? { validationMetrics: [{ validationLoss: 0.75 }] } : {}),
      status,
      ...(failureMessage === undefined ? {} : { failureMessage }),
      creationTime: '2026-11-01T12:00:00Z',
      ...(status === 'InProgress' ? {} : { endTime: '2026-11-01T13:00:00Z' }),
      baseModelArn: `arn:aws:bedrock:eu-central-1::foundation-model/${request['baseModelIdentifier']}`,
      hyperParameters: request['hyperParameters'] ?? {},
    };
  });

  app.get<{ Querystring: { modelArnEquals?: string } }>(
    '/model-customization/custom-model-deployments',
    async ({ query: { modelArnEquals = '' } }) => {
      const arn = deployed.get(modelArnEquals);
      const summary = {
        customModelDeploymentArn: arn,
        customModelDeploymentName: 'tuned',
        modelArn: modelArnEquals,
        createdAt: '2026-11-01T14:00:00Z',
        status: 'Active',
      };
      return { modelDeploymentSummaries: arn === undefined ? [] : [summary] };
    },
  );

  const find = (jobName: string) => {
    const job = jobs.find(({ request }) => request.jobName === jobName);
    if (!job) throw new Error(`There is no job ${jobName}.`);
    return job;
  };
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    jobs,
    settle(jobName, status, failureMessage) {
      Object.assign(find(jobName), { status, ...(failureMessage === undefined ? {} : { failureMessage }) });
    },
    onLook: (listener) => void listeners.push(listener),
    deploy(jobName) {
      const job = find(jobName);
      const arn = `${ACCOUNT}:custom-model-deployment/${job.arn.slice(-12)}`;
      deployed.set(modelArn(job), arn);
      return arn;
    },
    failNext: (...errors) => void faults.push(...errors),
    close: () => app.close(),
  };
}
