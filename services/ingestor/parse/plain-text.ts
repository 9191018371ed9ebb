import { createBlockBuilder, type ParsedDocument } from './blocks.ts';

/** Plain text: paragraphs are what empty lines part. */
export function parsePlainText(text: string): ParsedDocument {
  const builder = createBlockBuilder();
  for (const paragraph of text.split(/\n[ \t]*\n/)) builder.add('text', paragraph);
  return builder.finish();
}
