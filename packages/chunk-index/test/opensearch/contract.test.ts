import { test } from 'node:test';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import { chunkIndexContract } from '../contract.ts';
import { openTestIndex } from './open-index.ts';

const server = await startOpenSearch();
test.after(() => server.stop());

chunkIndexContract(async (t) => (await openTestIndex(t, server.url)).index, { runs: 20 });
