import type { convertToHtml } from 'mammoth';
import { images, convertToHtml as toHtml } from 'mammoth';
import type { ParsedDocument } from '../blocks.ts';
import { parseHtml } from '../html.ts';
import { openPackage } from './package.ts';
import { readXml } from './xml.ts';

const MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** Beside Mammoth's own, which know the headings. */
const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh",
  "p[style-name='Code'] => pre:separator('\\n')",
  "p[style-name='HTML Preformatted'] => pre:separator('\\n')",
];

/**
 * A Word document, by way of HTML: headings, lists, tables, notes; without headers, footers, comments, images and what
 * tracked changes deleted.
 * @throws {FreshetError} as `openPackage`
 */
export async function parseDocx(bytes: Uint8Array): Promise<ParsedDocument> {
  const office = await openPackage(bytes, MEDIA_TYPE, 'a Word document');
  // Mammoth's own unzipping has no bounds; it takes an opened archive, though its types do not say so.
  const file = {
    exists: (name: string) => office.has(name),
    async read(name: string, encoding?: string) {
      const part = await office.read(name);
      if (!encoding) return part;
      // Its XML parser reads what is broken or nested without end as far as it comes.
      if (/\.(xml|rels)$/.test(name)) readXml(part, {});
      return part.toString(encoding === 'base64' ? 'base64' : 'utf8').replace(/^\ufeff/, '');
    },
  };
  const input = { file } as unknown as Parameters<typeof convertToHtml>[0];
  const { value } = await toHtml(input, {
    styleMap: STYLES,
    convertImage: images.imgElement(async () => ({ src: '' })),
  });
  const parsed = parseHtml(value);
  return office.title ? { ...parsed, title: office.title } : parsed;
}
