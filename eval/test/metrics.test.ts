import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { METRICS, percentile, type Scores, scoreRanking } from '../metrics.ts';

/** `make metric-cases` writes others, with a new seed, and runs this test on them. */
const CASES = process.env['FRESHET_METRIC_CASES'] ?? new URL('../pytrec-eval/cases.jsonl', import.meta.url);

interface Case {
  ranking: string[];
  labels: Record<string, number>;
  scores: Scores;
}

test('every metric is what pytrec_eval makes of random rankings and labels, to 1e-6', () => {
  const lines = readFileSync(CASES, 'utf8').split('\n').filter(Boolean);
  assert.ok(lines.length >= 200);
  for (const line of lines) {
    const { ranking, labels, scores } = JSON.parse(line) as Case;
    const ours = scoreRanking(ranking, new Map(Object.entries(labels)));
    for (const metric of METRICS) {
      assert.ok(Math.abs(ours[metric] - scores[metric]) <= 1e-6, `${metric}: ${ours[metric]}; ${line}`);
    }
  }
});

const rankings = fc.uniqueArray(fc.integer({ min: 0, max: 40 }).map(String), { maxLength: 30 });
const labels = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 40 }).map(String), fc.integer({ min: 1, max: 3 })), {
    minLength: 1,
    maxLength: 8,
    selector: ([id]) => id,
  })
  .map((entries) => new Map(entries));

test('every metric is between 0 and 1, and what stands beyond rank 10 changes none', () => {
  fc.assert(
    fc.property(rankings, labels, (ranking, relevant) => {
      const scores = scoreRanking(ranking, relevant);
      for (const metric of METRICS) assert.ok(scores[metric] >= 0 && scores[metric] <= 1 + 1e-12);
      assert.deepEqual(scoreRanking(ranking.slice(0, 10), relevant), scores);
    }),
  );
});

test('the labels in order of their grades rank best', () => {
  fc.assert(
    fc.property(labels, (relevant) => {
      const ideal = [...relevant].sort(([, a], [, b]) => b - a).map(([id]) => id);
      const scores = scoreRanking(ideal, relevant);
      assert.equal(scores['ndcg@10'], 1);
      assert.equal(scores['mrr@10'], 1);
      assert.equal(scores['recall@10'], 1);
    }),
  );
});

test('a percentile is a value that was seen', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.equal(percentile(values, 0.5), 50);
  assert.equal(percentile(values, 0.95), 95);
  assert.equal(percentile([7], 0.95), 7);
});
