import { posix } from 'node:path';
import type { MediaType } from '@freshet/shared/contracts';
import { mislabelled } from '../sniff.ts';
import { findAll, findFirst, readXmlTree, type XmlElement } from './xml.ts';
import { openZip, type ZipArchive } from './zip.ts';

/** A part that another one points to. */
export interface Relationship {
  /** The last word of its type: `slide`, `notesSlide`, `worksheet`. */
  type: string;
  target: string;
}

/** An Office Open XML package (ECMA-376, part 2): parts in a zip archive that point to one another. */
export interface OfficePackage extends ZipArchive {
  /** The part that the package is about. */
  main: string;
  /** Of the package's properties, what users call the title. */
  title: string | undefined;
  readTree(part: string): Promise<XmlElement>;
  /** By id, as a part's XML names them. */
  relationshipsOf(part: string): Promise<Map<string, Relationship>>;
}

const MAIN_TYPES: readonly (readonly [RegExp, string])[] = [
  [
    /wordprocessingml\.(document|template)\.main|ms-word\.(document|template)\.macroEnabled/,
    'a Word document',
  ],
  [/presentationml\.(presentation|slideshow|template)\.main|ms-powerpoint\./, 'a presentation'],
  [/spreadsheetml\.(sheet|template)\.main|ms-excel\.(sheet|template)\.macroEnabled/, 'a workbook'],
];

/**
 * Opens a package and sees that it is of the media type.
 * @throws {FreshetError} `FRESHET_CONTENT_MISLABELLED`, and as `openZip` and `readXml`
 */
export async function openPackage(
  bytes: Uint8Array,
  mediaType: MediaType,
  what: 'a Word document' | 'a presentation' | 'a workbook',
): Promise<OfficePackage> {
  const zip = await openZip(bytes);
  const readTree = async (part: string) => readXmlTree(await zip.read(part));

  async function relationshipsOf(part: string): Promise<Map<string, Relationship>> {
    const { dir, base } = posix.parse(part);
    const name = posix.join(dir, '_rels', `${base}.rels`);
    if (!zip.has(name)) return new Map();
    return new Map(
      findAll(await readTree(name), 'Relationship')
        .filter(({ attributes }) => attributes['TargetMode'] !== 'External')
        .map(({ attributes: { Id = '', Type = '', Target = '' } }) => [
          Id,
          // A target is relative to the folder of the part that names it, or absolute.
          { type: posix.basename(Type), target: posix.resolve('/', dir, Target).slice(1) },
        ]),
    );
  }

  if (!zip.has('[Content_Types].xml')) throw mislabelled(mediaType, 'a zip archive of something else');
  const types = findAll(await readTree('[Content_Types].xml'), 'Override');
  const main = types.find(({ attributes }) => kindOf(attributes['ContentType']) !== undefined)?.attributes;
  const kind = kindOf(main?.['ContentType']);
  if (!main || kind !== what) throw mislabelled(mediaType, kind ?? 'a zip archive of something else');
  return {
    ...zip,
    main: main['PartName']?.replace(/^\//, '') ?? '',
    title: await readTitle({ ...zip, readTree }),
    readTree,
    relationshipsOf,
  };
}

function kindOf(contentType = ''): string | undefined {
  return MAIN_TYPES.find(([pattern]) => pattern.test(contentType))?.[1];
}

async function readTitle({
  has,
  readTree,
}: Pick<OfficePackage, 'has' | 'readTree'>): Promise<string | undefined> {
  const part = 'docProps/core.xml';
  if (!has(part)) return undefined;
  const title = findFirst(await readTree(part), 'title')?.text.trim();
  // What PowerPoint writes where nobody gave a title.
  return title === 'PowerPoint Presentation' ? undefined : title;
}
