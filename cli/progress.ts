import { clearLine, cursorTo } from 'node:readline';

export interface Progress {
  /** A step of the work; on a terminal the line is drawn anew, in a pipe it is written once a step of ten. */
  update(label: string, done: number, total?: number): void;
  /** A line that stays. */
  line(text: string): void;
  finish(): void;
}

const WIDTH = 24;

/** A bar on a terminal, plain lines in a pipe, nothing at all when the output is for a program. */
export function createProgress({ stream = process.stderr, isQuiet = false } = {}): Progress {
  if (isQuiet) return { update: () => {}, line: () => {}, finish: () => {} };
  let lastTenth = '';
  const clear = () => {
    if (!stream.isTTY) return;
    clearLine(stream, 0);
    cursorTo(stream, 0);
  };
  return {
    update(label, done, total) {
      const share = total ? Math.min(1, done / total) : 0;
      if (stream.isTTY) {
        const filled = Math.round(share * WIDTH);
        const bar = total ? `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ` : '';
        clear();
        stream.write(`${bar}${label} ${done}${total ? `/${total}` : ''}`);
        return;
      }
      const tenth = `${label}${total ? Math.floor(share * 10) : Math.floor(done / 1000)}`;
      if (tenth === lastTenth) return;
      lastTenth = tenth;
      stream.write(`${label} ${done}${total ? `/${total}` : ''}\n`);
    },
    line(text) {
      clear();
      stream.write(`${text}\n`);
    },
    finish: clear,
  };
}
