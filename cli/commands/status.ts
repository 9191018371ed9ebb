import { type Command, EXIT } from '../command.ts';

export const statusCommand: Command = {
  usage: 'status',
  summary: 'what the index holds and how far it is',
  async run({ client, options, signal, out }) {
    const status = await client.status(signal);
    if (options.json) out(`${JSON.stringify(status)}\n`);
    else {
      const { documents, chunks, tombstones, watermark } = status;
      out(
        `documents  ${documents}\nchunks     ${chunks}\ndeleted    ${tombstones}\nwatermark  ${watermark}\n`,
      );
    }
    return EXIT.ok;
  },
};
