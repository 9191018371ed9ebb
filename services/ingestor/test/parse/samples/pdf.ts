import PDFDocument from 'pdfkit';

interface PdfOptions {
  title?: string;
  password?: string;
  outline?: string[];
}

/** A PDF that `draw` draws. */
export async function makePdf(
  draw: (pdf: PDFKit.PDFDocument) => void,
  { title, password, outline = [] }: PdfOptions = {},
): Promise<Uint8Array> {
  const pdf = new PDFDocument({
    ...(password ? { userPassword: password } : {}),
    info: title ? { Title: title } : {},
  });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => pdf.on('end', resolve));
  for (const entry of outline) pdf.outline.addItem(entry);
  draw(pdf);
  pdf.end();
  await ended;
  return new Uint8Array(Buffer.concat(chunks));
}

/** A page of a handbook: a heading, two paragraphs, a table by tabs, a list. */
export const handbookPdf = (): Promise<Uint8Array> =>
  makePdf(
    (pdf) => {
      pdf.fontSize(20).text('Leave policy').moveDown();
      pdf
        .fontSize(11)
        .text(
          'Everybody has thirty days of leave a year. Ask your lead two weeks ahead, and name who stands in for you while you are away.',
          { width: 250 },
        )
        .moveDown();
      pdf.text('Leave that is left over ends in March.').moveDown();
      pdf.fontSize(14).text('Special leave').moveDown();
      pdf.fontSize(11);
      for (const [reason, days] of [
        ['Reason', 'Days'],
        ['Wedding', '2'],
        ['Moving house', '1'],
      ] as const) {
        const { y } = pdf;
        pdf.text(reason, 72, y, { lineBreak: false }).text(days, 250, y);
      }
      pdf.moveDown().text('• Tell your team', 72).text('• Set a notice');
    },
    { title: 'Handbook' },
  );
