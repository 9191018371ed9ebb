import { type BlockBuilder, createBlockBuilder, type ParsedDocument } from '../blocks.ts';
import { addTable } from '../table.ts';
import { type OfficePackage, openPackage } from './package.ts';
import { findAll, findFirst, type XmlElement } from './xml.ts';

const MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.presentationml.presentation';
/** Placeholders that stand on every slide: date, footer, slide number, header. */
const FRAME = new Set(['dt', 'ftr', 'sldNum', 'hdr', 'sldImg']);

/**
 * A presentation, a section a slide under its title: text, tables, and the speaker's notes. Hidden slides are left out.
 * @throws {FreshetError} as `openPackage`
 */
export async function parsePptx(bytes: Uint8Array): Promise<ParsedDocument> {
  const office = await openPackage(bytes, MEDIA_TYPE, 'a presentation');
  const builder = createBlockBuilder();
  const parts = await office.relationshipsOf(office.main);
  const ids = findAll(await office.readTree(office.main), 'sldId').map(
    ({ attributes }) => attributes['r:id'] ?? '',
  );
  for (const [index, id] of ids.entries()) {
    const part = parts.get(id)?.target;
    if (part && office.has(part)) await addSlide(builder, office, { part, number: index + 1 });
  }
  return builder.finish(office.title);
}

async function addSlide(
  builder: BlockBuilder,
  office: OfficePackage,
  { part, number }: { part: string; number: number },
): Promise<void> {
  const slide = await office.readTree(part);
  if (findFirst(slide, 'sld')?.attributes['show'] === '0') return;
  const shapes = findAll(slide, 'spTree').flatMap(shapesOf);
  const title = shapes.find((shape) => /^(title|ctrTitle)$/.test(placeholderOf(shape) ?? ''));
  const heading = title && paragraphsOf(title).map(textOf).join(' ').trim();
  builder.add('heading', heading || `Slide ${number}`, 2);
  for (const shape of shapes) if (shape !== title) addShape(builder, shape);
  const notes = [...(await office.relationshipsOf(part)).values()].find(({ type }) => type === 'notesSlide');
  if (!notes || !office.has(notes.target)) return;
  const spoken = findAll(await office.readTree(notes.target), 'spTree')
    .flatMap(shapesOf)
    .filter((shape) => !FRAME.has(placeholderOf(shape) ?? ''))
    .flatMap(paragraphsOf)
    .map(textOf)
    .filter((line) => line.trim() !== '');
  if (spoken.length > 0) builder.add('text', `Notes: ${spoken.join('\n')}`);
}

/** Shapes and frames of tables, those of groups among them. */
function shapesOf({ children }: XmlElement): XmlElement[] {
  return children.flatMap((child) => {
    // Of alternatives the first is the one that newer readers take; the fallback repeats it.
    if (child.name === 'AlternateContent') return child.children.slice(0, 1).flatMap(shapesOf);
    if (child.name === 'grpSp') return shapesOf(child);
    return child.name === 'sp' || child.name === 'graphicFrame' ? [child] : [];
  });
}

function placeholderOf(shape: XmlElement): string | undefined {
  const placeholder = findFirst(shape, 'ph');
  return placeholder && (placeholder.attributes['type'] ?? 'body');
}

function addShape(builder: BlockBuilder, shape: XmlElement): void {
  const kind = placeholderOf(shape);
  if (kind && FRAME.has(kind)) return;
  for (const table of findAll(shape, 'tbl')) {
    addTable(
      builder,
      findAll(table, 'tr').map((row) =>
        findAll(row, 'tc').map((cell) => paragraphsOf(cell).map(textOf).join(' ')),
      ),
    );
  }
  if (shape.name !== 'sp') return;
  const isListed = kind === 'body' || kind === 'obj';
  for (const paragraph of paragraphsOf(shape)) {
    const text = textOf(paragraph).trim();
    if (text === '') continue;
    const level = Number(findFirst(paragraph, 'pPr')?.attributes['lvl'] ?? 0) || 0;
    if (isListed) builder.add('item', `${'  '.repeat(Math.min(level, 8))}- ${text}`);
    else builder.add('text', text);
  }
}

function paragraphsOf(element: XmlElement): XmlElement[] {
  return findAll(element, 'p');
}

function textOf(paragraph: XmlElement): string {
  return paragraph.children
    .map((child) => {
      if (child.name === 'br') return '\n';
      return child.name === 'r' || child.name === 'fld' ? (findFirst(child, 't')?.text ?? '') : '';
    })
    .join('');
}
