import { after } from 'node:test';
import { startKafka } from '@freshet/testkit/kafka';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { openKafkaEventLog } from '../../kafka.ts';
import { testEventLogContract } from '../contract.ts';

const kafka = await startKafka();
after(() => kafka.stop());
const topicPrefix = uniquePrefix('contract');

testEventLogContract('Kafka', {
  open: () =>
    openKafkaEventLog({
      brokers: [kafka.url],
      clientId: 'contract',
      topicPrefix,
      retryBaseMs: 5,
      heartbeatMs: 50,
    }),
  waitsForTopics: true,
  // A broker makes folders for each.
  manyPartitions: 47,
});
