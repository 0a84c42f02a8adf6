export const qbittorrent = {
  parsers: [
    {
      name: 'qbittorrent-form',
      file: 'capabilities/qbittorrent/node/params.ts',
      export: 'readParams',
      takes: 'bytes',
      format: 'text',
      throws: ['Refusal'],
      maxBytes: 16384,
    },
  ],
} as const
