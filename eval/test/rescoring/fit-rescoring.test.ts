import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RESCORE_FEATURES, type RescoreFeatures } from '@freshet/retriever/rescore/features';
import { seededRandom } from '@freshet/testkit/seeded-random';
import { type Candidates, fitRescoring, judge } from '../../rescoring/fit-rescoring.ts';

/** Questions whose right chunk has more of one feature than the others, and of the rest as much. */
function setWhere(telling: keyof RescoreFeatures, questions: number): Candidates[] {
  const random = seededRandom(3);
  return Array.from({ length: questions }, (_, question) => {
    const documents = ['a', 'b', 'c', 'd'];
    const right = documents[question % 4]!;
    const features = documents.map((document) => {
      const any = Object.fromEntries(RESCORE_FEATURES.map((name) => [name, random() / 2])) as RescoreFeatures;
      return document === right ? { ...any, [telling]: any[telling] + 0.5 } : any;
    });
    return {
      half: question % 2 === 0 ? 'dev' : 'test',
      labels: new Map([[right, 1]]),
      documents,
      features,
      fused: [4, 3, 2, 1],
    };
  });
}

test('the weights say what tells right chunks from wrong ones', () => {
  const model = fitRescoring([setWhere('pairs', 200)]);
  const others = RESCORE_FEATURES.filter((name) => name !== 'pairs');
  for (const name of others) assert.ok(model.pairs > 3 * Math.abs(model[name]), `${name} ${model[name]}`);
});

test('a model ranks what it was not fitted on, and the fused order is what it is held against', () => {
  const set = setWhere('coveredNearby', 400);
  const model = fitRescoring([set.filter(({ half }) => half === 'dev')]);
  assert.ok(judge(set, model).test['recall@1']! > 0.9);
  assert.ok(judge(set).test['recall@1']! < 0.6);
});

test('each set counts the same, however large it is', () => {
  const model = fitRescoring([setWhere('pairs', 1_000), setWhere('lexical', 50)]);
  assert.ok(Math.abs(model.pairs / model.lexical - 1) < 0.5, `${model.pairs} and ${model.lexical}`);
});
