import { FreshetError } from '@freshet/shared/errors';
import type { PartitionLag, TopicOptions } from '../index.ts';
import type { Store } from './store.ts';

export interface Topic {
  id: number;
  cleanup: TopicOptions['cleanup'];
  /** In order of their numbers. */
  partitions: { id: number; end: number }[];
}

export interface CreateTopicTask extends TopicOptions {
  topic: string;
}

/** Whether the topic is new. */
export function createTopic(store: Store, { topic, partitions, cleanup }: CreateTopicTask): boolean {
  return store.write(
    () => {
      const { changes, lastInsertRowid } = store
        .sql('insert into topic (name, cleanup) values (?, ?) on conflict do nothing')
        .run(topic, cleanup);
      if (changes === 0) return false;
      const insert = store.sql('insert into partition (topic_id, number) values (?, ?)');
      for (let number = 0; number < partitions; number++) insert.run(lastInsertRowid, number);
      return true;
    },
    { isDurable: true },
  );
}

/** Throws FRESHET_TOPIC_UNKNOWN. */
export function topicOf(store: Store, name: string): Topic {
  const topic = store.get<Omit<Topic, 'partitions'>>('select id, cleanup from topic where name = ?', name);
  if (!topic) {
    throw new FreshetError('FRESHET_TOPIC_UNKNOWN', {
      detail: `The event log has no topic ${JSON.stringify(name)}; create it, or correct its name.`,
    });
  }
  const partitions = store.all<Topic['partitions'][number]>(
    'select id, end_offset as end from partition where topic_id = ? order by number',
    topic.id,
  );
  return { ...topic, partitions };
}

export interface LagTask {
  topic: string;
  group: string;
}

export function lagOf(store: Store, { topic, group }: LagTask): PartitionLag[] {
  return store.all<PartitionLag>(
    `select p.number as partition, coalesce(a.committed, 0) as committed, p.end_offset as end
       from partition p
       left join consumer_group g on g.topic_id = p.topic_id and g.name = ?
       left join assignment a on a.group_id = g.id and a.partition_id = p.id
      where p.topic_id = ?
      order by p.number`,
    group,
    topicOf(store, topic).id,
  );
}
