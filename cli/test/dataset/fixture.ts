/** A chat with good feedback about one document; each is another unless it is told to be the same. */
export function chat(number: number, rest: Record<string, unknown> = {}): Record<string, unknown> {
  const topic = ['refunds', 'parking', 'badges', 'laptops', 'holidays', 'invoices', 'servers', 'meals'][
    number % 8
  ];
  return {
    chatId: `chat-${number}`,
    messages: [
      { role: 'user', content: `Question ${number}: how do ${topic} work in office ${number * 7}?` },
    ],
    passages: [passage(1, `doc-${number}`, `About ${topic}, part ${number}.`)],
    answer: `Number ${number}: ${topic} are handled at desk ${number * 13} of floor ${number}. [1]`,
    citations: [],
    finishReason: 'stop',
    feedback: 'good',
    createdAt: new Date(Date.UTC(2026, 9, 1, 0, number)).toISOString(),
    model: 'fields that are not read',
    ...rest,
  };
}

export function passage(ref: number, documentId: string, text: string) {
  return {
    ref,
    source: 'handbook',
    documentId,
    text,
    headingPath: ['Office'],
    changedAt: '2026-09-01T00:00:00Z',
    score: 1,
  };
}

export async function* bytesOf(...pieces: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}

export const toLines = (chats: readonly unknown[]) =>
  chats.map((each) => `${JSON.stringify(each)}\n`).join('');
