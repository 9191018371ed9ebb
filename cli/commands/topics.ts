import { loadConfig } from '@freshet/shared/config';
import { Type } from 'typebox';
import { type Command, EXIT, UsageError } from '../command.ts';

export const topicsCommand: Command = {
  usage: 'topics apply',
  summary: 'make the topics of the fleet in Kafka; KAFKA_* and TOPIC_* as the services read them',
  async run({ paths, options, out }) {
    if (paths.length !== 1 || paths[0] !== 'apply') throw new UsageError('topics takes one word: apply');
    const [{ eventLogConfig, openEventLog }, { applyTopics }] = await Promise.all([
      import('@freshet/event-log/open'),
      import('@freshet/event-log/topics'),
    ]);
    const config = loadConfig(Type.Object(eventLogConfig));
    if (!config.KAFKA_BROKERS) {
      throw new UsageError('KAFKA_BROKERS is not set; the embedded log makes its topics by itself');
    }
    const log = await openEventLog(config, { name: 'topics' });
    try {
      for (const { topic, isNew, partitions, cleanup } of await applyTopics(log, config)) {
        const name = config.KAFKA_TOPIC_PREFIX + topic;
        if (options.json) out(`${JSON.stringify({ topic: name, isNew })}\n`);
        else if (isNew) out(`created  ${name} (partitions ${partitions}, ${cleanup})\n`);
        else out(`found    ${name}\n`);
      }
    } finally {
      await log.close();
    }
    return EXIT.ok;
  },
};
