import { Gauge, type Registry } from '@freshet/shared/metrics';

export interface GenerateMetrics {
  streams: Gauge;
}

export function createGenerateMetrics(registry: Registry): GenerateMetrics {
  return {
    streams: new Gauge({
      name: 'freshet_generate_streams',
      help: 'Answers that are being generated.',
      registers: [registry],
    }),
  };
}
