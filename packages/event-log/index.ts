/**
 * The document log, as a port: a partitioned, keyed, append-only log with consumer groups, after Kafka's model.
 * Adapters: sqlite/ (embedded) and kafka/.
 */

export interface LogRecord {
  /**
   * Records of one key share a partition and keep their order; compaction keeps the newest of a key. Never empty,
   * always well-formed Unicode. The partition is Kafka's default: murmur2 of the key's UTF-8, so that both adapters
   * and any Java producer agree.
   */
  key: string;
  /** `null` is a deletion marker. */
  value: Buffer | null;
  headers: Record<string, string>;
}

export interface Position {
  partition: number;
  /** Counts from 0 in each partition. */
  offset: number;
}

export interface ConsumedRecord extends LogRecord, Position {
  /** When the record was appended, milliseconds since the epoch. */
  timestamp: number;
}

/** Records of one partition, oldest first. */
export interface RecordBatch {
  partition: number;
  records: ConsumedRecord[];
}

export interface TopicOptions {
  partitions: number;
  /** `compact` drops a record once a newer one of its key was appended and every group has passed both. */
  cleanup: 'compact' | 'keep';
  /** Records of a `keep` topic may go after so long, in milliseconds; for ever by default. The embedded log keeps all. */
  retentionMs?: number;
}

export interface ConsumeOptions {
  topic: string;
  group: string;
  /**
   * Handles one batch. When it settles well, the batch is committed; when it throws, the same records come again
   * after a pause. Batches of one partition come one after the other, in its order; those of several partitions at
   * once where `concurrency` says so. The signal aborts when the consumer stops or has lost the partition: what is written after that must be fenced by its
   * version. A batch that settles well although the consumer stops is still committed.
   */
  onBatch: (batch: RecordBatch, signal: AbortSignal) => Promise<void>;
  /**
   * Told of every batch that failed, before the pause; without a batch when the log itself failed, which is tried
   * again too. Not told of a batch that was aborted.
   */
  onError?: (error: unknown, batch: RecordBatch | undefined) => void;
  /** Records in a batch at most; 100 by default. */
  maxRecords?: number;
  /** Bytes of keys, values and headers in a batch at most, 4 MiB by default; one record always fits. */
  maxBytes?: number;
  /** Partitions whose batches may run at once; 1 by default. The embedded log has one, whatever is asked for. */
  concurrency?: number;
}

export interface Consumer {
  /**
   * Stops after the running batch; resolves once partitions are released to the rest of the group. The handler must
   * not await it, because it waits for the handler.
   */
  stop(): Promise<void>;
}

export interface PartitionLag {
  partition: number;
  /** The offset that the group reads next. */
  committed: number;
  /** The offset that the next record will get. */
  end: number;
}

/** Every call rejects with a FreshetError; calls that name a missing topic with FRESHET_TOPIC_UNKNOWN. */
export interface EventLog {
  /** Creates the topic if it is missing, and says whether it did; an existing one keeps its partitions. */
  ensureTopic(topic: string, options: TopicOptions): Promise<boolean>;
  /**
   * Appends the records durably; answers with the position of each. A record that breaks a rule of LogRecord is
   * refused with FRESHET_EVENT_INVALID, and none of its append is kept. After any other rejection the embedded log
   * has none of them; Kafka is atomic only within a partition, so that some may be stored: append again, and let
   * readers drop what comes twice.
   */
  append(topic: string, records: LogRecord[]): Promise<Position[]>;
  /**
   * Joins the group; a group that is new reads each partition from its oldest record. Kafka's adapter resolves at
   * once, joins in the background, and waits for a missing topic: `ping` says so meanwhile.
   */
  consume(options: ConsumeOptions): Promise<Consumer>;
  /**
   * What the topic holds at the moment of the call, each partition oldest first, without a group and without a trace:
   * to look at, not to work off.
   */
  read(topic: string): AsyncIterable<ConsumedRecord>;
  lag(topic: string, group: string): Promise<PartitionLag[]>;
  /** Rejects with the reason when the log cannot be used: for readiness. Cheap enough to be asked every second. */
  ping(): Promise<void>;
  /** Stops consumers that still run, then releases what the log holds. */
  close(): Promise<void>;
}
