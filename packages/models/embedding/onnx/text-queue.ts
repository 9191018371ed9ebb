import { type PiscinaTask, queueOptionsSymbol, type TaskQueue } from 'piscina';

/** Rides on a task under piscina's symbol; its identity is the task's. */
export interface Ticket {
  kind: 'query' | 'document';
}

/** The order in which the pool takes waiting texts: queries before documents, and each in their turn. */
export class TextQueue implements TaskQueue {
  readonly #waiting: Record<Ticket['kind'], PiscinaTask[]> = { query: [], document: [] };

  get size(): number {
    return this.#waiting.query.length + this.#waiting.document.length;
  }

  shift(): PiscinaTask | null {
    return this.#waiting.query.shift() ?? this.#waiting.document.shift() ?? null;
  }

  push(task: PiscinaTask): void {
    this.#waiting[ticketOf(task).kind].push(task);
  }

  /** Takes back a task that found no free thread; with `stricterFIFO` piscina puts it first again. */
  unshift(task: PiscinaTask): void {
    this.#waiting[ticketOf(task).kind].unshift(task);
  }

  remove(task: PiscinaTask): void {
    this.drop(ticketOf(task));
  }

  /** Forgets a waiting task; piscina never settles its promise. False when it has started already. */
  drop(ticket: Ticket): boolean {
    const tasks = this.#waiting[ticket.kind];
    const index = tasks.findIndex((task) => ticketOf(task) === ticket);
    if (index < 0) return false;
    tasks.splice(index, 1);
    return true;
  }
}

function ticketOf(task: PiscinaTask): Ticket {
  return task[queueOptionsSymbol] as Ticket;
}
