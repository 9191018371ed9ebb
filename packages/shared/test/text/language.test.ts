import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectLanguage, detectQuestionLanguage } from '../../text/language.ts';

test('a document is in the language of its words', () => {
  for (const [language, text] of [
    ['en', 'The users reset their password in the portal of the company.'],
    ['de', 'Die Benutzer können ihr Passwort im Portal zurücksetzen.'],
    ['fr', 'Les congés payés sont demandés dans le portail.'],
    ['es', 'Las vacaciones se solicitan en el portal.'],
    ['ja', '東京は日本の首都です。'],
    ['zh', '数据库连接失败'],
    ['ko', '쿠버네티스 클러스터'],
    [
      'nl',
      'De medewerkers vragen hun vakantie aan in het portaal van het bedrijf, en hun leidinggevende keurt de aanvraag goed.',
    ],
    [
      'pt',
      'Os funcionários solicitam as suas férias no portal da empresa, e o gestor aprova o pedido em poucos dias.',
    ],
  ] as const) {
    assert.equal(detectLanguage(text), language, text);
  }
});

test('what tells no language has none', () => {
  for (const text of ['', '12345', '🌊', 'kubectl get pods']) {
    assert.equal(detectLanguage(text), undefined, text);
  }
});

test('a question is in the language of its stop words, and else in English', () => {
  for (const [language, question] of [
    ['en', 'how do I delete a pod'],
    ['de', 'Wie setze ich mein Passwort zurück?'],
    ['fr', 'comment réinitialiser mon mot de passe'],
    ['es', 'cómo restablecer la contraseña'],
    ['en', 'Kündigungsfrist'],
    ['en', ''],
  ] as const) {
    assert.equal(detectQuestionLanguage(question), language, question);
  }
});
