import { createHash } from 'node:crypto';
import {
  BedrockClient,
  CreateModelCustomizationJobCommand,
  GetModelCustomizationJobCommand,
  ListCustomModelDeploymentsCommand,
} from '@aws-sdk/client-bedrock';
import { fromBedrock } from '@freshet/models/bedrock/errors';

export interface JobSettings {
  /** Of the job, and of the model that it makes. */
  name: string;
  /** Id or ARN of a model that can be customised. */
  baseModel: string;
  /** ARN of the role that Bedrock reads and writes the data with. */
  role: string;
  /** S3 addresses: two files, and a folder for what the job writes. */
  train: string;
  validation?: string | undefined;
  out: string;
  /** In the words of the base model, such as `epochCount`. */
  hyperparameters: Readonly<Record<string, string>>;
}

export interface JobState {
  job: string;
  status: string;
  baseModel?: string | undefined;
  startedAt?: string | undefined;
  endedAt?: string | undefined;
  failure?: string | undefined;
  trainingLoss?: number | undefined;
  validationLoss?: number | undefined;
  /** ARN of the model, once the job is completed. */
  model?: string | undefined;
  /** ARN by which the model can be asked, where it is deployed. */
  deployment?: string | undefined;
}

export interface CustomisationJobs {
  /** Creates the job, or finds the one that the same settings have made before; gives its ARN. */
  start(settings: JobSettings, signal: AbortSignal): Promise<string>;
  /** @param job its name or ARN */
  look(job: string, signal: AbortSignal): Promise<JobState>;
  close(): void;
}

/**
 * Customisation jobs of Bedrock. Region, credentials and endpoint are what the SDK finds: `AWS_REGION`,
 * `AWS_ENDPOINT_URL_BEDROCK`. Errors are `FRESHET_MODEL_…`, as those of Bedrock's models.
 */
export function createCustomisationJobs(): CustomisationJobs {
  const client = new BedrockClient({});
  const call = async <Result>(made: Promise<Result>): Promise<Result> => {
    try {
      return await made;
    } catch (error) {
      throw fromBedrock(error);
    }
  };

  async function start(settings: JobSettings, signal: AbortSignal): Promise<string> {
    const { name, baseModel, role, train, validation, out, hyperparameters } = settings;
    const command = new CreateModelCustomizationJobCommand({
      jobName: name,
      customModelName: name,
      roleArn: role,
      clientRequestToken: tokenOf(settings),
      baseModelIdentifier: baseModel,
      customizationType: 'FINE_TUNING',
      trainingDataConfig: { s3Uri: train },
      ...(validation === undefined ? {} : { validationDataConfig: { validators: [{ s3Uri: validation }] } }),
      outputDataConfig: { s3Uri: out },
      hyperParameters: { ...hyperparameters },
    });
    const { jobArn } = await call(client.send(command, { abortSignal: signal }));
    return jobArn!;
  }

  async function look(jobIdentifier: string, signal: AbortSignal): Promise<JobState> {
    const abort = { abortSignal: signal };
    const found = await call(client.send(new GetModelCustomizationJobCommand({ jobIdentifier }), abort));
    const { outputModelArn: model } = found;
    return {
      job: found.jobArn ?? jobIdentifier,
      status: found.status ?? 'InProgress',
      baseModel: found.baseModelArn,
      startedAt: found.creationTime?.toISOString(),
      endedAt: found.endTime?.toISOString(),
      failure: found.failureMessage,
      trainingLoss: found.trainingMetrics?.trainingLoss,
      validationLoss: found.validationMetrics?.[0]?.validationLoss,
      model,
      deployment: model && (await findDeployment(model, signal)),
    };
  }

  async function findDeployment(model: string, signal: AbortSignal): Promise<string | undefined> {
    const command = new ListCustomModelDeploymentsCommand({ modelArnEquals: model, statusEquals: 'Active' });
    const { modelDeploymentSummaries = [] } = await call(client.send(command, { abortSignal: signal }));
    return modelDeploymentSummaries[0]?.customModelDeploymentArn;
  }

  return { start, look, close: () => client.destroy() };
}

/** The same for the same settings: a command that is repeated, or was interrupted, starts no second job. */
function tokenOf(settings: JobSettings): string {
  const { name, baseModel, role, train, validation, out, hyperparameters } = settings;
  const ordered = Object.entries(hyperparameters).sort(([one], [other]) => (one < other ? -1 : 1));
  const all = [name, baseModel, role, train, validation, out, ordered];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}
