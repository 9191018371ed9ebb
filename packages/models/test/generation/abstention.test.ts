import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ABSTENTION, abstention, isAbstention } from '../../generation/abstention.ts';

test('refusals are known in the words of models and in several languages', () => {
  for (const text of [
    ABSTENTION,
    ` ${ABSTENTION}\n`,
    "I don't know.",
    'I’m sorry, but I cannot find the answer in the passages.',
    'The passages do not contain information about parking fees.',
    'The provided documents do not mention this.',
    'There is no information about that in the documents.',
    'Unfortunately, the question cannot be answered from the passages.',
    'Leider kann ich die Frage nicht beantworten.',
    'Die Dokumente enthalten keine Angaben dazu.',
    'Ich weiß es nicht.',
    'Je ne sais pas.',
    'Les documents ne contiennent aucune information à ce sujet.',
    'No lo sé.',
    'Los documentos no contienen esa información.',
  ]) {
    assert.ok(isAbstention(text), text);
  }
});

test('an answer is no refusal, though it may say that something is not', () => {
  for (const text of [
    'Refunds take ten days. [1]',
    'I cannot find the fee, but refunds take ten days. [1]',
    'The passages do not mention fees [1, 2].',
    'There is no limit on uploads.',
    'No, snapshots are not encrypted.',
    'Documents are kept for 30 days.',
    'Les documents sont conservés trente jours.',
    'No se permiten mascotas.',
    'Die Dokumente werden gelöscht.',
    `The passages do not mention fees. ${'They do describe how refunds are paid out, step by step. '.repeat(8)}`,
    '',
  ]) {
    assert.ok(!isAbstention(text), text);
  }
});

test('it is said in the language of the question, else in English', () => {
  assert.match(abstention('Wie lange werden die Daten aufbewahrt?'), /keine Antwort/);
  assert.match(abstention('¿Cuánto tiempo se guardan los datos?'), /respuesta/);
  assert.match(abstention('Combien de temps les données sont-elles gardées ?'), /réponse/);
  assert.equal(abstention('データはいつまで保存されますか'), ABSTENTION);
});
