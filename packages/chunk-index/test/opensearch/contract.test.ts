import { chunkIndexContract } from '../contract.ts';
import { openTestIndex } from './open-index.ts';

const url = process.env['FRESHET_TEST_OPENSEARCH'] ?? 'http://127.0.0.1:9200';

chunkIndexContract(async (t) => (await openTestIndex(t, url)).index, { runs: 10 });
