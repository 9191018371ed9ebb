/** A part of a message: bytes are sent in base64. */
export interface EmailPart {
  type: string;
  name?: string;
  content: string | Uint8Array;
}

/** A message of several parts, by hand. */
export function makeEmail(subject: string, parts: readonly EmailPart[]): string {
  const boundary = `part of ${subject}`;
  const sections = parts.map(({ type, name, content }) => {
    const isText = typeof content === 'string';
    return [
      `--${boundary}`,
      `Content-Type: ${type}`,
      ...(name ? [`Content-Disposition: attachment; filename="${name}"`] : []),
      ...(isText ? [] : ['Content-Transfer-Encoding: base64']),
      '',
      isText ? content : Buffer.from(content).toString('base64').replace(/.{76}/g, '$&\r\n'),
    ].join('\r\n');
  });
  return [
    'From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>',
    'To: Ada <ada@example.org>, bo@example.org',
    `Subject: ${subject}`,
    'Date: Mon, 05 Jan 2026 10:00:00 +0100',
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    ...sections,
    `--${boundary}--`,
    '',
  ].join('\r\n');
}
