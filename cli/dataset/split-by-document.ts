import { createHash } from 'node:crypto';

export type Part = 'train' | 'validation';

export interface Split {
  /** The part of each example, in their order. */
  parts: Part[];
  /** Sets of examples that no document connects. */
  groups: number;
}

/**
 * Puts about a share of the examples aside, so that no document is in both parts: examples that share one, directly or
 * through others, stay together. Which part they are in says the hash of the first of their documents, so that the
 * same chats are split alike every time. What is connected to more than the share is for training.
 */
export function splitByDocument(documents: readonly (readonly string[])[], validationShare: number): Split {
  const parents = new Map<string, string>();

  function rootOf(document: string): string {
    let root = document;
    for (let parent = parents.get(root)!; parent !== root; parent = parents.get(root)!) root = parent;
    // The way is short the next time.
    for (let each = document; each !== root; ) {
      const parent = parents.get(each)!;
      parents.set(each, root);
      each = parent;
    }
    return root;
  }

  for (const keys of documents) {
    for (const key of keys) {
      if (!parents.has(key)) parents.set(key, key);
      const [one, other] = [rootOf(keys[0]!), rootOf(key)];
      // The first by name is the root, whatever order the examples come in.
      if (one < other) parents.set(other, one);
      else parents.set(one, other);
    }
  }
  const roots = documents.map(([first]) => rootOf(first!));
  const sizes = new Map<string, number>();
  for (const root of roots) sizes.set(root, (sizes.get(root) ?? 0) + 1);
  const parts = roots.map((root): Part => {
    const isSmall = sizes.get(root)! <= Math.max(1, validationShare * documents.length);
    return isSmall && fractionOf(root) < validationShare ? 'validation' : 'train';
  });
  return { parts, groups: sizes.size };
}

/** From 0 up to 1, evenly. */
function fractionOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE() / 2 ** 32;
}
