import { fill } from './fill.ts';

export interface FencedPassage {
  ref: number;
  title?: string;
  changed?: string;
  text: string;
}

/** A passage as data, by the template: a document cannot close its own fence, or open another. */
export function fenced(template: string, { ref, title = '', changed = '', text }: FencedPassage): string {
  return fill(template, {
    ref: String(ref),
    title: inert(title).replaceAll('"', "'"),
    changed,
    text: inert(text),
  });
}

function inert(text: string): string {
  return text.replaceAll(/<(?=\/?\s*passage)/gi, '&lt;');
}
