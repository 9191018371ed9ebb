import { FreshetError } from '@freshet/shared/errors';
import { SaxesParser } from 'saxes';
import { LIMITS, tooMany } from '../limits.ts';

export interface XmlHandlers {
  /** Names come without their prefix, those of attributes as they are written. */
  open?(name: string, attributes: Record<string, string>): void;
  text?(text: string): void;
  close?(name: string): void;
}

const PIECE = 64 * 1024;

/**
 * Reads XML element by element.
 * @throws {FreshetError} `FRESHET_CONTENT_UNREADABLE` where it is not well-formed, `FRESHET_CONTENT_BOMB` for a document
 * type, which Office never writes and in which entities are defined, `FRESHET_CONTENT_TOO_COMPLEX`
 */
export function readXml(bytes: Uint8Array, { open, text, close }: XmlHandlers): void {
  const parser = new SaxesParser({ xmlns: false });
  let depth = 0;
  parser.on('error', (cause) => {
    throw new FreshetError('FRESHET_CONTENT_UNREADABLE', { detail: `XML: ${cause.message}`, cause });
  });
  parser.on('doctype', () => {
    throw new FreshetError('FRESHET_CONTENT_BOMB', {
      detail: 'A part of the document defines a document type, in which entities may be defined.',
    });
  });
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1;
    if (depth > LIMITS.xmlDepth) throw tooMany('xmlDepth', 'levels of XML');
    open?.(localName(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    depth -= 1;
    close?.(localName(name));
  });
  if (text) {
    parser.on('text', text);
    parser.on('cdata', text);
  }
  const decoder = new TextDecoder(isUtf16(bytes) ? 'utf-16le' : 'utf-8', { fatal: true });
  for (let start = 0; start < bytes.length; start += PIECE) {
    parser.write(decoder.decode(bytes.subarray(start, start + PIECE), { stream: true }));
  }
  parser.write(decoder.decode()).close();
}

export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  /** Of this element alone. */
  text: string;
}

/** A small part as a tree. @throws {FreshetError} as `readXml` */
export function readXmlTree(bytes: Uint8Array): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const path = [root];
  readXml(bytes, {
    open(name, attributes) {
      const element: XmlElement = { name, attributes, children: [], text: '' };
      path.at(-1)!.children.push(element);
      path.push(element);
    },
    text(text) {
      path.at(-1)!.text += text;
    },
    close: () => void path.pop(),
  });
  return root;
}

/** All elements of a name below one, in document order, without those inside one another. */
export function findAll({ children }: XmlElement, name: string): XmlElement[] {
  return children.flatMap((child) => (child.name === name ? [child] : findAll(child, name)));
}

export function findFirst(element: XmlElement, name: string): XmlElement | undefined {
  return findAll(element, name)[0];
}

export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function isUtf16([a, b]: Uint8Array): boolean {
  return a === 0xff && b === 0xfe;
}
