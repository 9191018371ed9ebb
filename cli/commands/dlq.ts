import type { EventLog } from '@freshet/event-log';
import { loadConfig } from '@freshet/shared/config';
import {
  type DeadLetter,
  foldDeadLetters,
  replayRecord,
  resolveDeadLetter,
} from '@freshet/shared/dead-letters';
import { DEAD_LETTER_TOPIC } from '@freshet/shared/document-events';
import { hasCode } from '@freshet/shared/errors';
import { Type } from 'typebox';
import { type Command, type CommandContext, EXIT, UsageError } from '../command.ts';

/** Characters of a value that `show` prints. */
const SHOWN_VALUE = 4_000;

export const dlqCommand: Command = {
  usage: 'dlq list | show ID | replay ID… | drop ID…   [--all] [--code CODE]',
  summary:
    'dead letters, out of the log itself (KAFKA_* or DATA_DIR, as the services read them); replay keeps the version',
  async run(context) {
    const [verb, ...ids] = context.paths;
    const act = verb === undefined ? undefined : verbs[verb];
    if (!act) throw new UsageError('dlq takes list, show, replay or drop');
    const { eventLogConfig, openEventLog } = await import('@freshet/event-log/open');
    const log = await openEventLog(loadConfig(Type.Object(eventLogConfig)), { name: 'dlq' });
    try {
      return await act({ ...context, log, ids, letters: await readLetters(log) });
    } finally {
      await log.close();
    }
  },
};

interface DlqContext extends CommandContext {
  log: EventLog;
  ids: string[];
  letters: DeadLetter[];
}

const verbs: Record<string, (context: DlqContext) => Promise<number>> = {
  async list({ letters, options, out }) {
    const shown = letters.filter(
      ({ state, code }) =>
        (options.all || state === 'open') && (options.code === undefined || code === options.code),
    );
    for (const letter of shown) {
      const { id, state, code, detail, attempts, time, topic, record } = letter;
      if (options.json) {
        out(`${JSON.stringify({ id, state, code, detail, attempts, time, topic, key: record.key })}\n`);
      } else out(`${[id, time, state, code, record.key].map(printable).join('  ')}\n`);
    }
    if (!options.json) out(`${shown.length} dead letters\n`);
    return EXIT.ok;
  },

  async show({ ids, letters, options, out }) {
    if (ids.length !== 1) throw new UsageError('dlq show takes one id; dlq list names them');
    const [letter] = choose(letters, ids);
    const { record, ...rest } = letter as DeadLetter;
    const value = record.value?.toString() ?? null;
    if (options.json) out(`${JSON.stringify({ ...rest, ...record, value })}\n`);
    else {
      for (const [name, text] of Object.entries({ ...rest, key: record.key, ...record.headers })) {
        if (text !== undefined) out(`${name}: ${printable(String(text))}\n`);
      }
      out(`\n${value === null ? '(no value: a deletion)' : printable(value.slice(0, SHOWN_VALUE))}\n`);
      if (value && value.length > SHOWN_VALUE) out(`… ${value.length - SHOWN_VALUE} more; --json has all\n`);
    }
    return EXIT.ok;
  },

  async replay(context) {
    const chosen = chosenOf(context);
    const whole = chosen.filter(({ missingBytes }) => missingBytes === undefined);
    for (const letter of whole) {
      context.signal.throwIfAborted();
      await context.log.append(letter.topic, [replayRecord(letter)]);
      // After it: a replay that breaks off is repeated, which its version makes harmless.
      await resolve(context, letter, 'replayed');
    }
    context.out(`${whole.length} replayed\n`);
    for (const { id, missingBytes } of chosen) {
      if (missingBytes !== undefined) {
        context.progress.line(
          `${id} was too large to be kept (${missingBytes} bytes): send it again instead`,
        );
      }
    }
    return whole.length === chosen.length ? EXIT.ok : EXIT.partly;
  },

  async drop(context) {
    const chosen = chosenOf(context);
    for (const letter of chosen) await resolve(context, letter, 'dropped');
    context.out(`${chosen.length} dropped\n`);
    return EXIT.ok;
  },
};

async function readLetters(log: EventLog): Promise<DeadLetter[]> {
  try {
    return foldDeadLetters(await Array.fromAsync(log.read(DEAD_LETTER_TOPIC)));
  } catch (error) {
    if (hasCode(error, 'FRESHET_TOPIC_UNKNOWN')) return [];
    throw error;
  }
}

async function resolve({ log }: DlqContext, letter: DeadLetter, state: 'replayed' | 'dropped') {
  await log.append(DEAD_LETTER_TOPIC, [resolveDeadLetter(letter, state, new Date())]);
}

/** Open letters that the command line names: by id, or all, or all of a code. */
function chosenOf({ letters, ids, options }: DlqContext): DeadLetter[] {
  if (ids.length > 0) return choose(letters, ids);
  if (!options.all && options.code === undefined) {
    throw new UsageError('name ids, or --code CODE, or --all');
  }
  return letters.filter(
    ({ state, code }) => state === 'open' && (options.code === undefined || code === options.code),
  );
}

function choose(letters: readonly DeadLetter[], ids: readonly string[]): DeadLetter[] {
  return ids.map((id) => {
    const letter = letters.find((each) => each.id === id);
    if (!letter) throw new UsageError(`there is no dead letter ${id}; dlq list --all names them`);
    return letter;
  });
}

/** Keys and values come from anybody: nothing in them may steer the terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is meant
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
